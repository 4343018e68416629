//! Writing down who is told what: notices and messages, in the command of whoever tells.

use crate::db::Tx;
use crate::identity;
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::permission::Permission;
use crate::notice::model::{
    Channel, Choice, Delivery, DeliveryState, EndpointId, MailMode, News, Notice, NoticeId, Recipient,
};
use crate::notice::{kinds, rules, store};

/// Members of an organisation who are told of one thing.
const MEMBERS_MAX: i64 = 50;
/// Mails at once that a person gets in a day; the rest comes with the digest.
const MAILS_PER_DAY_MAX: i64 = 50;
/// Messages that wait for one address; more are dead at once.
const WAITING_MAX: i64 = 1_000;

/// Tells the members of an organisation whose roles carry the permission, but for one of them.
pub fn tell_members(
    tx: &mut Tx,
    mail_on: bool,
    news: &News,
    organisation: OrganisationId,
    role: Permission,
    except: Option<UserId>,
) -> Result<(), Refusal> {
    for user in identity::service::members_with(tx, organisation, role, MEMBERS_MAX)? {
        if Some(user) != except {
            tell(tx, mail_on, news, Recipient { user, organisation }, None)?;
        }
    }
    Ok(())
}

/// Tells one person, as it wants to be told; `own` is a choice that goes before that of the topic, which may still
/// switch a way off.
pub fn tell(
    tx: &mut Tx,
    mail_on: bool,
    news: &News,
    to: Recipient,
    own: Option<Choice>,
) -> Result<(), Refusal> {
    if news.collapses && store::has_unread(tx, to, news.event, &news.subject)? {
        return Ok(());
    }
    let since = tx.now().plus_days(-1);
    if let Some(max) = kinds::per_day_max(news.event)
        && store::told_since(tx, to, news.event, since)? >= max
    {
        return Ok(());
    }
    let chosen = store::preferences(tx, to)?.of(news.topic);
    let choice = own.map_or(chosen, |own| Choice {
        in_app: own.in_app && chosen.in_app,
        mail: if chosen.mail == MailMode::Off { MailMode::Off } else { own.mail },
    });
    let reachable = mail_on
        && choice.mail != MailMode::Off
        && store::mail_address(tx, to.user)?.is_some_and(|address| address.confirmed);
    let mailing = rules::mailing(choice, reachable, too_many(tx, choice, reachable, to.user)?);
    if !choice.in_app && mailing.mark == crate::notice::model::MailMark::None {
        return Ok(());
    }
    let notice = Notice {
        id: tx.new_id(),
        to,
        dedup: news.dedup.clone(),
        topic: news.topic,
        event: news.event.to_owned(),
        subject: news.subject.clone(),
        title: news.title.clone(),
        link: news.link.clone(),
        at: news.at,
        in_app: choice.in_app,
        read_at: None,
        mail: mailing.mark,
    };
    let id = notice.id;
    if store::insert(tx, notice)? && mailing.at_once {
        let delivery = Delivery { notices: vec![id], ..mail_of(tx, news, to) };
        store::insert_delivery(tx, &delivery)?;
    }
    Ok(())
}

fn too_many(tx: &mut Tx, choice: Choice, reachable: bool, user: UserId) -> Result<bool, Refusal> {
    if !reachable || choice.mail != MailMode::AtOnce {
        return Ok(false);
    }
    let since = tx.now().plus_days(-1);
    Ok(store::mails_since(tx, user, since)? >= MAILS_PER_DAY_MAX)
}

/// A message to every address of an organisation that wants the topic.
pub fn post(tx: &mut Tx, news: &News, organisation: OrganisationId) -> Result<(), Refusal> {
    post_to(tx, news, organisation, false)
}

/// The same, where several changes of the log may tell of one thing that happened: an address gets it once.
pub fn post_once(tx: &mut Tx, news: &News, organisation: OrganisationId) -> Result<(), Refusal> {
    post_to(tx, news, organisation, true)
}

fn post_to(tx: &mut Tx, news: &News, organisation: OrganisationId, once: bool) -> Result<(), Refusal> {
    let since = tx.now().plus_days(-1);
    for endpoint in store::endpoints_of(tx, organisation)?.iter().filter(|it| it.wants(news.topic)) {
        if once && store::is_posted(tx, endpoint.id, news.event, &news.subject, news.at)? {
            continue;
        }
        if let Some(max) = kinds::per_day_max(news.event)
            && store::posted_since(tx, endpoint.id, news.event, since)? >= max
        {
            continue;
        }
        let full = is_full(tx, endpoint.id)?;
        let message = message(tx, news, organisation);
        let message = Delivery { endpoint: Some(endpoint.id), ..message };
        let message = if full { dead(message, "queue full") } else { message };
        store::insert_delivery(tx, &message)?;
    }
    Ok(())
}

/// Whether no more may wait for an address.
pub(super) fn is_full(tx: &mut Tx, endpoint: EndpointId) -> Result<bool, Refusal> {
    Ok(store::waiting_to(tx, endpoint)? >= WAITING_MAX)
}

fn dead(message: Delivery, why: &str) -> Delivery {
    let ended_at = Some(message.created_at);
    Delivery { state: DeliveryState::Dead, ended_at, last_error: why.to_owned(), ..message }
}

/// A mail to a person, without anything in it yet.
pub(super) fn mail_of(tx: &Tx, news: &News, to: Recipient) -> Delivery {
    Delivery { channel: Channel::Mail, user: Some(to.user), ..message(tx, news, to.organisation) }
}

pub(super) fn message(tx: &Tx, news: &News, organisation: OrganisationId) -> Delivery {
    let now = tx.now();
    Delivery {
        id: tx.new_id(),
        channel: Channel::Webhook,
        state: DeliveryState::Waiting,
        version: 1,
        user: None,
        organisation,
        endpoint: None,
        topic: news.topic,
        event: news.event.to_owned(),
        subject: news.subject.clone(),
        link: news.link.clone(),
        notices: Vec::<NoticeId>::new(),
        at: news.at,
        attempts: 0,
        next_at: now,
        created_at: now,
        ended_at: None,
        last_error: String::new(),
    }
}

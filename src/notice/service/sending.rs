//! What becomes of messages: taken up, sent, tried again, dead; and the digest of the day.

use std::sync::atomic::{AtomicBool, Ordering};

use super::telling::{mail_of, tell_members};
use crate::db::{Db, Tx};
use crate::identity;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::notice::kinds;
use crate::notice::model::{
    Channel, Delivery, DeliveryState, Endpoint, EndpointState, News, Recipient, Topic,
};
use crate::notice::{rules, store};

/// A message that was taken up and never told of is taken up again after so long: its sender died.
const TAKEN_UP_SECONDS: i64 = 600;
/// Messages to one address in a batch: a batch lasts as long as its slowest answer, and others wait their turn.
const ENDPOINT_MESSAGES_MAX: i64 = 2;
/// Notices that one digest names.
const DIGEST_NOTICES_MAX: i64 = 100;
const ERROR_CHARS_MAX: usize = 200;

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// Nobody wants it any more: the address was withdrawn, the person has left.
    Unwanted(String),
    /// Might work later.
    Failed(String),
    /// Will never work.
    Refused(String),
    /// The other side says that the address is gone.
    Gone,
}

/// Sends what is due, a batch at a time, until nothing is left or the sender is told to stop.
pub fn send_due(
    db: &Db,
    channel: Channel,
    batch: i64,
    stopping: &AtomicBool,
    send: impl Fn(Vec<Delivery>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    while !stopping.load(Ordering::Acquire) {
        // A look without writing, so that an idle node writes nothing.
        let waiting = db.read_blocking(move |snapshot| {
            let now = snapshot.now();
            match channel {
                Channel::Mail => store::due(snapshot, channel, now, batch),
                Channel::Webhook => store::due_in_turn(snapshot, now, batch, ENDPOINT_MESSAGES_MAX),
            }
        })?;
        if waiting.is_empty() {
            return Ok(());
        }
        let taken = db.write_background_blocking("notice.take_up", move |tx| take_up(tx, &waiting))?;
        if taken.value.is_empty() {
            return Ok(());
        }
        send(taken.value)?;
    }
    Ok(())
}

/// Takes up what is due; what somebody else has taken up meanwhile is left out.
fn take_up(tx: &mut Tx, waiting: &[Delivery]) -> Result<Vec<Delivery>, Refusal> {
    let now = tx.now();
    let mut taken = Vec::new();
    for due in waiting.iter().cloned() {
        let mine = Delivery { version: due.version + 1, next_at: now.plus_seconds(TAKEN_UP_SECONDS), ..due };
        if store::save_delivery(tx, &mine)? {
            taken.push(mine);
        }
    }
    Ok(taken)
}

/// Keeps what came of an attempt; nothing, when somebody else did so meanwhile.
pub fn note_outcome(tx: &mut Tx, mail_on: bool, tried: &Delivery, outcome: &Outcome) -> Result<(), Refusal> {
    let now = tx.now();
    let attempts = tried.attempts + 1;
    let again = match outcome {
        Outcome::Failed(_) => rules::next_attempt(attempts, now),
        _ => None,
    };
    let state = match outcome {
        Outcome::Sent => DeliveryState::Sent,
        Outcome::Failed(_) if again.is_some() => DeliveryState::Waiting,
        _ => DeliveryState::Dead,
    };
    let last_error = match outcome {
        Outcome::Sent => "",
        Outcome::Unwanted(why) | Outcome::Failed(why) | Outcome::Refused(why) => why,
        Outcome::Gone => "410 Gone",
    };
    let after = Delivery {
        version: tried.version + 1,
        state,
        attempts,
        next_at: again.unwrap_or(now),
        ended_at: (state != DeliveryState::Waiting).then_some(now),
        last_error: last_error.chars().take(ERROR_CHARS_MAX).collect(),
        ..tried.clone()
    };
    if !store::save_delivery(tx, &after)? {
        return Ok(());
    }
    let Some(endpoint) = tried.endpoint else { return Ok(()) };
    match outcome {
        Outcome::Sent => store::note_success(tx, endpoint, now),
        Outcome::Gone => disable(tx, mail_on, tried, "410 Gone"),
        _ if state == DeliveryState::Dead => disable(tx, mail_on, tried, "no success since long"),
        _ => Ok(()),
    }
}

/// Rule 6: a message has died, and nothing has reached the address since it was written.
fn disable(tx: &mut Tx, mail_on: bool, dead: &Delivery, why: &str) -> Result<(), Refusal> {
    let Some(id) = dead.endpoint else { return Ok(()) };
    let Some(endpoint) = store::endpoint(tx, id)? else { return Ok(()) };
    let gone = why.starts_with("410");
    let reached = endpoint.succeeded_at.is_some_and(|at| at >= dead.created_at);
    if endpoint.state == EndpointState::Disabled || (reached && !gone) {
        return Ok(());
    }
    let now = tx.now();
    let after = Endpoint {
        version: endpoint.version + 1,
        state: EndpointState::Disabled,
        state_reason: why.to_owned(),
        changed_at: now,
        ..endpoint
    };
    store::save_endpoint(tx, &after)?;
    store::end_waiting(tx, id, now, "webhook disabled")?;
    let subject = tx.urn("webhook_endpoint", id);
    let news = News {
        dedup: format!("webhook/{id}/{}", after.version),
        topic: Topic::Account,
        event: "webhook_disabled",
        link: "/api/v1/webhooks".into(),
        subject,
        title: after.description.clone(),
        at: now,
        collapses: false,
    };
    tell_members(tx, mail_on, &news, after.organisation, Permission::OrganisationManage, None)
}

/// Writes the mail of the day for whoever has notices that wait for it; returns how many people were looked at.
pub fn digest(tx: &mut Tx, before: UtcTime, limit: i64) -> Result<usize, Refusal> {
    let waiting = store::waiting_for_digest(tx, before, limit)?;
    for to in &waiting {
        let notices = store::for_digest(tx, *to, before, DIGEST_NOTICES_MAX)?;
        if is_reachable(tx, *to)? && !notices.is_empty() {
            let news = News {
                dedup: String::new(),
                topic: Topic::Account,
                event: "mail_digest",
                subject: String::new(),
                title: String::new(),
                link: kinds::INBOX.into(),
                at: before,
                collapses: false,
            };
            let mail = Delivery { notices: notices.clone(), ..mail_of(tx, &news, *to) };
            store::insert_delivery(tx, &mail)?;
        }
        store::mark_mailed(tx, &notices)?;
    }
    Ok(waiting.len())
}

fn is_reachable(tx: &mut Tx, to: Recipient) -> Result<bool, Refusal> {
    let proved = store::mail_address(tx, to.user)?.is_some_and(|address| address.confirmed);
    Ok(proved && identity::service::is_member(tx, to.user, to.organisation)?)
}

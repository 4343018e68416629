//! Addresses that an organisation's administrators registered, and what became of the messages to them.

use serde_json::json;

use super::telling::{is_full, message};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::http::outbound::Outbound;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{INVALID_VALUE, NOT_FOUND, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::notice::codes::{DELIVERY_NOT_DEAD, WEBHOOK_DISABLED, WEBHOOK_QUEUE_FULL, WEBHOOKS_TOO_MANY};
use crate::notice::model::{
    Delivery, DeliveryId, DeliveryState, Endpoint, EndpointId, EndpointState, News, Topic,
};
use crate::notice::{rules, store};
use crate::proof::SecretBox;

/// Addresses of one organisation.
const ENDPOINTS_MAX: usize = 5;
const SECRET_BYTES: usize = 32;
const DESCRIPTION_CHARS_MAX: usize = 200;
/// A former secret signs beside the new one for so long.
const FORMER_SECRET_HOURS: i64 = 24;

/// An address as an administrator writes it.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    pub url: String,
    pub description: String,
    pub topics: Vec<Topic>,
    pub active: bool,
}

/// An address with its secret, which is shown this once.
pub struct Made {
    pub endpoint: Endpoint,
    pub secret: String,
}

pub fn endpoints(snapshot: &mut Snapshot, actor: &Actor) -> Result<Vec<Endpoint>, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    store::endpoints_of(snapshot, actor.person()?.organisation)
}

pub fn register_endpoint(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    outbound: &Outbound,
    new: &NewEndpoint,
) -> Result<Made, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let organisation = actor.person()?.organisation;
    check(outbound, new)?;
    if store::endpoints_of(tx, organisation)?.len() >= ENDPOINTS_MAX {
        return Err(Refusal::new(&WEBHOOKS_TOO_MANY).with("max", ENDPOINTS_MAX));
    }
    let (id, now, secret) = (tx.new_id(), tx.now(), tx.random::<SECRET_BYTES>());
    let sealed = secrets.seal(tx.random(), &secret_context(id), &secret).map_err(Refusal::internal)?;
    let endpoint = Endpoint {
        id,
        version: 1,
        organisation,
        url: new.url.trim().to_owned(),
        description: new.description.trim().to_owned(),
        topics: distinct(&new.topics),
        state: if new.active { EndpointState::Active } else { EndpointState::Disabled },
        state_reason: String::new(),
        secret: sealed,
        former_secret: None,
        former_until: None,
        succeeded_at: None,
        created_at: now,
        changed_at: now,
    };
    store::insert_endpoint(tx, &endpoint)?;
    trail(tx, actor, "webhook.register", &endpoint)?;
    Ok(Made { endpoint, secret: rules::shown_secret(&secret) })
}

/// Changes everything but the secret; enabling an address begins its count of failures anew.
pub fn change_endpoint(
    tx: &mut Tx,
    actor: &Actor,
    outbound: &Outbound,
    id: EndpointId,
    expected: Option<i64>,
    new: &NewEndpoint,
) -> Result<Endpoint, Refusal> {
    let before = own(tx, actor, id)?;
    check_version(before.version, expected)?;
    check(outbound, new)?;
    let state = if new.active { EndpointState::Active } else { EndpointState::Disabled };
    let state_reason = if state == before.state { before.state_reason.clone() } else { String::new() };
    let after = Endpoint {
        version: before.version + 1,
        url: new.url.trim().to_owned(),
        description: new.description.trim().to_owned(),
        topics: distinct(&new.topics),
        state,
        state_reason,
        changed_at: tx.now(),
        ..before
    };
    store::save_endpoint(tx, &after)?;
    trail(tx, actor, "webhook.change", &after)?;
    Ok(after)
}

pub fn remove_endpoint(
    tx: &mut Tx,
    actor: &Actor,
    id: EndpointId,
    expected: Option<i64>,
) -> Result<(), Refusal> {
    let before = own(tx, actor, id)?;
    check_version(before.version, expected)?;
    let now = tx.now();
    store::end_waiting(tx, id, now, "webhook removed")?;
    store::delete_endpoint(tx, id)?;
    trail(tx, actor, "webhook.remove", &before)
}

/// Another secret; the former one signs beside it for a day, so that the receiver can change over.
pub fn rotate_secret(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    id: EndpointId,
    expected: Option<i64>,
) -> Result<Made, Refusal> {
    let before = own(tx, actor, id)?;
    check_version(before.version, expected)?;
    let (now, secret) = (tx.now(), tx.random::<SECRET_BYTES>());
    let sealed = secrets.seal(tx.random(), &secret_context(id), &secret).map_err(Refusal::internal)?;
    let endpoint = Endpoint {
        version: before.version + 1,
        former_secret: Some(before.secret.clone()),
        former_until: Some(now.plus_seconds(FORMER_SECRET_HOURS * 3_600)),
        secret: sealed,
        changed_at: now,
        ..before
    };
    store::save_endpoint(tx, &endpoint)?;
    trail(tx, actor, "webhook.rotate_secret", &endpoint)?;
    Ok(Made { endpoint, secret: rules::shown_secret(&secret) })
}

/// What signs a message to this address now: the secret, and the former one while it counts.
pub fn secrets_of(
    endpoint: &Endpoint,
    secrets: &SecretBox,
    now: crate::kernel::time::UtcTime,
) -> Result<Vec<Vec<u8>>, Refusal> {
    let former =
        endpoint.former_secret.as_ref().filter(|_| endpoint.former_until.is_some_and(|until| now < until));
    let context = secret_context(endpoint.id);
    std::iter::once(&endpoint.secret)
        .chain(former)
        .map(|sealed| secrets.open(&context, sealed).map_err(Refusal::internal))
        .collect()
}

/// A message that tells of nothing.
pub fn ping(tx: &mut Tx, actor: &Actor, id: EndpointId) -> Result<Delivery, Refusal> {
    let endpoint = own(tx, actor, id)?;
    may_take(tx, &endpoint)?;
    let subject = tx.urn("webhook_endpoint", endpoint.id);
    let news = News {
        dedup: String::new(),
        topic: Topic::Account,
        event: "webhook_ping",
        subject,
        title: String::new(),
        link: String::new(),
        at: tx.now(),
        collapses: false,
    };
    let message = Delivery { endpoint: Some(id), ..message(tx, &news, endpoint.organisation) };
    store::insert_delivery(tx, &message)?;
    Ok(message)
}

pub fn deliveries(
    snapshot: &mut Snapshot,
    actor: &Actor,
    endpoint: Option<EndpointId>,
    state: Option<DeliveryState>,
    page: &PageQuery,
) -> Result<Page<Delivery>, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    store::webhook_page(snapshot, actor.person()?.organisation, endpoint, state, page)
}

/// Sends a dead message again, under the same id (rule 4).
pub fn resend(tx: &mut Tx, actor: &Actor, id: DeliveryId) -> Result<Delivery, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let organisation = actor.person()?.organisation;
    let found =
        store::delivery(tx, id)?.filter(|it| it.organisation == organisation && it.endpoint.is_some());
    let before = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if before.state != DeliveryState::Dead {
        return Err(Refusal::new(&DELIVERY_NOT_DEAD));
    }
    let endpoint = before.endpoint.map(|id| store::endpoint(tx, id)).transpose()?.flatten();
    let endpoint = endpoint.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    may_take(tx, &endpoint)?;
    let after = Delivery {
        version: before.version + 1,
        state: DeliveryState::Waiting,
        attempts: 0,
        next_at: tx.now(),
        ended_at: None,
        ..before
    };
    match store::save_delivery(tx, &after)? {
        true => Ok(after),
        false => Err(Refusal::new(&STATE_CONFLICT).with("state", after.state)),
    }
}

/// Whether somebody may send to an address by hand: what people press again and again is bounded too.
fn may_take(tx: &mut Tx, endpoint: &Endpoint) -> Result<(), Refusal> {
    if endpoint.state != EndpointState::Active {
        return Err(Refusal::new(&WEBHOOK_DISABLED));
    }
    if is_full(tx, endpoint.id)? {
        return Err(Refusal::new(&WEBHOOK_QUEUE_FULL));
    }
    Ok(())
}

fn own(conn: &mut Conn, actor: &Actor, id: EndpointId) -> Result<Endpoint, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let organisation = actor.person()?.organisation;
    let found = store::endpoint(conn, id)?.filter(|it| it.organisation == organisation);
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

fn check(outbound: &Outbound, new: &NewEndpoint) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::optional(&mut errors, "/description", &new.description, DESCRIPTION_CHARS_MAX);
    if let Err(refused) = outbound.check(new.url.trim()) {
        let reason = refused.params().iter().map(|(_, value)| value.clone()).collect::<Vec<_>>().join(" ");
        errors.add_with("/url", &INVALID_VALUE, &[("reason", reason)]);
    }
    errors.check()
}

fn distinct(topics: &[Topic]) -> Vec<Topic> {
    let mut topics = topics.to_vec();
    topics.sort_unstable();
    topics.dedup();
    topics
}

fn secret_context(id: EndpointId) -> String {
    format!("webhook/{id}")
}

/// An official trail: where data goes to is a matter of the organisation.
fn trail(tx: &mut Tx, actor: &Actor, act: &'static str, endpoint: &Endpoint) -> Result<(), Refusal> {
    let subject = tx.urn("webhook_endpoint", endpoint.id);
    let facts = json!({"url": endpoint.url, "state": endpoint.state, "topics": endpoint.topics});
    audit::service::record(tx, actor, act, &subject, &facts)
}

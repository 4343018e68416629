//! Telling another node what became of its user's acts: a record of this node's feed for that node alone (rule 5).

use serde_json::json;

use super::Desk;
use crate::db::Tx;
use crate::engagement;
use crate::engagement::model::{EngagementId, MessageId};
use crate::federation::commands::codes::NODE_UNKNOWN;
use crate::federation::commands::model::Incoming;
use crate::federation::commands::store::{self, Told};
use crate::federation::commands::wire::{
    Decision, News, RESULT_BLOCK_BYTES, RESULT_ENTITY, RESULT_KIND, SealedResult, ThreadDocument,
};
use crate::federation::commands::{documents, nodes};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::id::Id;
use crate::proof::Letter;
use crate::proof::model::Purpose;

const ACTOR: Actor = Actor::System("federation.commands");
/// Until it is tried again.
pub(super) const WAIT_SECONDS: u32 = 60;
/// What could not be told for so long is told no more.
const WAIT_DAYS: i64 = 30;

/// That a command was received, or what was decided.
pub(super) fn command(
    tx: &mut Tx,
    desk: &Desk,
    of: &Incoming,
    decision: Option<Decision>,
) -> Result<(), Refusal> {
    let news = News::Command { key: of.key.clone(), received_at: of.received_at, decision };
    if tell(tx, desk, &of.origin, of.result, &news)? {
        return Ok(());
    }
    // What cannot be told is not decided: it waits.
    Err(Refusal::new(&NODE_UNKNOWN).retry_after_seconds(WAIT_SECONDS))
}

/// An engagement changed: its remote party's node is told how it now stands.
pub fn engagement_changed(tx: &mut Tx, desk: &Desk, id: EngagementId) -> Result<(), Refusal> {
    let node = tx.node().to_owned();
    let Some(seen) = engagement::service::for_node(tx, &node, id)? else { return Ok(()) };
    let Some(to) = seen.engagement.remote_node().map(str::to_owned) else { return Ok(()) };
    let organisation = seen.engagement.enquirer.urn.clone();
    let news = News::Thread { organisation, thread: Box::new(documents::engagement(seen)) };
    let is_told = tell(tx, desk, &to, id, &news)?;
    noted(tx, id, None, is_told)
}

/// A message was sent, by either side: both see the same thread in the same order.
pub fn message_sent(tx: &mut Tx, desk: &Desk, id: EngagementId, message: MessageId) -> Result<(), Refusal> {
    let node = tx.node().to_owned();
    let Some(seen) = engagement::service::for_node(tx, &node, id)? else { return Ok(()) };
    let Some(to) = seen.engagement.remote_node().map(str::to_owned) else { return Ok(()) };
    let Some(found) = engagement::service::message_of(tx, message)? else { return Ok(()) };
    let (organisation, thread) = (seen.engagement.enquirer.urn, seen.engagement.urn);
    let news = News::Message { organisation, thread, message: documents::message(found) };
    let is_told = tell(tx, desk, &to, message, &news)?;
    noted(tx, id, Some(message), is_told)
}

/// Keeps in mind what could not be told: by its name, without its words.
fn noted(tx: &mut Tx, id: EngagementId, message: Option<MessageId>, is_told: bool) -> Result<(), Refusal> {
    if is_told {
        return store::tell_no_more(tx, id, message);
    }
    let now = tx.now();
    store::tell_later(tx, id, message, now, now.plus_seconds(i64::from(WAIT_SECONDS)))
}

/// Tells what waits for the keys of its node, once they are known; how many were looked at.
pub fn tell_waiting(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<usize, Refusal> {
    let now = tx.now();
    let due = store::untold(tx, now, limit)?;
    for one in &due {
        if one.since < now.plus_days(-WAIT_DAYS) {
            tracing::error!(engagement = %one.engagement, "the keys of a node are not known any more: it is not told");
            store::tell_no_more(tx, one.engagement, one.message)?;
            continue;
        }
        match one.message {
            Some(message) => message_sent(tx, desk, one.engagement, message)?,
            None => engagement_changed(tx, desk, one.engagement)?,
        }
    }
    Ok(due.len())
}

/// A thread that has no version of its own: it is told in the next one if it says something new. Whether it is told.
pub(super) fn state<T>(
    tx: &mut Tx,
    desk: &Desk,
    to: &str,
    id: Id<T>,
    organisation: &str,
    document: &dyn Fn(i64) -> ThreadDocument,
) -> Result<bool, Refusal> {
    let subject = tx.urn(RESULT_ENTITY, id);
    let news =
        |version| News::Thread { organisation: organisation.to_owned(), thread: Box::new(document(version)) };
    let version = match store::told(tx, &subject)? {
        None => 1,
        Some(before) if before.digest == desk.mark(&news(before.version))? => return Ok(true),
        Some(before) => before.version + 1,
    };
    tell(tx, desk, to, id, &news(version))
}

/// Says it once: the next version of the record if it says something new. False while no keys of the node are known: its
/// key was revoked and the new one is not pinned yet, or the chain that led to it has gone.
fn tell<T>(tx: &mut Tx, desk: &Desk, to: &str, id: Id<T>, news: &News) -> Result<bool, Refusal> {
    let own = tx.node().to_owned();
    let Some(keys) = nodes::keys_of(tx, &own, to)? else {
        tracing::warn!(node = to, "the keys of a node that waits for news are not known");
        return Ok(false);
    };
    let subject = tx.urn(RESULT_ENTITY, id);
    let before = store::told(tx, &subject)?;
    let said = desk.mark(news)?;
    if before.as_ref().is_some_and(|before| before.digest == said) {
        return Ok(true);
    }
    let version = before.map_or(1, |before| before.version + 1);
    let to_key = keys.first().ok_or_else(|| Refusal::internal("a node with no key"))?;
    let mut record = SealedResult::draft(&subject, version, &own, to);
    record.to_kid = to_key.kid().to_owned();
    let body = serde_json::to_value(news).map_err(Refusal::internal)?;
    let ring = desk.keys.ring();
    let signer = ring.signer(Purpose::Node)?;
    let sealed =
        Letter::seal(signer, to_key, RESULT_KIND, &record.head(), &body, RESULT_BLOCK_BYTES, tx.random());
    record.sealed = sealed.map_err(Refusal::internal)?;
    let told_at = tx.now();
    store::put_told(
        tx,
        &Told { subject: subject.clone(), node: to.to_owned(), version, digest: said, told_at },
    )?;
    let public = serde_json::to_value(&record).map_err(Refusal::internal)?;
    let audience = Audience::Nodes(vec![to.to_owned()]);
    let facts = json!({ "to": to });
    tx.record(&ACTOR, NewChange::published("command.answered", subject, version, audience, facts, public));
    Ok(true)
}

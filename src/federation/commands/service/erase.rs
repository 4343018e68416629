//! Words and contacts of acts go when nobody needs them, and when the record is erased that they are about (rule 9). The
//! opened text of a command goes with its decision, for what came of it is in the record that it made. What was decided
//! stays, with its keys and digests: a command that comes again is still known.

use serde_json::json;

use crate::changes;
use crate::db::Tx;
use crate::federation::commands::model::RemoteMessageId;
use crate::federation::commands::store::{self, Told};
use crate::federation::commands::wire::{RESULT_ENTITY, ThreadDocument};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::id::{parse_urn, urn};

/// What a user asked of another node is shown to its organisation so long.
const REQUEST_DAYS: i64 = 180;
/// Signed letters of both sides, threads and their messages are evidence while a claim may be brought (Civil Code
/// art. 188: three years).
const EVIDENCE_DAYS: i64 = 3 * 366;
const ROWS_MAX: i64 = 100;
/// Each is a record of the feed.
const TOLD_MAX: i64 = 50;
const ACTOR: Actor = Actor::System("federation.commands");

/// Takes out what is over its time; how many rows.
pub fn expire(tx: &mut Tx) -> Result<usize, Refusal> {
    let now = tx.now();
    let old = now.plus_days(-EVIDENCE_DAYS);
    let letters = store::evidence_before(tx, old, ROWS_MAX)?;
    store::blank_received(tx, &letters)?;
    let acts = store::acts_before(tx, now.plus_days(-REQUEST_DAYS), ROWS_MAX)?;
    store::blank_acts(tx, &acts, false)?;
    let threads = store::threads_before(tx, old, ROWS_MAX)?;
    blank_threads(tx, &threads)?;
    let messages = store::messages_before(tx, old, ROWS_MAX)?;
    store::blank_messages(tx, &messages)?;
    let came = store::results_before(tx, old, ROWS_MAX)?;
    store::blank_results(tx, &came)?;
    Ok(letters.len() + acts.len() + threads.len() + messages.len() + came.len())
}

/// Takes back what this node told others so long ago: the sealed letters go from its feed and, as with every erasure, from
/// wherever they were passed on. What is told later goes on in the next version.
pub fn take_back(tx: &mut Tx) -> Result<usize, Refusal> {
    let now = tx.now();
    let old = store::told_before(tx, now.plus_days(-EVIDENCE_DAYS), TOLD_MAX)?;
    for told in &old {
        let (subject, version) = (told.subject.clone(), told.version + 1);
        changes::feed::blank(tx, &subject)?;
        store::put_told(tx, &Told { version, digest: String::new(), told_at: now, ..told.clone() })?;
        let audience = Audience::Nodes(vec![told.node.clone()]);
        let facts = json!({ "reason": "erasure" });
        tx.record(&ACTOR, NewChange::deleted("command_result.erased", subject, version, audience, facts));
    }
    Ok(old.len())
}

/// A record was erased, here or at its own node: what users asked about it goes with it, and what was written on either
/// side. What waits to be decided is then refused, because there is nothing left to decide on. What is more than one
/// command takes out goes in further ones ([`erase_on`]).
pub fn erase_about(tx: &mut Tx, urn: &str) -> Result<(), Refusal> {
    if slice(tx, urn)? {
        return Ok(());
    }
    let now = tx.now();
    store::put_erasing(tx, urn, now)
}

/// Goes on with what is left of an erasure; 0 where nothing is.
pub fn erase_on(tx: &mut Tx) -> Result<usize, Refusal> {
    let Some(urn) = store::erasing(tx)? else { return Ok(0) };
    if slice(tx, &urn)? {
        store::erased(tx, &urn)?;
    }
    Ok(1)
}

/// So much at a time; whether it was the last.
fn slice(tx: &mut Tx, urn: &str) -> Result<bool, Refusal> {
    let received = store::take_received_about(tx, urn, ROWS_MAX)?;
    store::blank_received(tx, &received)?;
    let acts = store::acts_about(tx, urn, ROWS_MAX)?;
    store::blank_acts(tx, &acts, true)?;
    // Messages before their threads: while one of them has words its thread is looked for.
    let messages = store::messages_about(tx, urn, ROWS_MAX)?;
    blank_letters(tx, urn, &messages)?;
    store::blank_messages(tx, &messages)?;
    let threads = store::threads_about(tx, urn, ROWS_MAX)?;
    blank_threads(tx, &threads)?;
    let most = [received.len(), acts.len(), messages.len(), threads.len()].into_iter().max().unwrap_or(0);
    Ok(i64::try_from(most).unwrap_or(i64::MAX) < ROWS_MAX)
}

/// The letters that brought messages of the node whose record it is.
fn blank_letters(tx: &mut Tx, about: &str, messages: &[RemoteMessageId]) -> Result<(), Refusal> {
    let Some((node, ..)) = parse_urn(about) else { return Ok(()) };
    let subjects: Vec<String> = messages.iter().map(|id| urn(node, RESULT_ENTITY, *id)).collect();
    store::blank_results(tx, &subjects)
}

/// The words of threads go, and the letters that brought them.
fn blank_threads(tx: &mut Tx, urns: &[String]) -> Result<(), Refusal> {
    let now = tx.now();
    for name in urns {
        let Some(mut thread) = store::thread(tx, name)? else { continue };
        let document: ThreadDocument = serde_json::from_str(&thread.document).map_err(Refusal::internal)?;
        thread.document = serde_json::to_string(&document.blank()).map_err(Refusal::internal)?;
        thread.erased_at = Some(now);
        store::put_thread(tx, &thread)?;
        store::blank_results(tx, &[urn(&thread.node, RESULT_ENTITY, thread.id)])?;
    }
    Ok(())
}

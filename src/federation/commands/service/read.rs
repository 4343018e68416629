//! What users see of their acts elsewhere, and operators of what hangs.

use crate::db::{Snapshot, Tx};
use crate::federation::commands::model::{
    ActFilter, Incoming, Outgoing, RemoteAct, RemoteActId, RemoteMessage, RemoteThread, ThreadId,
};
use crate::federation::commands::store;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};

/// The acts of the actor's organisation, the newest first.
pub fn acts(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &ActFilter,
    page: &PageQuery,
) -> Result<Page<RemoteAct>, Refusal> {
    store::acts(snapshot, actor.person()?.organisation, filter, page)
}

/// For other organisations it does not exist.
pub fn act(snapshot: &mut Snapshot, actor: &Actor, id: RemoteActId) -> Result<RemoteAct, Refusal> {
    let own = actor.person()?.organisation;
    let found = store::act(snapshot, id)?.filter(|act| act.organisation == own);
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub fn threads(
    snapshot: &mut Snapshot,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<RemoteThread>, Refusal> {
    store::threads(snapshot, actor.person()?.organisation, page)
}

pub fn thread(snapshot: &mut Snapshot, actor: &Actor, id: ThreadId) -> Result<RemoteThread, Refusal> {
    let own = actor.person()?.organisation;
    store::thread_by_id(snapshot, own, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// The messages of both sides, in the order in which the thread's node took them.
pub fn messages(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ThreadId,
    page: &PageQuery,
) -> Result<Page<RemoteMessage>, Refusal> {
    let thread = thread(snapshot, actor, id)?;
    store::messages(snapshot, &thread.urn, page)
}

/// Commands that could not be handed over.
pub fn dead(snapshot: &mut Snapshot, page: &PageQuery) -> Result<Page<Outgoing>, Refusal> {
    store::dead(snapshot, page)
}

/// Commands that could not be decided.
pub fn stuck(snapshot: &mut Snapshot, page: &PageQuery) -> Result<Page<Incoming>, Refusal> {
    store::stuck(snapshot, page)
}

/// Tries a dead command once more, or decides a failed one.
pub fn retry(tx: &mut Tx, origin: &str, key: &str) -> Result<(), Refusal> {
    let now = tx.now();
    let revived = store::revive(tx, origin, key, now)? || store::revive_failed(tx, origin, key, now)?;
    if revived { Ok(()) } else { Err(Refusal::new(&NOT_FOUND)) }
}

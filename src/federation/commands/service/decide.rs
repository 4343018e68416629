//! Deciding what was received: by the same rules and services as for own users, by this node's clock (rule 4).

use super::{Desk, tell};
use crate::db::{Conn, Tx};
use crate::federation::commands::codes::NODE_UNKNOWN;
use crate::federation::commands::model::{InboxState, Incoming};
use crate::federation::commands::wire::{Decision, Made, RemoteFieldError, RemoteRefusal};
use crate::federation::commands::{perform, rules, store};
use crate::kernel::actor::{Actor, Remote};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Refusal, fill};
use crate::kernel::time::UtcTime;

/// Faults of this node's own after which an operator has to look.
const ATTEMPTS_MAX: i32 = 10;
const ERROR_CHARS_MAX: usize = 1_000;

/// The keys of what waits, oldest first.
pub fn due(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<(String, String)>, Refusal> {
    Ok(store::due_incoming(conn, now, limit)?.into_iter().map(|it| (it.origin, it.key)).collect())
}

/// Does what the command asks for and tells its origin, in one transaction. A refusal leaves nothing behind: the
/// caller then notes it with [`refuse`].
pub fn decide(tx: &mut Tx, desk: &Desk, origin: &str, key: &str) -> Result<(), Refusal> {
    let Some(waiting) = waiting(tx, origin, key)? else { return Ok(()) };
    if waiting.body.is_empty() {
        // The record was erased, and with it what was asked about it.
        return Err(Refusal::new(&NOT_FOUND));
    }
    let text = desk.unlocked(&waiting)?;
    let act = perform::read(&text.act)?;
    let person = text.person;
    let actor = Actor::Remote(Box::new(Remote {
        node: origin.to_owned(),
        user: person.user,
        name: person.name,
        party: person.organisation,
        kind: person.kind,
    }));
    let made = perform::perform(tx, &actor, desk, &act)?;
    decided(tx, desk, waiting, Ok(made))
}

/// The refusal is the decision.
pub fn refuse(tx: &mut Tx, desk: &Desk, origin: &str, key: &str, refusal: &Refusal) -> Result<(), Refusal> {
    match waiting(tx, origin, key)? {
        Some(waiting) => decided(tx, desk, waiting, Err(refusal)),
        None => Ok(()),
    }
}

/// A fault of this node: tried again later, until an operator has to look.
pub fn failed(tx: &mut Tx, desk: &Desk, origin: &str, key: &str, error: &Refusal) -> Result<(), Refusal> {
    let Some(mut waiting) = waiting(tx, origin, key)? else { return Ok(()) };
    waiting.attempts += 1;
    waiting.next_at = tx.now().plus_seconds(rules::backoff_seconds(waiting.attempts));
    waiting.last_error = error.to_string().chars().take(ERROR_CHARS_MAX).collect();
    // Keys come back: it is decided then, however long that takes.
    if waiting.attempts >= ATTEMPTS_MAX && !error.is(&NODE_UNKNOWN) {
        waiting.state = InboxState::Failed;
        waiting.act = desk.unlocked(&waiting).map(|text| perform::shown_name(&text.act)).unwrap_or_default();
    }
    store::save_incoming(tx, &waiting)
}

/// Another instance may have been faster.
fn waiting(tx: &mut Tx, origin: &str, key: &str) -> Result<Option<Incoming>, Refusal> {
    Ok(store::incoming(tx, origin, key)?.filter(|it| it.state == InboxState::Received))
}

fn decided(
    tx: &mut Tx,
    desk: &Desk,
    waiting: Incoming,
    outcome: Result<Made, &Refusal>,
) -> Result<(), Refusal> {
    let now = tx.now();
    let decision = Decision {
        at: now,
        accepted: outcome.is_ok(),
        refusal: outcome.as_ref().err().map(|refusal| shown(refusal)),
        made: outcome.ok(),
    };
    // Neither what it said nor whether it was accepted: the answer is its user's alone, and the command is kept as it
    // came.
    let after = Incoming {
        state: InboxState::Decided,
        body: String::new(),
        decided_at: Some(now),
        last_error: String::new(),
        ..waiting
    };
    store::save_incoming(tx, &after)?;
    tell::command(tx, desk, &after, Some(decision))
}

/// The words for the user; what is in the log stays in the log.
fn shown(refusal: &Refusal) -> RemoteRefusal {
    let code = refusal.definition();
    let errors = refusal.errors().iter().map(|error| RemoteFieldError {
        pointer: error.pointer.clone(),
        code: error.code.id.to_owned(),
        zh: fill(error.code.zh, &error.params),
        en: fill(error.code.en, &error.params),
    });
    RemoteRefusal {
        code: code.id.to_owned(),
        zh: fill(code.zh, refusal.params()),
        en: fill(code.en, refusal.params()),
        errors: errors.collect(),
    }
}

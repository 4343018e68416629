//! Handing commands over to the next node, at least once (rules 1 and 3).

use super::take::moved;
use crate::db::{Conn, Tx};
use crate::federation::commands::model::{OutboxState, Outgoing, RemoteState};
use crate::federation::commands::wire::{Carried, Command};
use crate::federation::commands::{nodes, rules, store};
use crate::federation::model::{Peer, State};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// How long the keys of others' commands are remembered after they left: as long as a copy may be under way.
const REMEMBERED_DAYS: i64 = 2 * rules::LIFE_DAYS;
const SWEEP_ROWS_MAX: i64 = 200;
const ERROR_CHARS_MAX: usize = 1_000;

/// A command and the neighbour that gets it; none while no way is known, or its link is suspended.
#[derive(Clone, Debug)]
pub struct Errand {
    pub origin: String,
    pub key: String,
    pub to: Option<Peer>,
    pub carried: Carried,
}

/// Why the neighbour did not take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Tried again.
    Later(String),
    /// It refuses for good.
    Never(String),
}

/// What is due, with the way that each takes.
pub fn errands(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Errand>, Refusal> {
    let mut errands = Vec::new();
    for one in store::due_outgoing(conn, now, limit)? {
        let command: Command = serde_json::from_str(&one.command).map_err(Refusal::internal)?;
        let joined = |next: &Peer| next.state == State::Confirmed && !one.via.contains(&next.node);
        let to = nodes::next_hop(conn, &one.to_node)?.filter(joined);
        let (origin, key) = (one.origin, one.key);
        errands.push(Errand { origin, key, to, carried: Carried { command, via: one.via } });
    }
    Ok(errands)
}

/// The neighbour has it in its database: this node's duty ends.
pub fn handed_over(tx: &mut Tx, origin: &str, key: &str) -> Result<(), Refusal> {
    let Some(mut one) = waiting(tx, origin, key)? else { return Ok(()) };
    one.state = OutboxState::Sent;
    one.sent_at = Some(tx.now());
    one.next_at = tx.now();
    one.command = String::new();
    one.last_error = String::new();
    store::save_outgoing(tx, &one)?;
    own_act(tx, &one, RemoteState::Sent, "")
}

/// Tried again with growing pauses; given up when its life is over or the neighbour refuses for good.
pub fn not_handed_over(tx: &mut Tx, origin: &str, key: &str, failure: &Failure) -> Result<(), Refusal> {
    let Some(mut one) = waiting(tx, origin, key)? else { return Ok(()) };
    let (error, again) = match failure {
        Failure::Later(error) => (error, true),
        Failure::Never(error) => (error, false),
    };
    one.attempts += 1;
    one.next_at = tx.now().plus_seconds(rules::backoff_seconds(one.attempts));
    one.last_error = error.chars().take(ERROR_CHARS_MAX).collect();
    let dead = !again || one.next_at > one.expires_at;
    if dead {
        one.state = OutboxState::Dead;
        tracing::error!(origin, key, to = %one.to_node, %error, "a command could not be delivered");
    }
    store::save_outgoing(tx, &one)?;
    if dead { own_act(tx, &one, RemoteState::Undeliverable, &one.last_error) } else { Ok(()) }
}

fn waiting(tx: &mut Tx, origin: &str, key: &str) -> Result<Option<Outgoing>, Refusal> {
    Ok(store::outgoing(tx, origin, key)?.filter(|it| it.state == OutboxState::Waiting))
}

/// What its user sees, if the command is of a user of this node.
fn own_act(tx: &mut Tx, one: &Outgoing, state: RemoteState, error: &str) -> Result<(), Refusal> {
    if one.origin != tx.node() {
        return Ok(());
    }
    let Some(id) = one.key.parse().ok() else { return Ok(()) };
    let Some(before) = store::act(tx, id)? else { return Ok(()) };
    let now = tx.now();
    let Some(mut after) = before.moved(state, now) else { return Ok(()) };
    if !error.is_empty() && after.answer.is_empty() {
        after.answer = serde_json::json!({ "undeliverable": error }).to_string();
    }
    moved(tx, &before, after)
}

/// Forgets others' commands that left long ago; how many.
pub fn forget(tx: &mut Tx) -> Result<usize, Refusal> {
    let (own, before) = (tx.node().to_owned(), tx.now().plus_days(-REMEMBERED_DAYS));
    store::forget_handed_over(tx, &own, before, SWEEP_ROWS_MAX)
}

//! A neighbour hands a command over: kept here if this node decides it, else queued for the next one (rules 1, 3, 7).

use serde_json::json;

use super::{Desk, tell};
use crate::db::Tx;
use crate::federation::commands::codes::{
    COMMAND_KEY_REUSED, COMMAND_MALFORMED, COMMAND_REFUSED, NO_WAY, NODE_UNKNOWN, OUTBOX_FULL,
    TOO_MANY_COMMANDS,
};
use crate::federation::commands::model::{
    InboxState, Incoming, OutboxState, Outgoing, ResultId, SALE_ENTITY,
};
use crate::federation::commands::wire::{COMMAND_KIND, Carried, CommandText, digest};
use crate::federation::commands::{nodes, rules, store};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::proof::Letter;

/// Commands of one node that are taken in a minute.
const COMMANDS_PER_MINUTE_MAX: i64 = 600;
/// Others' commands that wait here at a time.
const CARRIED_MAX: i64 = 20_000;
const NODE_UNKNOWN_RETRY_SECONDS: u32 = 30;
const ACTOR: Actor = Actor::System("federation.commands");

/// What the neighbour is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// This node decides.
    Received,
    /// On its way to the next node.
    Forwarded,
}

impl Receipt {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Forwarded => "forwarded",
        }
    }
}

pub fn receive(tx: &mut Tx, desk: &Desk, handed_by: &str, carried: &Carried) -> Result<Receipt, Refusal> {
    let own = tx.node().to_owned();
    rules::well_formed(carried, handed_by, &own, tx.now())?;
    let digest = digest(&carried.command)?;
    if carried.command.to == own { keep(tx, desk, carried, digest) } else { forward(tx, carried, digest) }
}

/// Opaque bytes for somebody else.
fn forward(tx: &mut Tx, carried: &Carried, digest: String) -> Result<Receipt, Refusal> {
    let command = &carried.command;
    if let Some(known) = store::outgoing(tx, &command.from, &command.key)? {
        return same(&known.digest, &digest).map(|()| Receipt::Forwarded);
    }
    let next = nodes::next_hop(tx, &command.to)?;
    if next.is_none_or(|next| carried.via.contains(&next.node)) {
        return Err(Refusal::new(&NO_WAY));
    }
    if store::count_waiting(tx)? >= CARRIED_MAX {
        return Err(Refusal::new(&OUTBOX_FULL).retry_after_seconds(60));
    }
    let now = tx.now();
    let mut via = carried.via.clone();
    via.push(tx.node().to_owned());
    let outgoing = Outgoing {
        origin: command.from.clone(),
        key: command.key.clone(),
        to_node: command.to.clone(),
        digest,
        command: serde_json::to_string(command).map_err(Refusal::internal)?,
        via,
        state: OutboxState::Waiting,
        attempts: 0,
        next_at: now,
        last_error: String::new(),
        expires_at: command.expires,
        queued_at: now,
        sent_at: None,
    };
    store::insert_outgoing(tx, &outgoing)?;
    Ok(Receipt::Forwarded)
}

/// Rule 1: the same command again is the same answer; another one under its key is refused.
fn same(known: &str, came: &str) -> Result<(), Refusal> {
    if known == came { Ok(()) } else { Err(Refusal::new(&COMMAND_KEY_REUSED)) }
}

fn keep(tx: &mut Tx, desk: &Desk, carried: &Carried, digest: String) -> Result<Receipt, Refusal> {
    let command = &carried.command;
    if let Some(known) = store::incoming(tx, &command.from, &command.key)? {
        return same(&known.digest, &digest).map(|()| Receipt::Received);
    }
    let now = tx.now();
    if store::count_since(tx, &command.from, now.plus_seconds(-60))? >= COMMANDS_PER_MINUTE_MAX {
        return Err(Refusal::new(&TOO_MANY_COMMANDS).retry_after_seconds(60));
    }
    let text = opened(tx, desk, carried)?;
    rules::speaks_for_its_own(&command.from, &text)?;
    let result: ResultId = tx.new_id();
    let incoming = Incoming {
        origin: command.from.clone(),
        key: command.key.clone(),
        digest,
        // Which act it is may be a secret of its sale.
        act: String::new(),
        command: serde_json::to_string(command).map_err(Refusal::internal)?,
        body: desk.locked(tx, &command.from, &command.key, &text)?,
        result,
        state: InboxState::Received,
        accepted: None,
        attempts: 0,
        next_at: now,
        last_error: String::new(),
        received_at: now,
        decided_at: None,
    };
    store::insert_incoming(tx, &incoming)?;
    // A sale is no record of a person that would be erased, and who acts on it is its secret.
    let named = |target: &&str| parse_urn(target).is_some_and(|(_, entity, _)| entity != SALE_ENTITY);
    if let Some(target) = text.act["about"].as_str().filter(named) {
        store::put_target(tx, &incoming.origin, &incoming.key, target)?;
    }
    tell::command(tx, desk, &incoming, None)?;
    let facts = json!({ "origin": incoming.origin, "key": incoming.key });
    let subject = tx.urn("command_result", result);
    tx.record(&ACTOR, NewChange::local("command.received", subject, 1, facts));
    Ok(Receipt::Received)
}

/// Rule 2: signed by its origin and encrypted to this node, under this very head.
fn opened(tx: &mut Tx, desk: &Desk, carried: &Carried) -> Result<CommandText, Refusal> {
    let (command, own) = (&carried.command, tx.node().to_owned());
    let sender = nodes::ring_of(tx, &own, &command.from)?;
    let sender =
        sender.ok_or_else(|| Refusal::new(&NODE_UNKNOWN).retry_after_seconds(NODE_UNKNOWN_RETRY_SECONDS))?;
    let ring = desk.keys.ring();
    let opened =
        Letter::open(&ring, &command.to_kid, &sender, COMMAND_KIND, &command.head(), &command.sealed);
    let body = opened.map_err(|error| Refusal::new(&COMMAND_REFUSED).because(error))?;
    serde_json::from_value(body).map_err(|error| Refusal::new(&COMMAND_MALFORMED).because(error))
}

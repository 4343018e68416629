//! Taking events, and showing what is here.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::model::{
    Aside, Event, Intake, Known, QuarantineId, Replica, SetAside, Standing, State, Taken, WITHDRAWN,
};
use super::rules::{self, Verdict};
use super::store;
use crate::changes;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, Method, NewChange, Relay, RelayedData};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};

pub use super::rules::{HOPS_MAX, buckets, hash_of};
pub use super::store::{Filter, after, count, find, forget, load, open_asides, standings, ways};

/// Events of one command: with the inbox and the log about 500 rows.
pub const SLICE_EVENTS_MAX: usize = 160;
/// Characters of an event that are kept for somebody to look at.
const ASIDE_CHARS_MAX: usize = 16 * 1024;
/// Open entries for one neighbour; what comes beyond is counted by its alarm alone.
const ASIDES_OPEN_MAX: i64 = 1000;

pub const CHANGED: &str = "replica.changed";
pub const DELETED: &str = "replica.deleted";
const ACTOR: Actor = Actor::System("federation");

/// Takes a slice of events, in order, inside the command that moves the cursor (TMF-1 rule 8).
pub fn take(tx: &mut Tx, intake: &Intake, events: &[Event]) -> Result<Taken, Refusal> {
    let mut taken = Taken::default();
    let fresh = fresh(tx, intake, events)?;
    taken.passed_over += events.len() - fresh.len();
    let subjects: Vec<&str> = fresh.iter().map(|event| event.subject.as_str()).collect();
    let mut known: HashMap<String, Known> = store::known(tx, &subjects)?.into_iter().collect();
    let mut written: BTreeMap<&str, Replica> = BTreeMap::new();
    for event in &fresh {
        let replaces = intake.replaces.filter(|_| event.origin == intake.via);
        match rules::judge(known.get(&event.subject), event, replaces) {
            Verdict::PassOver => taken.passed_over += 1,
            Verdict::SetAside(reason) => {
                set_aside(tx, &intake.via, event, reason)?;
                taken.set_aside.push((event.subject.clone(), reason));
            }
            Verdict::Write => {
                let differs = differs(known.get(&event.subject), event);
                let replica = replica(tx, intake, event, replaces);
                known.insert(event.subject.clone(), known_of(&replica));
                if event.is_erasure() {
                    changes::feed::blank(tx, &event.subject)?;
                }
                if differs {
                    record(tx, intake, event, replica.epoch);
                }
                written.insert(&event.subject, replica);
                taken.written += 1;
            }
        }
    }
    if intake.generation > 0 && !subjects.is_empty() {
        store::mark(tx, &subjects, intake.generation)?;
    }
    if !written.is_empty() {
        store::put(tx, written.into_values().collect())?;
    }
    Ok(taken)
}

/// Those that were not taken before, noted as taken. What a snapshot tells is a state and no event: it is judged
/// by its version alone.
fn fresh<'a>(tx: &mut Tx, intake: &Intake, events: &'a [Event]) -> Result<Vec<&'a Event>, Refusal> {
    if intake.generation > 0 {
        return Ok(events.iter().collect());
    }
    let mut by_origin: BTreeMap<(&str, i64), Vec<i64>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.seq > 0) {
        by_origin.entry((&event.origin, event.epoch)).or_default().push(event.seq);
    }
    let mut seen: HashSet<(&str, i64, i64)> = HashSet::new();
    for ((origin, epoch), seqs) in by_origin {
        seen.extend(store::seen(tx, origin, epoch, &seqs)?.into_iter().map(|seq| (origin, epoch, seq)));
    }
    let mut keys = Vec::new();
    let mut fresh = Vec::with_capacity(events.len());
    for event in events {
        let key = (event.origin.as_str(), event.epoch, event.seq);
        if event.seq == 0 {
            fresh.push(event);
        } else if seen.insert(key) {
            keys.push(key);
            fresh.push(event);
        }
    }
    if !keys.is_empty() {
        store::note(tx, &keys)?;
    }
    Ok(fresh)
}

/// Whether an event says something new, and not only that a new epoch still has it.
fn differs(known: Option<&Known>, event: &Event) -> bool {
    let hash = event.data.as_ref().map(|data| data.hash.as_slice());
    known.is_none_or(|known| {
        known.version != event.version
            || known.state != rules::state_after(event)
            || known.hash.as_deref() != hash
    })
}

fn replica(tx: &Tx, intake: &Intake, event: &Event, replaces: Option<i64>) -> Replica {
    let data = event.data.as_ref();
    Replica {
        subject: event.subject.clone(),
        origin: event.origin.clone(),
        via: intake.via.clone(),
        epoch: replaces.unwrap_or(event.epoch),
        version: event.version,
        event_type: event.event_type.clone(),
        state: rules::state_after(event),
        audience: event.audience.clone(),
        hops: event.hops,
        public: data.map(|data| data.canonical.clone()),
        salt: data.map(|data| data.salt.clone()),
        data_hash: data.map(|data| data.hash.to_vec()),
        origin_seq: event.seq,
        changed_at: event.time,
        received_at: tx.now(),
        generation: intake.generation,
    }
}

fn known_of(replica: &Replica) -> Known {
    let (epoch, version, state) = (replica.epoch, replica.version, replica.state);
    Known { epoch, version, state, hash: replica.data_hash.clone() }
}

/// The change of this node's log: with a number of the feed where others may be told (rule 8).
fn record(tx: &mut Tx, intake: &Intake, event: &Event, epoch: i64) {
    let audience = if intake.is_hub { rules::audience_here(event, tx.node()) } else { Audience::None };
    let kind = if event.method == Method::Put { CHANGED } else { DELETED };
    let relay = Relay {
        origin: event.origin.clone(),
        via: intake.via.clone(),
        epoch,
        // A state that a snapshot told is no event that could have come by another way.
        seq: if intake.generation > 0 { 0 } else { event.seq },
        hops: event.hops,
        time: event.time,
        event_type: event.event_type.clone(),
        reason: event.reason.clone(),
        data: event.data.clone(),
    };
    let subject = event.subject.clone();
    tx.record(&ACTOR, NewChange::relayed(kind, subject, event.version, event.method, audience, relay));
}

fn set_aside(tx: &mut Tx, peer: &str, event: &Event, reason: Aside) -> Result<(), Refusal> {
    let shown = json!({
        "origin": event.origin, "originepoch": event.epoch, "originseq": event.seq,
        "version": event.version, "method": event.method, "type": event.event_type,
        "time": event.time, "data": event.data.as_ref().map(|data| data.canonical.clone()),
    });
    keep_aside(tx, peer, &event.subject, reason, &shown.to_string())
}

/// Sets something aside that is not even an event.
pub fn keep_aside(tx: &mut Tx, peer: &str, subject: &str, reason: Aside, event: &str) -> Result<(), Refusal> {
    if store::open_asides(tx, peer)? >= ASIDES_OPEN_MAX {
        return Ok(());
    }
    let one = SetAside {
        id: tx.new_id(),
        peer: peer.to_owned(),
        subject: subject.to_owned(),
        reason,
        event: event.chars().take(ASIDE_CHARS_MAX).collect(),
        at: tx.now(),
        resolved_at: None,
    };
    store::set_aside(tx, &one)
}

pub fn asides(conn: &mut Conn, page: &PageQuery) -> Result<Page<SetAside>, Refusal> {
    store::asides(conn, page)
}

/// Somebody has looked at it.
pub fn resolve(tx: &mut Tx, id: QuarantineId) -> Result<(), Refusal> {
    let now = tx.now();
    if store::resolve(tx, id, now)? { Ok(()) } else { Err(Refusal::new(&NOT_FOUND)) }
}

/// What became of records that a complete snapshot did not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The origin was restored and does not have them any more.
    Deleted { epoch: i64 },
    /// They may no longer be seen.
    Withdrawn,
}

/// The next slice of what a snapshot did not name is marked; the last subject looked at, none at the end.
pub fn sweep(
    tx: &mut Tx,
    intake: &Intake,
    origin: Option<&str>,
    missing: Missing,
    after: &str,
) -> Result<Option<String>, Refusal> {
    let filter = Filter {
        via: Some(&intake.via),
        origin,
        state: Some(State::Live),
        not_generation: Some(intake.generation),
        ..Filter::default()
    };
    let limit = i64::try_from(SLICE_EVENTS_MAX).unwrap_or(i64::MAX);
    let found = store::after(tx, &filter, after, limit)?;
    let last = found.last().map(|last| last.subject.clone());
    let mut gone = Vec::new();
    for mut replica in found {
        let (state, epoch) = match missing {
            Missing::Deleted { epoch } => (State::Deleted, epoch),
            Missing::Withdrawn => (State::Withdrawn, replica.epoch),
        };
        let event = Event {
            origin: replica.origin.clone(),
            epoch,
            seq: 0,
            hops: replica.hops,
            subject: replica.subject.clone(),
            version: replica.version,
            method: Method::Delete,
            event_type: replica.event_type.clone(),
            time: tx.now(),
            audience: replica.audience.clone(),
            reason: (missing == Missing::Withdrawn).then(|| WITHDRAWN.to_owned()),
            data: None,
        };
        record(tx, intake, &event, epoch);
        replica.state = state;
        replica.epoch = epoch;
        (replica.public, replica.salt) = (None, None);
        replica.data_hash = None;
        replica.generation = intake.generation;
        gone.push(replica);
    }
    if !gone.is_empty() {
        store::put(tx, gone)?;
    }
    Ok(last)
}

/// A replica as it may be passed on in a snapshot.
pub fn event_of(replica: Replica) -> Event {
    let hash = replica.data_hash.as_deref().and_then(|hash| <[u8; 32]>::try_from(hash).ok());
    let data = match (replica.public, replica.salt, hash) {
        (Some(canonical), Some(salt), Some(hash)) => Some(RelayedData { canonical, hash, salt }),
        _ => None,
    };
    Event {
        origin: replica.origin,
        epoch: replica.epoch,
        seq: replica.origin_seq,
        hops: replica.hops,
        subject: replica.subject,
        version: replica.version,
        method: if replica.state == State::Live { Method::Put } else { Method::Delete },
        event_type: replica.event_type,
        time: replica.changed_at,
        audience: replica.audience,
        reason: (replica.state == State::Erased).then(|| super::model::ERASURE.to_owned()),
        data,
    }
}

/// Digest lines of what came from a neighbour and stands; what it withdrew is not its business any more.
pub fn standings_of(
    conn: &mut Conn,
    filter: &Filter,
    after: &str,
    limit: i64,
) -> Result<Vec<Standing>, Refusal> {
    let found = store::standings(conn, filter, after, limit)?;
    Ok(found.into_iter().filter(|(_, state)| *state != State::Withdrawn).map(|(one, _)| one).collect())
}

//! Taking events, and showing what is here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::aside::set_aside;
use super::inbox::Inbox;
use super::model::{Event, Intake, Known, Replica, Standing, State, Taken, WITHDRAWN, Way};
use super::rules::{self, Verdict};
use super::store;
use super::ways::{self, Ways};
use crate::changes;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, Method, NewChange, Relay, RelayedData};
use crate::kernel::error::Refusal;

pub use super::aside::{asides, keep_aside, resolve};
pub use super::homes::{Homes, node_urn};
pub use super::rules::{HOPS_MAX, buckets, hash_of, is_for_its_owner};
pub use super::store::{
    Filter, after, blank_asides, count, find, forget, load, open_asides, outlines, standings, ways,
};

/// Events of one command: with the inbox and the log about 500 rows.
pub const SLICE_EVENTS_MAX: usize = 160;

pub const CHANGED: &str = "replica.changed";
pub const DELETED: &str = "replica.deleted";
/// For neighbours alone: nothing changed here but by whom it is held.
const REROUTED: &str = "replica.rerouted";
const ACTOR: Actor = Actor::System("federation");

/// Takes a slice of events, in order, inside the command that moves the cursor (TMF-1 rule 8).
pub fn take(tx: &mut Tx, intake: &Intake, events: &[Event]) -> Result<Taken, Refusal> {
    let subjects: BTreeSet<&str> = events.iter().map(|event| event.subject.as_str()).collect();
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let mut slice = Slice {
        known: store::known(tx, &subjects)?.into_iter().collect(),
        further: HashMap::new(),
        ways: Ways::default(),
        written: BTreeMap::new(),
        taken: Taken::default(),
    };
    let withdrawn = events.iter().filter(|event| rules::is_withdrawal(event));
    let withdrawn: Vec<&str> = withdrawn.map(|event| event.subject.as_str()).collect();
    slice.further = ways::others(tx, intake, &withdrawn)?;
    let mut inbox = Inbox::of(tx, intake, events)?;
    for event in events {
        if slice.is_for_its_owner(intake, event) {
            slice.hear_of_way(intake, event);
        } else if inbox.is_fresh(intake, event, slice.known.get(&event.subject)) {
            let is_written = slice.take(tx, intake, event)?;
            inbox.note(intake, event, is_written);
        } else {
            slice.taken.passed_over += 1;
        }
        let known = slice.known.get_mut(&event.subject);
        if known.is_some_and(|known| slice.ways.given(intake, known, event)) {
            tell_of_way(tx, intake, event);
        }
    }
    inbox.save(tx)?;
    if intake.generation > 0 && !subjects.is_empty() {
        store::mark(tx, &subjects, intake.generation)?;
    }
    if !slice.written.is_empty() {
        store::put(tx, slice.written.into_values().collect())?;
    }
    slice.ways.save(tx, intake)?;
    Ok(slice.taken)
}

/// What is known of the subjects of a slice while it is taken.
struct Slice {
    known: HashMap<String, Known>,
    /// Where a subject that the slice withdraws is given too.
    further: HashMap<String, Way>,
    ways: Ways,
    written: BTreeMap<String, Replica>,
    taken: Taken,
}

impl Slice {
    fn is_for_its_owner(&self, intake: &Intake, event: &Event) -> bool {
        let known = self.known.get(&event.subject).map(|known| (known.via.as_str(), known.state));
        let owner_lives = intake.living.contains_key(&event.origin);
        rules::is_for_its_owner(&intake.via, event, owner_lives, known)
    }

    /// The sender gives, or gives no more, what its owner tells of itself.
    fn hear_of_way(&mut self, intake: &Intake, event: &Event) {
        self.taken.passed_over += 1;
        if rules::is_withdrawal(event) {
            self.ways.close(intake, &event.subject);
        } else if event.data.is_some() && !self.known.contains_key(&event.subject) {
            self.ways.open(intake, &event.subject, &intake.via, event.hops);
        }
    }

    /// Whether it was written.
    fn take(&mut self, tx: &mut Tx, intake: &Intake, event: &Event) -> Result<bool, Refusal> {
        if self.withdraws_in_part(intake, event) {
            self.taken.passed_over += 1;
            return Ok(false);
        }
        let replaces = intake.replaces.filter(|_| event.origin == intake.via);
        let known = self.known.get(&event.subject);
        // What others told of a record before its owner was a neighbour gives way to what the owner has.
        let owners_state = intake.generation > 0 && event.origin == intake.via;
        let hearsay = |known: &&Known| owners_state && known.via != intake.via;
        let overruled = known.filter(hearsay).is_some_and(|known| rules::contradicts(known, event, replaces));
        match rules::judge(known.filter(|_| !overruled), event, replaces) {
            Verdict::PassOver => {
                self.taken.passed_over += 1;
                Ok(false)
            }
            Verdict::SetAside(reason) => {
                set_aside(tx, &intake.via, event, reason)?;
                self.taken.set_aside.push((event.subject.clone(), reason));
                Ok(false)
            }
            Verdict::Write => {
                let replica = replica(tx, intake, event, replaces);
                if let Some(known) = known {
                    self.ways.leave(intake, &event.subject, known);
                }
                self.ways.written(&event.subject);
                if matches!(replica.state, State::Deleted | State::Erased) {
                    self.ways.end(&event.subject);
                }
                if event.is_erasure() {
                    changes::feed::blank(tx, &event.subject)?;
                    store::blank_asides(tx, &event.subject)?;
                }
                if differs(known, event) {
                    record(tx, intake, event, replica.epoch);
                }
                self.known.insert(event.subject.clone(), known_of(&replica));
                self.written.insert(event.subject.clone(), replica);
                self.taken.written += 1;
                Ok(true)
            }
        }
    }

    /// Whether the sender gives no more what another neighbour still gives (rule 8).
    fn withdraws_in_part(&mut self, intake: &Intake, event: &Event) -> bool {
        let known = self.known.get_mut(&event.subject).filter(|known| known.state == State::Live);
        let Some(known) = known.filter(|_| rules::is_withdrawal(event)) else { return false };
        if known.via != intake.via {
            self.ways.close(intake, &event.subject);
            return true;
        }
        match self.further.get(&event.subject) {
            Some(way) => {
                self.ways.close(intake, &event.subject);
                self.ways.lead(&event.subject, &way.via, way.hops, known);
                true
            }
            None => false,
        }
    }
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
    let (hash, via, hops) = (replica.data_hash.clone(), replica.via.clone(), replica.hops);
    Known { epoch, version, state, hash, via, hops }
}

/// A record is held by another way: those who gave it before are told that there is one, as they could not be while it
/// came by them. Nothing else changes.
fn tell_of_way(tx: &mut Tx, intake: &Intake, event: &Event) {
    let audience = rules::audience_here(event, tx.node());
    if intake.is_hub && audience.is_outside() {
        record_as(tx, REROUTED, intake, event, event.epoch);
    }
}

/// The change of this node's log: with a number of the feed where others may be told (rule 9).
fn record(tx: &mut Tx, intake: &Intake, event: &Event, epoch: i64) {
    let kind = if event.method == Method::Put { CHANGED } else { DELETED };
    record_as(tx, kind, intake, event, epoch);
}

fn record_as(tx: &mut Tx, kind: &'static str, intake: &Intake, event: &Event, epoch: i64) {
    let audience = if intake.is_hub { rules::audience_here(event, tx.node()) } else { Audience::None };
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

/// The version of a record that its restored owner does not have: it may write any version of it in its new epoch, also
/// those that it lost.
const NEVER_WAS: i64 = 0;

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
    end(tx, intake, missing, found)?;
    Ok(last)
}

/// Marks these subjects, as far as they are held by the way of the neighbour, as given by it no more.
pub fn withdraw(tx: &mut Tx, intake: &Intake, subjects: &[String]) -> Result<usize, Refusal> {
    let held = |it: &Replica| it.via == intake.via && it.state == State::Live;
    let found: Vec<Replica> = store::load(tx, subjects)?.into_iter().filter(held).collect();
    let count = found.len();
    end(tx, intake, Missing::Withdrawn, found)?;
    Ok(count)
}

/// What the neighbour has no more goes, unless another still gives it.
fn end(tx: &mut Tx, intake: &Intake, missing: Missing, found: Vec<Replica>) -> Result<(), Refusal> {
    let subjects: Vec<&str> = match missing {
        Missing::Withdrawn => found.iter().map(|it| it.subject.as_str()).collect(),
        // Its owner says so: nobody has it.
        Missing::Deleted { .. } => vec![],
    };
    let further = ways::others(tx, intake, &subjects)?;
    let (mut ways, mut gone) = (Ways::default(), Vec::new());
    for mut replica in found {
        if let Some(way) = further.get(&replica.subject) {
            ways.lead(&replica.subject, &way.via, way.hops, &mut known_of(&replica));
            continue;
        }
        let (state, epoch, version) = match missing {
            Missing::Deleted { epoch } => (State::Deleted, epoch, NEVER_WAS),
            Missing::Withdrawn => (State::Withdrawn, replica.epoch, replica.version),
        };
        let event = Event {
            origin: replica.origin.clone(),
            epoch,
            seq: 0,
            hops: replica.hops,
            subject: replica.subject.clone(),
            version,
            method: Method::Delete,
            event_type: replica.event_type.clone(),
            time: tx.now(),
            audience: replica.audience.clone(),
            reason: (missing == Missing::Withdrawn).then(|| WITHDRAWN.to_owned()),
            data: None,
        };
        record(tx, intake, &event, epoch);
        (replica.state, replica.epoch, replica.version) = (state, epoch, version);
        (replica.public, replica.salt) = (None, None);
        replica.data_hash = None;
        replica.generation = intake.generation;
        gone.push(replica);
    }
    if !gone.is_empty() {
        store::put(tx, gone)?;
    }
    ways.save(tx, intake)
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

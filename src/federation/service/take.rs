//! Taking what a neighbour told: each slice with the move of its cursor in one command (TMF-1 rule 8).

use super::peers;
use crate::db::{Db, Tx};
use crate::federation::model::{Alarm, Cursor, FeedPage, Received, Stage, State, Sync};
use crate::federation::store::{self, Progress};
use crate::kernel::error::Refusal;
use crate::kernel::leaf;
use crate::kernel::time::UtcTime;
use crate::replica;
use crate::replica::model::{Aside, Event, Intake, Taken};
use crate::replica::service::{Missing, SLICE_EVENTS_MAX};

/// What a page or part did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub events: usize,
    pub written: usize,
    /// Another instance was faster; what is left is its.
    pub overtaken: bool,
}

/// Takes a page of the feed, slice by slice. The numbers were checked: the first is the cursor's next.
pub async fn feed_page(db: &Db, node: &str, cursor: &Cursor, page: FeedPage) -> Result<Done, Refusal> {
    let mut done = Done::default();
    let mut from = cursor.seq;
    let events = std::sync::Arc::new(page.events);
    for start in (0..events.len()).step_by(SLICE_EVENTS_MAX) {
        let end = (start + SLICE_EVENTS_MAX).min(events.len());
        let to = from + i64::try_from(end - start).unwrap_or(0);
        let (node, events) = (node.to_owned(), std::sync::Arc::clone(&events));
        let (epoch, head) = (page.epoch, page.head);
        let command = move |tx: &mut Tx| {
            let slice = events.get(start..end).unwrap_or_default();
            feed_slice(tx, &node, slice, (epoch, from, to, head))
        };
        match db.write_background("federation.feed", command).await?.value {
            None => return Ok(Done { overtaken: true, ..done }),
            Some(taken) => {
                done.events += end - start;
                done.written += taken.written;
            }
        }
        from = to;
    }
    Ok(done)
}

fn feed_slice(
    tx: &mut Tx,
    node: &str,
    slice: &[Received],
    (epoch, from, to, head): (i64, i64, i64, i64),
) -> Result<Option<Taken>, Refusal> {
    peers::confirmed(tx, node)?;
    let (events, bad) = sorted(slice);
    let progress = Progress {
        from,
        to,
        epoch,
        head,
        applied: i64::try_from(events.len()).unwrap_or(0),
        last_event_at: events.iter().map(|event| event.time).max(),
        now: tx.now(),
    };
    if !store::advance(tx, node, &progress)? {
        return Ok(None);
    }
    let intake = intake_of(tx, node, 0, None)?;
    take_all(tx, &intake, &events, &bad).map(Some)
}

type Bad<'a> = (&'a str, Aside, &'a str);

fn sorted(slice: &[Received]) -> (Vec<Event>, Vec<Bad<'_>>) {
    let (mut events, mut bad) = (Vec::with_capacity(slice.len()), Vec::new());
    for one in slice {
        match one {
            Received::Stub => {}
            Received::Event(event) => events.push(Event::clone(event)),
            Received::Bad { subject, reason, raw } => bad.push((subject.as_str(), *reason, raw.as_str())),
        }
    }
    (events, bad)
}

fn take_all(tx: &mut Tx, intake: &Intake, events: &[Event], bad: &[Bad<'_>]) -> Result<Taken, Refusal> {
    let mut taken = replica::service::take(tx, intake, events)?;
    for (subject, reason, raw) in bad {
        replica::service::keep_aside(tx, &intake.via, subject, *reason, raw)?;
        taken.set_aside.push(((*subject).to_owned(), *reason));
    }
    for (subject, reason) in &taken.set_aside {
        let alarm = if *reason == Aside::Equivocation { Alarm::Equivocation } else { Alarm::Quarantine };
        peers::alarm(tx, &intake.via, alarm, subject)?;
    }
    Ok(taken)
}

/// A slice of a snapshot's lines, each with its subject.
pub type Lines = Vec<(String, Received)>;

/// Takes the lines of a part; the subject behind which the next part begins is kept, so that it can be resumed.
pub async fn snapshot_part(
    db: &Db,
    mut sync: Sync,
    as_of: &Cursor,
    lines: Lines,
    next: Option<String>,
) -> Result<Sync, Refusal> {
    if sync.stage == Stage::Snapshot && sync.as_of.epoch == 0 {
        sync = begin(db, sync, as_of).await?;
    }
    let lines = std::sync::Arc::new(lines);
    for start in (0..lines.len()).step_by(SLICE_EVENTS_MAX) {
        let end = (start + SLICE_EVENTS_MAX).min(lines.len());
        let (before, lines) = (sync.clone(), std::sync::Arc::clone(&lines));
        // What the neighbour says comes next is behind the last line, whatever that is called.
        let said = next.clone().filter(|_| end == lines.len());
        let last = said.or_else(|| lines.get(end - 1).map(|line| line.0.clone())).unwrap_or_default();
        let after = last.clone();
        let moved = db
            .write_background("federation.snapshot", move |tx| {
                let slice: Vec<Received> =
                    lines.get(start..end).unwrap_or_default().iter().map(|line| line.1.clone()).collect();
                snapshot_slice(tx, &before, &slice, &after)
            })
            .await?;
        if !moved.value {
            return reread(db, &sync.node).await;
        }
        sync.after_subject = last;
    }
    if next.is_none() {
        let before = sync.clone();
        db.write_background("federation.snapshot", move |tx| store::sweep_begins(tx, &before)).await?;
    }
    reread(db, &sync.node).await
}

async fn begin(db: &Db, sync: Sync, as_of: &Cursor) -> Result<Sync, Refusal> {
    let (node, begun) = (sync.node.clone(), as_of.clone());
    let restored = sync.cursor.epoch != 0 && as_of.epoch != sync.cursor.epoch;
    db.write_background("federation.snapshot", move |tx| {
        peers::confirmed(tx, &node)?;
        if restored {
            peers::alarm(tx, &node, Alarm::EpochChanged, &begun.epoch.to_string())?;
        }
        store::begin_snapshot(tx, &node, &begun)
    })
    .await?;
    reread(db, &sync.node).await
}

pub async fn reread(db: &Db, node: &str) -> Result<Sync, Refusal> {
    let node = node.to_owned();
    let found = db.read(move |snapshot| store::sync(snapshot, &node)).await?;
    found.ok_or_else(|| Refusal::internal("a neighbour has no place to go on from"))
}

/// How events of a neighbour are taken.
fn intake_of(tx: &mut Tx, node: &str, generation: i64, replaces: Option<i64>) -> Result<Intake, Refusal> {
    let near = peers::all(tx)?;
    let mut living = store::generations(tx)?;
    living.retain(|of, _| near.iter().any(|peer| peer.node == *of && peer.state == State::Confirmed));
    // What came from one neighbour can be passed on to another.
    let is_hub = near.iter().any(|peer| peer.node != node);
    Ok(Intake { via: node.to_owned(), is_hub, generation, replaces, living })
}

/// How the lines of a snapshot are taken: a node that was restored replaces what is here of it.
fn intake(tx: &mut Tx, sync: &Sync) -> Result<Intake, Refusal> {
    let restored = sync.cursor.epoch != 0 && sync.as_of.epoch != sync.cursor.epoch;
    intake_of(tx, &sync.node, sync.generation, restored.then_some(sync.as_of.epoch))
}

fn snapshot_slice(tx: &mut Tx, before: &Sync, slice: &[Received], after: &str) -> Result<bool, Refusal> {
    peers::confirmed(tx, &before.node)?;
    let (events, bad) = sorted(slice);
    let applied = i64::try_from(events.len()).unwrap_or(0);
    if !store::move_snapshot(tx, before, after, applied)? {
        return Ok(false);
    }
    let intake = intake(tx, before)?;
    take_all(tx, &intake, &events, &bad)?;
    Ok(true)
}

/// Marks the next slice of what the snapshot did not name; at the end the feed goes on where it began.
pub async fn sweep(db: &Db, sync: Sync) -> Result<Sync, Refusal> {
    let node = sync.node.clone();
    db.write_background("federation.sweep", move |tx| sweep_slice(tx, &sync)).await?;
    reread(db, &node).await
}

fn sweep_slice(tx: &mut Tx, sync: &Sync) -> Result<(), Refusal> {
    let intake = intake(tx, sync)?;
    let (origin, missing) = match intake.replaces {
        // Of others it may only not know yet what it will be told again.
        Some(epoch) => (Some(sync.node.as_str()), Missing::Deleted { epoch }),
        None => (None, Missing::Withdrawn),
    };
    match replica::service::sweep(tx, &intake, origin, missing, &sync.after_subject)? {
        Some(last) => drop(store::sweep_moves(tx, sync, &last)?),
        None => drop(store::end_snapshot(tx, sync)?),
    }
    Ok(())
}

/// Takes what a comparison found to differ: judged like any event, but damage of this node's own is mended.
pub fn repair(tx: &mut Tx, sync: &Sync, slice: &[Received]) -> Result<Taken, Refusal> {
    peers::confirmed(tx, &sync.node)?;
    let (events, bad) = sorted(slice);
    let subjects: Vec<String> = events.iter().map(|event| event.subject.clone()).collect();
    for damaged in replica::service::load(tx, &subjects)? {
        let hash = damaged.public.as_deref().map(|public| leaf::data_hash(public.as_bytes()).to_vec());
        if hash.is_some() && hash != damaged.data_hash {
            replica::service::forget(tx, &damaged.subject)?;
        }
    }
    let intake = intake_of(tx, &sync.node, sync.generation.max(1), None)?;
    take_all(tx, &intake, &events, &bad)
}

/// Marks what a comparison found here by the way of a neighbour that does not have it.
pub fn surplus(tx: &mut Tx, sync: &Sync, subjects: &[String]) -> Result<usize, Refusal> {
    peers::confirmed(tx, &sync.node)?;
    let intake = intake_of(tx, &sync.node, sync.generation.max(1), None)?;
    replica::service::withdraw(tx, &intake, subjects)
}

/// The neighbour answered; there may be nothing new.
pub async fn heard(db: &Db, node: &str, head: i64) -> Result<(), Refusal> {
    let node = node.to_owned();
    let note = move |tx: &mut Tx| {
        let now = tx.now();
        store::heard(tx, &node, head, now)
    };
    db.write_background("federation.heard", note).await?;
    Ok(())
}

/// Notes a failure and tells of it once the neighbour has not been reached for long.
pub async fn failed(db: &Db, node: &str, refusal: &Refusal, alarm: Option<Alarm>) -> Result<i32, Refusal> {
    let (node, error) = (node.to_owned(), refusal.to_string().chars().take(500).collect::<String>());
    let note = move |tx: &mut Tx| {
        let now: UtcTime = tx.now();
        // Nobody is told of a neighbour that was removed meanwhile.
        if store::find(tx, &node)?.is_none_or(|peer| peer.state == State::Removed) {
            return Ok(0);
        }
        let failures = store::failed(tx, &node, &error, now)?;
        let unreachable = failures >= FAILURES_BEFORE_ALARM;
        if let Some(alarm) = alarm.or_else(|| unreachable.then_some(Alarm::Unreachable)) {
            peers::alarm(tx, &node, alarm, &error)?;
        }
        Ok(failures)
    };
    Ok(db.write_background("federation.failed", note).await?.value)
}

const FAILURES_BEFORE_ALARM: i32 = 8;

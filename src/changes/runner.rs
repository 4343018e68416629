//! Runs the followers of an instance: woken by commits, and every second for those of other instances.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Follower, InstanceFollower, OnFailure, Start, store};
use crate::db::Db;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Changes taken in one command: a slice of at most about 10 ms.
const SLICE_CHANGES_MAX: i64 = 50;
/// Changes looked at by their kind alone: what nobody here wants (a neighbour's records, thousands at a time) is
/// passed over in one command.
const LOOK_AHEAD_CHANGES: i64 = 2000;
const FAILURES_MAX: i32 = 5;
const POLL_EVERY: Duration = Duration::from_secs(1);
/// What another instance wrote is searchable here within a second, the follower's own gathering and commit included.
const INSTANCE_POLL_EVERY: Duration = Duration::from_millis(400);

#[derive(Clone)]
pub struct Followers {
    db: Db,
    database: Arc<Vec<Arc<dyn Follower>>>,
    instance: Arc<Vec<Arc<dyn InstanceFollower>>>,
    stopping: Arc<AtomicBool>,
}

/// What one step of a follower did.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Idle,
    Moved,
    Failed,
}

impl Followers {
    pub fn new(db: Db, database: Vec<Arc<dyn Follower>>, instance: Vec<Arc<dyn InstanceFollower>>) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        Self { db, database: Arc::new(database), instance: Arc::new(instance), stopping }
    }

    /// Runs every follower until there is nothing left to follow. A failing follower is tried to its end.
    pub fn settle(&self) -> Result<(), Refusal> {
        loop {
            let mut moved = false;
            for follower in self.database.iter() {
                moved |= self.step(follower)? != Step::Idle;
            }
            if !moved {
                break;
            }
        }
        for follower in self.instance.iter() {
            follower.catch_up(&self.db)?;
        }
        Ok(())
    }

    /// Starts the threads that follow until `stop`.
    pub fn spawn(&self) -> Result<Vec<std::thread::JoinHandle<()>>, Refusal> {
        let mut threads = Vec::new();
        let this = self.clone();
        threads.push(this.thread("followers", POLL_EVERY, |this| {
            for follower in this.database.iter() {
                this.drain(follower);
            }
        })?);
        for follower in self.instance.iter() {
            let follower = Arc::clone(follower);
            threads.push(self.clone().thread(follower.name(), INSTANCE_POLL_EVERY, move |this| {
                if let Err(refusal) = follower.catch_up(&this.db) {
                    tracing::error!(follower = follower.name(), error = %refusal, "instance follower failed");
                }
            })?);
        }
        Ok(threads)
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.instance.iter().for_each(|follower| follower.stop());
    }

    fn thread(
        self,
        name: &str,
        poll_every: Duration,
        work: impl Fn(&Self) + Send + 'static,
    ) -> Result<std::thread::JoinHandle<()>, Refusal> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(Refusal::internal)?;
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let mut commits = self.db.commits();
                while !self.stopping.load(Ordering::Acquire) {
                    work(&self);
                    runtime.block_on(async {
                        // Either outcome means: look again.
                        drop(tokio::time::timeout(poll_every, commits.changed()).await);
                    });
                }
            })
            .map_err(Refusal::internal)
    }

    fn drain(&self, follower: &Arc<dyn Follower>) {
        while !self.stopping.load(Ordering::Acquire) {
            match self.step(follower) {
                Ok(Step::Moved) => {}
                Ok(Step::Idle | Step::Failed) => return,
                Err(refusal) => {
                    tracing::warn!(follower = follower.name(), error = %refusal, "follower step failed");
                    return;
                }
            }
        }
    }

    fn step(&self, follower: &Arc<dyn Follower>) -> Result<Step, Refusal> {
        let wanting = Arc::clone(follower);
        let (cursor, passed, changes) = self.db.read_blocking(move |snapshot| {
            let cursor = store::cursor(snapshot, wanting.name())?;
            let (passed, changes) = match &cursor {
                Some(cursor) => next(snapshot, cursor.seq, wanting.as_ref())?,
                None => (0, Vec::new()),
            };
            Ok((cursor, passed, changes))
        })?;
        let Some(cursor) = cursor else {
            return self.create(follower);
        };
        let last = changes.last().map_or(passed, |last| last.seq);
        if cursor.stopped || last <= cursor.seq {
            return Ok(Step::Idle);
        }
        self.db.learn_head(last);
        // After a failure one at a time, so that the changes before the bad one are not held up.
        let take = if cursor.failures > 0 { 1 } else { changes.len() };
        let mut slice: Vec<Change> = changes.into_iter().take(take).collect();
        let outcome = follower.prepare(&self.db, &slice).and_then(|most| {
            slice.truncate(most.max(1));
            self.apply(follower, cursor.seq, passed, slice.clone())
        });
        match outcome {
            Ok(()) => Ok(Step::Moved),
            Err(refusal) if refusal.status() == 503 => Err(refusal),
            Err(refusal) => self.failed(follower, cursor.seq, &slice, &refusal),
        }
    }

    fn create(&self, follower: &Arc<dyn Follower>) -> Result<Step, Refusal> {
        let (name, start) = (follower.name(), follower.start());
        self.db.write_background_blocking("follower.create", move |tx| {
            let seq = match start {
                Start::Zero => 0,
                Start::Head => store::head(tx)?.seq,
            };
            store::create_cursor(tx, name, seq)
        })?;
        Ok(Step::Moved)
    }

    fn apply(
        &self,
        follower: &Arc<dyn Follower>,
        old: i64,
        passed: i64,
        slice: Vec<Change>,
    ) -> Result<(), Refusal> {
        let follower = Arc::clone(follower);
        let command = move |tx: &mut crate::db::Tx| {
            let new = slice.last().map_or(passed, |change| change.seq);
            if !store::advance(tx, follower.name(), old, new)? {
                return Ok(());
            }
            for change in slice.iter().filter(|change| follower.wants(&change.kind)) {
                tx.set_cause(change.seq);
                follower.apply(tx, change)?;
            }
            Ok(())
        };
        self.db.write_background_blocking("follower.apply", command)?;
        Ok(())
    }

    fn failed(
        &self,
        follower: &Arc<dyn Follower>,
        old: i64,
        slice: &[Change],
        refusal: &Refusal,
    ) -> Result<Step, Refusal> {
        let name = follower.name();
        let error = refusal.to_string();
        tracing::error!(follower = name, after = old, %error, "a follower could not take a change");
        let alone = slice.len() == 1;
        let next = slice.first().map_or(old, |change| change.seq);
        let on_failure = follower.on_failure();
        self.db.write_background_blocking("follower.failed", move |tx| {
            let failures = store::note_failure(tx, name, old, &error)?;
            if alone && failures >= FAILURES_MAX {
                match on_failure {
                    OnFailure::Stop => store::stop(tx, name)?,
                    OnFailure::Park => {
                        let now = tx.now();
                        store::park(tx, name, next, now, &error)?;
                        store::advance(tx, name, old, next)?;
                    }
                }
            }
            Ok(())
        })?;
        Ok(Step::Failed)
    }
}

/// How far nothing is wanted, and the changes behind that.
fn next(
    conn: &mut crate::db::Conn,
    after: i64,
    follower: &dyn Follower,
) -> Result<(i64, Vec<Change>), Refusal> {
    let ahead = store::kinds_after(conn, after, LOOK_AHEAD_CHANGES)?;
    let unwanted = ahead.iter().take_while(|(_, kind)| !follower.wants(kind));
    let passed = unwanted.last().map_or(after, |(seq, _)| *seq);
    if ahead.last().is_none_or(|(last, _)| *last == passed) {
        return Ok((passed, Vec::new()));
    }
    Ok((passed, store::read_after(conn, passed, SLICE_CHANGES_MAX)?))
}

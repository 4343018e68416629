//! One group: begin, lock the head, run each command in a savepoint, number the changes, commit, answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use tokio::sync::watch;

use super::checkpoint::Checkpoints;
use super::numbering::{self, Head};
use super::{Job, Priority, Queues};
use crate::db::conn::{Conn, Mode, lost_connection};
use crate::db::tx::{Kept, Tx};
use crate::db::{Settings, UNSEEN};
use crate::kernel::codes_common::{DATABASE_UNAVAILABLE, OUTCOME_UNKNOWN};
use crate::kernel::error::Refusal;

/// Groups of people's commands that may follow each other while a background slice waits.
const GROUPS_WITHOUT_SLICE_MAX: u32 = 16;

pub struct Worker {
    settings: Settings,
    conn: Option<Conn>,
    head: Arc<AtomicI64>,
    announce: watch::Sender<i64>,
    checkpoints: Option<Checkpoints>,
    /// Groups since the last one that carried a background slice.
    since_slice: u32,
}

/// A command that was run, and what came of it inside the transaction.
struct Ran {
    job: Box<dyn Job>,
    outcome: Result<(), Refusal>,
}

/// How a group ended that did not commit.
enum Failure {
    /// Nothing of it is in the database.
    RolledBack(Refusal),
    /// The connection was lost during COMMIT.
    Unknown,
}

impl Worker {
    pub fn new(
        settings: Settings,
        head: Arc<AtomicI64>,
        announce: watch::Sender<i64>,
    ) -> Result<Self, Refusal> {
        let checkpoints = Checkpoints::start(&settings.url)?;
        Ok(Self { settings, conn: None, head, announce, checkpoints, since_slice: 1 })
    }

    /// Whether the next group begins with a background slice, if one waits, however many people's commands do.
    pub const fn owes_slice(&self) -> bool {
        self.since_slice >= GROUPS_WITHOUT_SLICE_MAX
    }

    /// Runs a group that begins with `first` and takes what else waits.
    pub fn run(&mut self, first: Box<dyn Job>, queues: &Queues) {
        let mut ran = Vec::new();
        let failed = self.group(first, Some(queues), &mut ran);
        match failed {
            Ok(()) => {}
            Err(Failure::Unknown) => answer_all(ran, &Refusal::new(&OUTCOME_UNKNOWN)),
            Err(Failure::RolledBack(why)) if ran.len() == 1 => answer_all(ran, &why),
            // Certainly rolled back: one of them may be the culprit, so each gets one more chance, alone.
            Err(Failure::RolledBack(_)) => {
                for Ran { job, .. } in ran {
                    self.run_alone(job);
                }
            }
        }
    }

    fn run_alone(&mut self, job: Box<dyn Job>) {
        let mut ran = Vec::new();
        match self.group(job, None, &mut ran) {
            Ok(()) => {}
            Err(Failure::Unknown) => answer_all(ran, &Refusal::new(&OUTCOME_UNKNOWN)),
            Err(Failure::RolledBack(why)) => answer_all(ran, &why),
        }
    }

    /// On success everybody is answered and `ran` is empty; on failure `ran` holds all the commands.
    fn group(
        &mut self,
        first: Box<dyn Job>,
        queues: Option<&Queues>,
        ran: &mut Vec<Ran>,
    ) -> Result<(), Failure> {
        let mut conn = match self.begin() {
            Ok(conn) => conn,
            Err(why) => {
                ran.push(Ran { job: first, outcome: Ok(()) });
                return Err(Failure::RolledBack(why));
            }
        };
        let mut kept = Kept::default();
        let outcome = self.commands(&mut conn, first, queues, ran, &mut kept);
        let (head, wrote) = match outcome {
            Ok(done) => done,
            Err(why) => return Err(Failure::RolledBack(why)),
        };
        commit(&mut conn, wrote)?;
        self.conn = Some(conn);
        self.head.fetch_max(head.seq, Ordering::AcqRel);
        for hook in kept.hooks {
            hook();
        }
        if wrote {
            self.announce.send_replace(head.seq);
            self.checkpoints.iter().for_each(Checkpoints::wake);
        }
        for Ran { job, outcome } in ran.drain(..) {
            job.answer(outcome.map(|()| head.seq));
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<Conn, Refusal> {
        let begin =
            |conn: &mut Conn| conn.begin(if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" });
        if let Some(mut conn) = self.conn.take() {
            // A connection that died while idle is replaced before anybody notices.
            if begin(&mut conn).is_ok() {
                return Ok(conn);
            }
        }
        let mut conn = Conn::open(&self.settings.url, Mode::Write)?;
        begin(&mut conn).map_err(|error| Refusal::new(&DATABASE_UNAVAILABLE).because(error))?;
        Ok(conn)
    }

    /// Runs the commands and numbers their changes; returns the new head and whether anything was written.
    fn commands(
        &mut self,
        conn: &mut Conn,
        first: Box<dyn Job>,
        queues: Option<&Queues>,
        ran: &mut Vec<Ran>,
        kept: &mut Kept,
    ) -> Result<(Head, bool), Refusal> {
        let started = Instant::now();
        let locked = Head::lock(conn);
        let mut head = match locked {
            Ok(head) => head,
            Err(why) => {
                ran.push(Ran { job: first, outcome: Ok(()) });
                return Err(why);
            }
        };
        head.last_at = head.last_at.max(self.settings.clock.now());
        let mut next = Some(first);
        let (mut people, mut carries) = (false, false);
        while let Some(job) = next.take() {
            match job.priority() {
                Priority::People => people = true,
                Priority::Background => carries = true,
            }
            ran.push(Ran { job, outcome: Ok(()) });
            let Some(current) = ran.last_mut() else { break };
            current.outcome = self.one(conn, &head, current.job.as_mut(), kept)?;
            let room = ran.len() < self.settings.limits.group_commands_max
                && started.elapsed() < self.settings.limits.group_work_max;
            // Who waited for the slice before should not wait for the next one too; yet slices go on, in every other
            // group that people's commands leave room in.
            let background = !people || !(carries || self.since_slice == 0);
            next = queues.filter(|_| room).and_then(|queues| queues.next(background));
        }
        self.since_slice = if carries { 0 } else { self.since_slice.saturating_add(1) };
        let wrote = ran.iter().any(|r| r.outcome.is_ok());
        if wrote {
            numbering::number(conn, &self.settings, &mut head, &kept.changes)?;
        }
        Ok((head, wrote))
    }

    /// One command in its savepoint. The outer error means that the whole transaction is lost.
    fn one(
        &self,
        conn: &mut Conn,
        head: &Head,
        job: &mut dyn Job,
        kept: &mut Kept,
    ) -> Result<Result<(), Refusal>, Refusal> {
        conn.savepoint()?;
        let mark = kept.mark();
        let mut tx = Tx {
            conn,
            settings: &self.settings,
            now: head.last_at,
            begun: Instant::now(),
            seq_before: head.seq,
            kept,
            cause: None,
        };
        let outcome = job.run(&mut tx);
        if let Err(refusal) = &outcome {
            if refusal.is(&DATABASE_UNAVAILABLE) {
                return Err(refusal.clone());
            }
            kept.back_to(mark);
            if job.name() != UNSEEN {
                tracing::debug!(command = job.name(), code = refusal.code(), "command refused");
            }
            conn.rollback()?;
        } else {
            conn.commit()?;
        }
        Ok(outcome)
    }
}

fn commit(conn: &mut Conn, wrote: bool) -> Result<(), Failure> {
    if !wrote {
        return conn.rollback().map_err(|e| Failure::RolledBack(e.into()));
    }
    match conn.commit() {
        Ok(()) => Ok(()),
        Err(error) if conn.is_postgres() && lost_connection(&error.to_string()) => {
            tracing::error!(%error, "connection lost during COMMIT");
            Err(Failure::Unknown)
        }
        // The connection is dropped by the caller, which rolls back whatever was left.
        Err(error) => Err(Failure::RolledBack(error.into())),
    }
}

fn answer_all(ran: Vec<Ran>, why: &Refusal) {
    for Ran { job, outcome } in ran {
        let answer = match outcome {
            Err(refusal) => refusal,
            Ok(()) => why.clone(),
        };
        job.answer(Err(answer));
    }
}

//! The one writer of an instance: takes the commands that wait into one group transaction.
//!
//! The head row of the change log is the first lock of every write transaction, so writes are serial over all
//! instances: no deadlock, no write skew, no retry loop. Numbers come out in commit order, without holes and
//! without late arrivals (TMF-1 rule 2).

mod checkpoint;
mod group;
mod numbering;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::{oneshot, watch};

use super::Settings;
use super::tx::Tx;
use crate::kernel::codes_common::OVERLOADED;
use crate::kernel::error::Refusal;

/// Bounds of the writer; tests tighten them.
#[derive(Clone, Copy, Debug)]
pub struct WriterLimits {
    pub queued_commands_max: usize,
    pub group_commands_max: usize,
    pub group_work_max: Duration,
}

impl Default for WriterLimits {
    fn default() -> Self {
        Self { queued_commands_max: 4096, group_commands_max: 50, group_work_max: Duration::from_millis(5) }
    }
}

/// People's commands go before background slices, which still get their turn now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    People,
    Background,
}

/// What a command returned, and the number of the change log that includes its effects.
#[derive(Clone, Debug)]
pub struct Written<T> {
    pub value: T,
    pub seq: i64,
}

pub struct Writer {
    people: Sender<Box<dyn Job>>,
    background: Sender<Box<dyn Job>>,
}

pub struct Waiting<T>(oneshot::Receiver<Result<Written<T>, Refusal>>);

impl<T> Waiting<T> {
    pub async fn wait(self) -> Result<Written<T>, Refusal> {
        self.0.await.unwrap_or_else(|_| Err(Refusal::internal("the writer ended")))
    }

    pub fn wait_blocking(self) -> Result<Written<T>, Refusal> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Refusal::internal("the writer ended")))
    }
}

/// A command with its type erased.
trait Job: Send {
    fn name(&self) -> &'static str;
    fn priority(&self) -> Priority;
    /// May run again: only the last run counts.
    fn run(&mut self, tx: &mut Tx) -> Result<(), Refusal>;
    fn answer(self: Box<Self>, outcome: Result<i64, Refusal>);
}

struct Typed<T, F> {
    name: &'static str,
    priority: Priority,
    command: F,
    value: Option<T>,
    answer: oneshot::Sender<Result<Written<T>, Refusal>>,
}

impl<T, F> Job for Typed<T, F>
where
    T: Send + 'static,
    F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn priority(&self) -> Priority {
        self.priority
    }

    fn run(&mut self, tx: &mut Tx) -> Result<(), Refusal> {
        let caught = catch_unwind(AssertUnwindSafe(|| (self.command)(tx)));
        let outcome = caught.unwrap_or_else(|_| Err(Refusal::internal(format!("{} panicked", self.name))));
        self.value = Some(outcome?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<i64, Refusal>) {
        let Self { value, answer, .. } = *self;
        let result = outcome.and_then(|seq| {
            let value = value.ok_or_else(|| Refusal::internal("a command kept no value"))?;
            Ok(Written { value, seq })
        });
        // The caller may have gone away; the command stands all the same.
        drop(answer.send(result));
    }
}

impl Writer {
    pub fn start(
        settings: &Settings,
        head: Arc<AtomicI64>,
        announce: watch::Sender<i64>,
    ) -> Result<Self, Refusal> {
        let (people, people_queue) = bounded(settings.limits.queued_commands_max);
        let (background, background_queue) = bounded(settings.limits.queued_commands_max);
        let mut worker = group::Worker::new(settings.clone(), head, announce)?;
        let queues = Queues { people: people_queue, background: background_queue };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                while let Some(first) = queues.wait(worker.owes_slice()) {
                    worker.run(first, &queues);
                }
            })
            .map_err(Refusal::internal)?;
        Ok(Self { people, background })
    }

    pub fn submit<T, F>(
        &self,
        priority: Priority,
        name: &'static str,
        command: F,
    ) -> Result<Waiting<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Typed { name, priority, command, value: None, answer });
        let queue = match priority {
            Priority::People => &self.people,
            Priority::Background => &self.background,
        };
        match queue.try_send(job) {
            Ok(()) => Ok(Waiting(waiting)),
            Err(TrySendError::Full(_)) => Err(Refusal::new(&OVERLOADED).retry_after_seconds(1)),
            Err(TrySendError::Disconnected(_)) => Err(Refusal::internal("the writer ended")),
        }
    }
}

struct Queues {
    people: Receiver<Box<dyn Job>>,
    background: Receiver<Box<dyn Job>>,
}

impl Queues {
    /// Waits for the next command; none when every handle on the database is gone.
    fn wait(&self, slice_first: bool) -> Option<Box<dyn Job>> {
        let slice = if slice_first { self.background.try_recv().ok() } else { None };
        if let Some(job) = slice.or_else(|| self.next(true)) {
            return Some(job);
        }
        crossbeam_channel::select! {
            recv(self.people) -> job => job.ok(),
            recv(self.background) -> job => job.ok(),
        }
    }

    /// A person's command if one waits, else a background slice where there is room for one.
    fn next(&self, background: bool) -> Option<Box<dyn Job>> {
        let person = self.people.try_recv().ok();
        if person.is_some() || !background { person } else { self.background.try_recv().ok() }
    }
}

//! A lane: a fixed set of reader threads, each with its own connection and one bounded queue before them.

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use tokio::sync::oneshot;

use super::Settings;
use super::conn::{Conn, Mode};
use crate::kernel::codes_common::{DATABASE_UNAVAILABLE, OVERLOADED};
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, Id};
use crate::kernel::time::UtcTime;

/// Reads that may wait for a thread; one more is refused with 503.
const QUEUED_READS_MAX: usize = 1024;

type Task = Box<dyn FnOnce(&mut Option<Conn>, &Settings) + Send>;

pub struct Lane {
    queue: Sender<Task>,
}

/// One consistent view of the database.
pub struct Snapshot<'a> {
    conn: &'a mut Conn,
    settings: &'a Settings,
}

impl Snapshot<'_> {
    pub fn now(&self) -> UtcTime {
        self.settings.clock.now()
    }

    pub fn node(&self) -> &str {
        &self.settings.node
    }

    pub fn urn<T>(&self, entity: &str, id: Id<T>) -> String {
        id::urn(self.node(), entity, id)
    }
}

impl Deref for Snapshot<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Snapshot<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

pub struct Waiting<T>(oneshot::Receiver<Result<T, Refusal>>);

impl<T> Waiting<T> {
    pub async fn wait(self) -> Result<T, Refusal> {
        self.0.await.unwrap_or_else(|_| Err(Refusal::internal("a reader thread ended")))
    }

    pub fn wait_blocking(self) -> Result<T, Refusal> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Refusal::internal("a reader thread ended")))
    }
}

impl Lane {
    pub fn start(name: &str, threads: usize, settings: &Settings) -> Result<Self, Refusal> {
        let (queue, tasks) = bounded::<Task>(QUEUED_READS_MAX);
        let settings = Arc::new(settings.clone());
        for number in 0..threads.max(1) {
            let (tasks, settings) = (tasks.clone(), Arc::clone(&settings));
            std::thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || serve(&tasks, &settings))
                .map_err(Refusal::internal)?;
        }
        Ok(Self { queue })
    }

    pub fn submit<T, F>(&self, query: F) -> Result<Waiting<T>, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Snapshot) -> Result<T, Refusal> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let task: Task = Box::new(move |conn, settings| {
            let outcome = run(conn, settings, query);
            // The caller may have gone away; then nobody needs the answer.
            drop(answer.send(outcome));
        });
        self.queue.try_send(task).map_err(|_| Refusal::new(&OVERLOADED).retry_after_seconds(1))?;
        Ok(Waiting(waiting))
    }
}

fn serve(tasks: &Receiver<Task>, settings: &Settings) {
    let mut conn = None;
    while let Ok(task) = tasks.recv() {
        task(&mut conn, settings);
    }
}

fn run<T>(
    slot: &mut Option<Conn>,
    settings: &Settings,
    query: impl FnOnce(&mut Snapshot) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut conn = match slot.take() {
        Some(conn) => conn,
        None => Conn::open(&settings.url, Mode::Read)?,
    };
    conn.batch(if conn.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })?;
    let caught = catch_unwind(AssertUnwindSafe(|| query(&mut Snapshot { conn: &mut conn, settings })));
    let outcome = caught.unwrap_or_else(|_| Err(Refusal::internal("a read panicked")));
    let ended = conn.batch("ROLLBACK");
    let lost = matches!(&outcome, Err(refusal) if refusal.is(&DATABASE_UNAVAILABLE));
    if ended.is_ok() && !lost {
        *slot = Some(conn);
    }
    outcome
}

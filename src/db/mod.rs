//! The database: one binary on SQLite or PostgreSQL, chosen by the URL's scheme.
//!
//! Reads run on lanes (a fixed set of threads, each with its own connection); every write is a *command* that
//! the one writer of the instance takes into a group transaction (DESIGN, Database).

pub mod conn;
mod lane;
pub mod migrate;
mod tx;
pub mod types;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::kernel::codes_common::{CONFLICT, VERSION_MISMATCH};
use crate::kernel::error::Refusal;
use crate::kernel::random::Random;
use crate::kernel::time::Clock;

pub use conn::{Conn, DatabaseUrl};
pub use lane::Snapshot;
pub use techmart_schema as schema;
pub use tx::Tx;
pub use types::{from_json, to_json};
pub use writer::{Priority, WriterLimits, Written};

use lane::Lane;
use writer::Writer;

/// Runs the same typed diesel expression natively on either connection, for what the enum cannot do
/// (on-conflict, batch insert, union).
#[macro_export]
macro_rules! on_each {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}
pub use crate::on_each;

/// What a database needs to know to be opened.
#[derive(Clone)]
pub struct Settings {
    pub url: DatabaseUrl,
    /// This node's id on the network, such as `cn-450700`.
    pub node: Arc<str>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub fast_readers: usize,
    pub limits: WriterLimits,
}

/// The name of commands that nothing is written down about.
pub const UNSEEN: &str = "unseen";

pub const SLOW_READERS: usize = 2;

/// A handle on the open database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    writer: Writer,
    fast: Lane,
    slow: Lane,
    head: Arc<AtomicI64>,
    committed: tokio::sync::watch::Receiver<i64>,
}

impl Db {
    /// Opens a migrated database.
    pub fn open(settings: Settings) -> Result<Self, Refusal> {
        let head = Arc::new(AtomicI64::new(0));
        let (announce, committed) = tokio::sync::watch::channel(0);
        let fast = Lane::start("read", settings.fast_readers, &settings)?;
        let slow = Lane::start("read-slow", SLOW_READERS, &settings)?;
        let writer = Writer::start(&settings, Arc::clone(&head), announce)?;
        Ok(Self { inner: Arc::new(Inner { settings, writer, fast, slow, head, committed }) })
    }

    /// Runs a command. It may run more than once before its outcome is known, and does database work only.
    pub async fn write<T, F>(&self, name: &'static str, command: F) -> Result<Written<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.writer.submit(Priority::People, name, command)?.wait().await
    }

    /// A slice of background work: waits behind people's commands.
    pub async fn write_background<T, F>(&self, name: &'static str, command: F) -> Result<Written<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.writer.submit(Priority::Background, name, command)?.wait().await
    }

    /// Writes `count` things in background slices: each begins where the one before ended, and says how many it
    /// took before its time was spent (`Tx::is_spent`).
    pub async fn write_slices<F>(&self, name: &'static str, count: usize, slice: F) -> Result<(), Refusal>
    where
        F: Fn(&mut Tx, usize) -> Result<usize, Refusal> + Send + Sync + 'static,
    {
        let slice = Arc::new(slice);
        let mut done = 0;
        while done < count {
            let (slice, from) = (Arc::clone(&slice), done);
            let taken = self.write_background(name, move |tx| slice(tx, from)).await?.value;
            if taken == 0 {
                return Err(Refusal::internal(format!("{name}: a slice took nothing")));
            }
            done += taken;
        }
        Ok(())
    }

    /// For threads without an async runtime: the command line, jobs, tests.
    pub fn write_blocking<T, F>(&self, name: &'static str, command: F) -> Result<Written<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.writer.submit(Priority::People, name, command)?.wait_blocking()
    }

    /// A background slice from a thread without an async runtime.
    pub fn write_background_blocking<T, F>(
        &self,
        name: &'static str,
        command: F,
    ) -> Result<Written<T>, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.writer.submit(Priority::Background, name, command)?.wait_blocking()
    }

    /// A short read, in one snapshot.
    pub async fn read<T, F>(&self, query: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Snapshot) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.fast.submit(query)?.wait().await
    }

    /// Exports, statistics, papers: two threads of their own, so that they never hold up short reads.
    pub async fn read_slow<T, F>(&self, query: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Snapshot) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.slow.submit(query)?.wait().await
    }

    /// A short read from a thread without an async runtime.
    pub fn read_soon_blocking<T, F>(&self, query: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Snapshot) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.fast.submit(query)?.wait_blocking()
    }

    /// From a thread without an async runtime, for work that may take longer.
    pub fn read_blocking<T, F>(&self, query: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&mut Snapshot) -> Result<T, Refusal> + Send + 'static,
    {
        self.inner.slow.submit(query)?.wait_blocking()
    }

    /// The highest change number that this instance knows to be committed.
    pub fn head(&self) -> i64 {
        self.inner.head.load(Ordering::Acquire)
    }

    /// Notes a head learnt from elsewhere (another instance's commits).
    pub fn learn_head(&self, seq: i64) {
        self.inner.head.fetch_max(seq, Ordering::AcqRel);
    }

    /// Tells each commit of this instance; followers wake on it.
    pub fn commits(&self) -> tokio::sync::watch::Receiver<i64> {
        self.inner.committed.clone()
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }
}

impl Settings {
    pub fn sqlite_in(dir: &std::path::Path) -> PathBuf {
        dir.join("techmart.db")
    }
}

/// Ends an `update … where version = :old`: no row means that somebody else was faster.
pub fn saved(rows: usize) -> Result<(), Refusal> {
    if rows == 1 { Ok(()) } else { Err(Refusal::new(&CONFLICT)) }
}

/// If-Match: the version that the caller saw must still be the present one.
pub fn check_version(current: i64, expected: Option<i64>) -> Result<(), Refusal> {
    match expected {
        Some(version) if version != current => Err(Refusal::new(&VERSION_MISMATCH).with("version", current)),
        _ => Ok(()),
    }
}

impl From<diesel::result::Error> for Refusal {
    fn from(error: diesel::result::Error) -> Self {
        conn::classify(error)
    }
}

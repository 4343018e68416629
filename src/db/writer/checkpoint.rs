//! Moves the write-ahead log of SQLite into the database file, beside the writer.
//!
//! Left alone, SQLite does it inside the COMMIT that fills the log: whoever waits for that commit waits for
//! thousands of pages and a sync. A thread of its own does most of it ahead, and holds no writer up; what the
//! writer still meets at its own, far higher mark is little, and there the log begins anew.

use std::convert::Infallible;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::db::conn::{Conn, DatabaseUrl, Mode};
use crate::kernel::error::Refusal;

/// Between two checkpoints, so that a page which is written again and again is moved once.
const PAUSE: Duration = Duration::from_millis(100);

pub struct Checkpoints {
    wake: Sender<()>,
    /// Says by its end that the writer has ended.
    _alive: Sender<Infallible>,
}

impl Checkpoints {
    /// None on PostgreSQL, which has a process of its own for this.
    pub fn start(url: &DatabaseUrl) -> Result<Option<Self>, Refusal> {
        if url.is_postgres() {
            return Ok(None);
        }
        let ((wake, woken), (alive, ended)) = (bounded(1), bounded(0));
        let url = url.clone();
        std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || work(&url, &woken, &ended))
            .map_err(Refusal::internal)?;
        Ok(Some(Self { wake, _alive: alive }))
    }

    /// After a commit. One that is asked for already covers this one too.
    pub fn wake(&self) {
        if self.wake.try_send(()).is_err() {
            tracing::trace!("a checkpoint is asked for already");
        }
    }
}

fn work(url: &DatabaseUrl, woken: &Receiver<()>, ended: &Receiver<Infallible>) {
    let mut kept = None;
    // The pause comes first: what is over at once leaves its log to the last connection that closes.
    while woken.recv().is_ok() && ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
        match checkpoint(kept.take(), url) {
            Ok(conn) => kept = Some(conn),
            // The writer's own mark still bounds the log.
            Err(refusal) => tracing::warn!(error = %refusal, "checkpoint failed"),
        }
    }
}

fn checkpoint(kept: Option<Conn>, url: &DatabaseUrl) -> Result<Conn, Refusal> {
    let mut conn = match kept {
        Some(conn) => conn,
        None => Conn::open(url, Mode::Write)?,
    };
    conn.batch("PRAGMA wal_checkpoint(PASSIVE)")?;
    Ok(conn)
}

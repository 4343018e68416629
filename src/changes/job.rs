//! Work driven by the clock. A job takes a lease, so that of several instances one does it; what it writes is
//! safe without the lease, which only saves work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::store;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::kernel::random::Random;

pub trait Job: Send + Sync {
    fn name(&self) -> &'static str;
    fn every_seconds(&self) -> i64;
    /// Does what is due; bounded, and safe to repeat.
    fn run(&self, db: &Db) -> Result<(), Refusal>;
    /// Runs on a thread of its own and without a lease: every instance does it, and no slow job holds it up.
    fn alone(&self) -> bool {
        false
    }
    /// Takes its time: runs on a thread of its own, so that no other job waits for it; of several instances one does it.
    fn takes_long(&self) -> bool {
        false
    }
}

#[derive(Clone)]
pub struct Jobs {
    db: Db,
    jobs: Arc<Vec<Arc<dyn Job>>>,
    holder: Arc<str>,
    stopping: Arc<AtomicBool>,
}

const TICK: Duration = Duration::from_millis(500);

impl Jobs {
    pub fn new(db: Db, jobs: Vec<Arc<dyn Job>>, random: &dyn Random) -> Self {
        let mut name = [0; 8];
        random.fill(&mut name);
        let stopping = Arc::new(AtomicBool::new(false));
        Self { db, jobs: Arc::new(jobs), holder: hex::encode(name).into(), stopping }
    }

    /// Runs every job once, whatever the time: for tests and the command line.
    pub fn run_all(&self) -> Result<(), Refusal> {
        self.jobs.iter().try_for_each(|job| job.run(&self.db))
    }

    /// One thread for most jobs, and one for each that runs alone or takes long.
    pub fn spawn(&self) -> Result<Vec<std::thread::JoinHandle<()>>, Refusal> {
        let (alone, together): (Vec<_>, Vec<_>) =
            self.jobs.iter().cloned().partition(|job| job.alone() || job.takes_long());
        let mut threads = vec![self.thread("jobs", together)?];
        for job in alone {
            threads.push(self.thread(job.name(), vec![job])?);
        }
        Ok(threads)
    }

    fn thread(&self, name: &str, jobs: Vec<Arc<dyn Job>>) -> Result<std::thread::JoinHandle<()>, Refusal> {
        let this = self.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let mut due = vec![0_i64; jobs.len()];
                // Who starts the server waits for its answers, not for work that runs every few minutes.
                std::thread::park_timeout(TICK);
                while !this.stopping.load(Ordering::Acquire) {
                    this.tick(&jobs, &mut due);
                    std::thread::park_timeout(TICK);
                }
            })
            .map_err(Refusal::internal)
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    fn tick(&self, jobs: &[Arc<dyn Job>], due: &mut [i64]) {
        let now = self.db.settings().clock.now().seconds();
        for (job, next) in jobs.iter().zip(due.iter_mut()) {
            if now < *next {
                continue;
            }
            *next = now + job.every_seconds();
            if let Err(refusal) = self.run_leased(job) {
                tracing::error!(job = job.name(), error = %refusal, "job failed");
            }
        }
    }

    fn run_leased(&self, job: &Arc<dyn Job>) -> Result<(), Refusal> {
        if job.alone() {
            return job.run(&self.db);
        }
        let (name, seconds, holder) = (job.name(), job.every_seconds(), Arc::clone(&self.holder));
        let lease = self.db.write_background_blocking("lease.take", move |tx| {
            let now = tx.now();
            store::take_lease(tx, name, &holder, now, now.plus_seconds(seconds.max(30)))
        })?;
        if lease.value.is_some() { job.run(&self.db) } else { Ok(()) }
    }
}

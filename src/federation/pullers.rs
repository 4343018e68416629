//! One follower for each neighbour, on threads of their own: long polls, back-off with jitter, a lease so that of
//! several instances one asks. A slow or dead neighbour holds up nobody else. Beside it one watcher of its log.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::asking;
use super::follow::{Follow, Step};
use super::model::{Peer, State};
use super::service::{peers, status};
use super::store;
use crate::changes;
use crate::db::Db;
use crate::kernel::error::Refusal;

const WAIT_MS: u64 = 25_000;
/// Longer than the longest request and its renewal together; it only saves work, the cursor is the guard.
const LEASE_SECONDS: i64 = 90;
const LEASE_RENEWED_AFTER: Duration = Duration::from_secs(20);
const BACK_OFF_MS_FIRST: u64 = 500;
const BACK_OFF_MS_MAX: u64 = 300_000;
/// At most so often, however many hints come.
const WAKE_MS_MIN: u64 = 500;
const LOOK_EVERY: Duration = Duration::from_secs(1);
const MEASURE_EVERY: Duration = Duration::from_secs(10);
/// A neighbour that asked within this time waits at the feed and needs no hint.
const POLLED_SECONDS: u64 = 40;
const HINT_EVERY: Duration = Duration::from_secs(10);
/// How often a neighbour's log is looked at; it grows every five seconds at most.
const WATCH_EVERY: Duration = Duration::from_secs(10);
const WATCH_EVERY_IN_TESTS: Duration = Duration::from_millis(100);
const WORKERS: usize = 2;

/// Wakes whoever waits before it asks a neighbour again.
#[derive(Clone, Default)]
pub struct Wakes(Arc<Mutex<HashMap<String, Arc<Notify>>>>);

impl Wakes {
    fn of(&self, node: &str) -> Arc<Notify> {
        let mut wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(wakes.entry(node.to_owned()).or_default())
    }

    pub fn wake(&self, node: &str) {
        self.of(node).notify_one();
    }

    /// Until somebody wakes it, or at once if somebody did meanwhile.
    pub async fn woken(&self, node: &str) {
        self.of(node).notified().await;
    }

    fn wake_all(&self) {
        let wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wakes.values().for_each(|wake| wake.notify_one());
    }
}

/// Shared by the pullers and the handlers of this instance; cheap to clone.
#[derive(Clone)]
pub struct Pullers(Arc<Inner>);

struct Inner {
    follow: Follow,
    holder: String,
    watch_every: Duration,
    stopping: AtomicBool,
    wakes: Wakes,
    /// How far each neighbour has confirmed, as its requests say, and when it asked last.
    acks: Mutex<HashMap<String, Ack>>,
    /// Who was told that this instance has started.
    started: Mutex<HashSet<String>>,
}

#[derive(Clone, Copy)]
struct Ack {
    seq: i64,
    noted: i64,
    asked_at: Instant,
    hinted_at: Option<Instant>,
}

impl Pullers {
    pub fn new(follow: Follow, wakes: Wakes, for_tests: bool) -> Self {
        let mut name = [0; 8];
        follow.db.settings().random.fill(&mut name);
        // The embedded database has one server: after a restart its lease is its own.
        let embedded = !follow.db.settings().url.is_postgres();
        let holder = if embedded { "embedded".to_owned() } else { hex::encode(name) };
        let inner = Inner {
            follow,
            holder,
            watch_every: if for_tests { WATCH_EVERY_IN_TESTS } else { WATCH_EVERY },
            stopping: AtomicBool::new(false),
            wakes,
            acks: Mutex::default(),
            started: Mutex::default(),
        };
        Self(Arc::new(inner))
    }

    pub fn follow(&self) -> &Follow {
        &self.0.follow
    }

    pub fn wakes(&self) -> &Wakes {
        &self.0.wakes
    }

    /// A neighbour has something, or is joined: who waits before asking it again waits no longer.
    pub fn wake(&self, node: &str) {
        self.0.wakes.wake(node);
    }

    /// A neighbour asked for what comes after this number: it has taken everything up to it.
    pub fn asked(&self, node: &str, after: i64) {
        let mut acks = self.0.acks.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let fresh = Ack { seq: after, noted: -1, asked_at: now, hinted_at: None };
        let ack = acks.entry(node.to_owned()).or_insert(fresh);
        (ack.seq, ack.asked_at) = (after, now);
    }

    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
        self.0.wakes.wake_all();
    }

    /// Starts following all neighbours, those too that are entered later.
    pub fn spawn(&self) -> Result<std::thread::JoinHandle<()>, Refusal> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("federation")
            .enable_all()
            .build()
            .map_err(Refusal::internal)?;
        let inner = Arc::clone(&self.0);
        std::thread::Builder::new()
            .name("federation".into())
            .spawn(move || {
                runtime.block_on(Arc::clone(&inner).manage());
                // Requests under way are dropped: nothing is lost, the cursor stands where it stood.
                runtime.shutdown_timeout(Duration::from_millis(200));
            })
            .map_err(Refusal::internal)
    }
}

impl Inner {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Looks who is to be followed, measures, and gives hints.
    async fn manage(self: Arc<Self>) {
        let (mut tasks, mut watches) =
            (HashMap::<_, JoinHandle<()>>::new(), HashMap::<_, JoinHandle<()>>::new());
        let mut measured: Option<Instant> = None;
        while !self.is_stopping() {
            match self.follow.db.read(|snapshot| peers::all(snapshot)).await {
                Ok(peers) => {
                    tasks.retain(|_, task| !task.is_finished());
                    watches.retain(|_, task| !task.is_finished());
                    for peer in peers.iter().filter(|peer| peer.state != State::Suspended) {
                        let start = || tokio::spawn(Arc::clone(&self).pull(peer.node.clone()));
                        tasks.entry(peer.node.clone()).or_insert_with(start);
                        let watch = || tokio::spawn(Arc::clone(&self).watch(peer.node.clone()));
                        watches.entry(peer.node.clone()).or_insert_with(watch);
                    }
                    if let Err(refusal) = self.look_around(&peers, &mut measured).await {
                        tracing::warn!(error = %refusal, "federation could not look around");
                    }
                }
                Err(refusal) => tracing::warn!(error = %refusal, "neighbours could not be read"),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look_around(&self, peers: &[Peer], measured: &mut Option<Instant>) -> Result<(), Refusal> {
        self.hint(peers).await?;
        if measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
            *measured = Some(Instant::now());
            let status = self.follow.db.read(status::status).await?;
            status::measure(&status);
            self.note_acks().await?;
        }
        Ok(())
    }

    /// Keeps how far the neighbours are; a few seconds late is soon enough for a number that only grows.
    async fn note_acks(&self) -> Result<(), Refusal> {
        let news: Vec<(String, i64)> = {
            let mut acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
            let news = acks.iter_mut().filter(|(_, ack)| ack.noted != ack.seq);
            news.map(|(node, ack)| {
                ack.noted = ack.seq;
                (node.clone(), ack.seq)
            })
            .collect()
        };
        if news.is_empty() {
            return Ok(());
        }
        let note =
            move |tx: &mut crate::db::Tx| news.iter().try_for_each(|(node, seq)| store::ack(tx, node, *seq));
        self.follow.db.write_background("federation.ack", note).await?;
        Ok(())
    }

    /// Tells those who do not wait at the feed that there is something, and once after the start that we are here
    /// (TMF-1 rule 10).
    async fn hint(&self, peers: &[Peer]) -> Result<(), Refusal> {
        let head = self.follow.db.read(|snapshot| changes::head(snapshot)).await?.feed_seq;
        for peer in peers.iter().filter(|peer| peer.state == State::Confirmed) {
            if !self.needs_hint(&peer.node, head) {
                continue;
            }
            let (follow, peer) = (self.follow.clone(), peer.clone());
            // Losing one costs latency and nothing else: nobody waits for it.
            tokio::spawn(async move {
                if let Err(refusal) = asking::hint(&follow.courier, &follow.node, &peer, head).await {
                    tracing::debug!(peer = peer.node, error = %refusal, "a hint was lost");
                }
            });
        }
        Ok(())
    }

    fn needs_hint(&self, node: &str, head: i64) -> bool {
        let mut acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ack) = acks.get_mut(node) else {
            // It has asked nothing since the start: it may wait for long after failures, and is told that we are here.
            let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
            return started.insert(node.to_owned());
        };
        let waits = ack.asked_at.elapsed() < Duration::from_secs(POLLED_SECONDS);
        let told = ack.hinted_at.is_some_and(|at| at.elapsed() < HINT_EVERY);
        if waits || told || ack.seq >= head {
            return false;
        }
        ack.hinted_at = Some(Instant::now());
        true
    }

    async fn pull(self: Arc<Self>, node: String) {
        let mut failures = 0_u32;
        let mut leased: Option<Instant> = None;
        while !self.is_stopping() {
            if leased.is_none_or(|at| at.elapsed() >= LEASE_RENEWED_AFTER) {
                match self.leased("federation.pull", &node).await {
                    Ok(true) => leased = Some(Instant::now()),
                    Ok(false) => {
                        tokio::time::sleep(Duration::from_secs(5)).await;
                        continue;
                    }
                    Err(refusal) => tracing::warn!(peer = node, error = %refusal, "no lease"),
                }
            }
            let outcome = tokio::select! {
                outcome = self.follow.step(&node, WAIT_MS) => outcome,
                () = self.stopped() => return,
            };
            match outcome {
                Ok(Step::Moved) => failures = 0,
                Ok(Step::Overtaken) => tokio::time::sleep(LOOK_EVERY).await,
                Ok(Step::Idle) => {
                    failures = 0;
                    if !self.is_followed(&node).await {
                        return;
                    }
                }
                Err(refusal) => {
                    tracing::warn!(peer = node, failures, error = %refusal, "following failed");
                    if !self.is_followed(&node).await {
                        return;
                    }
                    let pause = Duration::from_millis(back_off_ms(failures, self.jitter()));
                    failures = failures.saturating_add(1);
                    // A hint wakes it, but not more often than this.
                    tokio::time::sleep(Duration::from_millis(WAKE_MS_MIN)).await;
                    drop(tokio::time::timeout(pause, self.wakes.woken(&node)).await);
                }
            }
        }
    }

    /// Looks at a neighbour's log again and again, until it is followed no more.
    async fn watch(self: Arc<Self>, node: String) {
        let mut failures = 0_u32;
        let mut leased: Option<Instant> = None;
        loop {
            if leased.is_none_or(|at| at.elapsed() >= LEASE_RENEWED_AFTER) {
                match self.leased("federation.watch", &node).await {
                    Ok(held) => leased = held.then(Instant::now),
                    Err(refusal) => tracing::warn!(peer = node, error = %refusal, "no lease"),
                }
            }
            let outcome = match leased {
                None => Ok(true),
                Some(_) => tokio::select! {
                    outcome = self.follow.watch(&node) => outcome,
                    () = self.stopped() => return,
                },
            };
            let pause = match outcome {
                Ok(exchanged) => {
                    failures = 0;
                    if !exchanged && !self.is_followed(&node).await {
                        return;
                    }
                    self.watch_every
                }
                Err(refusal) => {
                    tracing::warn!(peer = node, failures, error = %refusal, "watching the log failed");
                    let pause = Duration::from_millis(back_off_ms(failures, self.jitter()));
                    failures = failures.saturating_add(1);
                    pause.max(self.watch_every)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stopped() => return,
            }
        }
    }

    async fn stopped(&self) {
        while !self.is_stopping() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn is_followed(&self, node: &str) -> bool {
        let node = node.to_owned();
        let found = self.follow.db.read(move |snapshot| peers::find(snapshot, &node)).await;
        found.is_ok_and(|peer| peer.state != State::Suspended)
    }

    async fn leased(&self, what: &str, node: &str) -> Result<bool, Refusal> {
        let (name, holder) = (format!("{what}:{node}"), self.holder.clone());
        let db: &Db = &self.follow.db;
        let lease = db
            .write_background("federation.lease", move |tx| {
                let now = tx.now();
                let until = now.plus_seconds(LEASE_SECONDS);
                changes::store::take_lease(tx, &name, &holder, now, until)
            })
            .await?;
        Ok(lease.value.is_some())
    }

    fn jitter(&self) -> u8 {
        let mut byte = [0; 1];
        self.follow.db.settings().random.fill(&mut byte);
        byte[0]
    }
}

/// Doubles with each failure up to five minutes, and is spread from half to one and a half of that.
fn back_off_ms(failures: u32, jitter: u8) -> u64 {
    let doubled = BACK_OFF_MS_FIRST.saturating_mul(1_u64.checked_shl(failures.min(20)).unwrap_or(u64::MAX));
    let base = doubled.min(BACK_OFF_MS_MAX);
    base / 2 + base.saturating_mul(u64::from(jitter)) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_is_bounded_and_spread() {
        assert_eq!((back_off_ms(0, 0), back_off_ms(0, 255)), (250, 750));
        assert_eq!(back_off_ms(3, 0), 2000);
        for failures in [10, 20, 64, u32::MAX] {
            assert_eq!(back_off_ms(failures, 255), BACK_OFF_MS_MAX / 2 + BACK_OFF_MS_MAX);
        }
    }
}

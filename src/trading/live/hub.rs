//! The hub of an instance: reads what is new in a watched sale once, and hands it to all its listeners.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};

use super::codes::{STREAMS_FULL, STREAMS_OF_ADDRESS};
use super::model::Mark;
use super::{service, stream};
use crate::changes::InstanceFollower;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::kv::Kv;
use crate::trading::model::SaleId;

/// Pieces that a listener may be behind before it is cut.
const RING_PIECES: usize = 64;
/// Rounds are no closer together: bids in between travel as one piece.
const ROUND_EVERY: Duration = Duration::from_millis(50);
/// Sales of one read.
const SALES_AT_ONCE: usize = 100;
/// Wake-ups between instances are no closer together.
const WAKE_EVERY: Duration = Duration::from_millis(20);
const WAKE: &str = "live";

#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// Of this instance.
    pub total: usize,
    pub of_address: usize,
}

/// One piece of news, rendered once.
#[derive(Clone)]
pub struct Piece {
    /// The number of the bid before the first one in here.
    pub from: i64,
    /// The number of the last bid in here.
    pub to: i64,
    pub bids: Arc<[(i64, Bytes)]>,
    pub state: Bytes,
    /// All of it, for whoever is up to `from`.
    pub whole: Bytes,
}

struct Channel {
    ring: broadcast::Sender<Piece>,
    mark: Option<Mark>,
}

#[derive(Default)]
struct Places {
    total: usize,
    by_address: HashMap<String, usize>,
}

#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    limits: StreamLimits,
    channels: Mutex<HashMap<SaleId, Channel>>,
    places: Mutex<Places>,
    /// When the last round was; held while one runs.
    round: Mutex<Option<Instant>>,
    closing: watch::Sender<bool>,
}

/// A place in the hub, given back when its stream ends.
pub struct Listener {
    pieces: broadcast::Receiver<Piece>,
    closing: watch::Receiver<bool>,
    _place: Place,
}

/// What a listener hears next.
pub enum Heard {
    Piece(Piece),
    /// The stream is over, and why.
    Ended(&'static str),
    /// Nothing came until then.
    Nothing,
}

impl Listener {
    pub async fn hear(&mut self, until: tokio::time::Instant) -> Heard {
        let Self { pieces, closing, .. } = self;
        tokio::select! {
            biased;
            // Told to end, or the hub is gone.
            _ = closing.wait_for(|closing| *closing) => Heard::Ended("shutdown"),
            piece = pieces.recv() => match piece {
                Ok(piece) => Heard::Piece(piece),
                Err(RecvError::Lagged(_)) => Heard::Ended("slow"),
                Err(RecvError::Closed) => Heard::Ended("shutdown"),
            },
            () = tokio::time::sleep_until(until) => Heard::Nothing,
        }
    }
}

struct Place {
    hub: Hub,
    address: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.hub.inner.places);
        places.total = places.total.saturating_sub(1);
        let left = places.by_address.get(&self.address).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            places.by_address.remove(&self.address);
        } else {
            places.by_address.insert(self.address.clone(), left);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub fn new(limits: StreamLimits) -> Self {
        let inner = Inner {
            limits,
            channels: Mutex::default(),
            places: Mutex::default(),
            round: Mutex::default(),
            closing: watch::Sender::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A listener of a sale (rule 4: so many from one address, so many in all). It hears what comes from now on.
    pub fn join(&self, sale: SaleId, address: &str) -> Result<Listener, Refusal> {
        let place = self.place(address)?;
        let mut channels = lock(&self.inner.channels);
        let channel = channels
            .entry(sale)
            .or_insert_with(|| Channel { ring: broadcast::Sender::new(RING_PIECES), mark: None });
        let pieces = channel.ring.subscribe();
        Ok(Listener { pieces, closing: self.inner.closing.subscribe(), _place: place })
    }

    fn place(&self, address: &str) -> Result<Place, Refusal> {
        let limits = self.inner.limits;
        let mut places = lock(&self.inner.places);
        if places.total >= limits.total {
            return Err(Refusal::new(&STREAMS_FULL).retry_after_seconds(10));
        }
        let own = places.by_address.entry(address.to_owned()).or_insert(0);
        if *own >= limits.of_address {
            return Err(Refusal::new(&STREAMS_OF_ADDRESS)
                .with("max", limits.of_address)
                .retry_after_seconds(10));
        }
        *own += 1;
        places.total += 1;
        Ok(Place { hub: self.clone(), address: address.to_owned() })
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        lock(&self.inner.places).total
    }

    /// Every stream ends with a word; new ones end at once.
    pub fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    /// Reads what is new in the watched sales, and hands it on.
    pub fn round(&self, db: &Db) -> Result<(), Refusal> {
        let mut last = lock(&self.inner.round);
        let watched = self.watched();
        if watched.is_empty() {
            return Ok(());
        }
        if let Some(rest) = last.and_then(|last| ROUND_EVERY.checked_sub(last.elapsed())) {
            std::thread::park_timeout(rest);
        }
        *last = Some(Instant::now());
        for some in watched.chunks(SALES_AT_ONCE) {
            let mut some = some.to_vec();
            // A long queue of bids comes in several pieces.
            while !some.is_empty() {
                some = self.hand_on(db, some)?;
            }
        }
        Ok(())
    }

    fn watched(&self) -> Vec<(SaleId, Option<Mark>)> {
        let mut channels = lock(&self.inner.channels);
        channels.retain(|_, channel| channel.ring.receiver_count() > 0);
        channels.iter().map(|(id, channel)| (*id, channel.mark)).collect()
    }

    /// One piece for each sale that shows something new; returns those that have more.
    fn hand_on(
        &self,
        db: &Db,
        watched: Vec<(SaleId, Option<Mark>)>,
    ) -> Result<Vec<(SaleId, Option<Mark>)>, Refusal> {
        let known: HashMap<SaleId, Option<Mark>> = watched.iter().copied().collect();
        let fresh = db.read_soon_blocking(move |snapshot| service::changed(snapshot, &watched))?;
        let mut more = Vec::new();
        let mut channels = lock(&self.inner.channels);
        for news in fresh {
            let id = news.frame.sale;
            let Some(channel) = channels.get_mut(&id) else { continue };
            let before = known.get(&id).copied().flatten();
            let from = before.map_or(news.frame.seq, |mark| mark.seq);
            let piece = stream::piece(from, &news)?;
            let mark = Mark { seq: piece.to, ..news.frame.mark() };
            if piece.to < news.frame.seq {
                more.push((id, Some(mark)));
            }
            channel.mark = Some(mark);
            // Nobody may be left to hear it.
            drop(channel.ring.send(piece));
        }
        Ok(more)
    }

    /// Tells other instances of commits here and takes a round when one of them tells; ends with the hub. Without
    /// Redis there is nothing to start: the hub polls like every follower.
    pub fn spawn_wake(&self, db: &Db, kv: &Kv) -> Result<Option<std::thread::JoinHandle<()>>, Refusal> {
        if !kv.is_shared() {
            return Ok(None);
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Refusal::internal)?;
        let (hub, db, kv) = (self.clone(), db.clone(), kv.clone());
        let thread = std::thread::Builder::new()
            .name("live-wake".into())
            .spawn(move || runtime.block_on(hub.wake(&db, &kv)))
            .map_err(Refusal::internal)?;
        Ok(Some(thread))
    }

    async fn wake(&self, db: &Db, kv: &Kv) {
        let mut name = [0; 8];
        db.settings().random.fill(&mut name);
        let own = hex::encode(name);
        let (told, mut telling) = mpsc::channel::<()>(1);
        let hear = kv.hear(WAKE, |word| {
            if word != own {
                // One that waits already will see this one's commit as well.
                let waits = told.try_send(()).is_err();
                tracing::trace!(waits, "another instance committed");
            }
        });
        let (mut commits, mut closing) = (db.commits(), self.inner.closing.subscribe());
        let work = async {
            loop {
                tokio::select! {
                    ended = closing.wait_for(|closing| *closing) => { drop(ended); break }
                    changed = commits.changed() => {
                        if changed.is_err() { break }
                        kv.tell(WAKE, &own).await;
                        tokio::time::sleep(WAKE_EVERY).await;
                    }
                    Some(()) = telling.recv() => {
                        if let Err(refusal) = self.round(db) {
                            tracing::warn!(error = %refusal, "the live hub could not read");
                        }
                    }
                }
            }
        };
        tokio::select! { () = hear => {}, () = work => {} }
    }
}

impl InstanceFollower for Hub {
    fn name(&self) -> &'static str {
        "live"
    }

    fn catch_up(&self, db: &Db) -> Result<(), Refusal> {
        self.round(db)
    }

    fn stop(&self) {
        self.close();
    }
}

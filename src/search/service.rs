//! The search of this instance: one handle for the API, the follower and the command line.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::codes::SEARCH_WARMING;
use super::follower::Desk;
use super::index::Shelf;
use super::index::place::Place;
use super::model::{Answer, Document, SearchQuery, Suggestion, Total};
use super::pool::Pool;
use super::query::{self, Kept};
use super::source::Sources;
pub use super::synonyms::Synonyms;
use crate::db::{Db, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::SEQ_AHEAD;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

/// A question as people ask it over HTTP, for rooms that keep questions.
pub use super::http::SearchParams;
// What rooms above need to ask single texts what the search asks the index.
pub use super::analyzer::fold::fold;
pub use super::analyzer::{Analyzer, Span, exact};
pub use super::query::needs::{Alternative, Chunk, Need, Question};
pub use super::query::parse::{Parsed, Part, parse};
pub use super::standing::{Probe, Standing, Watch};
pub use super::thesaurus::{fingerprint as synonyms_fingerprint, load as synonyms};

/// A change that asks every instance to make its index anew.
pub const REINDEX_REQUESTED: &str = "search.reindex_requested";

/// How long a reader who has just written waits for the index to have it.
const CATCH_UP_WAIT: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Search(pub(super) Arc<Inner>);

/// Where the index lives and how fast it follows.
#[derive(Debug, Clone)]
pub struct SearchSettings {
    /// `None`: in memory.
    pub directory: Option<PathBuf>,
    /// At least this long between two commits; zero in tests.
    pub pace: Duration,
}

pub(super) struct Inner {
    pub sources: Sources,
    pub place: Place,
    pub pace: Duration,
    /// What questions are answered from; nothing until the first index is ready.
    reading: RwLock<Option<Arc<Reading>>>,
    /// What operators declared to mean the same, as of the last change that was followed.
    synonyms: RwLock<Arc<Synonyms>>,
    /// The writing side; held by whoever follows.
    pub desk: Mutex<Desk>,
    pool: Pool,
    /// The last change that answers show.
    reached: watch::Sender<i64>,
    /// An answer failed in a way that a damaged index would explain.
    suspect: AtomicBool,
    stopping: AtomicBool,
}

pub(super) struct Reading {
    shelf: Arc<Shelf>,
    synonyms: Arc<Synonyms>,
    kept: Kept,
}

impl Search {
    pub fn new(settings: SearchSettings, sources: Sources) -> Result<Search, Refusal> {
        let place = settings.directory.map_or(Place::Memory, Place::Directory);
        Ok(Search(Arc::new(Inner {
            sources,
            place,
            pace: settings.pace,
            reading: RwLock::new(None),
            synonyms: RwLock::default(),
            desk: Mutex::new(Desk::default()),
            pool: Pool::start()?,
            reached: watch::channel(-1).0,
            suspect: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        })))
    }

    /// Answers a question on a thread of the search's own.
    pub async fn answer(&self, query: SearchQuery) -> Result<Answer, Refusal> {
        self.run(move |reading| query::answer(&reading.shelf, &reading.kept, &reading.synonyms, &query)).await
    }

    /// What a question that stands would be told of: found by all its words, the newest first.
    pub async fn strictly(&self, query: SearchQuery) -> Result<(Total, Vec<Document>), Refusal> {
        self.run(move |reading| query::strictly(&reading.shelf, &reading.synonyms, &query)).await
    }

    /// What somebody who typed this far may mean.
    pub async fn suggest(&self, typed: String, limit: usize) -> Result<Vec<Suggestion>, Refusal> {
        self.run(move |reading| query::suggest(&reading.shelf, &typed, limit)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reading) -> tantivy::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let reading = self.0.reading().ok_or_else(warming)?;
        match self.0.pool.run(move || work(&reading)).await? {
            Some(Ok(answer)) => Ok(answer),
            failed => {
                self.0.suspect.store(true, Ordering::Release);
                let error = failed.and_then(Result::err);
                Err(Refusal::internal(error.map_or("a search panicked".into(), |error| error.to_string())))
            }
        }
    }

    /// Subjects of a kind and a node that share words with a text, the best first; on the caller's thread, which may
    /// take its time.
    pub fn similar(
        &self,
        kind: &str,
        origin: &str,
        text: &str,
        limit: usize,
    ) -> Result<Vec<String>, Refusal> {
        let reading = self.0.reading().ok_or_else(warming)?;
        query::similar(&reading.shelf, kind, origin, text, limit).map_err(Refusal::internal)
    }

    /// Waits until answers show the change of this number.
    pub async fn wait_for(&self, seq: i64) -> Result<(), Refusal> {
        let mut reached = self.0.reached.subscribe();
        let waited = tokio::time::timeout(CATCH_UP_WAIT, reached.wait_for(|reached| *reached >= seq)).await;
        match waited {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Refusal::new(&SEQ_AHEAD).retry_after_seconds(1)),
        }
    }

    /// Makes the index anew beside the one in use, and swaps. Returns the number of records.
    pub fn rebuild(&self, db: &Db) -> Result<u64, Refusal> {
        let mut desk = self.0.desk.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.rebuild(db, &mut desk)
    }
}

/// Asks every instance to make its index anew.
pub fn request_reindex(tx: &mut Tx, actor: &Actor) -> Result<(), Refusal> {
    actor.permit(Permission::SearchReindex)?;
    let subject = format!("urn:tm:{}:search:index", tx.node());
    tx.record(actor, NewChange::local(REINDEX_REQUESTED, subject, 0, json!({})));
    Ok(())
}

fn warming() -> Refusal {
    Refusal::new(&SEARCH_WARMING).retry_after_seconds(1)
}

impl Inner {
    fn reading(&self) -> Option<Arc<Reading>> {
        self.reading.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers come from this index from now on.
    pub fn show(&self, shelf: Arc<Shelf>, seq: i64) {
        self.put(shelf);
        self.reach(seq);
    }

    fn put(&self, shelf: Arc<Shelf>) {
        let synonyms = Arc::clone(&self.synonyms.read().unwrap_or_else(PoisonError::into_inner));
        let reading = Arc::new(Reading { shelf, synonyms, kept: Kept::default() });
        *self.reading.write().unwrap_or_else(PoisonError::into_inner) = Some(reading);
    }

    /// Questions mean this from now on.
    pub fn understand(&self, synonyms: Synonyms) {
        *self.synonyms.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(synonyms);
        if let Some(reading) = self.reading() {
            self.put(Arc::clone(&reading.shelf));
        }
    }

    /// No answers until the next index is ready.
    pub fn hide(&self) {
        *self.reading.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn reach(&self, seq: i64) {
        self.reached.send_replace(seq);
        metrics::gauge!("search_reached_seq").set(seq as f64);
    }

    pub fn take_suspicion(&self) -> bool {
        self.suspect.swap(false, Ordering::AcqRel)
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}

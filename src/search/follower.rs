//! Following the change log into the index.
//!
//! A change only marks its subject as dirty; what is indexed is the subject as it is now. So taking a change twice
//! changes nothing, and the cursor, saved with the rows, may lag behind what the rows already show.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::analyzer::Analyzer;
use super::index::{self, Cursor, FOLLOW_HEAP_BYTES, Scribe, Shelf, Unusable};
use super::model::Document;
use super::service::{Inner, REINDEX_REQUESTED, Search};
use super::source::{Source, Sources};
use super::synonyms::Synonyms;
use super::thesaurus;
use crate::changes::{self, InstanceFollower};
use crate::db::{Conn, Db};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Changes taken from the log at once.
const SLICE_CHANGES: i64 = 500;
/// While much is waiting, a commit at least this often.
const COMMIT_EVERY: Duration = Duration::from_millis(500);
/// Changes without anything to index move the cursor in memory; it is saved at least this often.
const UNSAVED_CHANGES_MAX: i64 = 10_000;
/// After so many failures in a row the records are loaded one by one, and what cannot be loaded is passed over.
const FAILURES_BEFORE_CARE: u32 = 5;
/// After so many the index is taken to be at fault.
const FAILURES_BEFORE_REBUILD: u32 = 8;

/// The writing side of the index.
#[derive(Default)]
pub struct Desk {
    open: Option<Open>,
    failures: u32,
    committed: Option<Instant>,
}

struct Open {
    scribe: Scribe,
    shelf: Arc<Shelf>,
    cursor: Cursor,
    saved_seq: i64,
    dirty: bool,
}

/// What a slice of the log asks for.
struct Slice {
    last_seq: i64,
    present: Vec<Document>,
    gone: Vec<String>,
    reindex: bool,
    /// The sets in force, if they were changed.
    synonyms: Option<Synonyms>,
}

impl InstanceFollower for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    fn catch_up(&self, db: &Db) -> Result<(), Refusal> {
        let mut desk = self.0.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = self.0.catch_up(db, &mut desk);
        match &outcome {
            Ok(()) => desk.failures = 0,
            Err(refusal) if self.0.is_stopping() => tracing::debug!(error = %refusal, "search stops"),
            Err(_) => desk.failures += 1,
        }
        outcome
    }

    fn stop(&self) {
        self.0.stop();
    }
}

impl Inner {
    fn catch_up(&self, db: &Db, desk: &mut Desk) -> Result<(), Refusal> {
        if self.take_suspicion() && desk.open.as_ref().is_some_and(|open| open.shelf.check().is_err()) {
            tracing::error!("the search index is damaged and is made anew");
            self.hide();
            // Should this fail, the next round finds no index open and tries again.
            desk.open = None;
            self.rebuild(db, desk)?;
        }
        if desk.open.is_none() {
            self.open(db, desk)?;
        }
        self.pause(desk);
        loop {
            let slice = self.read(db, desk)?;
            let Some(open) = &mut desk.open else { return Ok(()) };
            let Some(mut slice) = slice else { break };
            if let Some(synonyms) = slice.synonyms.take() {
                self.understand(synonyms);
            }
            if slice.reindex {
                self.rebuild(db, desk)?;
                continue;
            }
            open.take(&slice).map_err(|error| desk.closed(&error))?;
            if desk.committed.is_none_or(|at| at.elapsed() >= COMMIT_EVERY) {
                self.commit(desk)?;
            }
            if self.is_stopping() {
                break;
            }
        }
        self.commit(desk)
    }

    /// Gathers changes for a moment: a commit costs tens of milliseconds, however little is in it.
    fn pause(&self, desk: &Desk) {
        let since = desk.committed.map_or(self.pace, |at| at.elapsed());
        if since < self.pace {
            std::thread::sleep(self.pace - since);
        }
    }

    fn commit(&self, desk: &mut Desk) -> Result<(), Refusal> {
        let Some(open) = &mut desk.open else { return Ok(()) };
        if open.dirty || open.cursor.seq - open.saved_seq >= UNSAVED_CHANGES_MAX {
            if let Err(error) = open.scribe.commit(&open.cursor) {
                return Err(desk.closed(&error));
            }
            open.saved_seq = open.cursor.seq;
            open.dirty = false;
            desk.committed = Some(Instant::now());
        }
        self.reach(open.cursor.seq);
        Ok(())
    }

    /// The next changes and the present state of what they touch, from one snapshot.
    fn read(&self, db: &Db, desk: &Desk) -> Result<Option<Slice>, Refusal> {
        let Some(open) = &desk.open else { return Ok(None) };
        let (after, sources) = (open.cursor.seq, self.sources.clone());
        let careful = desk.failures >= FAILURES_BEFORE_CARE;
        db.read_blocking(move |snapshot| {
            let changes = changes::read_after(snapshot, after, SLICE_CHANGES)?;
            changes.last().map(|last| load(snapshot, &sources, &changes, last.seq, careful)).transpose()
        })
    }

    /// Goes on with the index that is there, or makes one.
    fn open(&self, db: &Db, desk: &mut Desk) -> Result<(), Refusal> {
        let epoch_and_seq = self.begin(db)?;
        let opened = match self.place.current() {
            None => Err(Unusable::Missing),
            Some(_) if desk.failures >= FAILURES_BEFORE_REBUILD => {
                Err(Unusable::Damaged("keeps failing".into()))
            }
            Some(dir) => index::open(&dir, Analyzer::shared()).and_then(|(shelf, cursor)| {
                if cursor.epoch != epoch_and_seq.epoch || cursor.seq > epoch_and_seq.seq {
                    return Err(Unusable::Outdated(format!("follows another log: {cursor:?}")));
                }
                shelf.check().map(|()| (shelf, cursor))
            }),
        };
        match opened {
            Ok((shelf, cursor)) => {
                let open = Open::new(shelf, cursor, FOLLOW_HEAP_BYTES).map_err(Refusal::internal)?;
                self.show(Arc::clone(&open.shelf), open.cursor.seq);
                desk.open = Some(open);
                Ok(())
            }
            Err(reason) => {
                tracing::info!(?reason, "the search index is made anew");
                self.hide();
                self.rebuild(db, desk).map(drop)
            }
        }
    }

    /// The head of the log, and what holds beside the index as of then.
    fn begin(&self, db: &Db) -> Result<changes::Head, Refusal> {
        let (head, synonyms) =
            db.read_blocking(|snapshot| Ok((changes::head(snapshot)?, thesaurus::load(snapshot)?)))?;
        self.understand(synonyms);
        Ok(head)
    }

    /// Fills a new index from all sources beside the present one, and swaps.
    pub fn rebuild(&self, db: &Db, desk: &mut Desk) -> Result<u64, Refusal> {
        let internal = |error: tantivy::TantivyError| Refusal::internal(error);
        let started = Instant::now();
        // Changes from here on are followed, whether the scan has seen them or not.
        let head = self.begin(db)?;
        let dir = self.place.fresh().map_err(Refusal::internal)?;
        let shelf = index::create(dir.as_deref(), Analyzer::shared()).map_err(internal)?;
        let heap = if dir.is_some() { index::BUILD_HEAP_BYTES } else { FOLLOW_HEAP_BYTES };
        let mut scribe = Scribe::new(&shelf, heap).map_err(internal)?;
        let mut count = 0;
        for source in self.sources.iter() {
            count += self.scan(db, source, &scribe)?;
        }
        let cursor = Cursor { epoch: head.epoch, seq: head.seq };
        scribe.commit(&cursor).map_err(internal)?;
        scribe.finish().map_err(internal)?;
        if let Some(dir) = &dir {
            self.place.publish(dir).map_err(Refusal::internal)?;
        }
        let open = Open::new(shelf, cursor, FOLLOW_HEAP_BYTES).map_err(internal)?;
        self.show(Arc::clone(&open.shelf), open.cursor.seq);
        desk.open = Some(open);
        desk.committed = Some(Instant::now());
        self.place.sweep().map_err(Refusal::internal)?;
        tracing::info!(records = count, seconds = started.elapsed().as_secs_f64(), "search index made");
        Ok(count)
    }

    fn scan(&self, db: &Db, source: &Arc<dyn Source>, scribe: &Scribe) -> Result<u64, Refusal> {
        let (mut after, mut count): (Option<String>, u64) = (None, 0);
        loop {
            if self.is_stopping() {
                return Err(Refusal::internal("stopped while the index was made"));
            }
            let source = Arc::clone(source);
            let from = after.take();
            let page =
                db.read_blocking(move |snapshot| source.scan(snapshot, from.as_deref(), SLICE_CHANGES))?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.subject.clone());
            for document in &page {
                scribe.add(document).map_err(Refusal::internal)?;
                count += 1;
            }
        }
    }
}

impl Desk {
    /// After an error of the index it is opened anew next time. Nothing uncommitted is lost: the cursor wasn't saved
    /// either.
    fn closed(&mut self, error: &tantivy::TantivyError) -> Refusal {
        self.open = None;
        Refusal::internal(error)
    }
}

impl Open {
    fn new(shelf: Arc<Shelf>, cursor: Cursor, heap_bytes: usize) -> tantivy::Result<Open> {
        let scribe = Scribe::new(&shelf, heap_bytes)?;
        Ok(Open { scribe, shelf, saved_seq: cursor.seq, cursor, dirty: false })
    }

    fn take(&mut self, slice: &Slice) -> tantivy::Result<()> {
        slice.present.iter().try_for_each(|document| self.scribe.replace(document))?;
        slice.gone.iter().for_each(|subject| self.scribe.remove(subject));
        self.dirty |= !slice.present.is_empty() || !slice.gone.is_empty();
        self.cursor.seq = slice.last_seq;
        Ok(())
    }
}

fn load(
    conn: &mut Conn,
    sources: &Sources,
    changes: &[Change],
    last_seq: i64,
    careful: bool,
) -> Result<Slice, Refusal> {
    let reindex = changes.iter().any(|change| change.kind == REINDEX_REQUESTED);
    let mut slice = Slice { last_seq, present: vec![], gone: vec![], reindex, synonyms: None };
    if changes.iter().any(|change| thesaurus::concerns(&change.kind)) {
        slice.synonyms = Some(thesaurus::load(conn)?);
    }
    for source in sources.iter() {
        let dirty: BTreeSet<&String> = changes
            .iter()
            .filter(|change| source.follows(&change.kind))
            .map(|change| &change.subject)
            .collect();
        if dirty.is_empty() {
            continue;
        }
        let subjects: Vec<String> = dirty.into_iter().cloned().collect();
        let found =
            if careful { one_by_one(conn, source, &subjects) } else { source.load(conn, &subjects)? };
        let present: BTreeSet<&String> = found.iter().map(|document| &document.subject).collect();
        slice.gone.extend(subjects.iter().filter(|subject| !present.contains(subject)).cloned());
        slice.present.extend(found);
    }
    Ok(slice)
}

/// One record that cannot be loaded must not keep the others from being found. It is taken out of the index.
fn one_by_one(conn: &mut Conn, source: &Arc<dyn Source>, subjects: &[String]) -> Vec<Document> {
    let mut found = Vec::new();
    for subject in subjects {
        match source.load(conn, std::slice::from_ref(subject)) {
            Ok(documents) => found.extend(documents),
            Err(refusal) => tracing::error!(%subject, error = %refusal, "a record cannot be indexed"),
        }
    }
    found
}

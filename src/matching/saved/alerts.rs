//! Follows published records and tells which saved searches they answer.
//!
//! What takes time, cutting a record into its tokens and asking the questions, happens before the command; the command
//! writes one row for each record and one change for each hundred searches.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::model::{ALERT_SEARCHES_MAX, Frequency, SavedSearch, SavedSearchId, Told};
use super::rules::{self, News, Present};
use super::{service, store};
use crate::changes::{Follower, OnFailure, Start};
use crate::db::{Db, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Change, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::search::model::Document;
use crate::search::service::{Probe, Standing, Synonyms, Watch, synonyms, synonyms_fingerprint};
use crate::search::{Analyzer, Sources};

const NAME: &str = "matching.alerts";
/// Changes of other nodes' records.
const OF_OTHER_NODES: &str = "replica.";
/// Days for which another node's record is news.
const NEWS_DAYS: i64 = 30;
/// Saved searches read at once.
const SLICE: i64 = 2_000;
/// Changes that one command records.
const ALERTS_MAX: usize = 200;

/// Whether a record of another node is news here only because the node itself is: nobody is told of thousands of old
/// records when a neighbour joins.
fn is_taken_over(change: &Change, document: &Document) -> bool {
    let since = change.at.plus_days(-NEWS_DAYS).micros();
    change.kind.starts_with(OF_OTHER_NODES) && document.published_at < since
}

/// The saved searches of the node, watched by this instance.
pub struct Alerts {
    sources: Sources,
    desk: Arc<Mutex<Desk>>,
}

/// What is watched, as of the last look at the rows.
#[derive(Default)]
struct Desk {
    watch: Watch<SavedSearchId>,
    since: HashMap<SavedSearchId, UtcTime>,
    /// The newest change of a row that was read.
    read_up_to: Option<UtcTime>,
    synonyms: (Option<(i64, Option<UtcTime>)>, Synonyms),
    /// What the next command has to write, by number of the change.
    prepared: HashMap<i64, Prepared>,
}

#[derive(Clone, Debug)]
struct Prepared {
    record_kind: String,
    title: String,
    news: Arc<News>,
    was_told: bool,
}

/// The records of a slice as they are now, and who was told of them.
struct Material {
    documents: HashMap<String, Document>,
    told: HashMap<String, Told>,
}

impl Alerts {
    pub fn new(sources: Sources) -> Alerts {
        Alerts { sources, desk: Arc::default() }
    }

    /// By the kind of the change, as the search does: a replica's URN names the kind that its owner gave it.
    fn material(&self, db: &Db, changes: &[&Change]) -> Result<Material, Refusal> {
        let sources = self.sources.clone();
        let changed: Vec<(String, String)> =
            changes.iter().map(|change| (change.kind.clone(), change.subject.clone())).collect();
        db.read_blocking(move |snapshot| {
            let mut documents = HashMap::new();
            for source in sources.iter() {
                let own: Vec<String> = changed
                    .iter()
                    .filter(|(kind, _)| source.follows(kind))
                    .map(|(_, subject)| subject.clone())
                    .collect();
                if !own.is_empty() {
                    let found = source.load(snapshot, &own)?;
                    documents.extend(found.into_iter().map(|document| (document.subject.clone(), document)));
                }
            }
            let subjects: Vec<String> = changed.into_iter().map(|(_, subject)| subject).collect();
            Ok(Material { documents, told: store::told(snapshot, &subjects)?.into_iter().collect() })
        })
    }
}

/// Whether a change may concern anybody outside. What other nodes published is always looked at: here it is passed on
/// to nobody, and its source knows what of it is public.
fn may_be_seen(change: &Change) -> bool {
    change.audience.is_outside() || change.kind.starts_with(OF_OTHER_NODES)
}

impl Follower for Alerts {
    fn name(&self) -> &'static str {
        NAME
    }

    /// Nobody is told of what was before.
    fn start(&self) -> Start {
        Start::Head
    }

    fn wants(&self, kind: &str) -> bool {
        self.sources.iter().any(|source| source.follows(kind))
    }

    fn prepare(&self, db: &Db, changes: &[Change]) -> Result<usize, Refusal> {
        let last = last_of_each(changes.iter().filter(|it| may_be_seen(it) && self.wants(&it.kind)));
        if last.is_empty() {
            return Ok(changes.len());
        }
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.prepared.clear();
        desk.refresh(db)?;
        let mut material = self.material(db, &last)?;
        let (mut alerts, mut most) = (0, changes.len());
        for change in last {
            let prepared = desk.look(change, &mut material);
            let own = prepared.news.events.iter().map(|(_, ids)| ids.len().div_ceil(ALERT_SEARCHES_MAX));
            alerts += own.sum::<usize>();
            if alerts > ALERTS_MAX {
                most = changes.iter().position(|it| it.seq == change.seq).unwrap_or(0).max(1);
            }
            desk.prepared.insert(change.seq, prepared);
            if alerts > ALERTS_MAX {
                break;
            }
        }
        Ok(most)
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        let prepared = {
            let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
            desk.prepared.get(&change.seq).cloned()
        };
        // Not the last change of its record in the slice, or of no concern to anybody outside.
        let Some(prepared) = prepared else { return Ok(()) };
        if prepared.was_told || prepared.news.told.is_some() {
            store::keep_told(tx, &change.subject, prepared.news.told.as_ref())?;
        }
        for (event, ids) in &prepared.news.events {
            for searches in ids.chunks(ALERT_SEARCHES_MAX) {
                let facts = json!({
                    "event": event,
                    "record_kind": prepared.record_kind,
                    "title": prepared.title,
                    "searches": searches,
                });
                let alert =
                    NewChange::local("saved_search.alerted", change.subject.clone(), change.version, facts);
                tx.record(&Actor::System(NAME), alert);
            }
        }
        Ok(())
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

/// The last change of each subject: the present state is read, so those before it say nothing of their own.
fn last_of_each<'a>(changes: impl DoubleEndedIterator<Item = &'a Change>) -> Vec<&'a Change> {
    let mut seen = HashSet::new();
    let mut last: Vec<&Change> = changes.rev().filter(|change| seen.insert(&change.subject)).collect();
    last.reverse();
    last
}

impl Desk {
    /// Takes the searches and synonyms that were changed since.
    fn refresh(&mut self, db: &Db) -> Result<(), Refusal> {
        let fingerprint = db.read_blocking(|snapshot| synonyms_fingerprint(snapshot))?;
        if self.synonyms.0 != Some(fingerprint) {
            // Every question may mean something else now.
            *self = Desk::default();
            self.synonyms = (Some(fingerprint), db.read_blocking(|snapshot| synonyms(snapshot))?);
        }
        let mut from = (self.read_up_to.unwrap_or_else(|| UtcTime::from_micros(0)), None);
        loop {
            let (at, after) = from;
            let rows = db.read_blocking(move |snapshot| store::changed_from(snapshot, at, after, SLICE))?;
            let Some(last) = rows.last() else { return Ok(()) };
            from = (last.changed_at, Some(last.id));
            self.read_up_to = Some(last.changed_at);
            rows.iter().for_each(|row| self.take(row));
        }
    }

    /// One row that cannot be read is passed over: everybody else is still told.
    fn take(&mut self, row: &SavedSearch) {
        let query = match service::kept_query(row) {
            Ok(query) => query,
            Err(refusal) => {
                tracing::error!(saved_search = %row.id, %refusal, "a saved search cannot be read and is not watched");
                self.watch.remove(row.id);
                self.since.remove(&row.id);
                return;
            }
        };
        let analyzer = Analyzer::shared();
        let standing = Standing::new(&query.text, &query.filters, &analyzer, &self.synonyms.1);
        if row.frequency == Frequency::Off {
            self.watch.remove(row.id);
            self.since.remove(&row.id);
        } else {
            self.watch.put(row.id, standing, &analyzer);
            self.since.insert(row.id, row.since);
        }
    }

    fn look(&self, change: &Change, material: &mut Material) -> Prepared {
        let mut told = material.told.remove(&change.subject);
        let (was_told, known_title) =
            (told.is_some(), told.as_ref().map(|told| told.title.clone()).unwrap_or_default());
        // Rule 2: who was not watching when it happened is told neither of a change nor of an end.
        let watching = |id: &SavedSearchId| self.since.get(id).is_some_and(|since| *since <= change.at);
        if let Some(told) = &mut told {
            told.searches.retain(watching);
        }
        let document = material.documents.remove(&change.subject);
        let title = document.as_ref().map_or(known_title, |document| document.title.clone());
        let record_kind = crate::kernel::id::parse_urn(&change.subject)
            .map(|(_, entity, _)| entity.to_owned())
            .unwrap_or_default();
        let present = document.map(|document| {
            let mut finding = self.watch.finding(&Probe::of(&document, &Analyzer::shared()));
            let stale = is_taken_over(change, &document);
            let known = |id: &SavedSearchId| told.as_ref().is_some_and(|told| told.searches.contains(id));
            finding.retain(|id| watching(id) && (!stale || known(id)));
            Present { version: document.version, title: document.title, finding }
        });
        Prepared { record_kind, title, news: Arc::new(rules::news(told, present)), was_told }
    }
}

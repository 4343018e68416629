//! Learning a model from the published records, keeping it, and marking all lists for it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::db::{Db, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::matching::engine::Model;
use crate::matching::lexicon::{Counts, Lengths, Lexicon};
use crate::matching::meaning::Vectors;
use crate::matching::model::Side;
use crate::matching::store::{self, ModelHead};
use crate::search::model::Document;
use crate::search::{Analyzer, Sources};

/// A model is learnt anew after so many days,
const RENEW_DAYS: i64 = 7;
/// or when there are so many times more records than there were then.
const GROWTH: i64 = 2;
/// Fewer records have nothing to teach.
const RECORDS_MIN: i64 = 10;
/// Records of each side that are learnt from, an even number: their texts are in memory while learning.
const SCANNED_MAX: usize = 6_000;
const SCAN_PAGE: i64 = 500;
/// Bytes of a model in one row, rows written or removed and records marked in one command.
const PART_BYTES: usize = 64 * 1024;
const SWEPT_PARTS: i64 = 8;
const MARKED_RECORDS: i64 = 400;
/// Terms whose counts are kept, the most frequent; the others count as never seen.
const COUNTS_MAX: usize = 40_000;

#[derive(Serialize, Deserialize)]
struct CountsDoc {
    records: u32,
    records_with: HashMap<String, u32>,
    achievements: (u32, f64, f64),
    demands: (u32, f64, f64),
}

/// A model as bytes: the length of the counts, the counts, the vectors.
pub fn to_bytes(model: &Model) -> Result<Vec<u8>, Refusal> {
    let counts = model.lexicon.counts();
    let mut kept: Vec<(&String, &u32)> = counts.records_with.iter().collect();
    kept.sort_unstable_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    kept.truncate(COUNTS_MAX);
    let lengths = |of: Lengths| (of.records, of.words, of.characters);
    let document = to_json(&CountsDoc {
        records: counts.records,
        records_with: kept.into_iter().map(|(term, count)| (term.clone(), *count)).collect(),
        achievements: lengths(counts.achievements),
        demands: lengths(counts.demands),
    })?;
    let mut bytes = (document.len() as u32).to_le_bytes().to_vec();
    bytes.extend(document.as_bytes());
    bytes.extend(model.vectors.to_bytes());
    Ok(bytes)
}

/// `None` if these are no model's bytes of this version of the program.
pub fn from_bytes(bytes: &[u8], analyzer: &Arc<Analyzer>) -> Option<Model> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (document, vectors) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let document: CountsDoc = from_json(std::str::from_utf8(document).ok()?).ok()?;
    let lengths = |(records, words, characters): (u32, f64, f64)| Lengths { records, words, characters };
    let counts = Counts {
        records: document.records,
        records_with: document.records_with,
        achievements: lengths(document.achievements),
        demands: lengths(document.demands),
    };
    let vectors = Vectors::from_bytes(vectors)?;
    Some(Model { lexicon: Lexicon::new(Arc::clone(analyzer), counts), vectors })
}

/// Learns a model if it is time, and marks all lists for a new model or new weights.
pub fn learn_if_due(db: &Db, sources: &Sources) -> Result<(), Refusal> {
    let (head, live, now, weights) = db.read_blocking(|snapshot| {
        let now = snapshot.now();
        Ok((store::newest_model(snapshot)?, store::count_live(snapshot)?, now, store::weights(snapshot)?))
    })?;
    let marks = if is_due(head, live, now) { learn(db, sources)? } else { false };
    let unspread = weights.filter(|set| !set.spread).map(|set| set.weights.version);
    if marks || unspread.is_some() {
        mark_all(db)?;
    }
    if let Some(version) = unspread {
        db.write_background_blocking("matching.weights_spread", move |tx| {
            store::weights_spread(tx, version)
        })?;
    }
    Ok(())
}

fn is_due(last: Option<ModelHead>, live: i64, now: UtcTime) -> bool {
    live >= RECORDS_MIN
        && last.is_none_or(|last| {
            now > last.learnt_at.plus_days(RENEW_DAYS) || live >= last.live.max(RECORDS_MIN) * GROWTH
        })
}

/// Learns from the records as they are now. The parts are written in slices; the last command makes the model the one
/// in use.
fn learn(db: &Db, sources: &Sources) -> Result<bool, Refusal> {
    let analyzer = Analyzer::shared();
    let (mut records, mut live) = (Vec::new(), 0);
    for source in sources.iter() {
        let sides: Vec<Side> = source.kinds().iter().filter_map(|kind| Side::parse(kind)).collect();
        let [side] = sides.as_slice() else { continue };
        let sample = scan(db, source)?;
        live += i64::try_from(sample.seen).unwrap_or(i64::MAX);
        records.extend(sample.held.into_iter().map(|document| (*side, document)));
    }
    let count = i32::try_from(records.len()).unwrap_or(i32::MAX);
    let bytes = to_bytes(&Model::learn(&analyzer, &records))?;
    drop(records);
    let begun = db.write_background_blocking("matching.model", move |tx| {
        let now = tx.now();
        store::begin_model(tx, count, live, now)
    })?;
    let model = begun.value;
    for (part, number) in bytes.chunks(PART_BYTES).zip(0..) {
        let part = part.to_vec();
        db.write_background_blocking("matching.model", move |tx| store::add_part(tx, model, number, &part))?;
    }
    db.write_background_blocking("matching.model", move |tx| store::finish_model(tx, model))?;
    tracing::info!(model, records = count, bytes = bytes.len(), "matchmaking learnt from the records");
    while db
        .write_background_blocking("matching.sweep", move |tx| store::sweep_models(tx, model, SWEPT_PARTS))?
        .value
    {}
    Ok(true)
}

fn scan(db: &Db, source: &Arc<dyn crate::search::Source>) -> Result<Sample<Document>, Refusal> {
    let (mut sample, mut after) = (Sample::new(SCANNED_MAX), None::<String>);
    loop {
        let (source, from) = (Arc::clone(source), after.take());
        let page = db.read_blocking(move |snapshot| source.scan(snapshot, from.as_deref(), SCAN_PAGE))?;
        let Some(last) = page.last() else { return Ok(sample) };
        after = Some(last.subject.clone());
        page.into_iter().for_each(|document| sample.offer(document));
    }
}

/// Every n-th of a sequence whose end is not known: n doubles when more than `max` would be held. So what was published
/// last is learnt from like what was published first.
struct Sample<T> {
    max: usize,
    every: usize,
    seen: usize,
    held: Vec<T>,
}

impl<T> Sample<T> {
    const fn new(max: usize) -> Sample<T> {
        Sample { max, every: 1, seen: 0, held: Vec::new() }
    }

    fn offer(&mut self, one: T) {
        if self.is_next() && self.held.len() == self.max {
            let mut stays = false;
            self.held.retain(|_| {
                stays = !stays;
                stays
            });
            self.every *= 2;
        }
        if self.is_next() {
            self.held.push(one);
        }
        self.seen += 1;
    }

    const fn is_next(&self) -> bool {
        self.seen.is_multiple_of(self.every)
    }
}

/// Every list is made anew.
fn mark_all(db: &Db) -> Result<(), Refusal> {
    let mut after = String::new();
    loop {
        let from = after.clone();
        let marked = db.write_background_blocking("matching.mark", move |tx| {
            let subjects = store::live_after(tx, &from, MARKED_RECORDS)?;
            let mark = tx.now().micros();
            store::mark(tx, &subjects, mark, false)?;
            Ok(subjects.last().cloned())
        })?;
        match marked.value {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_bounded_and_spread_over_all() {
        let of = |count: usize| {
            let mut sample = Sample::new(4);
            (0..count).for_each(|one| sample.offer(one));
            (sample.seen, sample.held)
        };
        assert_eq!(of(0), (0, vec![]));
        assert_eq!(of(4), (4, vec![0, 1, 2, 3]));
        assert_eq!(of(5), (5, vec![0, 2, 4]));
        assert_eq!(of(17), (17, vec![0, 8, 16]));
        assert_eq!(of(1_000), (1_000, vec![0, 256, 512, 768]));
    }

    /// A node with many more records than are learnt from is not for ever "grown".
    #[test]
    fn a_model_is_due_after_a_week_or_when_there_are_twice_as_many_records() {
        let learnt_at: UtcTime = "2026-03-02T00:00:00Z".parse().unwrap();
        let due = |records: i32, then: i64, live: i64, days: i64| {
            let head = ModelHead { number: 1, records, live: then, learnt_at };
            is_due(Some(head), live, learnt_at.plus_days(days).plus_seconds(1))
        };
        assert!(!due(12_000, 40_000, 40_000, 0));
        assert!(!due(12_000, 40_000, 79_999, 6));
        assert!(due(12_000, 40_000, 80_000, 0));
        assert!(due(12_000, 40_000, 40_000, 7));
        assert!(!due(3, 3, 19, 0), "a handful more is no growth");
        assert!(!is_due(None, 9, learnt_at), "nothing to teach");
        assert!(is_due(None, 10, learnt_at));
    }
}

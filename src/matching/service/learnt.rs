//! Learning a model from the published records, keeping it, and marking all lists for it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::db::{Db, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::matching::engine::Model;
use crate::matching::lexicon::{Counts, Lengths, Lexicon};
use crate::matching::meaning::Vectors;
use crate::matching::model::Side;
use crate::matching::store;
use crate::search::model::Document;
use crate::search::{Analyzer, Sources};

/// A model is learnt anew after so many days,
const RENEW_DAYS: i64 = 7;
/// or when there are so many times more records than it knows.
const GROWTH: i64 = 2;
/// Fewer records have nothing to teach.
const RECORDS_MIN: i64 = 10;
/// Records of each side that are looked at: their texts are in memory while learning.
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
    let due = head.is_none_or(|head| {
        now > head.learnt_at.plus_days(RENEW_DAYS)
            || live >= i64::from(head.records).max(RECORDS_MIN) * GROWTH
    });
    let marks = if due && live >= RECORDS_MIN { learn(db, sources)? } else { false };
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

/// Learns from the records as they are now. The parts are written in slices; the last command makes the model the one
/// in use.
fn learn(db: &Db, sources: &Sources) -> Result<bool, Refusal> {
    let analyzer = Analyzer::shared();
    let mut records = Vec::new();
    for source in sources.iter() {
        let sides: Vec<Side> = source.kinds().iter().filter_map(|kind| Side::parse(kind)).collect();
        let [side] = sides.as_slice() else { continue };
        let documents = scan(db, source)?;
        records.extend(documents.into_iter().map(|document| (*side, document)));
    }
    let count = i32::try_from(records.len()).unwrap_or(i32::MAX);
    let bytes = to_bytes(&Model::learn(&analyzer, &records))?;
    drop(records);
    let begun = db.write_background_blocking("matching.model", move |tx| {
        let now = tx.now();
        store::begin_model(tx, count, now)
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

fn scan(db: &Db, source: &Arc<dyn crate::search::Source>) -> Result<Vec<Document>, Refusal> {
    let (mut found, mut after): (Vec<Document>, Option<String>) = (Vec::new(), None);
    while found.len() < SCANNED_MAX {
        let (source, from) = (Arc::clone(source), after.take());
        let page = db.read_blocking(move |snapshot| source.scan(snapshot, from.as_deref(), SCAN_PAGE))?;
        let Some(last) = page.last() else { break };
        after = Some(last.subject.clone());
        found.extend(page);
    }
    Ok(found)
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

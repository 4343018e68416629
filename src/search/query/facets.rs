//! Counting hits by facet.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{Query, Weight};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, Searcher, SegmentOrdinal, SegmentReader};

use super::rank::CountUpTo;
use crate::search::index::values::{SegmentValues, Values};
use crate::search::model::{Facet, Total};

/// Values shown of one facet, the most frequent first.
const VALUES_MAX: usize = 60;

/// Without facets to count, a total beyond this is only "at least".
pub const TOTAL_EXACT_MAX: u64 = 10_000;

/// Counts kept for the next pages and for whoever asks the same.
const KEPT_MAX: usize = 256;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: Total,
    pub facets: Vec<(Facet, Vec<(String, u64)>)>,
}

/// Counts of one state of the index by question. Emptied when the index changes or the store is full.
#[derive(Default)]
pub struct Kept(Mutex<(u64, HashMap<String, Counts>)>);

impl Kept {
    pub fn get_or(
        &self,
        searcher: &Searcher,
        question: String,
        count: impl FnOnce() -> tantivy::Result<Counts>,
    ) -> tantivy::Result<Counts> {
        let generation = searcher.generation().generation_id();
        {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.0 != generation || kept.1.len() >= KEPT_MAX {
                *kept = (generation, HashMap::new());
            }
            if let Some(counts) = kept.1.get(&question) {
                return Ok(counts.clone());
            }
        }
        let counts = count()?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == generation {
            kept.1.insert(question, counts.clone());
        }
        drop(kept);
        Ok(counts)
    }
}

pub fn count(
    searcher: &Searcher,
    values: &Values,
    query: &dyn Query,
    facets: &[Facet],
) -> tantivy::Result<Counts> {
    if facets.is_empty() {
        let count = searcher.search(query, &CountUpTo(TOTAL_EXACT_MAX))?;
        let total = Total { count: count.min(TOTAL_EXACT_MAX), exact: count <= TOTAL_EXACT_MAX };
        return Ok(Counts { total, facets: vec![] });
    }
    let tallied = searcher.search(query, &Tally { values, facets })?;
    let counted = facets.iter().zip(&tallied.by_value);
    let facets = counted.map(|(facet, counts)| (*facet, shown(values.named(*facet, counts)))).collect();
    Ok(Counts { total: Total { count: tallied.hits, exact: true }, facets })
}

/// The most frequent first, equal counts in a fixed order.
fn shown(mut values: Vec<(String, u64)>) -> Vec<(String, u64)> {
    values.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    values.truncate(VALUES_MAX);
    values
}

/// Counts hits, and how many of them have each value of these facets.
struct Tally<'a> {
    values: &'a Values,
    facets: &'a [Facet],
}

/// Hits, and for each facet asked the hits by the numbers of its values.
#[derive(Default)]
struct Tallied {
    hits: u64,
    by_value: Vec<Vec<u64>>,
}

struct SegmentTally {
    values: Arc<SegmentValues>,
    hits: u64,
    by_set: Vec<(Facet, Vec<u64>)>,
}

impl SegmentCollector for SegmentTally {
    type Fruit = Tallied;

    fn collect(&mut self, record: DocId, _: Score) {
        self.collect_block(&[record]);
    }

    fn collect_block(&mut self, records: &[DocId]) {
        self.hits += records.len() as u64;
        for (facet, counts) in &mut self.by_set {
            self.values.column(*facet).count(records, counts);
        }
    }

    fn harvest(self) -> Tallied {
        let by_value = self.by_set.iter().map(|(facet, by_set)| {
            let mut by_value = Vec::new();
            self.values.column(*facet).spread(by_set, &mut by_value);
            by_value
        });
        Tallied { hits: self.hits, by_value: by_value.collect() }
    }
}

impl Collector for Tally<'_> {
    type Fruit = Tallied;
    type Child = SegmentTally;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentTally> {
        let values = self.values.of(reader)?;
        let by_set = self.facets.iter().map(|facet| (*facet, values.column(*facet).counts())).collect();
        Ok(SegmentTally { values, hits: 0, by_set })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Tallied>) -> tantivy::Result<Tallied> {
        let mut all = Tallied { hits: 0, by_value: vec![vec![]; self.facets.len()] };
        for segment in segments {
            all.hits += segment.hits;
            for (sums, counts) in all.by_value.iter_mut().zip(segment.by_value) {
                sums.resize(sums.len().max(counts.len()), 0);
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        Ok(all)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<Tallied> {
        let mut tally = self.for_segment(segment, reader)?;
        let Some(alive) = reader.alive_bitset() else {
            weight.for_each_no_score(reader, &mut |records| tally.collect_block(records))?;
            return Ok(tally.harvest());
        };
        let mut living = Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN);
        weight.for_each_no_score(reader, &mut |records| {
            living.clear();
            living.extend(records.iter().copied().filter(|record| alive.is_alive(*record)));
            tally.collect_block(&living);
        })?;
        Ok(tally.harvest())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::search::index::{Cursor, record};
    use crate::search::model::{Document, SearchQuery};
    use crate::search::query::tests::{Desk, asked, document};

    /// Values of every kind: none, one, several, more different sets than fit one byte.
    fn varied(id: usize, title: &str) -> Document {
        let some = |words: &[&str], n: usize| -> Vec<String> {
            words
                .iter()
                .enumerate()
                .filter(|(at, _)| n >> at & 1 == 1)
                .map(|(_, word)| (*word).into())
                .collect()
        };
        Document {
            kind: if id.is_multiple_of(3) { "demand" } else { "achievement" }.into(),
            cooperation: some(&["transfer", "license", "investment", "development"], id % 16),
            industry: some(&["A", "B", "C", "D", "E", "F", "G", "H", "I"], id % 511),
            field: some(&["agriculture", "new_materials"], id % 4),
            trl: (!id.is_multiple_of(5)).then_some(u8::try_from(id % 9).unwrap() + 1),
            year: (!id.is_multiple_of(7)).then_some(2_000 + i32::try_from(id % 26).unwrap()),
            ..document(id, title, "示范")
        }
    }

    fn counted<'a>(
        documents: impl Iterator<Item = &'a Document> + Clone,
    ) -> Vec<(Facet, Vec<(String, u64)>)> {
        let of = |facet| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for document in documents.clone() {
                record::facet_values(facet, document)
                    .into_iter()
                    .for_each(|value| *counts.entry(value).or_default() += 1);
            }
            (facet, shown(counts.into_iter().collect()))
        };
        Facet::ALL.into_iter().map(of).collect()
    }

    #[test]
    fn counts_equal_those_of_looking_at_every_record() {
        let titles = ["油茶", "海水稻", "油茶 海水稻"];
        let mut documents: Vec<Document> = (0..700).map(|id| varied(id, titles[id % 3])).collect();
        let mut desk = Desk::new(&documents[..300]);
        for (seq, id) in (300..700).enumerate() {
            desk.scribe.replace(&documents[id]).unwrap();
            // Rows of earlier segments die.
            let old = id % 290;
            documents[old] = varied(old + 1_000, titles[id % 3]);
            documents[old].subject = document(old, "", "").subject;
            desk.scribe.replace(&documents[old]).unwrap();
            if id % 100 == 99 {
                desk.scribe.commit(&Cursor { epoch: 1, seq: seq as i64 + 2 }).unwrap();
            }
        }
        assert!(desk.shelf.reader.searcher().segment_readers().iter().any(SegmentReader::has_deletes));
        for text in ["", "油茶", "油茶 OR 海水稻", "油茶 海水稻", "海水稻 -油茶"] {
            let fits = |document: &&Document| match text {
                "" | "油茶 OR 海水稻" => true,
                "油茶 海水稻" => document.title == titles[2],
                "油茶" => document.title.contains("油茶"),
                _ => document.title == "海水稻",
            };
            let expected = documents.iter().filter(fits);
            let answer = desk.ask(&SearchQuery { facets: Facet::ALL.into(), ..asked(text) });
            assert_eq!(answer.total.count, expected.clone().count() as u64, "{text}");
            assert_eq!(answer.facets, counted(expected), "{text}");
        }
    }
}

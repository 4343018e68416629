//! Order and pages: the best hits behind a position.
//!
//! Every hit has a place of its own, (rank, tie): the rank is the score or a column, the tie is the newness of the
//! record. A cursor is such a place, so a page goes on where the last one ended whatever was indexed meanwhile.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::query::Weight;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use crate::search::index::schema::{DEADLINE, NEWNESS, PRICE_HIGH, PRICE_LOW};
use crate::search::model::Sort;

/// A hit's place; greater comes first.
pub type Place = (u64, u64);

/// Collects the first `limit` hits behind `after`.
#[derive(Debug, Clone, Copy)]
pub struct Best {
    pub sort: Sort,
    pub after: Option<Place>,
    pub limit: usize,
}

/// The best hits of a segment, the worst of them on top.
pub struct SegmentBest {
    limit: usize,
    after: Option<Place>,
    rank: Rank,
    tie: Column<u64>,
    segment: SegmentOrdinal,
    heap: BinaryHeap<Reverse<(Place, Reverse<DocId>)>>,
}

enum Rank {
    Score,
    Tie,
    /// A column, and whether its least value comes first.
    Column(Column<u64>, bool),
    /// No record of the segment has the column.
    Nothing,
}

impl Best {
    fn rank(self, reader: &SegmentReader) -> tantivy::Result<Rank> {
        let column = |name, ascending| -> tantivy::Result<Rank> {
            let column = reader.fast_fields().u64_lenient(name)?;
            Ok(column.map_or(Rank::Nothing, |(column, _)| Rank::Column(column, ascending)))
        };
        match self.sort {
            Sort::Relevance => Ok(Rank::Score),
            Sort::Newest => Ok(Rank::Tie),
            Sort::PriceAscending => column(PRICE_LOW, true),
            Sort::PriceDescending => column(PRICE_HIGH, false),
            Sort::EndingSoon => column(DEADLINE, true),
        }
    }
}

impl SegmentBest {
    fn place(&self, doc: DocId, score: Score) -> Place {
        let tie = self.tie.first(doc).unwrap_or(0);
        let rank = match &self.rank {
            // Scores are never negative, so their bits are ordered like them.
            Rank::Score => u64::from(score.max(0.0).to_bits()),
            Rank::Tie => tie,
            Rank::Column(column, true) => column.first(doc).map_or(0, |value| !value),
            Rank::Column(column, false) => column.first(doc).unwrap_or(0),
            Rank::Nothing => 0,
        };
        (rank, tie)
    }

    fn push(&mut self, doc: DocId, score: Score) {
        let place = self.place(doc, score);
        if self.after.is_some_and(|after| place >= after) {
            return;
        }
        self.heap.push(Reverse((place, Reverse(doc))));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    /// Hits at or below this score cannot come onto the page. Equal scores are told apart by the tie, so they must
    /// still be seen.
    fn threshold(&self) -> Score {
        match self.heap.peek() {
            Some(Reverse(((rank, _), _))) if self.heap.len() == self.limit => {
                Score::from_bits(u32::try_from(*rank).unwrap_or(0)).next_down()
            }
            _ => Score::MIN,
        }
    }
}

impl SegmentCollector for SegmentBest {
    type Fruit = Vec<(Place, DocAddress)>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.push(doc, score);
    }

    fn harvest(self) -> Self::Fruit {
        let segment = self.segment;
        self.heap
            .into_iter()
            .map(|Reverse((place, Reverse(doc)))| (place, DocAddress::new(segment, doc)))
            .collect()
    }
}

impl Collector for Best {
    type Fruit = Vec<(Place, DocAddress)>;
    type Child = SegmentBest;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBest> {
        Ok(SegmentBest {
            limit: self.limit,
            after: self.after,
            rank: self.rank(reader)?,
            tie: reader.fast_fields().u64(NEWNESS)?,
            segment,
            heap: BinaryHeap::with_capacity(self.limit + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, segments: Vec<Self::Fruit>) -> tantivy::Result<Self::Fruit> {
        let mut hits: Self::Fruit = segments.into_iter().flatten().collect();
        hits.sort_unstable_by_key(|(place, address)| (Reverse(*place), *address));
        hits.truncate(self.limit);
        Ok(hits)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        segment: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<Self::Fruit> {
        let mut best = self.for_segment(segment, reader)?;
        let alive = reader.alive_bitset();
        let is_alive = |doc| alive.is_none_or(|alive| alive.is_alive(doc));
        if self.requires_scoring() {
            // Skips blocks of postings that cannot reach the page.
            weight.for_each_pruning(Score::MIN, reader, &mut |doc, score| {
                if is_alive(doc) {
                    best.push(doc, score);
                }
                best.threshold()
            })?;
        } else {
            weight.for_each_no_score(reader, &mut |docs| {
                docs.iter().filter(|doc| is_alive(**doc)).for_each(|doc| best.push(*doc, 0.0));
            })?;
        }
        Ok(best.harvest())
    }
}

/// Counts hits, no further than the bound.
pub struct CountUpTo(pub u64);

impl Collector for CountUpTo {
    type Fruit = u64;
    type Child = SegmentCount;

    fn for_segment(&self, _: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<SegmentCount> {
        Ok(SegmentCount(0))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, counts: Vec<u64>) -> tantivy::Result<u64> {
        Ok(counts.into_iter().sum())
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        _: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<u64> {
        let alive = reader.alive_bitset();
        let mut hits = weight.scorer(reader, 1.0)?;
        let (mut count, mut doc) = (0, hits.doc());
        while doc != tantivy::TERMINATED && count <= self.0 {
            count += u64::from(alive.is_none_or(|alive| alive.is_alive(doc)));
            doc = hits.advance();
        }
        Ok(count)
    }
}

pub struct SegmentCount(u64);

impl SegmentCollector for SegmentCount {
    type Fruit = u64;

    fn collect(&mut self, _: DocId, _: Score) {
        self.0 += 1;
    }

    fn harvest(self) -> u64 {
        self.0
    }
}

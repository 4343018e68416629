//! Counting hits by facet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tantivy::Searcher;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, AggregationResults, BucketResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, Key};
use tantivy::collector::Count;
use tantivy::query::Query;

use super::rank::CountUpTo;
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

pub fn count(searcher: &Searcher, query: &dyn Query, facets: &[Facet]) -> tantivy::Result<Counts> {
    if facets.is_empty() {
        let count = searcher.search(query, &CountUpTo(TOTAL_EXACT_MAX))?;
        let total = Total { count: count.min(TOTAL_EXACT_MAX), exact: count <= TOTAL_EXACT_MAX };
        return Ok(Counts { total, facets: vec![] });
    }
    let collector = AggregationCollector::from_aggs(request(facets)?, AggContextParams::default());
    let (count, results) = searcher.search(query, &(Count, collector))?;
    let facets = facets.iter().map(|facet| (*facet, values(&results, *facet))).collect();
    Ok(Counts { total: Total { count: count as u64, exact: true }, facets })
}

fn request(facets: &[Facet]) -> tantivy::Result<Aggregations> {
    let terms = |facet: &Facet| {
        let terms = serde_json::json!({ "terms": { "field": facet.name(), "size": VALUES_MAX } });
        (facet.name().to_owned(), terms)
    };
    let request: serde_json::Map<_, _> = facets.iter().map(terms).collect();
    Ok(serde_json::from_value(request.into()).map_err(std::io::Error::from)?)
}

fn values(results: &AggregationResults, facet: Facet) -> Vec<(String, u64)> {
    let Some(AggregationResult::BucketResult(BucketResult::Terms { buckets, .. })) =
        results.0.get(facet.name())
    else {
        return vec![];
    };
    let name = |key: &Key| match key {
        Key::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let mut values: Vec<_> = buckets.iter().map(|bucket| (name(&bucket.key), bucket.doc_count)).collect();
    // Equal counts in a fixed order: the library's depends on the segments.
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}

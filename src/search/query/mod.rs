//! From a question to an answer.
//!
//! All words must be there. Where that finds less than a handful, the characters of the words may stand in for the
//! words (the dictionary cut the text otherwise than the question); where nothing is found at all, some of the
//! words are enough. The answer says how far it went.

mod facets;
mod guard;
mod highlight;
mod needs;
pub mod parse;
mod plan;
mod rank;

use tantivy::query::Query;
use tantivy::{DocAddress, Searcher, TantivyDocument};

pub use facets::{Kept, TOTAL_EXACT_MAX};
pub use parse::QUERY_CHARS_MAX;

use self::facets::Counts;
use self::highlight::Highlighter;
use self::plan::Plan;
use self::rank::Best;
use super::index::{Shelf, record};
use super::model::{Answer, Hit, Position, SearchQuery, Sort, Stage};

/// With fewer hits than this the next stage is tried.
const FEW: u64 = 5;

/// Nobody reads further by relevance; each page costs as much as all before it.
const DEPTH_MAX: usize = 5_000;

/// Answers a question from the index as it is now.
pub fn answer(shelf: &Shelf, kept: &Kept, query: &SearchQuery) -> tantivy::Result<Answer> {
    let searcher = shelf.reader.searcher();
    let parsed = parse::parse(&query.text);
    let mut chunks = needs::chunks(&parsed, &shelf.analyzer);
    let long = needs::count(&chunks) > needs::WORDS_FOR_ALL_MAX;
    needs::keep_rarest(&mut chunks, |need| plan::records_with(&searcher, &shelf.fields, need));
    let excluded = needs::excluded(&parsed, &shelf.analyzer);
    let plan = Plan { fields: &shelf.fields, parsed: &parsed, chunks: &chunks, excluded: &excluded, long };
    let (stage, asked, counts) = match query.after {
        Some(position) => counted(&searcher, kept, &plan, query, position.stage)?,
        None => widen(&searcher, kept, &plan, query)?,
    };
    let sort = if query.sort == Sort::Relevance && !plan.ranks() { Sort::Newest } else { query.sort };
    let (found, next) = page(&searcher, &*asked, sort, query)?;
    let next = next.map(|place| Position { stage, ..place });
    let highlighter = Highlighter::new(&parsed, &chunks, stage);
    let mut hits = Vec::with_capacity(found.len());
    for address in found {
        hits.extend(hit(shelf, &highlighter, &searcher.doc(address)?));
    }
    Ok(Answer { hits, total: counts.total, facets: counts.facets, stage, next })
}

/// The hits of a page, and the position of its last hit if there are more.
///
/// By a column the position is the hit's own place. Scores move whenever anything is indexed, so by relevance it is
/// the number of hits so far, corrected by finding the last hit again.
fn page(
    searcher: &Searcher,
    asked: &dyn Query,
    sort: Sort,
    query: &SearchQuery,
) -> tantivy::Result<(Vec<DocAddress>, Option<Position>)> {
    let by_score = sort == Sort::Relevance;
    let before = query.after.filter(|_| by_score).map_or(0, |p| usize::try_from(p.rank).unwrap_or(DEPTH_MAX));
    if before >= DEPTH_MAX {
        return Ok((vec![], None));
    }
    let after = query.after.filter(|_| !by_score).map(|position| (position.rank, position.tie));
    let mut found = searcher.search(asked, &Best { sort, after, limit: before + query.limit + 1 })?;
    let last_tie = query.after.map(|position| position.tie);
    let last_at = found.iter().position(|((_, tie), _)| Some(*tie) == last_tie).filter(|_| by_score);
    let seen = last_at.map_or(before, |at| at + 1);
    found.drain(..seen.min(found.len()));
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more).map(|((rank, tie), _)| Position {
        stage: Stage::default(),
        rank: if by_score { (seen + query.limit) as u64 } else { *rank },
        tie: *tie,
    });
    Ok((found.into_iter().map(|(_, address)| address).collect(), next))
}

/// The first stage that finds enough, or the one that finds most.
fn widen(
    searcher: &Searcher,
    kept: &Kept,
    plan: &Plan<'_>,
    query: &SearchQuery,
) -> tantivy::Result<(Stage, Box<dyn Query>, Counts)> {
    let first = plan.first_stage();
    let mut best = counted(searcher, kept, plan, query, first)?;
    if plan.parsed.is_everything() || plan.chunks.is_empty() {
        return Ok(best);
    }
    for stage in [Stage::Characters, Stage::SomeWords] {
        let enough = if stage == Stage::Characters { FEW } else { 1 };
        if stage <= best.0 || best.2.total.count >= enough {
            continue;
        }
        let wider = counted(searcher, kept, plan, query, stage)?;
        if wider.2.total.count > best.2.total.count {
            best = wider;
        }
    }
    Ok(best)
}

fn counted(
    searcher: &Searcher,
    kept: &Kept,
    plan: &Plan<'_>,
    query: &SearchQuery,
    stage: Stage,
) -> tantivy::Result<(Stage, Box<dyn Query>, Counts)> {
    let asked = plan.query(stage, &query.filters);
    let question = format!("{stage:?} {:?} {:?} {:?}", plan.parsed, query.filters, query.facets);
    let counts = kept.get_or(searcher, question, || facets::count(searcher, &*asked, &query.facets))?;
    Ok((stage, asked, counts))
}

fn hit(shelf: &Shelf, highlighter: &Highlighter, row: &TantivyDocument) -> Option<Hit> {
    let document = record::shown(&shelf.fields, row)?;
    let hit_keywords = document.keywords.iter().filter(|keyword| highlighter.hits(keyword));
    Some(Hit {
        title: highlighter.pieces(&document.title),
        excerpt: highlighter.excerpt(&document.body),
        keywords: hit_keywords.map(|keyword| highlighter.pieces(keyword)).collect(),
        document,
    })
}

#[cfg(test)]
mod tests;

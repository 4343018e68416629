//! Records that say something like a whole text: for matchmaking, which asks with records instead of questions.

use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{TantivyDocument, Term};

use crate::search::analyzer::fold::fold;
use crate::search::index::{Shelf, record};
use crate::search::model::Facet;

/// Words of the text that are asked for: the rarest tell what it is about.
const WORDS_MAX: usize = 32;

/// Subjects of one kind and one node that share words with the text, the best first.
pub fn similar(
    shelf: &Shelf,
    kind: &str,
    origin: &str,
    text: &str,
    limit: usize,
) -> tantivy::Result<Vec<String>> {
    let searcher = shelf.reader.searcher();
    let (folded, mut spans) = (fold(text), Vec::new());
    shelf.analyzer.asked_words(&folded, &mut spans);
    let mut words: Vec<&str> = spans.iter().map(|span| span.of(&folded)).collect();
    words.sort_unstable();
    words.dedup();
    let term = |word: &str| Term::from_field_text(shelf.fields.words, word);
    let counted = words.into_iter().map(|word| (searcher.doc_freq(&term(word)).unwrap_or(0), word));
    let mut found: Vec<(u64, &str)> = counted.filter(|(records, _)| *records > 0).collect();
    found.sort_unstable();
    found.truncate(WORDS_MAX);
    if found.is_empty() {
        return Ok(vec![]);
    }
    let asked =
        |word: &str| -> Box<dyn Query> { Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)) };
    let some = BooleanQuery::union(found.into_iter().map(|(_, word)| asked(word)).collect());
    let mut parts = vec![(Occur::Must, Box::new(some) as Box<dyn Query>)];
    for (facet, value) in [(Facet::Kind, kind), (Facet::Origin, origin)] {
        let Some(field) = shelf.fields.facet(facet) else { return Ok(vec![]) };
        let has = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
        parts.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(has), 0.0))));
    }
    let query = BooleanQuery::new(parts);
    let best = searcher.search(&query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
    let mut subjects = Vec::with_capacity(best.len());
    for (_, address) in best {
        let row: TantivyDocument = searcher.doc(address)?;
        subjects.extend(record::shown(&shelf.fields, &row).map(|document| document.subject));
    }
    Ok(subjects)
}

//! From what a record must have to a query of the index. `standing::asked` asks the same of one record: change both.

use std::ops::Bound;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::guard::Guarded;
use super::needs::{Alternative, Chunk, LONG_ENOUGH, Need, Question};
use crate::search::analyzer::{exact, grams};
use crate::search::index::record;
use crate::search::index::schema::{Fields, TIE_BITS};
use crate::search::model::{Bounds, Filters, Measure, Stage};

/// A number, a name or a keyword named whole.
const EXACT_BOOST: f32 = 2.0;
/// The words of a chunk side by side.
const PHRASE_BOOST: f32 = 1.5;
/// Said in an operator's synonym: found, but behind the word itself.
const SYNONYM_BOOST: f32 = 0.7;
/// Characters instead of words: found, but behind.
const CHARACTERS_BOOST: f32 = 0.3;
pub const EXACT_CHARS_MAX: usize = 64;
/// Phrases beyond these are not looked at.
pub const PHRASES_MAX: usize = 16;
/// Pairs of one chunk that are asked for; more tell nothing new.
pub const GRAMS_MAX: usize = 24;

type Clause = (Occur, Box<dyn Query>);

pub struct Plan<'a> {
    pub fields: &'a Fields,
    pub question: &'a Question,
}

impl Plan<'_> {
    /// The first stage worth trying.
    pub fn first_stage(&self) -> Stage {
        if self.question.long { Stage::SomeWords } else { Stage::Words }
    }

    /// The whole question at a stage, narrowed by the filters.
    pub fn query(&self, stage: Stage, filters: &Filters) -> Box<dyn Query> {
        let mut clauses = self.words(stage);
        let groups = self.question.groups.iter();
        clauses.extend(groups.map(|group| (Occur::Must, self.any_of(group, stage))));
        let parsed = &self.question.parsed;
        let phrases = parsed.phrases.iter().take(PHRASES_MAX);
        clauses.extend(phrases.map(|phrase| (Occur::Must, self.phrase_or_name(phrase))));
        if clauses.is_empty() && parsed.typed && parsed.excluded.is_empty() {
            return Box::new(EmptyQuery);
        }
        self.narrow(filters, &mut clauses);
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        for chunk in &self.question.excluded {
            clauses.push((Occur::MustNot, Box::new(Guarded(unscored(self.exclusion(chunk))))));
        }
        one_or_all(clauses)
    }

    fn words(&self, stage: Stage) -> Vec<Clause> {
        let chunks = &self.question.chunks;
        if chunks.is_empty() {
            return vec![];
        }
        // A part of a number is another number, or none.
        if stage == Stage::SomeWords && !self.question.is_number() {
            return vec![(Occur::Must, self.some_words())];
        }
        let mut clauses: Vec<Clause> = Vec::new();
        for chunk in chunks {
            clauses.extend(self.chunk(chunk, stage));
        }
        if chunks.len() > 1
            && let Some(whole) = self.exact(&self.question.parsed.chunks.concat())
        {
            // A number written with blanks: ZL 2017 1 0601862.3
            return vec![(Occur::Must, union(vec![Box::new(BooleanQuery::new(clauses)), whole]))];
        }
        clauses
    }

    fn any_of(&self, group: &[Alternative], stage: Stage) -> Box<dyn Query> {
        let ways = group.iter().map(|alternative| match alternative {
            Alternative::Words(chunk) => one_or_all(self.chunk(chunk, stage)),
            Alternative::Phrase(text) => self.phrase_or_name(text),
        });
        union(ways.collect())
    }

    /// One chunk, as typed or in other words.
    fn chunk(&self, chunk: &Chunk, stage: Stage) -> Vec<Clause> {
        let own = self.wording(chunk, stage);
        if chunk.synonyms.is_empty() {
            return own;
        }
        let mut ways = vec![one_or_all(own)];
        for other in &chunk.synonyms {
            let way = one_or_all(self.wording(other, Stage::Words));
            ways.push(Box::new(BoostQuery::new(way, SYNONYM_BOOST)));
        }
        vec![(Occur::Must, union(ways))]
    }

    /// All it needs, or it is the name of something; at the second stage also by its characters.
    fn wording(&self, chunk: &Chunk, stage: Stage) -> Vec<Clause> {
        let mut needs: Vec<Clause> = chunk.needs.iter().map(|need| (Occur::Must, self.need(need))).collect();
        let mut others: Vec<Box<dyn Query>> = Vec::new();
        if self.question.may_be_a_name(chunk) {
            others.extend(self.exact(&chunk.text));
        }
        if stage == Stage::Characters {
            others.extend(self.characters(&chunk.text));
        }
        let together = (chunk.needs.len() > 1).then(|| self.phrase(&chunk.text)).flatten();
        if let Some(phrase) = together {
            needs.push((Occur::Should, Box::new(BoostQuery::new(phrase, PHRASE_BOOST))));
        }
        if others.is_empty() {
            return needs;
        }
        others.insert(0, one_or_all(needs));
        vec![(Occur::Must, union(others))]
    }

    fn need(&self, need: &Need) -> Box<dyn Query> {
        match need {
            Need::Word(word) => term(self.fields.words, word),
            Need::Single(single) => union(vec![term(self.fields.words, single), self.boosted_exact(single)]),
            Need::Run(run) => self.phrase(run).unwrap_or_else(|| term(self.fields.words, run)),
        }
    }

    fn some_words(&self) -> Box<dyn Query> {
        let mut needs: Vec<Box<dyn Query>> = Vec::new();
        for chunk in &self.question.chunks {
            if chunk.synonyms.is_empty() && !chunk.is_number() {
                needs.extend(chunk.needs.iter().map(|need| self.need(need)));
            } else {
                needs.push(one_or_all(self.chunk(chunk, Stage::Words)));
            }
        }
        // A long question holds its rarest words only: a record with a few of them is about the same thing.
        let enough =
            if self.question.long { LONG_ENOUGH.min(needs.len()) } else { (needs.len() * 2).div_ceil(5) };
        Box::new(BooleanQuery::union_with_minimum_required_clauses(needs, enough.max(1)))
    }

    fn exact(&self, text: &str) -> Option<Box<dyn Query>> {
        let bare = exact(text);
        (!bare.is_empty() && bare.chars().count() <= EXACT_CHARS_MAX).then(|| self.boosted_exact(&bare))
    }

    fn boosted_exact(&self, bare: &str) -> Box<dyn Query> {
        Box::new(BoostQuery::new(term(self.fields.exact, bare), EXACT_BOOST))
    }

    /// All pairs of a text, wherever they stand.
    fn characters(&self, text: &str) -> Option<Box<dyn Query>> {
        let mut pairs = self.pairs(text);
        pairs.truncate(GRAMS_MAX);
        let clauses: Vec<Clause> =
            pairs.iter().map(|(_, pair)| (Occur::Must, term(self.fields.grams, pair))).collect();
        (!clauses.is_empty())
            .then(|| -> Box<dyn Query> { Box::new(BoostQuery::new(one_or_all(clauses), CHARACTERS_BOOST)) })
    }

    /// The text as it stands.
    fn phrase(&self, text: &str) -> Option<Box<dyn Query>> {
        let mut pairs = self.pairs(text);
        pairs.truncate(GRAMS_MAX);
        match pairs.as_slice() {
            [] => None,
            [(_, pair)] => Some(term(self.fields.grams, pair)),
            _ => {
                let terms =
                    pairs.iter().map(|(at, pair)| (*at, Term::from_field_text(self.fields.grams, pair)));
                Some(Box::new(PhraseQuery::new_with_offset(terms.collect())))
            }
        }
    }

    fn phrase_or_name(&self, text: &str) -> Box<dyn Query> {
        let mut ways: Vec<Box<dyn Query>> = self.exact(text).into_iter().collect();
        ways.extend(self.phrase(text));
        if text.chars().count() == 1 {
            ways.push(term(self.fields.words, text));
        }
        union(ways)
    }

    /// A plain word where it is a word, anything else as it stands.
    fn exclusion(&self, chunk: &Chunk) -> Box<dyn Query> {
        match chunk.needs.as_slice() {
            [Need::Word(word)] => term(self.fields.words, word),
            _ => self.phrase_or_name(&chunk.text),
        }
    }

    fn pairs(&self, text: &str) -> Vec<(usize, String)> {
        let mut spans = Vec::new();
        grams::grams(text, false, &mut spans);
        spans.iter().map(|span| (span.position as usize, span.of(text).to_owned())).collect()
    }

    fn narrow(&self, filters: &Filters, clauses: &mut Vec<Clause>) {
        for (facet, values) in &filters.chosen {
            let Some(field) = self.fields.facet(*facet) else { continue };
            let basic = IndexRecordOption::Basic;
            let values = values.iter().map(|value| -> Box<dyn Query> {
                Box::new(TermQuery::new(Term::from_field_text(field, value), basic))
            });
            clauses.push((Occur::Must, unscored(union(values.collect()))));
        }
        for (measure, bounds) in &filters.ranges {
            clauses.extend(
                self.range(*measure, *bounds).into_iter().map(|query| (Occur::Must, unscored(query))),
            );
        }
    }

    /// A span of the record overlaps the span asked for.
    fn range(&self, measure: Measure, bounds: Bounds) -> Vec<Box<dyn Query>> {
        let (low, high) = self.fields.measure(measure);
        let end = |field: Field, value: i64, lower: bool| match (measure, lower) {
            (Measure::Published, true) => Term::from_field_u64(field, record::newness(value)),
            (Measure::Published, false) => {
                Term::from_field_u64(field, record::newness(value) | ((1 << TIE_BITS) - 1))
            }
            _ => Term::from_field_i64(field, value),
        };
        let mut queries: Vec<Box<dyn Query>> = Vec::new();
        if let Some(from) = bounds.from {
            queries.push(Box::new(RangeQuery::new(Bound::Included(end(high, from, true)), Bound::Unbounded)));
        }
        if let Some(to) = bounds.to {
            queries.push(Box::new(RangeQuery::new(Bound::Unbounded, Bound::Included(end(low, to, false)))));
        }
        queries
    }
}

/// Roughly how many records have it.
pub fn records_with(searcher: &Searcher, fields: &Fields, need: &Need) -> u64 {
    let term = match need {
        Need::Word(word) | Need::Single(word) => Term::from_field_text(fields.words, word),
        Need::Run(run) => {
            let pair: String = run.chars().take(2).collect();
            Term::from_field_text(fields.grams, &pair)
        }
    };
    searcher.doc_freq(&term).unwrap_or(0)
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn union(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(EmptyQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::union(queries)),
    }
}

/// Without the needless shell the library sees plain terms and prunes.
fn one_or_all(mut clauses: Vec<Clause>) -> Box<dyn Query> {
    match clauses.as_slice() {
        [(Occur::Must, _)] => clauses.remove(0).1,
        _ => Box::new(BooleanQuery::new(clauses)),
    }
}

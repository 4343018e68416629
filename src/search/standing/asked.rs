//! A question as tests of one record. The counterpart of `query::plan`: what that asks of the index, this asks of a
//! record; a test compares the two.

use super::probe::{self, Atom, Probe};
use crate::search::analyzer::{Analyzer, exact, grams};
use crate::search::model::{Bounds, Filters, Measure};
use crate::search::query::needs::{Alternative, Chunk, LONG_ENOUGH, Need, Question};
use crate::search::query::parse::parse;
use crate::search::query::{EXACT_CHARS_MAX, GRAMS_MAX, PHRASES_MAX};
use crate::search::synonyms::Synonyms;

/// How often a filter's code holds: more often than any word worth asking for.
const CODE_SHARE: f64 = 0.2;
/// A name or number named whole.
const NAME_SHARE: f64 = 1e-7;
/// Words of a record: a token of this share of all words stands in about so many times as many records.
const RECORD_WORDS: f64 = 200.0;
/// The share of the rarest words, and how much commoner the commonest are, as a power of e.
const RAREST_SHARE: f64 = 1e-6;
const RARITY_SPAN: f64 = 14.0;

/// Something a record passes or not.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Has(Atom),
    Phrase(Vec<(u32, Atom)>),
    All(Vec<Test>),
    Any(Vec<Test>),
    /// So many of them.
    Some(usize, Vec<Test>),
    Within(Measure, Bounds),
}

/// A question that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    must: Test,
    excluded: Vec<Test>,
}

impl Standing {
    pub fn new(text: &str, filters: &Filters, analyzer: &Analyzer, synonyms: &Synonyms) -> Standing {
        let question = Question::standing(parse(text), analyzer, synonyms);
        let mut must = words(&question);
        must.extend(question.groups.iter().map(|group| any_of(&question, group)));
        let phrases = question.parsed.phrases.iter().take(PHRASES_MAX);
        must.extend(phrases.map(|phrase| phrase_or_name(phrase)));
        if must.is_empty() && question.parsed.typed && question.parsed.excluded.is_empty() {
            must.push(Test::Any(vec![]));
        }
        narrow(filters, &mut must);
        let excluded = question.excluded.iter().map(exclusion).collect();
        Standing { must: Test::All(must), excluded }
    }

    /// The words that stand for a text of more words than a record can be asked to have; none where all words count.
    pub fn words_of_many(text: &str, analyzer: &Analyzer) -> Vec<String> {
        Question::standing(parse(text), analyzer, &Synonyms::default()).taken()
    }

    /// Whether the search would find the record by all words of the question.
    pub fn finds(&self, record: &Probe) -> bool {
        self.must.passes(record) && !self.excluded.iter().any(|test| test.passes(record))
    }

    /// Tokens of which every record that it finds has at least one, as rare as can be; `None` where there are none
    /// (nothing but ranges and exclusions).
    pub fn tokens(&self, analyzer: &Analyzer) -> Option<Vec<Atom>> {
        let (_, mut tokens) = self.must.cover(analyzer)?;
        tokens.sort_unstable();
        tokens.dedup();
        Some(tokens)
    }
}

impl Test {
    fn passes(&self, record: &Probe) -> bool {
        match self {
            Test::Has(atom) => record.has(atom),
            Test::Phrase(grams) => record.stands(grams),
            Test::All(tests) => tests.iter().all(|test| test.passes(record)),
            Test::Any(tests) => tests.iter().any(|test| test.passes(record)),
            Test::Some(enough, tests) => tests.iter().filter(|test| test.passes(record)).count() >= *enough,
            Test::Within(measure, bounds) => record.within(*measure, *bounds),
        }
    }

    /// Tokens one of which is needed to pass, with the share of records that have one.
    fn cover(&self, analyzer: &Analyzer) -> Option<(f64, Vec<Atom>)> {
        let rarest =
            |covers: &mut dyn Iterator<Item = (f64, Vec<Atom>)>| covers.min_by(|a, b| a.0.total_cmp(&b.0));
        match self {
            Test::Has(atom) => Some((share(atom, analyzer), vec![atom.clone()])),
            Test::Phrase(grams) => {
                rarest(&mut grams.iter().map(|(_, atom)| (share(atom, analyzer), vec![atom.clone()])))
            }
            Test::All(tests) => rarest(&mut tests.iter().filter_map(|test| test.cover(analyzer))),
            Test::Any(tests) => {
                let covers: Option<Vec<_>> = tests.iter().map(|test| test.cover(analyzer)).collect();
                Some(together(covers?))
            }
            // Whoever passes so many of them misses fewer than the rest, so it passes one of any so many and one more.
            Test::Some(enough, tests) => {
                let mut covers: Vec<_> = tests.iter().filter_map(|test| test.cover(analyzer)).collect();
                covers.sort_by(|a, b| a.0.total_cmp(&b.0));
                let needed = (tests.len() + 1).saturating_sub(*enough);
                (*enough > 0 && covers.len() >= needed).then(|| {
                    covers.truncate(needed);
                    together(covers)
                })
            }
            Test::Within(..) => None,
        }
    }
}

fn together(covers: Vec<(f64, Vec<Atom>)>) -> (f64, Vec<Atom>) {
    covers.into_iter().fold((0.0, vec![]), |(sum, mut all), (share, atoms)| {
        all.extend(atoms);
        (sum + share, all)
    })
}

/// About how many of all records have the token.
fn share(atom: &str, analyzer: &Analyzer) -> f64 {
    let (kind, text) = atom.split_at(1);
    let of_words = RAREST_SHARE * (RARITY_SPAN * (1.0 - analyzer.rarity(text))).exp();
    match kind {
        "f" => CODE_SHARE,
        "x" if text.chars().nth(1).is_some() => NAME_SHARE,
        _ => (of_words * RECORD_WORDS).min(1.0),
    }
}

fn words(question: &Question) -> Vec<Test> {
    if question.long && !question.chunks.is_empty() && !question.is_number() {
        let mut needs: Vec<Test> = vec![];
        for part in &question.chunks {
            if part.is_number() {
                needs.push(chunk(question, part));
            } else {
                needs.extend(part.needs.iter().map(need));
            }
        }
        return vec![Test::Some(LONG_ENOUGH.min(needs.len()), needs)];
    }
    let chunks: Vec<Test> = question.chunks.iter().map(|part| chunk(question, part)).collect();
    if chunks.len() > 1
        && let Some(whole) = named(&question.parsed.chunks.concat())
    {
        return vec![Test::Any(vec![Test::All(chunks), whole])];
    }
    chunks
}

fn any_of(question: &Question, group: &[Alternative]) -> Test {
    let ways = group.iter().map(|alternative| match alternative {
        Alternative::Words(part) => chunk(question, part),
        Alternative::Phrase(text) => phrase_or_name(text),
    });
    Test::Any(ways.collect())
}

fn chunk(question: &Question, part: &Chunk) -> Test {
    let own = wording(question, part);
    if part.synonyms.is_empty() {
        return own;
    }
    let others = part.synonyms.iter().map(|other| wording(question, other));
    Test::Any(std::iter::once(own).chain(others).collect())
}

fn wording(question: &Question, part: &Chunk) -> Test {
    let needs = match part.needs.as_slice() {
        [] => Test::Any(vec![]),
        needs => Test::All(needs.iter().map(need).collect()),
    };
    match named(&part.text).filter(|_| question.may_be_a_name(part)) {
        Some(name) => Test::Any(vec![needs, name]),
        None => needs,
    }
}

fn need(need: &Need) -> Test {
    match need {
        Need::Word(text) => Test::Has(probe::word(text)),
        Need::Single(text) => Test::Any(vec![Test::Has(probe::word(text)), Test::Has(probe::name(text))]),
        Need::Run(text) => phrase(text).unwrap_or_else(|| Test::Has(probe::word(text))),
    }
}

fn named(text: &str) -> Option<Test> {
    let bare = exact(text);
    let fits = !bare.is_empty() && bare.chars().count() <= EXACT_CHARS_MAX;
    fits.then(|| Test::Has(probe::name(&bare)))
}

fn phrase(text: &str) -> Option<Test> {
    let mut spans = Vec::new();
    grams::grams(text, false, &mut spans);
    spans.truncate(GRAMS_MAX);
    match spans.as_slice() {
        [] => None,
        [only] => Some(Test::Has(probe::gram(only.of(text)))),
        spans => {
            let grams = spans.iter().map(|span| (span.position, probe::gram(span.of(text))));
            Some(Test::Phrase(grams.collect()))
        }
    }
}

fn phrase_or_name(text: &str) -> Test {
    let mut ways: Vec<Test> = named(text).into_iter().chain(phrase(text)).collect();
    if text.chars().count() == 1 {
        ways.push(Test::Has(probe::word(text)));
    }
    Test::Any(ways)
}

fn exclusion(part: &Chunk) -> Test {
    match part.needs.as_slice() {
        [Need::Word(text)] => Test::Has(probe::word(text)),
        _ => phrase_or_name(&part.text),
    }
}

fn narrow(filters: &Filters, must: &mut Vec<Test>) {
    for (facet, values) in &filters.chosen {
        must.push(Test::Any(values.iter().map(|value| Test::Has(probe::code(*facet, value))).collect()));
    }
    let ranges = filters.ranges.iter();
    must.extend(ranges.map(|(measure, bounds)| Test::Within(*measure, *bounds)));
}

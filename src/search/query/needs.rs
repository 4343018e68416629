//! From chunks to what a record must have.

use std::collections::HashSet;

use super::parse::{Parsed, Part};
use crate::search::analyzer::{Analyzer, Span, grams};
use crate::search::synonyms::Synonyms;

/// Words of a question that are looked at.
const CANDIDATES_MAX: usize = 200;

/// Of a question with more words than can all be there, the rarest tell what it is about.
const NEEDS_MAX: usize = 24;

/// Steps in which the dictionary's words are told apart by how common they are.
const COMMONNESS_MAX: f64 = 1e6;

/// Exclusions beyond these are not looked at.
const EXCLUDED_MAX: usize = 16;

/// With more words than this no record has them all: some must do.
const WORDS_FOR_ALL_MAX: usize = 20;

/// Words of a long question that a record must have.
pub const LONG_ENOUGH: usize = 3;

/// Groups of alternatives beyond these, and alternatives of one group beyond these, are not looked at.
const GROUPS_MAX: usize = 8;
const ALTERNATIVES_MAX: usize = 16;

/// Words that say nothing about a subject; dropped when other words remain.
const EMPTY_WORDS: &[&str] = &[
    "的", "了", "和", "与", "及", "或", "在", "是", "对", "等", "之", "为", "以", "其", "有", "中", "我",
    "我们", "你", "想", "要", "找", "求", "怎么", "如何", "怎样", "什么", "哪些", "哪里", "请问", "一个",
    "一种", "一些", "可以", "能", "吗", "呢", "the", "a", "an", "of", "and", "for", "in", "to", "on", "with",
];

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Need {
    /// A word of the dictionary, or a word of another script.
    Word(String),
    /// Ideographs that the dictionary does not join: they must stand side by side.
    Run(String),
    /// One ideograph and nothing else.
    Single(String),
}

/// A chunk with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub text: String,
    pub needs: Vec<Need>,
    /// The same said in other words that operators declared to mean the same; these have no synonyms of their own.
    pub synonyms: Vec<Chunk>,
}

impl Chunk {
    /// The number of a patent, a right or a standard: its parts mean nothing apart, so it is found whole or not at all.
    pub fn is_number(&self) -> bool {
        let bare =
            ["zl", "cn"].iter().find_map(|prefix| self.text.strip_prefix(prefix)).unwrap_or(&self.text);
        let mut chars = bare.strip_suffix('x').unwrap_or(bare).chars();
        bare.contains(|c: char| c.is_ascii_digit())
            && chars.all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '/' | '·'))
    }
}

/// One of a group of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alternative {
    Words(Chunk),
    Phrase(String),
}

/// A question as it is asked of an index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    pub parsed: Parsed,
    pub chunks: Vec<Chunk>,
    pub groups: Vec<Vec<Alternative>>,
    pub excluded: Vec<Chunk>,
    /// More words than a record can be asked to have.
    pub long: bool,
}

impl Question {
    pub fn new(
        parsed: Parsed,
        analyzer: &Analyzer,
        synonyms: &Synonyms,
        records_with: impl Fn(&Need) -> u64,
    ) -> Question {
        let mut chunks = chunks(&parsed, analyzer);
        let long = count(&chunks) > WORDS_FOR_ALL_MAX;
        if long {
            keep_rarest(&mut chunks, records_with);
        } else {
            chunks.iter_mut().for_each(|chunk| say_otherwise(chunk, analyzer, synonyms));
        }
        let groups = parsed.groups.iter().take(GROUPS_MAX);
        let groups = groups.map(|group| alternatives(group, analyzer, synonyms)).collect();
        let excluded = excluded(&parsed, analyzer);
        Question { parsed, chunks, groups, excluded, long }
    }

    /// A question that stands: which words of a long one matter is asked of the dictionary, not of an index, so that it
    /// means the same on every instance and tomorrow.
    pub fn standing(parsed: Parsed, analyzer: &Analyzer, synonyms: &Synonyms) -> Question {
        let commonness = |need: &Need| 1 + ((1.0 - analyzer.rarity(need.text())) * COMMONNESS_MAX) as u64;
        Question::new(parsed, analyzer, synonyms, commonness)
    }

    /// The words of a long question that are looked for; none where all are.
    pub fn taken(&self) -> Vec<String> {
        let needs = self.chunks.iter().flat_map(|chunk| &chunk.needs).filter(|_| self.long);
        needs.map(|need| need.text().to_owned()).collect()
    }

    /// Nothing but a number, perhaps written with blanks: ZL 2017 1 0601862.3.
    pub fn is_number(&self) -> bool {
        let mark = |chunk: &Chunk| matches!(chunk.text.as_str(), "zl" | "cn");
        self.chunks.iter().any(Chunk::is_number)
            && self.chunks.iter().all(|chunk| chunk.is_number() || mark(chunk))
    }

    /// Whether words decide the order.
    pub fn ranks(&self) -> bool {
        self.has_words() || !self.parsed.phrases.is_empty()
    }

    /// Whether there is anything to look for in another way when little is found.
    pub fn has_words(&self) -> bool {
        !self.chunks.is_empty() || !self.groups.is_empty()
    }

    /// Whether a chunk is also looked for among names. Asking for names beside every word would cost the pruning of
    /// plain questions of several words.
    pub fn may_be_a_name(&self, chunk: &Chunk) -> bool {
        (self.chunks.len() == 1 && self.groups.is_empty())
            || chunk.text.contains(|c: char| c.is_ascii_digit())
            || chunk.needs.iter().any(|need| !matches!(need, Need::Word(_)))
    }

    /// Every chunk that may stand in a text found, synonyms too.
    pub fn wordings(&self) -> impl Iterator<Item = &Chunk> {
        let alternatives = self.groups.iter().flatten().filter_map(|alternative| match alternative {
            Alternative::Words(chunk) => Some(chunk),
            Alternative::Phrase(_) => None,
        });
        let chunks = self.chunks.iter().chain(alternatives);
        chunks.flat_map(|chunk| std::iter::once(chunk).chain(&chunk.synonyms))
    }

    /// Every text that must stand as it was typed.
    pub fn phrases(&self) -> impl Iterator<Item = &String> {
        let alternatives = self.groups.iter().flatten().filter_map(|alternative| match alternative {
            Alternative::Words(_) => None,
            Alternative::Phrase(text) => Some(text),
        });
        self.parsed.phrases.iter().chain(alternatives)
    }
}

fn alternatives(group: &[Part], analyzer: &Analyzer, synonyms: &Synonyms) -> Vec<Alternative> {
    let parts = group.iter().take(ALTERNATIVES_MAX);
    let alternatives = parts.map(|part| match part {
        Part::Phrase(text) => Alternative::Phrase(text.clone()),
        Part::Words(text) => {
            let mut chunk = chunk(text, analyzer);
            say_otherwise(&mut chunk, analyzer, synonyms);
            Alternative::Words(chunk)
        }
    });
    alternatives.collect()
}

fn say_otherwise(said: &mut Chunk, analyzer: &Analyzer, synonyms: &Synonyms) {
    if synonyms.is_empty() {
        return;
    }
    let mut words = Vec::new();
    analyzer.asked_words(&said.text, &mut words);
    said.synonyms = synonyms.otherwise(&said.text, &words).iter().map(|text| chunk(text, analyzer)).collect();
}

impl Need {
    pub fn text(&self) -> &str {
        match self {
            Need::Word(text) | Need::Run(text) | Need::Single(text) => text,
        }
    }
}

/// The chunks of a question.
pub fn chunks(parsed: &Parsed, analyzer: &Analyzer) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = parsed.chunks.iter().map(|text| chunk(text, analyzer)).collect();
    let telling = chunks.iter().flat_map(|chunk| &chunk.needs).any(|need| !is_empty_word(need));
    let mut left = CANDIDATES_MAX;
    for chunk in &mut chunks {
        chunk.needs.retain(|need| !telling || !is_empty_word(need));
        chunk.needs.truncate(left);
        left -= chunk.needs.len();
    }
    chunks.retain(|chunk| !chunk.needs.is_empty());
    chunks
}

/// Keeps the rarest needs of a long question; what no record has cannot help to find one.
fn keep_rarest(chunks: &mut Vec<Chunk>, records_with: impl Fn(&Need) -> u64) {
    let mut counted: Vec<(u64, &Need)> =
        chunks.iter().flat_map(|chunk| &chunk.needs).map(|need| (records_with(need), need)).collect();
    counted.retain(|(records, _)| *records > 0);
    let mut seen = HashSet::new();
    counted.retain(|(_, need)| seen.insert(*need));
    counted.sort_by_key(|(records, _)| *records);
    let kept: Vec<Need> = counted.into_iter().take(NEEDS_MAX).map(|(_, need)| need.clone()).collect();
    if kept.is_empty() {
        return chunks.truncate(NEEDS_MAX);
    }
    chunks.iter_mut().for_each(|chunk| chunk.needs.retain(|need| kept.contains(need)));
    chunks.retain(|chunk| !chunk.needs.is_empty());
}

fn count(chunks: &[Chunk]) -> usize {
    chunks.iter().map(|chunk| chunk.needs.len()).sum()
}

/// What must not be there.
fn excluded(parsed: &Parsed, analyzer: &Analyzer) -> Vec<Chunk> {
    parsed.excluded.iter().take(EXCLUDED_MAX).map(|text| chunk(text, analyzer)).collect()
}

fn chunk(text: &str, analyzer: &Analyzer) -> Chunk {
    Chunk { text: text.to_owned(), needs: needs(text, analyzer), synonyms: vec![] }
}

fn is_empty_word(need: &Need) -> bool {
    EMPTY_WORDS.contains(&need.text())
}

fn needs(text: &str, analyzer: &Analyzer) -> Vec<Need> {
    let mut spans = Vec::new();
    analyzer.asked_words(text, &mut spans);
    let mut needs: Vec<Need> = Vec::new();
    let mut at = 0;
    while let Some(span) = spans.get(at) {
        let run = spans.get(at..).unwrap_or_default();
        let length = joined(text, run);
        let need =
            if length > 1 { Need::Run(between(text, run, length)) } else { lone(text, *span, &spans, at) };
        at += length.max(1);
        if !needs.contains(&need) {
            needs.push(need);
        }
    }
    needs
}

/// How many single ideographs stand side by side from the first span on.
fn joined(text: &str, spans: &[Span]) -> usize {
    let mut end = spans.first().map_or(0, |span| span.start);
    let single = |span: &&Span| {
        let follows = span.start == end && is_single(span.of(text)) && !EMPTY_WORDS.contains(&span.of(text));
        end = span.end;
        follows
    };
    spans.iter().take_while(single).count()
}

fn between(text: &str, spans: &[Span], length: usize) -> String {
    let (first, last) = (spans.first(), spans.get(length - 1));
    match (first, last) {
        (Some(first), Some(last)) => Span { end: last.end, ..*first }.of(text).to_owned(),
        _ => String::new(),
    }
}

/// A single ideograph beside a word is asked for together with its neighbour: 油茶|籽 asks for 茶籽. Where the
/// dictionary cuts another text otherwise, the pair is still there.
fn lone(text: &str, span: Span, spans: &[Span], at: usize) -> Need {
    let own = span.of(text);
    if !is_single(own) || EMPTY_WORDS.contains(&own) {
        return Need::Word(own.to_owned());
    }
    let before = at.checked_sub(1).and_then(|at| spans.get(at)).filter(|b| b.end == span.start);
    let after = spans.get(at + 1).filter(|a| a.start == span.end);
    let last = before.and_then(|b| b.of(text).chars().next_back()).filter(|c| grams::ideographic(*c));
    let first = after.and_then(|a| a.of(text).chars().next()).filter(|c| grams::ideographic(*c));
    match (last, first) {
        (Some(last), _) => Need::Run(format!("{last}{own}")),
        (None, Some(first)) => Need::Run(format!("{own}{first}")),
        (None, None) => Need::Single(own.to_owned()),
    }
}

fn is_single(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(grams::ideographic) && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn all(text: &str) -> Vec<Need> {
        chunks(&parse(text), &Analyzer::shared()).into_iter().flat_map(|chunk| chunk.needs).collect()
    }

    fn word(text: &str) -> Need {
        Need::Word(text.into())
    }

    fn run(text: &str) -> Need {
        Need::Run(text.into())
    }

    #[test]
    fn words_runs_and_singles() {
        assert_eq!(all("石墨烯导电剂"), [word("石墨烯"), word("导电剂")]);
        assert_eq!(all("鲎"), [Need::Single("鲎".into())]);
        assert_eq!(all("ＧＢ／Ｔ"), [word("gb"), word("t")]);
        assert_eq!(all("鱟 海水稻"), [Need::Single("鲎".into()), word("海水稻")]);
        assert_eq!(all("油荼"), [run("油荼")]);
    }

    #[test]
    fn a_number_is_told_from_words() {
        let is_number = |text: &str| chunk(text, &Analyzer::shared()).is_number();
        for number in ["201710601862.3", "zl201710601862.3", "20191023456x", "22900-2022", "2026"] {
            assert!(is_number(number), "{number}");
        }
        for words in ["zl", "x", "gb/t", "5g", "3d打印", "海水稻", "pm2.5"] {
            assert!(!is_number(words), "{words}");
        }
    }

    #[test]
    fn a_single_ideograph_takes_its_neighbour() {
        let needs = all("牡蛎壳");
        assert!(!needs.iter().any(|need| matches!(need, Need::Single(_))), "{needs:?}");
    }

    #[test]
    fn empty_words_go_unless_they_are_all() {
        assert_eq!(all("怎么 海水稻 的"), [word("海水稻")]);
        assert_eq!(all("怎么"), [word("怎么")]);
    }

    #[test]
    fn a_long_question_is_bounded() {
        let text: String = ('\u{4e00}'..='\u{5da0}').collect();
        assert!(all(&text).len() <= CANDIDATES_MAX);
        let words: String = (0..900).map(|n| format!("w{n} ")).collect();
        assert_eq!(all(&words).len(), CANDIDATES_MAX);
        let mut chunks = chunks(&parse(&words), &Analyzer::shared());
        keep_rarest(&mut chunks, |need| need.text()[1..].parse().unwrap());
        assert_eq!(count(&chunks), NEEDS_MAX);
        assert_eq!(chunks[0].needs, [word("w1")], "what no record has goes first, then the common");
    }
}

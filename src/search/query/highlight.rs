//! Showing where a text answers the question: the question's words are looked up in the folded text, which has the
//! same number of characters as the text itself. Documents are not cut into words again.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::needs::{Need, Question};
use crate::search::analyzer::fold::fold;
use crate::search::analyzer::grams;
use crate::search::model::{Pieces, Stage};

/// Characters of a body that are looked at, and of the excerpt shown.
const BODY_CHARS_MAX: usize = 3_000;
const EXCERPT_CHARS: usize = 120;
/// Characters shown before the first hit.
const LEAD_CHARS: usize = 16;

pub struct Highlighter {
    words: Option<AhoCorasick>,
}

/// A hit, counted in characters.
struct Mark {
    range: Range<usize>,
    pattern: usize,
}

impl Highlighter {
    pub fn new(question: &Question, stage: Stage) -> Highlighter {
        let mut patterns: BTreeSet<String> = question.phrases().cloned().collect();
        for chunk in question.wordings() {
            patterns.extend(chunk.needs.iter().map(Need::text).map(str::to_owned));
            if chunk.needs.len() > 1 {
                patterns.insert(chunk.text.clone());
            }
            if stage == Stage::Characters {
                let mut pairs = Vec::new();
                grams::grams(&chunk.text, false, &mut pairs);
                patterns.extend(pairs.iter().map(|span| span.of(&chunk.text).to_owned()));
            }
        }
        let patterns: Vec<String> = patterns.into_iter().filter(|pattern| !pattern.is_empty()).collect();
        // Built for each question, so building fast counts more than the last of matching.
        let kind = Some(AhoCorasickKind::NoncontiguousNFA);
        let words =
            (!patterns.is_empty()).then(|| AhoCorasick::builder().kind(kind).build(&patterns).ok()).flatten();
        Highlighter { words }
    }

    /// The whole text in pieces.
    pub fn pieces(&self, text: &str) -> Pieces {
        cut(text, &merge(&self.marks(&fold(text))), 0..usize::MAX)
    }

    /// Whether there is anything to show in the text.
    pub fn hits(&self, text: &str) -> bool {
        !self.marks(&fold(text)).is_empty()
    }

    /// The stretch of the text with the most of the question in it.
    pub fn excerpt(&self, text: &str) -> Pieces {
        let text = head(text, BODY_CHARS_MAX);
        let marks = self.marks(&fold(text));
        let start = best_start(&marks);
        cut(text, &merge(&marks), start..start + EXCERPT_CHARS)
    }

    fn marks(&self, folded: &str) -> Vec<Mark> {
        let Some(words) = &self.words else { return vec![] };
        let mut counter = Counter::new(folded);
        let mut found: Vec<(usize, usize, usize)> = words
            .find_overlapping_iter(folded)
            .filter(|hit| whole_word(folded, hit.range()))
            .map(|hit| (hit.start(), hit.end(), hit.pattern().as_usize()))
            .collect();
        found.sort_unstable();
        let mark = |(start, end, pattern): (usize, usize, usize)| {
            let first = counter.chars_before(start);
            let length = folded.get(start..end).map_or(0, |hit| hit.chars().count());
            Mark { range: first..first + length, pattern }
        };
        found.into_iter().map(mark).collect()
    }
}

/// Words of scripts with blanks must not be found inside others: `ar` in `market`.
fn whole_word(text: &str, range: Range<usize>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !grams::ideographic(c));
    let hit = text.get(range.clone()).unwrap_or_default();
    let before = text.get(..range.start).and_then(|t| t.chars().next_back());
    let after = text.get(range.end..).and_then(|t| t.chars().next());
    !(letter(before) && letter(hit.chars().next()) || letter(after) && letter(hit.chars().next_back()))
}

/// Where the excerpt starts: the window with the most different words, then the most hits, then the first.
fn best_start(marks: &[Mark]) -> usize {
    let worth = |first: usize| {
        let from = marks.get(first).map_or(0, |mark| mark.range.start);
        let inside = marks.get(first..).unwrap_or_default().iter();
        let inside: Vec<&Mark> =
            inside.take_while(|m| m.range.end <= from + EXCERPT_CHARS - LEAD_CHARS).collect();
        let kinds: BTreeSet<usize> = inside.iter().map(|mark| mark.pattern).collect();
        (kinds.len(), inside.len())
    };
    // A common word may be there hundreds of times; the first of them tell enough.
    let best = (0..marks.len().min(64)).rev().max_by_key(|first| worth(*first));
    best.and_then(|first| marks.get(first)).map_or(0, |mark| mark.range.start.saturating_sub(LEAD_CHARS))
}

/// Overlapping and touching marks as one.
fn merge(marks: &[Mark]) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        match merged.last_mut() {
            Some(last) if mark.range.start <= last.end => last.end = last.end.max(mark.range.end),
            _ => merged.push(mark.range.clone()),
        }
    }
    merged
}

/// The characters of `window` in alternating pieces.
fn cut(text: &str, marks: &[Range<usize>], window: Range<usize>) -> Pieces {
    let mut pieces = vec![String::new()];
    let mut marks = marks.iter().peekable();
    for (at, c) in text.chars().enumerate().take(window.end).skip(window.start) {
        while marks.next_if(|mark| mark.end <= at).is_some() {}
        let hit = marks.peek().is_some_and(|mark| mark.contains(&at));
        // Odd pieces are hits.
        if hit != (pieces.len() % 2 == 0) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

fn head(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Counts characters up to growing byte offsets.
struct Counter<'a> {
    text: &'a str,
    byte: usize,
    chars: usize,
}

impl<'a> Counter<'a> {
    const fn new(text: &'a str) -> Counter<'a> {
        Counter { text, byte: 0, chars: 0 }
    }

    fn chars_before(&mut self, byte: usize) -> usize {
        self.chars += self.text.get(self.byte..byte).map_or(0, |between| between.chars().count());
        self.byte = byte;
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::search::analyzer::Analyzer;
    use crate::search::synonyms::Synonyms;
    use proptest::prelude::*;

    fn highlighter(question: &str, stage: Stage) -> Highlighter {
        let synonyms = Synonyms::default();
        let question = Question::new(parse(question), &Analyzer::shared(), &synonyms, |_| 1);
        Highlighter::new(&question, stage)
    }

    fn pieces(question: &str, text: &str) -> Pieces {
        highlighter(question, Stage::Words).pieces(text)
    }

    #[test]
    fn hits_are_shown_as_written() {
        assert_eq!(pieces("海水稻", "耐鹽海水稻種植"), ["耐鹽", "海水稻", "種植"]);
        assert_eq!(pieces("gb/t", "ＧＢ／Ｔ 32100"), ["", "ＧＢ／Ｔ", " 32100"]);
        assert_eq!(pieces("石墨烯导电剂", "石墨烯导电剂"), ["", "石墨烯导电剂"]);
        assert_eq!(pieces("🚀", "🚀石墨烯"), ["🚀石墨烯"]);
    }

    #[test]
    fn words_of_other_scripts_are_hit_whole() {
        assert_eq!(pieces("ar", "market ar市场"), ["market ", "ar", "市场"]);
    }

    #[test]
    fn an_excerpt_shows_the_densest_place() {
        let text =
            format!("{}海水稻{}海水稻种植技术{}", "甲".repeat(300), "乙".repeat(300), "丙".repeat(300));
        let excerpt = highlighter("海水稻 种植", Stage::Words).excerpt(&text);
        assert_eq!(excerpt.get(1).map(String::as_str), Some("海水稻种植"));
        assert_eq!(excerpt.concat().chars().count(), EXCERPT_CHARS);
        let nothing = highlighter("别的", Stage::Words).excerpt(&text);
        assert_eq!(nothing, ["甲".repeat(EXCERPT_CHARS)]);
    }

    proptest! {
        /// Whatever is asked of whatever text: the pieces are the text.
        #[test]
        fn pieces_make_up_the_text(text in "[石墨烯ＧＢａb 🚀鱟İ,。]{0,40}", question in "[石墨烯ＧＢａb 🚀鲎]{0,6}") {
            for stage in [Stage::Words, Stage::Characters, Stage::SomeWords] {
                prop_assert_eq!(highlighter(&question, stage).pieces(&text).concat(), text.clone());
            }
        }
    }
}

//! What people type. Nothing typed is an error.
//!
//! ```text
//! 海水稻 种植              both words must be there, anywhere
//! "盐碱地的栽培"           as it stands ( “…” 「…」 『…』 too)
//! 海水稻 -转基因 -"转 基因"  without
//! 稻 OR 小麦 种植           稻 or 小麦, and 种植: OR binds closer than a blank;
//! 稻 | 小麦, 稻|小麦, 稻 或 小麦   the same
//! ```
//!
//! Width, case and script of what is typed don't matter. A minus before a digit is a sign, OR is written in
//! capitals, and an operator without anything to act on is nothing. A text of more than 200 characters was pasted:
//! it is words and nothing else.

use crate::search::analyzer::fold;

/// Longer questions are refused at the edge; the rest of the module trusts it.
pub const QUERY_CHARS_MAX: usize = 4_000;

/// A longer question is a pasted text: its quotation marks and dashes are not meant for us.
const OPERATORS_CHARS_MAX: usize = 200;

/// One of several things of which one is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Its words must be there.
    Words(String),
    /// It must be there as it stands.
    Phrase(String),
}

/// A question taken apart; all texts folded, in the order typed. All of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    pub chunks: Vec<String>,
    pub phrases: Vec<String>,
    pub excluded: Vec<String>,
    /// Of each group one must be there; a group has at least two parts.
    pub groups: Vec<Vec<Part>>,
    /// Something was typed, even if nothing of it can be searched for.
    pub typed: bool,
}

impl Parsed {
    /// Nothing typed: everything is meant.
    pub const fn is_everything(&self) -> bool {
        !self.typed
    }

    /// Nothing but words.
    pub const fn is_plain(&self) -> bool {
        self.phrases.is_empty() && self.excluded.is_empty() && self.groups.is_empty()
    }

    /// A part that is asked for, together with those before it when `or` joins them.
    fn take(&mut self, group: Vec<Part>) {
        match <[Part; 1]>::try_from(group) {
            Ok([Part::Words(text)]) => keep(&mut self.chunks, text),
            Ok([Part::Phrase(text)]) => keep(&mut self.phrases, text),
            Err(group) if group.is_empty() => {}
            Err(group) => keep(&mut self.groups, group),
        }
    }
}

pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed { typed: !text.trim().is_empty(), ..Parsed::default() };
    if text.chars().nth(OPERATORS_CHARS_MAX).is_some() {
        let chunks = text.split_whitespace().filter_map(searchable);
        chunks.for_each(|chunk| keep(&mut parsed.chunks, chunk));
        return parsed;
    }
    let (mut group, mut joined) = (Vec::new(), false);
    let mut rest = text;
    while let Some((token, behind)) = token(rest) {
        rest = behind;
        let part = match token {
            Token::Or => {
                joined = true;
                continue;
            }
            Token::Excluded(text) => {
                searchable(text).into_iter().for_each(|text| keep(&mut parsed.excluded, text));
                None
            }
            Token::Words(text) => searchable(text).map(Part::Words),
            Token::Phrase(text) => searchable(text).map(Part::Phrase),
        };
        if !std::mem::take(&mut joined) {
            parsed.take(std::mem::take(&mut group));
        }
        part.into_iter().for_each(|part| keep(&mut group, part));
    }
    parsed.take(group);
    parsed
}

enum Token<'a> {
    Words(&'a str),
    Phrase(&'a str),
    Excluded(&'a str),
    Or,
}

/// The next thing typed, and what stands behind it.
fn token(text: &str) -> Option<(Token<'_>, &str)> {
    let rest = text.trim_start();
    let first = rest.chars().next()?;
    let after = rest.get(first.len_utf8()..)?;
    if is_bar(first) {
        return Some((Token::Or, after));
    }
    if let Some((phrase, behind)) = phrase(rest) {
        return Some((Token::Phrase(phrase), behind));
    }
    if is_minus(first) && excludes(after) {
        if let Some((phrase, behind)) = phrase(after) {
            return Some((Token::Excluded(phrase), behind));
        }
        let (word, behind) = after.split_at(chunk_end(after));
        return Some((Token::Excluded(word), behind));
    }
    let (word, behind) = rest.split_at(chunk_end(rest));
    Some((if is_or(word) { Token::Or } else { Token::Words(word) }, behind))
}

/// Folded, if there is anything in it to search for.
fn searchable(text: &str) -> Option<String> {
    let folded = fold::fold(text.trim());
    folded.contains(char::is_alphanumeric).then_some(folded)
}

fn keep<T: PartialEq>(list: &mut Vec<T>, new: T) {
    if !list.contains(&new) {
        list.push(new);
    }
}

/// The quoted text at the start, and what stands behind it. A quote that is never closed is no quote.
fn phrase(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next()?;
    let close = closing(open)?;
    let inside = text.get(open.len_utf8()..)?;
    let (at, c) = inside.char_indices().find(|(_, c)| close.contains(c))?;
    Some((inside.get(..at)?, inside.get(at + c.len_utf8()..)?))
}

/// Input methods mix the halves of a pair, so each kind closes with any of its kind.
const fn closing(open: char) -> Option<&'static [char]> {
    match open {
        '"' | '＂' | '“' | '”' | '„' => Some(&['"', '＂', '“', '”']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

const fn is_minus(c: char) -> bool {
    matches!(c, '-' | '－' | '−')
}

const fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜')
}

fn is_or(word: &str) -> bool {
    matches!(word, "OR" | "ＯＲ" | "或" | "或者")
}

/// A minus before a digit is a sign (-196℃), and alone it is nothing.
fn excludes(after: &str) -> bool {
    after.chars().next().is_some_and(|c| closing(c).is_some() || (c.is_alphanumeric() && !c.is_numeric()))
}

/// A chunk ends at a blank, at a bar or at a quotation; its first character always belongs to it.
fn chunk_end(text: &str) -> usize {
    let ends = |at: usize, c: char| {
        c.is_whitespace()
            || is_bar(c)
            || (closing(c).is_some() && text.get(at..).is_some_and(|rest| phrase(rest).is_some()))
    };
    text.char_indices().skip(1).find(|(at, c)| ends(*at, *c)).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lists(text: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let parsed = parse(text);
        (parsed.chunks, parsed.phrases, parsed.excluded)
    }

    #[test]
    fn words_phrases_and_exclusions() {
        let (chunks, phrases, excluded) = lists("海水稻 “种植 技术” -盐碱地　－“转基因” 　ＧＢ／Ｔ");
        assert_eq!(chunks, ["海水稻", "gb/t"]);
        assert_eq!(phrases, ["种植 技术"]);
        assert_eq!(excluded, ["盐碱地", "转基因"]);
    }

    #[test]
    fn alternatives_bind_closer_than_blanks() {
        let words = |text: &str| Part::Words(text.into());
        for text in
            ["稻 OR 小麦 种植", "稻|小麦 种植", "稻 ｜ 小麦 种植", "种植 稻 或 小麦", "稻 || 小麦 种植"]
        {
            let parsed = parse(text);
            assert_eq!(parsed.groups, [[words("稻"), words("小麦")]], "{text}");
            assert_eq!(parsed.chunks, ["种植"], "{text}");
        }
        let parsed = parse("稻 OR “冬 小麦” OR 玉米");
        assert_eq!(parsed.groups, [[words("稻"), Part::Phrase("冬 小麦".into()), words("玉米")]]);
        assert!(parsed.chunks.is_empty() && !parsed.is_plain());
    }

    #[test]
    fn an_operator_without_anything_to_act_on_is_nothing() {
        for text in ["OR 稻", "稻 OR", "| 稻 |", "稻 OR OR", "稻 OR 稻", "稻 OR ，"] {
            let parsed = parse(text);
            assert_eq!(
                (parsed.chunks.as_slice(), parsed.groups.len()),
                (&["稻".to_owned()][..], 0),
                "{text}"
            );
        }
        assert_eq!(lists("稻 OR -麦"), (vec!["稻".into()], vec![], vec!["麦".into()]));
        assert_eq!(lists("or 稻 ORANGE").0, ["or", "稻", "orange"]);
        assert!(!parse("OR").is_everything() && parse("OR").chunks.is_empty());
    }

    #[test]
    fn a_minus_inside_a_word_or_before_a_digit_is_no_exclusion() {
        assert_eq!(lists("gb-t -196℃ - a-b").0, ["gb-t", "-196℃", "a-b"]);
    }

    #[test]
    fn an_open_quote_is_no_quote() {
        assert_eq!(lists("\"海水稻").0, ["\"海水稻"]);
        assert_eq!(lists("海水稻\"种植\"稻").0, ["海水稻", "稻"]);
    }

    #[test]
    fn nothing_typed_is_everything_and_nothing_searchable_is_not() {
        assert!(parse(" 　\n").is_everything());
        for text in ["，。！？", "🚀🚀", "-", "\"\"", "……"] {
            let parsed = parse(text);
            assert!(!parsed.is_everything() && parsed.chunks.is_empty(), "{text}: {parsed:?}");
        }
    }

    #[test]
    fn a_pasted_text_has_no_operators() {
        let text = format!("{} “从未写过” -海水稻", "海水稻种植".repeat(40));
        let parsed = parse(&text);
        assert_eq!((parsed.phrases.len(), parsed.excluded.len(), parsed.chunks.len()), (0, 0, 3));
    }

    proptest! {
        #[test]
        fn takes_anything_apart(text in "[\\PC\"“”「」| -]{0,200}") {
            let parsed = parse(&text);
            let lists = parsed.chunks.iter().chain(&parsed.phrases).chain(&parsed.excluded);
            for part in lists {
                prop_assert!(part.contains(char::is_alphanumeric));
            }
            prop_assert!(parsed.groups.iter().all(|group| group.len() > 1));
        }
    }
}

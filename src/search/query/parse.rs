//! What people type: words, "phrases", -exclusions. Nothing typed is an error.

use crate::search::analyzer::fold;

/// Longer questions are refused at the edge; the rest of the module trusts it.
pub const QUERY_CHARS_MAX: usize = 4_000;

/// A longer question is a pasted text: its quotation marks and dashes are not meant for us.
const OPERATORS_CHARS_MAX: usize = 200;

/// A question taken apart; all texts folded, in the order typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    pub chunks: Vec<String>,
    pub phrases: Vec<String>,
    pub excluded: Vec<String>,
    /// Something was typed, even if nothing of it can be searched for.
    pub typed: bool,
}

impl Parsed {
    /// Nothing typed: everything is meant.
    pub const fn is_everything(&self) -> bool {
        !self.typed
    }
}

pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed { typed: !text.trim().is_empty(), ..Parsed::default() };
    if text.chars().nth(OPERATORS_CHARS_MAX).is_some() {
        text.split_whitespace().for_each(|chunk| push(&mut parsed.chunks, chunk));
        return parsed;
    }
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c.is_whitespace() {
            rest = after;
        } else if let Some((phrase, behind)) = phrase(rest) {
            push(&mut parsed.phrases, phrase);
            rest = behind;
        } else if is_minus(c) && excludes(after) {
            rest = exclude(after, &mut parsed.excluded);
        } else {
            let end = chunk_end(rest);
            push(&mut parsed.chunks, rest.get(..end).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    parsed
}

/// Folds and keeps what has anything to search for.
fn push(list: &mut Vec<String>, text: &str) {
    let folded = fold::fold(text.trim());
    if folded.contains(char::is_alphanumeric) && !list.contains(&folded) {
        list.push(folded);
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

/// A minus before a digit is a sign (-196℃), and alone it is nothing.
fn excludes(after: &str) -> bool {
    after.chars().next().is_some_and(|c| closing(c).is_some() || (c.is_alphanumeric() && !c.is_numeric()))
}

fn exclude<'a>(text: &'a str, excluded: &mut Vec<String>) -> &'a str {
    if let Some((phrase, behind)) = phrase(text) {
        push(excluded, phrase);
        return behind;
    }
    let end = chunk_end(text);
    push(excluded, text.get(..end).unwrap_or_default());
    text.get(end..).unwrap_or_default()
}

/// A chunk ends at a blank or at a quotation; its first character always belongs to it.
fn chunk_end(text: &str) -> usize {
    let ends = |at: usize, c: char| {
        c.is_whitespace()
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
        fn takes_anything_apart(text in "[\\PC\"“”「」 -]{0,200}") {
            let parsed = parse(&text);
            let lists = parsed.chunks.iter().chain(&parsed.phrases).chain(&parsed.excluded);
            for part in lists {
                prop_assert!(part.contains(char::is_alphanumeric));
            }
        }
    }
}

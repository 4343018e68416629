//! From text to what is indexed: folding, dictionary words, pairs of characters.
//!
//! A text is found in two ways. *Words*: the dictionary's segmentation, in search mode (a long word also yields the
//! words inside it) for what is indexed and precise for what is asked; it ranks well and misses matches that cross
//! its word boundaries. *Grams*: every two neighbouring characters; they miss nothing and rank poorly. They fail on
//! different questions, so both are kept. Unknown words are not guessed (no hidden Markov model): the invented
//! words enlarge the index by a fifth and were no help.

pub mod fold;
pub mod grams;
pub mod spelling;
mod terms;
mod tokenizer;

use std::sync::{Arc, OnceLock};

use jieba_rs::{Jieba, TokenizeMode};
use sha2::{Digest, Sha256};

pub use terms::Terms;
pub use tokenizer::{GramTokenizer, WordTokenizer};

/// Words beside the general dictionary, versioned with every index made with them.
const DOMAIN_WORDS: &str = include_str!("words.txt");

/// Counts up when folding, segmentation or the schema change what is indexed.
const RULES: u32 = 2;

/// How often a domain word is taken to occur: enough to win against the single characters it consists of.
const DOMAIN_FREQUENCY: usize = 2_000;

/// A token's place in folded text: byte offsets, and its position for phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    pub position: u32,
}

impl Span {
    /// Texts are bounded far below 4 GB, so the offsets fit.
    pub(crate) fn new(start: usize, end: usize, position: u32) -> Span {
        Span { start: start as u32, end: end as u32, position }
    }

    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The dictionary, about 35 MB and a third of a second to load.
pub struct Analyzer {
    jieba: Jieba,
}

impl Analyzer {
    /// The process's one dictionary, loaded by whoever asks first.
    pub fn shared() -> Arc<Analyzer> {
        static SHARED: OnceLock<Arc<Analyzer>> = OnceLock::new();
        Arc::clone(SHARED.get_or_init(|| Arc::new(Analyzer::load())))
    }

    fn load() -> Analyzer {
        let mut jieba = Jieba::new();
        for word in domain_words() {
            jieba.add_word(&fold::fold(word), Some(DOMAIN_FREQUENCY), None);
        }
        Analyzer { jieba }
    }

    /// Words of folded text as they are indexed, by offset, of equal starts the longer first.
    pub fn indexed_words(&self, folded: &str, out: &mut Vec<Span>) {
        self.cut(folded, TokenizeMode::Search, out);
        out.sort_unstable_by_key(|span| (span.start, u32::MAX - span.end));
    }

    /// Words of folded text as they are asked for: no overlaps.
    pub fn asked_words(&self, folded: &str, out: &mut Vec<Span>) {
        self.cut(folded, TokenizeMode::Default, out);
    }

    fn cut(&self, folded: &str, mode: TokenizeMode, out: &mut Vec<Span>) {
        let words = self.jieba.tokenize(folded, mode, false);
        let said = words.iter().filter(|word| word.word.contains(char::is_alphanumeric));
        out.extend(said.map(|word| Span::new(word.byte_start, word.byte_end, word.start as u32)));
    }
}

fn domain_words() -> impl Iterator<Item = &'static str> {
    DOMAIN_WORDS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Names everything that decides how a text is indexed: an index of another version is rebuilt.
pub fn version() -> String {
    let digest = Sha256::digest(DOMAIN_WORDS.as_bytes());
    format!("{RULES}-{}", hex::encode(digest.get(..4).unwrap_or_default()))
}

/// A number or a name as it is compared whole: folded, without blanks and punctuation, without the prefix of
/// granted patents.
pub fn exact(text: &str) -> String {
    let bare: String = fold::fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    match bare.strip_prefix("zl") {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => number.to_owned(),
        _ => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, indexed: bool) -> Vec<String> {
        let (analyzer, mut spans) = (Analyzer::shared(), Vec::new());
        let folded = fold::fold(text);
        match indexed {
            true => analyzer.indexed_words(&folded, &mut spans),
            false => analyzer.asked_words(&folded, &mut spans),
        }
        spans.iter().map(|span| span.of(&folded).to_owned()).collect()
    }

    #[test]
    fn search_mode_adds_the_words_inside_a_word() {
        let indexed = words("中华人民共和国", true);
        assert!(
            indexed.contains(&"中华".to_owned()) && indexed.contains(&"共和国".to_owned()),
            "{indexed:?}"
        );
        assert_eq!(words("中华人民共和国", false), ["中华人民共和国"]);
    }

    #[test]
    fn domain_words_stay_whole() {
        assert_eq!(words("坭興陶燒製", false).first().map(String::as_str), Some("坭兴陶"));
        assert_eq!(words("石墨烯导电剂", false), ["石墨烯", "导电剂"]);
    }

    #[test]
    fn spans_are_ordered_and_inside_the_text() {
        let folded = fold::fold("基于石墨烯的锂离子电池，ＧＢ／Ｔ 32100。🚀 α粒子");
        let mut spans = Vec::new();
        Analyzer::shared().indexed_words(&folded, &mut spans);
        assert!(spans.is_sorted_by_key(|span| (span.start, u32::MAX - span.end)));
        assert!(spans.iter().all(|span| !span.of(&folded).is_empty()));
        assert!(spans.iter().all(|span| span.of(&folded).contains(char::is_alphanumeric)));
    }

    #[test]
    fn numbers_are_compared_bare() {
        assert_eq!(exact("ZL 201710601862.3"), "2017106018623");
        assert_eq!(exact("２０１７１０６０１８６２.３"), "2017106018623");
        assert_eq!(exact("GB/T 32100-2015"), "gbt321002015");
        assert_eq!(exact("zlatan"), "zlatan");
        assert_eq!(exact("？！"), "");
    }
}

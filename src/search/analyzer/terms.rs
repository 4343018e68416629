//! A text as a bag of words and characters, for comparing texts rather than finding them.

use super::grams::ideographic;
use super::{Analyzer, fold};

/// Occurrences in the dictionary's source below which a word counts as rare.
const RARE: f64 = 50.0;
/// All occurrences in the dictionary's source.
const OCCURRENCES: f64 = 60_101_967.0;

/// The pieces of one text, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Words of the dictionary, long ones also with the words inside them.
    pub words: Vec<String>,
    /// Single ideographs, and whole words of other scripts.
    pub characters: Vec<String>,
}

impl Analyzer {
    /// Cuts a text both ways.
    pub fn terms(&self, text: &str) -> Terms {
        let (folded, mut spans) = (fold::fold(text), Vec::new());
        self.indexed_words(&folded, &mut spans);
        let words = spans.iter().map(|span| span.of(&folded).to_owned()).collect();
        Terms { words, characters: characters(&folded) }
    }

    /// How little a word is used in Chinese at large: 0 for the most common, 1 for rare and unknown ones.
    /// 技术 and 研究 stand in every title of this trade and say nothing about a subject.
    pub fn rarity(&self, word: &str) -> f64 {
        let often = self.jieba.suggest_freq(word) as f64;
        ((OCCURRENCES / (often + RARE)).ln() / (OCCURRENCES / RARE).ln()).clamp(0.0, 1.0)
    }
}

fn characters(folded: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    for c in folded.chars() {
        if c.is_alphanumeric() && !ideographic(c) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if ideographic(c) {
            found.push(c.into());
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_words_and_characters() {
        let terms = Analyzer::shared().terms("ＬＥＤ补光，石墨烯");
        assert_eq!(terms.characters, ["led", "补", "光", "石", "墨", "烯"]);
        assert!(terms.words.contains(&"石墨烯".to_owned()) && terms.words.contains(&"led".to_owned()));
    }

    #[test]
    fn everyday_words_are_less_rare_than_the_words_of_a_subject() {
        let (analyzer, rare) = (Analyzer::shared(), |word: &str| Analyzer::shared().rarity(word));
        assert!(rare("技术") < rare("工艺") && rare("工艺") < rare("甘蔗"));
        assert!((0.0..=1.0).contains(&analyzer.rarity("从未见过的词")));
    }
}

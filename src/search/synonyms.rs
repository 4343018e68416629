//! Words that operators declared to mean the same. They widen the question, not the index: what an operator changes
//! holds at once, and no index is made anew for it.

use aho_corasick::{AhoCorasick, MatchKind};

use super::analyzer::Span;
use super::analyzer::fold::fold;

/// Other wordings of one chunk; more would cost more than they find.
const WORDINGS_MAX: usize = 12;

/// The sets in force, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    finder: Option<AhoCorasick>,
    /// By number of the finder's pattern: the set it belongs to.
    set_of: Vec<usize>,
    sets: Vec<Vec<String>>,
}

impl Synonyms {
    pub fn new(sets: Vec<Vec<String>>) -> Synonyms {
        let sets: Vec<Vec<String>> =
            sets.into_iter().map(|set| set.iter().map(|term| fold(term.trim())).collect()).collect();
        let terms: Vec<(&String, usize)> =
            sets.iter().enumerate().flat_map(|(at, set)| set.iter().map(move |term| (term, at))).collect();
        let patterns = terms.iter().map(|(term, _)| term.as_str());
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok();
        let set_of = terms.iter().map(|(_, set)| *set).collect();
        Synonyms { finder: finder.filter(|_| !terms.is_empty()), set_of, sets }
    }

    pub const fn is_empty(&self) -> bool {
        self.finder.is_none()
    }

    /// The other wordings of a folded text that is cut into these words. A term counts only where words begin and
    /// end: 电池 is not in 锂电池 when that is one word.
    pub fn otherwise(&self, text: &str, words: &[Span]) -> Vec<String> {
        let Some(finder) = &self.finder else { return vec![] };
        let mut wordings = vec![String::new()];
        let mut copied = 0;
        for hit in finder.find_iter(text) {
            let begins = words.iter().any(|word| word.start as usize == hit.start());
            let ends = words.iter().any(|word| word.end as usize == hit.end());
            let set = self.set_of.get(hit.pattern().as_usize()).and_then(|set| self.sets.get(*set));
            let Some(set) = set.filter(|_| begins && ends) else { continue };
            let before = text.get(copied..hit.start()).unwrap_or_default();
            let own = text.get(hit.range()).unwrap_or_default();
            // The term itself first, so that the bound drops what is furthest from the question.
            let terms =
                std::iter::once(own).chain(set.iter().map(String::as_str).filter(|term| *term != own));
            let longer =
                terms.flat_map(|term| wordings.iter().map(move |so_far| format!("{so_far}{before}{term}")));
            wordings = longer.take(WORDINGS_MAX + 1).collect();
            copied = hit.end();
        }
        let rest = text.get(copied..).unwrap_or_default();
        wordings.iter_mut().for_each(|wording| wording.push_str(rest));
        wordings.retain(|wording| wording != text);
        wordings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::analyzer::Analyzer;

    fn otherwise(sets: &[&[&str]], text: &str) -> Vec<String> {
        let sets = sets.iter().map(|set| set.iter().map(|term| (*term).to_owned()).collect()).collect();
        let (text, mut words) = (fold(text), Vec::new());
        Analyzer::shared().asked_words(&text, &mut words);
        Synonyms::new(sets).otherwise(&text, &words)
    }

    #[test]
    fn a_term_is_said_in_every_other_way() {
        let sets: &[&[&str]] = &[&["海水稻", "耐盐碱水稻", "Sea Rice"], &["种植", "栽培"]];
        assert_eq!(otherwise(sets, "海水稻"), ["耐盐碱水稻", "sea rice"]);
        assert_eq!(otherwise(sets, "海水稻種植技术").len(), 5);
        assert!(otherwise(sets, "海水稻种植技术").contains(&"耐盐碱水稻栽培技术".to_owned()));
        assert_eq!(otherwise(sets, "油茶"), Vec::<String>::new());
        assert_eq!(otherwise(&[], "海水稻"), Vec::<String>::new());
    }

    #[test]
    fn a_term_inside_a_word_is_another_word() {
        assert_eq!(otherwise(&[&["水稻", "稻谷"]], "海水稻"), Vec::<String>::new());
        assert_eq!(otherwise(&[&["ar", "增强现实"]], "market"), Vec::<String>::new());
    }

    #[test]
    fn wordings_are_bounded() {
        let set: Vec<String> = (0..30).map(|n| format!("第{n}种")).collect();
        let set: Vec<&str> = std::iter::once("海水稻").chain(set.iter().map(String::as_str)).collect();
        assert_eq!(otherwise(&[&set], "海水稻海水稻").len(), WORDINGS_MAX);
    }
}

//! What a record gives to who is still typing: its keywords, the names in it, the words of its title. They stand in
//! the index beside the record, so they come and go with it.
//!
//! An entry is a term `form key \u{1} class text`: all entries whose key begins with what was typed lie side by side
//! in the dictionary of terms.

use super::super::analyzer::fold::fold;
use super::super::analyzer::spelling::{SPELLED_CHARS_MAX, spellings};
use super::super::analyzer::{Analyzer, grams::ideographic};
use super::super::model::{Document, EntryKind};

/// Between the key of an entry and what is shown.
pub const END_OF_KEY: char = '\u{1}';

/// Characters of an entry.
const ENTRY_CHARS_MAX: usize = 60;

/// By what an entry is found; its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    Text,
    Pinyin,
    Initials,
}

impl Form {
    pub const fn letter(self) -> char {
        match self {
            Form::Text => 't',
            Form::Pinyin => 'p',
            Form::Initials => 'i',
        }
    }

    /// The beginning of all terms whose keys begin so.
    pub fn prefix(self, key: &str) -> String {
        format!("{}{key}", self.letter())
    }

    /// The beginning of all terms with exactly this key.
    pub fn whole(self, key: &str) -> String {
        format!("{}{key}{END_OF_KEY}", self.letter())
    }
}

const fn class(kind: EntryKind) -> char {
    match kind {
        EntryKind::Keyword => 'k',
        EntryKind::Person => 'p',
        EntryKind::Holder => 'h',
        EntryKind::Word => 'w',
        EntryKind::Title => 't',
        EntryKind::Code => 'c',
    }
}

/// Key, kind and text of a term without its form.
pub fn read(term: &str) -> Option<(&str, EntryKind, &str)> {
    let (key, shown) = term.get(1..)?.split_once(END_OF_KEY)?;
    let kind = EntryKind::ALL.into_iter().find(|kind| shown.starts_with(class(*kind)))?;
    Some((key, kind, shown.get(1..)?))
}

/// The terms of a record.
pub fn terms(document: &Document, analyzer: &Analyzer) -> Vec<String> {
    let mut terms = Vec::with_capacity(64);
    document.keywords.iter().for_each(|text| add(&mut terms, text, EntryKind::Keyword));
    document.people.iter().for_each(|text| add(&mut terms, text, EntryKind::Person));
    add(&mut terms, &document.holder.name, EntryKind::Holder);
    add(&mut terms, &document.title, EntryKind::Title);
    let (folded, mut words) = (fold(&document.title), Vec::new());
    analyzer.asked_words(&folded, &mut words);
    for word in words.iter().map(|word| word.of(&folded)).filter(|word| is_worth(word)) {
        add(&mut terms, word, EntryKind::Word);
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Two ideographs at least, and nothing else: what else stands in a title is rarely a word by itself.
fn is_worth(word: &str) -> bool {
    word.chars().all(ideographic) && word.chars().nth(1).is_some()
}

fn add(terms: &mut Vec<String>, text: &str, kind: EntryKind) {
    let text = text.trim();
    let chars = text.chars().take(ENTRY_CHARS_MAX + 1).count();
    if !(2..=ENTRY_CHARS_MAX).contains(&chars) || text.chars().any(char::is_control) {
        return;
    }
    let (key, class) = (fold(text), class(kind));
    if chars <= SPELLED_CHARS_MAX {
        for spelling in spellings(&key) {
            terms.push(format!("{}{class}{text}", Form::Pinyin.whole(&spelling.full)));
            terms.push(format!("{}{class}{text}", Form::Initials.whole(&spelling.initials)));
        }
    }
    terms.push(format!("{}{class}{text}", Form::Text.whole(&key)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_its_keywords_names_and_words() {
        let document = Document {
            title: "坭兴陶烧制技艺".into(),
            keywords: vec!["ＧＢ／Ｔ 32100".into(), "窑变".into()],
            people: vec!["黎晓彤".into()],
            body: "从不出现".into(),
            numbers: vec!["ZL201710601862.3".into()],
            ..Document::default()
        };
        let terms = terms(&document, &Analyzer::shared());
        for term in [
            "t坭兴陶烧制技艺\u{1}t坭兴陶烧制技艺",
            "t坭兴陶\u{1}w坭兴陶",
            "pnixingtao\u{1}w坭兴陶",
            "inxt\u{1}w坭兴陶",
            "plixiaotong\u{1}p黎晓彤",
            "tgb/t 32100\u{1}kＧＢ／Ｔ 32100",
            "iyb\u{1}k窑变",
        ] {
            assert!(terms.contains(&term.to_owned()), "{term} in {terms:?}");
        }
        assert!(!terms.iter().any(|term| term.contains("从不") || term.contains("2017")));
        assert_eq!(read("inxt\u{1}w坭兴陶"), Some(("nxt", EntryKind::Word, "坭兴陶")));
        assert_eq!(read("x"), None);
    }
}

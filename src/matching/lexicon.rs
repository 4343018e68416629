//! The words of a record with their weight in it, and how much each word tells among all records.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::model::Side;
use crate::search::model::Document;
use crate::search::{Analyzer, Terms};

/// Characters of a text that are looked at.
const TEXT_CHARS_MAX: usize = 1_200;
/// How often a word of the title or a keyword counts against one of the body.
const HEAD_WEIGHT: f64 = 1.5;
/// Characters of an average record before any were counted.
const AVERAGE_BEFORE: f64 = 100.0;

/// Terms with their weight, in a fixed order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bag(BTreeMap<String, f64>);

impl Bag {
    pub fn add(&mut self, term: &str, weight: f64) {
        *self.0.entry(term.to_owned()).or_default() += weight;
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, f64)> {
        self.0.iter().map(|(term, weight)| (term, *weight))
    }

    pub fn get(&self, term: &str) -> Option<f64> {
        self.0.get(term).copied()
    }

    /// The weight of all terms together.
    pub fn size(&self) -> f64 {
        self.0.values().sum()
    }
}

/// A record as it is compared: the same text as words and as characters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text {
    pub words: Bag,
    pub characters: Bag,
}

impl Text {
    pub fn of(document: &Document, analyzer: &Analyzer) -> Text {
        let mut text = Text::default();
        text.add(&analyzer.terms(&document.title), HEAD_WEIGHT);
        text.add(&analyzer.terms(&short(&document.body)), 1.0);
        document.keywords.iter().for_each(|keyword| text.add(&analyzer.terms(keyword), HEAD_WEIGHT));
        text
    }

    fn add(&mut self, terms: &Terms, weight: f64) {
        terms.words.iter().for_each(|word| self.words.add(word, weight));
        terms.characters.iter().for_each(|character| self.characters.add(character, weight));
    }

    /// Words and characters in one bag: what a direction is made from.
    pub fn whole(&self) -> Bag {
        let mut whole = self.words.clone();
        self.characters.iter().for_each(|(term, weight)| whole.add(term, weight));
        whole
    }
}

/// A record's text in the order in which it is written: what vectors are learnt from.
pub fn running_text(document: &Document, analyzer: &Analyzer) -> Terms {
    let keywords = document.keywords.join("。");
    analyzer.terms(&format!("{}。{}。{keywords}", document.title, short(&document.body)))
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// How many records have a term, and how long records are.
#[derive(Clone)]
pub struct Lexicon {
    analyzer: Arc<Analyzer>,
    counts: Counts,
}

/// What is counted over all records, and kept with the model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    pub records: u32,
    pub records_with: HashMap<String, u32>,
    pub achievements: Lengths,
    pub demands: Lengths,
}

/// Records of a side and the terms in all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Lengths {
    pub records: u32,
    pub words: f64,
    pub characters: f64,
}

impl Lengths {
    pub fn add(&mut self, text: &Text) {
        self.records += 1;
        self.words += text.words.size();
        self.characters += text.characters.size();
    }

    fn average(self, sum: f64) -> f64 {
        if self.records == 0 { AVERAGE_BEFORE } else { (sum / f64::from(self.records)).max(1.0) }
    }
}

impl Counts {
    pub fn add(&mut self, side: Side, text: &Text) {
        self.records += 1;
        for (term, _) in text.whole().iter() {
            *self.records_with.entry(term.clone()).or_default() += 1;
        }
        match side {
            Side::Achievement => self.achievements.add(text),
            Side::Demand => self.demands.add(text),
        }
    }
}

impl Lexicon {
    pub fn new(analyzer: Arc<Analyzer>, counts: Counts) -> Lexicon {
        Lexicon { analyzer, counts }
    }

    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How much a term tells about its record: rare among the records, and rare in Chinese at large.
    pub fn importance(&self, term: &str) -> f64 {
        let all = f64::from(self.counts.records);
        let having = f64::from(self.counts.records_with.get(term).copied().unwrap_or(0));
        let here = (1.0 + (all - having + 0.5).max(0.5) / (having + 0.5)).ln();
        here * self.analyzer.rarity(term)
    }

    /// Terms of an average record of a side: words, characters.
    pub fn average(&self, side: Side) -> (f64, f64) {
        let lengths = match side {
            Side::Achievement => self.counts.achievements,
            Side::Demand => self.counts.demands,
        };
        (lengths.average(lengths.words), lengths.average(lengths.characters))
    }
}

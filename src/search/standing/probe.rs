//! One record as the index would hold it: its tokens, their places, its codes and measures.

use std::collections::HashMap;

use crate::search::analyzer::{Analyzer, fold, grams};
use crate::search::index::record;
use crate::search::index::schema::TIE_BITS;
use crate::search::model::{Bounds, Document, Facet, Measure};

/// Between two texts of one field the index leaves one place free; the token itself takes one.
const PLACE_AND_GAP: u32 = 2;
const GAP: u32 = 1;

/// A token of a field, as tests name it.
pub type Atom = Box<str>;

pub fn word(text: &str) -> Atom {
    format!("w{text}").into()
}

pub fn gram(text: &str) -> Atom {
    format!("g{text}").into()
}

pub fn name(text: &str) -> Atom {
    format!("x{text}").into()
}

pub fn code(facet: Facet, value: &str) -> Atom {
    format!("f{}={value}", facet.name()).into()
}

/// A record that can be asked.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Every token, with the places where a gram stands.
    atoms: HashMap<Atom, Vec<u32>>,
    newness: u64,
    price: Option<(i64, i64)>,
    deadline: Option<i64>,
    trl: Option<i64>,
    year: Option<i64>,
}

impl Probe {
    pub fn of(document: &Document, analyzer: &Analyzer) -> Probe {
        let mut atoms: HashMap<Atom, Vec<u32>> = HashMap::new();
        let (mut folded, mut spans, mut end) = (String::new(), Vec::new(), 0);
        for (text, times) in record::passages(document) {
            fold::fold_into(text, &mut folded);
            if times > 0 {
                spans.clear();
                analyzer.indexed_words(&folded, &mut spans);
                for span in &spans {
                    atoms.entry(word(span.of(&folded))).or_default();
                }
            }
            spans.clear();
            grams::grams(&folded, false, &mut spans);
            for span in &spans {
                atoms.entry(gram(span.of(&folded))).or_default().push(end + span.position);
            }
            let last = spans.iter().map(|span| span.position).max();
            end += last.map_or(GAP, |last| last + PLACE_AND_GAP);
        }
        for term in record::exact_terms(document) {
            atoms.entry(name(&term)).or_default();
        }
        for facet in Facet::ALL {
            for value in record::facet_values(facet, document) {
                atoms.entry(code(facet, &value)).or_default();
            }
        }
        Probe {
            atoms,
            newness: record::newness(document.published_at) | record::tie(&document.subject),
            price: document.price.bounds(),
            deadline: document.deadline,
            trl: document.trl.map(i64::from),
            year: document.year.map(i64::from),
        }
    }

    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.atoms.keys()
    }

    pub fn has(&self, atom: &str) -> bool {
        self.atoms.contains_key(atom)
    }

    /// Whether the grams stand somewhere at these distances from each other.
    pub fn stands(&self, phrase: &[(u32, Atom)]) -> bool {
        let Some(((first, start), rest)) = phrase.split_first() else { return false };
        let places = |atom: &Atom| self.atoms.get(atom).map_or(&[][..], Vec::as_slice);
        places(start).iter().any(|place| {
            rest.iter().all(|(offset, atom)| {
                let wanted = (place + offset).checked_sub(*first);
                wanted.is_some_and(|wanted| places(atom).contains(&wanted))
            })
        })
    }

    /// Whether the record's span overlaps the one asked for; what has no value lies nowhere.
    pub fn within(&self, measure: Measure, bounds: Bounds) -> bool {
        if measure == Measure::Published {
            let from = bounds.from.is_none_or(|from| self.newness >= record::newness(from));
            let last = |to| record::newness(to) | ((1 << TIE_BITS) - 1);
            return from && bounds.to.is_none_or(|to| self.newness <= last(to));
        }
        let same = |value: Option<i64>| value.map(|value| (value, value));
        let span = match measure {
            Measure::Price => self.price,
            Measure::Deadline => same(self.deadline),
            Measure::Trl => same(self.trl),
            Measure::Year => same(self.year),
            Measure::Published => None,
        };
        let Some((low, high)) = span else { return bounds.from.is_none() && bounds.to.is_none() };
        bounds.from.is_none_or(|from| high >= from) && bounds.to.is_none_or(|to| low <= to)
    }
}

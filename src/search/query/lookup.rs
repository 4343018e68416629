//! Looking up entries: what the records that can be found offer to who is still typing or has mistyped.

use std::collections::HashMap;

use tantivy::postings::TermInfo;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

use crate::search::analyzer::spelling::within_one_edit;
use crate::search::index::entries::{self, Form};
use crate::search::model::EntryKind;

/// Terms looked at for one question, over all segments: a single letter begins very many.
const TERMS_MAX: usize = 20_000;

/// Records counted one by one where some of them are dead.
const COUNTED_MAX: u64 = 1_000;

/// What is shown for an entry, and how well it fits: the less the better.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    pub kind: EntryKind,
    pub text: String,
}

#[derive(Debug, Clone, Default)]
pub struct Place {
    /// How it was found, the best of its ways.
    pub tier: u8,
    /// Records, dead ones too.
    pub records: u64,
    terms: Vec<(usize, TermInfo)>,
}

/// The entries found for one question.
pub struct Lookup<'a> {
    searcher: &'a Searcher,
    field: Field,
    left: usize,
    pub found: HashMap<Entry, Place>,
}

impl<'a> Lookup<'a> {
    pub fn new(searcher: &'a Searcher, field: Field) -> Lookup<'a> {
        Lookup { searcher, field, left: TERMS_MAX, found: HashMap::new() }
    }

    /// Entries whose key begins with `key`; those that are the whole key are a tier better.
    pub fn beginning(
        &mut self,
        form: Form,
        key: &str,
        tier: u8,
        fits: impl Fn(&str) -> bool,
    ) -> tantivy::Result<()> {
        let from = form.prefix(key);
        self.each_segment(|lookup, at, segment| {
            let dictionary = segment.inverted_index(lookup.field)?;
            let mut terms = dictionary.terms().range().ge(&from).lt(behind(&from)).into_stream()?;
            let tier = |own: &str, text: &str| {
                fits(text).then_some(if own.len() == key.len() { tier } else { tier + 1 })
            };
            while terms.advance() && lookup.note(at, terms.key(), terms.value(), tier) {}
            Ok(())
        })
    }

    /// Entries with this key.
    pub fn exactly(&mut self, form: Form, key: &str, tier: u8) -> tantivy::Result<()> {
        let from = form.whole(key);
        self.each_segment(|lookup, at, segment| {
            let dictionary = segment.inverted_index(lookup.field)?;
            let mut terms = dictionary.terms().range().ge(&from).lt(behind(&from)).into_stream()?;
            while terms.advance() && lookup.note(at, terms.key(), terms.value(), |_, _| Some(tier)) {}
            Ok(())
        })
    }

    /// Entries whose key is one edit away.
    pub fn near(&mut self, form: Form, key: &str, tier: u8) -> tantivy::Result<()> {
        let from = form.prefix("");
        let term = Term::from_field_text(self.field, &form.prefix(key));
        self.each_segment(|lookup, at, segment| {
            // The library's automaton knows no ends of keys, so what begins alike comes too and is sorted out here.
            let automaton = FuzzyTermQuery::new_prefix(term.clone(), 1, true).automaton()?;
            let dictionary = segment.inverted_index(lookup.field)?;
            let terms = dictionary.terms().search(automaton).ge(&from).lt(behind(&from));
            let mut terms = terms.into_stream()?;
            let tier = |own: &str, _: &str| within_one_edit(own, key).then_some(tier);
            while terms.advance() && lookup.note(at, terms.key(), terms.value(), tier) {}
            Ok(())
        })
    }

    fn each_segment(
        &mut self,
        mut look: impl FnMut(&mut Self, usize, &SegmentReader) -> tantivy::Result<()>,
    ) -> tantivy::Result<()> {
        let searcher = self.searcher;
        searcher.segment_readers().iter().enumerate().try_for_each(|(at, segment)| look(self, at, segment))
    }

    /// Keeps a term that fits; false when enough were looked at.
    fn note(
        &mut self,
        segment: usize,
        term: &[u8],
        info: &TermInfo,
        tier: impl Fn(&str, &str) -> Option<u8>,
    ) -> bool {
        self.left = self.left.saturating_sub(1);
        let read = std::str::from_utf8(term).ok().and_then(entries::read);
        if let Some((key, kind, text)) = read
            && let Some(tier) = tier(key, text)
        {
            let entry = Entry { kind, text: text.to_owned() };
            let place = self.found.entry(entry).or_insert_with(|| Place { tier, ..Place::default() });
            place.tier = place.tier.min(tier);
            // A word with several readings stands there several times with the same records.
            if !place.terms.iter().any(|(at, _)| *at == segment) {
                place.records += u64::from(info.doc_freq);
                place.terms.push((segment, info.clone()));
            }
        }
        self.left > 0
    }

    /// How many records that can be found have it: the dictionary of terms still holds what was deleted.
    pub fn alive(&self, place: &Place) -> tantivy::Result<u64> {
        let mut count = 0;
        for (at, term) in &place.terms {
            let segment = self.searcher.segment_reader(u32::try_from(*at).unwrap_or(u32::MAX));
            let Some(alive) = segment.alive_bitset() else {
                count += u64::from(term.doc_freq);
                continue;
            };
            let dictionary = segment.inverted_index(self.field)?;
            let mut records = dictionary.read_postings_from_terminfo(term, IndexRecordOption::Basic)?;
            while records.doc() != TERMINATED && count < COUNTED_MAX {
                count += u64::from(alive.is_alive(records.doc()));
                records.advance();
            }
        }
        Ok(count)
    }
}

/// The first text behind all that begin with `prefix`: no text holds the byte that ends it.
fn behind(prefix: &str) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}

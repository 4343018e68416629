//! Suggestions while somebody types.
//!
//! By tiers: what was typed begins the text, then its pinyin, then its initials; in each the whole before the
//! beginning. If nothing begins so, what is spelled nearly so. Inside a tier codes, keywords, names, words, titles,
//! and among these what most records have.

use std::cmp::Reverse;
use std::sync::LazyLock;

use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

use super::lookup::{Entry, Lookup, Place};
use super::rank::CountUpTo;
use crate::kernel::vocabulary;
use crate::search::analyzer::fold::fold;
use crate::search::analyzer::grams::ideographic;
use crate::search::analyzer::spelling::{Spelling, lookalikes, spellings, typed_pinyin};
use crate::search::index::Shelf;
use crate::search::index::entries::Form;
use crate::search::model::{EntryKind, Facet, Suggestion};

/// Nobody types more before looking up.
pub const TYPED_CHARS_MAX: usize = 60;
pub const SUGGESTIONS_MAX: usize = 20;

const BY_TEXT: u8 = 0;
const BY_PINYIN: u8 = 2;
const BY_INITIALS: u8 = 4;
const BY_LOOKS: u8 = 6;
const BY_SOUND: u8 = 7;
const BY_EDIT: u8 = 8;

/// Entries looked at closely for each suggestion wanted: some may belong to records that are gone.
const TRIED_FOR_EACH: usize = 8;

/// Codes whose labels are suggested as filters.
const LISTS: [(&str, Facet, bool); 5] = [
    ("technical_field", Facet::Field, false),
    ("industry_section", Facet::Industry, false),
    ("industry_class", Facet::Industry, true),
    ("cooperation_mode", Facet::Cooperation, false),
    ("ip_kind", Facet::IpKind, false),
];

struct Label {
    text: &'static str,
    key: String,
    spellings: Vec<Spelling>,
    facet: Facet,
    value: String,
}

static LABELS: LazyLock<Vec<Label>> = LazyLock::new(|| {
    let labels = LISTS.iter().flat_map(|(list, facet, below)| {
        vocabulary::list(list).items.iter().map(move |item| {
            let key = fold(item.zh);
            // An industry's class is filtered below its section: C30.
            let section = item.parent.filter(|_| *below).unwrap_or_default();
            let value = format!("{section}{}", item.code);
            Label { text: item.zh, spellings: spellings(&key), key, facet: *facet, value }
        })
    });
    labels.collect()
});

pub fn suggest(shelf: &Shelf, typed: &str, limit: usize) -> tantivy::Result<Vec<Suggestion>> {
    let (typed, searcher) = (fold(typed.trim()), shelf.reader.searcher());
    if !typed.contains(char::is_alphanumeric) || typed.chars().nth(TYPED_CHARS_MAX).is_some() {
        return Ok(vec![]);
    }
    let mut lookup = Lookup::new(&searcher, shelf.fields.entries);
    begin(&mut lookup, &typed)?;
    let mut suggestions = labels(shelf, &searcher, &typed)?;
    suggestions.extend(best(&lookup, limit)?);
    if suggestions.is_empty() {
        let mut lookup = Lookup::new(&searcher, shelf.fields.entries);
        nearly(&mut lookup, &typed)?;
        suggestions = best(&lookup, limit)?;
    }
    if suggestions.is_empty()
        && let Some((before, last)) = typed.rsplit_once(char::is_whitespace)
    {
        // Words before the one being typed stay as they are.
        suggestions = suggest(shelf, last, limit)?;
        suggestions.retain(|suggestion| suggestion.filter.is_none());
        suggestions
            .iter_mut()
            .for_each(|suggestion| suggestion.text = format!("{before} {}", suggestion.text));
    }
    suggestions.truncate(limit);
    Ok(suggestions)
}

fn begin(lookup: &mut Lookup<'_>, typed: &str) -> tantivy::Result<()> {
    lookup.beginning(Form::Text, typed, BY_TEXT, |_| true)?;
    if let Some(letters) = typed_pinyin(typed) {
        lookup.beginning(Form::Pinyin, &letters, BY_PINYIN, |_| true)?;
        return lookup.beginning(Form::Initials, &letters, BY_INITIALS, |_| true);
    }
    // 海shui: the characters stand as they are, the rest is spelled.
    let head: String = typed.chars().take_while(|c| ideographic(*c)).collect();
    if !head.is_empty() && typed_pinyin(typed.get(head.len()..).unwrap_or_default()).is_some() {
        for spelling in spellings(typed) {
            lookup
                .beginning(Form::Pinyin, &spelling.full, BY_PINYIN, |text| fold(text).starts_with(&head))?;
            lookup.beginning(Form::Initials, &spelling.initials, BY_INITIALS, |text| {
                fold(text).starts_with(&head)
            })?;
        }
    }
    Ok(())
}

/// What looks, sounds or is spelled nearly like it.
fn nearly(lookup: &mut Lookup<'_>, typed: &str) -> tantivy::Result<()> {
    for variant in similar(typed) {
        lookup.exactly(Form::Text, &variant, BY_LOOKS)?;
    }
    for spelling in spellings(typed) {
        lookup.exactly(Form::Pinyin, &spelling.full, BY_SOUND)?;
    }
    misspelt(lookup, typed, BY_EDIT)
}

/// One edit away, in characters or in pinyin; of very short words that would be anything.
pub fn misspelt(lookup: &mut Lookup<'_>, typed: &str, tier: u8) -> tantivy::Result<()> {
    const IDEOGRAPHS_MIN: usize = 3;
    const LETTERS_MIN: usize = 5;
    let chars = typed.chars().count();
    if let Some(letters) = typed_pinyin(typed) {
        if letters.len() >= LETTERS_MIN {
            lookup.near(Form::Text, typed, tier)?;
            lookup.near(Form::Pinyin, &letters, tier + 1)?;
        }
        return Ok(());
    }
    if (IDEOGRAPHS_MIN..=TYPED_CHARS_MAX).contains(&chars) {
        lookup.near(Form::Text, typed, tier)?;
        for spelling in spellings(typed).iter().take(2) {
            lookup.near(Form::Pinyin, &spelling.full, tier + 1)?;
        }
    }
    Ok(())
}

/// The text with one character changed for one that it is taken for.
pub fn similar(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut variants = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        for other in lookalikes(*c) {
            let changed = chars.iter().enumerate().map(|(n, c)| if n == at { *other } else { *c });
            variants.push(changed.collect());
        }
    }
    variants
}

/// Codes of the vocabulary under which there is something.
fn labels(shelf: &Shelf, searcher: &Searcher, typed: &str) -> tantivy::Result<Vec<Suggestion>> {
    const LABELS_MAX: usize = 3;
    let letters = typed_pinyin(typed);
    let begins = |label: &&Label| {
        let spelled = |letters: &String| {
            let mut ways = label.spellings.iter();
            ways.any(|way| way.full.starts_with(letters) || way.initials.starts_with(letters))
        };
        label.key.starts_with(typed) || letters.as_ref().is_some_and(spelled)
    };
    let mut suggestions = Vec::new();
    for label in LABELS.iter().filter(begins) {
        let Some(field) = shelf.fields.facet(label.facet) else { continue };
        let term = Term::from_field_text(field, &label.value);
        let count = searcher.search(&TermQuery::new(term, IndexRecordOption::Basic), &CountUpTo(u64::MAX))?;
        if count > 0 {
            let filter = Some((label.facet, label.value.clone()));
            suggestions.push(Suggestion {
                text: label.text.to_owned(),
                kind: EntryKind::Code,
                count,
                filter,
            });
        }
    }
    suggestions.sort_by_key(|suggestion| Reverse(suggestion.count));
    suggestions.truncate(LABELS_MAX);
    Ok(suggestions)
}

/// The entries that fit best and belong to records that can be found, each text once.
pub fn best(lookup: &Lookup<'_>, limit: usize) -> tantivy::Result<Vec<Suggestion>> {
    let mut entries: Vec<(&Entry, &Place)> = lookup.found.iter().collect();
    let order = |(entry, place): &(&Entry, &Place)| {
        (place.tier, entry.kind, Reverse(place.records), entry.text.chars().count())
    };
    entries.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.0.text.cmp(&b.0.text)));
    let (mut best, mut seen) = (Vec::new(), Vec::new());
    for (entry, place) in entries.into_iter().take(limit * TRIED_FOR_EACH) {
        let key = fold(&entry.text);
        if best.len() == limit || seen.contains(&key) {
            continue;
        }
        let count = lookup.alive(place)?;
        if count > 0 {
            seen.push(key);
            best.push(Suggestion { text: entry.text.clone(), kind: entry.kind, count, filter: None });
        }
    }
    Ok(best)
}

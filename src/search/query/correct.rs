//! Did you mean: other spellings of a question that finds little.
//!
//! A chunk that few records have is changed into what looks like it, sounds like it, is spelled by it or is one edit
//! away; what then finds more is offered. Every offer has been asked of the index with the question's own filters,
//! so none leads nowhere and none tells of a record that cannot be found.

use super::FEW;
use super::asking::Asking;
use super::lookup::Lookup;
use super::suggest::{best, misspelt, similar};
use crate::search::analyzer::grams::ideographic;
use crate::search::analyzer::spelling::{spellings, typed_pinyin};
use crate::search::index::entries::Form;
use crate::search::model::Filters;

/// Offers in an answer.
const OFFERS_MAX: usize = 3;
/// Longer questions are pasted, not mistyped.
const CORRECTED_CHARS_MAX: usize = 40;
const CHUNKS_MAX: usize = 4;
/// Stretches of a chunk that may be a word misheard.
const WINDOW_CHARS: std::ops::RangeInclusive<usize> = 2..=8;
/// Spellings of one chunk that are tried.
const TRIED_MAX: usize = 24;
/// A spelling that finds something gives way only to one that finds so many times more.
const MUCH_MORE: u64 = 5;
/// Hits counted of each spelling.
const COUNTED_MAX: u64 = 1_000;

/// The other spelling, and how sure it is: the less the surer.
type Spelled = (u8, String);

/// Better spellings of a question of plain words that `own` records answer.
pub fn offers(asking: &Asking<'_>, chunks: &[String], own: u64) -> tantivy::Result<Vec<String>> {
    let chars: usize = chunks.iter().map(|chunk| chunk.chars().count()).sum();
    if chars == 0 || chars > CORRECTED_CHARS_MAX || own >= FEW {
        return Ok(vec![]);
    }
    let mut found: Vec<(u8, u64, String)> = Vec::new();
    let mut offer = |tier: u8, text: String| -> tantivy::Result<()> {
        let count = asking.count(&text, &asking.query.filters, COUNTED_MAX)?;
        if count > own * MUCH_MORE && !found.iter().any(|(_, _, known)| *known == text) {
            found.push((tier, count, text));
        }
        Ok(())
    };
    for (tier, text) in spelled_over_blanks(asking, chunks)? {
        offer(tier, text)?;
    }
    for (at, chunk) in chunks.iter().enumerate().take(CHUNKS_MAX) {
        // Digits are meant as they are: one more and it is another patent.
        if chunk.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let known = asking.count(chunk, &Filters::default(), FEW)?;
        if known >= FEW {
            continue;
        }
        for (tier, other) in spelled(asking, chunk, known == 0)? {
            let whole =
                chunks.iter().enumerate().map(|(n, own)| if n == at { other.as_str() } else { own.as_str() });
            offer(tier, whole.collect::<Vec<_>>().join(" "))?;
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    Ok(found.into_iter().map(|(_, _, text)| text).take(OFFERS_MAX).collect())
}

/// Pinyin typed with blanks, and a name with the family's behind: `hai shui dao`, `Xiaotong Li`.
fn spelled_over_blanks(asking: &Asking<'_>, chunks: &[String]) -> tantivy::Result<Vec<Spelled>> {
    let [first, middle @ .., last] = chunks else { return Ok(vec![]) };
    let mut tried = Vec::new();
    for typed in [chunks.concat(), format!("{last}{first}{}", middle.concat())] {
        let Some(letters) = typed_pinyin(&typed) else { continue };
        let mut lookup = asking.lookup();
        lookup.exactly(Form::Pinyin, &letters, 0)?;
        tried.extend(texts(&lookup, 1)?);
    }
    Ok(tried)
}

/// Other spellings of one chunk; what nobody wrote is searched for more widely.
fn spelled(asking: &Asking<'_>, chunk: &str, unknown: bool) -> tantivy::Result<Vec<Spelled>> {
    let mut tried: Vec<Spelled> = similar(chunk).into_iter().map(|text| (0, text)).collect();
    if let Some(letters) = typed_pinyin(chunk) {
        let mut lookup = asking.lookup();
        lookup.exactly(Form::Pinyin, &letters, 0)?;
        lookup.exactly(Form::Initials, &letters, 1)?;
        tried.extend(texts(&lookup, 1)?);
    } else if unknown || chunk.chars().count() <= *WINDOW_CHARS.end() {
        tried.extend(misheard(asking, chunk)?);
    }
    if unknown {
        let mut lookup = asking.lookup();
        misspelt(&mut lookup, chunk, 0)?;
        tried.extend(texts(&lookup, 3)?);
    }
    tried.truncate(TRIED_MAX);
    Ok(tried)
}

/// Words that sound like a stretch of the chunk, the longest first: the longer, the surer.
fn misheard(asking: &Asking<'_>, chunk: &str) -> tantivy::Result<Vec<Spelled>> {
    let chars: Vec<char> = chunk.chars().collect();
    let mut tried = Vec::new();
    for length in WINDOW_CHARS.rev().filter(|length| *length <= chars.len()) {
        for at in 0..=chars.len() - length {
            let (before, rest) = chars.split_at(at);
            let (window, behind) = rest.split_at(length);
            if !window.iter().all(|c| ideographic(*c)) || tried.len() >= TRIED_MAX {
                continue;
            }
            let window: String = window.iter().collect();
            let mut lookup = asking.lookup();
            for spelling in spellings(&window) {
                lookup.exactly(Form::Pinyin, &spelling.full, 0)?;
            }
            for (_, other) in texts(&lookup, 0)?.into_iter().filter(|(_, other)| *other != window) {
                let text = before.iter().copied().chain(other.chars()).chain(behind.iter().copied());
                tried.push((1, text.collect()));
            }
        }
    }
    Ok(tried)
}

/// The texts of the best entries, their tiers counted from `from` on.
fn texts(lookup: &Lookup<'_>, from: u8) -> tantivy::Result<Vec<Spelled>> {
    const TEXTS_MAX: usize = 6;
    let tier = |text: &str| {
        let places = lookup.found.iter().filter(|(entry, _)| entry.text == text);
        places.map(|(_, place)| place.tier).min().unwrap_or(0)
    };
    let best = best(lookup, TEXTS_MAX)?;
    Ok(best.into_iter().map(|suggestion| (from + tier(&suggestion.text), suggestion.text)).collect())
}

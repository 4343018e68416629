//! Learning word vectors from texts.

use std::collections::HashMap;

use super::pairs::Pairs;
use super::{Vectors, Word, linear, quantise};
use crate::matching::lexicon::{Bag, Lexicon};
use crate::search::Terms;

/// Directions of a model; small corpora have fewer words than that and get fewer.
const DIMS: usize = 80;
/// Words of a model, the most frequent: 80 bytes each and their text.
pub const WORDS_MAX: usize = 20_000;
/// In corpora of at least so many texts a word must occur this often.
const OFTEN_ENOUGH: [(usize, u32); 2] = [(10_000, 3), (1_000, 2)];

/// Learns from `texts`; `records` of them decide what all have in common. Empty for an empty corpus.
pub fn train(texts: &[Terms], records: &[Bag], lexicon: &Lexicon) -> Vectors {
    let vocabulary = vocabulary(texts);
    if vocabulary.is_empty() {
        return Vectors::default();
    }
    let numbers: HashMap<&str, u32> =
        vocabulary.iter().zip(0..).map(|(word, number)| (*word, number)).collect();
    let mut pairs = Pairs::default();
    for text in texts {
        for run in [&text.words, &text.characters] {
            let run: Vec<Option<u32>> = run.iter().map(|term| numbers.get(term.as_str()).copied()).collect();
            pairs.add(&run);
        }
    }
    let places = linear::strongest(&pairs.information(vocabulary.len()), DIMS);
    let dims = places.first().map_or(0, Vec::len);
    let word = |place: &Vec<f64>| {
        let place: Vec<f32> = place.iter().map(|x| *x as f32).collect();
        Word { at: quantise(&place).into() }
    };
    let words =
        vocabulary.iter().zip(&places).map(|(text, place)| ((*text).to_owned(), word(place))).collect();
    let mut vectors = Vectors { dims, mean: vec![0.0; dims], words };
    let importance = |term: &str| lexicon.importance(term);
    let directions: Vec<Vec<f32>> = records.iter().map(|bag| vectors.raw(bag, &importance)).collect();
    vectors.centre(&directions);
    vectors
}

/// The words that get a vector, in a fixed order.
fn vocabulary(texts: &[Terms]) -> Vec<&str> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for term in texts.iter().flat_map(|text| text.words.iter().chain(&text.characters)) {
        *counts.entry(term).or_default() += 1;
    }
    let least = OFTEN_ENOUGH.iter().find(|(size, _)| texts.len() >= *size).map_or(1, |(_, least)| *least);
    let mut counted: Vec<(&str, u32)> = counts.into_iter().filter(|(_, count)| *count >= least).collect();
    counted.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counted.truncate(WORDS_MAX);
    let mut words: Vec<&str> = counted.into_iter().map(|(word, _)| word).collect();
    words.sort_unstable();
    words
}

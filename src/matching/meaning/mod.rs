//! What a text is about, as a direction in space: texts about the same thing point the same way although they
//! share no word.
//!
//! The built-in [`Vectors`] need no download: they are learnt from the node's own published records (and the public
//! texts that ship with the program) by counting which words stand near one another: positive pointwise mutual
//! information, then a truncated singular value decomposition (see [`train`]). The same texts give the same vectors
//! in every run: fixed seed, fixed order, no threads.

mod linear;
mod pairs;
mod stored;
pub mod train;

use std::collections::HashMap;

use super::lexicon::Bag;

/// Turns texts into directions.
pub trait Embedder: Send + Sync {
    /// The direction of a text of length 1, or zeros if nothing is known of any of its words.
    fn embed(&self, text: &Bag, importance: &dyn Fn(&str) -> f64) -> Vec<f32>;
}

/// How fast further occurrences of a word in a text stop counting.
const SATURATION: f64 = 1.2;
/// The largest quantised component.
const STEPS: f32 = 127.0;

/// A word's direction, in steps of its largest component.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    at: Box<[i8]>,
}

/// Word vectors of the node's own corpus.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vectors {
    dims: usize,
    /// The mean direction of all records: what they have in common tells none from another.
    mean: Vec<f32>,
    words: HashMap<String, Word>,
}

impl Vectors {
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The direction before the common part is taken off.
    fn raw(&self, text: &Bag, importance: &dyn Fn(&str) -> f64) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.dims];
        for (term, count) in text.iter() {
            let Some(word) = self.words.get(term) else { continue };
            let weight = importance(term) * count / (count + SATURATION);
            let length = word.at.iter().map(|step| f64::from(*step).powi(2)).sum::<f64>().sqrt();
            if length > 0.0 {
                let scale = (weight / length) as f32;
                sum.iter_mut().zip(&word.at).for_each(|(sum, step)| *sum += scale * f32::from(*step));
            }
        }
        unit(sum)
    }

    /// Sets the common part from the directions of all records.
    fn centre(&mut self, records: &[Vec<f32>]) {
        let mut mean = vec![0.0_f64; self.dims];
        for record in records {
            mean.iter_mut().zip(record).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        let count = records.len().max(1) as f64;
        self.mean = mean.into_iter().map(|sum| (sum / count) as f32).collect();
    }
}

impl Embedder for Vectors {
    fn embed(&self, text: &Bag, importance: &dyn Fn(&str) -> f64) -> Vec<f32> {
        let raw = self.raw(text, importance);
        if raw.iter().all(|x| *x == 0.0) {
            return raw;
        }
        unit(raw.iter().zip(&self.mean).map(|(x, mean)| x - mean).collect())
    }
}

/// The same direction with length 1.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    if length > 1e-9 {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
    vector
}

/// A direction in steps, for keeping.
pub fn quantise(vector: &[f32]) -> Vec<i8> {
    let largest = vector.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    let scale = if largest > 0.0 { STEPS / largest } else { 0.0 };
    vector.iter().map(|x| (x * scale).round() as i8).collect()
}

/// How much two kept directions agree: 1 the same, 0 unrelated, -1 opposed; `None` if one of them is unknown.
pub fn agreement(a: &[i8], b: &[i8]) -> Option<f64> {
    let product = |x: &[i8], y: &[i8]| -> i64 {
        x.iter().zip(y).map(|(x, y)| i64::from(i32::from(*x) * i32::from(*y))).sum()
    };
    let lengths = product(a, a) as f64 * product(b, b) as f64;
    (a.len() == b.len() && lengths > 0.0).then(|| product(a, b) as f64 / lengths.sqrt())
}

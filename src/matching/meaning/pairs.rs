//! Which terms stand near one another, and how much more often than by chance.

use std::collections::HashMap;

use super::linear::Sparse;

/// Terms this far apart still count as near.
const WINDOW_TERMS: usize = 10;
/// Rare companions count a little more often than they do: otherwise they would decide everything.
const SMOOTHING: f64 = 0.75;
/// Pairs kept while counting, about 24 bytes each; beyond it the weakest are dropped.
const PAIRS_MAX: usize = 3_000_000;

/// Counts neighbours.
#[derive(Default)]
pub struct Pairs {
    counts: HashMap<(u32, u32), f32>,
}

impl Pairs {
    /// One run of terms; `None` stands for a term that is not in the vocabulary.
    pub fn add(&mut self, run: &[Option<u32>]) {
        for (at, a) in run.iter().enumerate() {
            let Some(a) = a else { continue };
            for (distance, b) in run.iter().skip(at + 1).take(WINDOW_TERMS).enumerate() {
                let Some(b) = b.filter(|b| b != a) else { continue };
                let near = 1.0 / ((distance + 1) as f32).sqrt();
                *self.counts.entry((*a.min(&b), *a.max(&b))).or_default() += near;
            }
        }
        if self.counts.len() > PAIRS_MAX {
            self.drop_weakest();
        }
    }

    fn drop_weakest(&mut self) {
        let mut weights: Vec<f32> = self.counts.values().copied().collect();
        weights.sort_unstable_by(f32::total_cmp);
        let median = weights.get(weights.len() / 2).copied().unwrap_or(0.0);
        self.counts.retain(|_, weight| *weight > median);
    }

    /// The matrix of positive pointwise mutual information.
    pub fn information(self, terms: usize) -> Sparse {
        let mut pairs: Vec<((u32, u32), f32)> = self.counts.into_iter().collect();
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
        let mut occurrences = vec![0.0_f64; terms];
        let mut all = 0.0;
        for ((a, b), weight) in &pairs {
            for term in [a, b] {
                if let Some(sum) = occurrences.get_mut(*term as usize) {
                    *sum += f64::from(*weight);
                }
            }
            all += 2.0 * f64::from(*weight);
        }
        let smooth: Vec<f64> = occurrences.iter().map(|sum| sum.powf(SMOOTHING)).collect();
        let smooth_all: f64 = smooth.iter().sum();
        let share = |term: u32| occurrences.get(term as usize).copied().unwrap_or(0.0) / all;
        let smoothed = |term: u32| smooth.get(term as usize).copied().unwrap_or(0.0) / smooth_all;
        let mut rows = vec![Vec::new(); terms];
        for ((a, b), weight) in pairs {
            let together = f64::from(weight) / all;
            let one_way = (together / (share(a) * smoothed(b))).ln().max(0.0);
            let other_way = (together / (share(b) * smoothed(a))).ln().max(0.0);
            let information = ((one_way + other_way) / 2.0) as f32;
            if information > 0.0 {
                push(&mut rows, a, b, information);
                push(&mut rows, b, a, information);
            }
        }
        Sparse { rows }
    }
}

fn push(rows: &mut [Vec<(u32, f32)>], row: u32, column: u32, value: f32) {
    if let Some(row) = rows.get_mut(row as usize) {
        row.push((column, value));
    }
}

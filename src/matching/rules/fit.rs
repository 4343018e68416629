//! Weights from what became of suggestions: pairwise logistic regression.
//!
//! Of two candidates of one list the better one should score higher. Each such pair is an example whose features are
//! the differences of the parts; the loss is the logistic one, with a pull towards the present weights, so that little
//! data moves them little. The result is weights that are not negative and sum to the whole.

use super::super::model::{PARTS, Values, WEIGHTS_SUM_PPM, Weights};

/// A candidate of a list that was judged by somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    pub values: Values,
    pub grade: f64,
    /// How much it counts: what stood further down was seen less.
    pub weight: f64,
}

/// Steps of the descent, their length, and the pull towards the present weights.
const ROUNDS: usize = 400;
const STEP: f64 = 0.05;
const PULL: f64 = 2.0;
/// How steeply a difference of scores decides a pair.
const STEEPNESS: f64 = 10.0;
/// Pairs of one list that are looked at.
const PAIRS_MAX: usize = 2_000;

/// Fits weights to lists of examples, starting from the present ones. `version` is for the operator to give.
pub fn fit(lists: &[Vec<Example>], present: &Weights) -> Weights {
    let pairs: Vec<([f64; PARTS], f64)> = lists.iter().flat_map(|list| pairs(list)).collect();
    let start: [f64; PARTS] = present.ppm.map(|ppm| ppm as f64 / WEIGHTS_SUM_PPM as f64);
    let mut weights = start;
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return present.clone();
    }
    for _ in 0..ROUNDS {
        let mut slope = [0.0; PARTS];
        for (difference, weight) in &pairs {
            let margin: f64 = difference.iter().zip(&weights).map(|(d, w)| d * w).sum::<f64>() * STEEPNESS;
            let blame = weight / (1.0 + margin.exp()) * STEEPNESS / total;
            slope.iter_mut().zip(difference).for_each(|(slope, d)| *slope += blame * d);
        }
        for (at, weight) in weights.iter_mut().enumerate() {
            *weight = (*weight + STEP * (slope[at] - PULL * (*weight - start[at]))).max(0.0);
        }
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum.max(1e-9));
    }
    Weights { version: present.version, ppm: whole(&weights) }
}

/// The differences of the better to the worse.
fn pairs(list: &[Example]) -> Vec<([f64; PARTS], f64)> {
    let mut found = Vec::new();
    for better in list {
        for worse in list.iter().filter(|worse| worse.grade < better.grade) {
            let mut difference = better.values.0;
            difference.iter_mut().zip(&worse.values.0).for_each(|(a, b)| *a -= b);
            found.push((difference, better.weight * worse.weight));
        }
    }
    found.truncate(PAIRS_MAX);
    found
}

/// Parts per million that sum to the whole: the largest takes what rounding leaves.
fn whole(weights: &[f64; PARTS]) -> [i64; PARTS] {
    let mut ppm = weights.map(|weight| (weight * WEIGHTS_SUM_PPM as f64).round() as i64);
    let left = WEIGHTS_SUM_PPM - ppm.iter().sum::<i64>();
    if let Some(largest) = ppm.iter_mut().max() {
        *largest += left;
    }
    ppm
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{PartKind, UNKNOWN};
    use super::*;

    fn example(kind: PartKind, value: f64, grade: f64) -> Example {
        let mut values = Values([UNKNOWN; PARTS]);
        values.set(kind, value);
        Example { values, grade, weight: 1.0 }
    }

    #[test]
    fn a_part_that_tells_good_from_bad_gains_weight() {
        let price = PartKind::Price;
        let list = vec![example(price, 1.0, 4.0), example(price, 0.1, 0.0), example(price, 0.2, 0.0)];
        let fitted = fit(&vec![list; 20], &Weights::SHIPPED);
        assert!(fitted.of(price) > Weights::SHIPPED.of(price) * 1.2, "{fitted:?}");
        assert_eq!(fitted.ppm.iter().sum::<i64>(), WEIGHTS_SUM_PPM);
    }

    #[test]
    fn a_part_that_misleads_loses_weight_and_never_goes_below_zero() {
        let field = PartKind::Field;
        let list = vec![example(field, 0.0, 4.0), example(field, 1.0, 0.0)];
        let fitted = fit(&vec![list; 20], &Weights::SHIPPED);
        assert!(fitted.of(field) < Weights::SHIPPED.of(field));
        assert!(fitted.ppm.iter().all(|ppm| *ppm >= 0));
    }

    #[test]
    fn without_a_judgement_nothing_changes() {
        assert_eq!(fit(&[], &Weights::SHIPPED), Weights::SHIPPED);
        let same = vec![example(PartKind::Text, 0.1, 1.0), example(PartKind::Text, 0.9, 1.0)];
        assert_eq!(fit(&[same], &Weights::SHIPPED), Weights::SHIPPED);
    }
}

//! How good an order of suggestions is, against grades that somebody gave.

use std::collections::BTreeMap;

/// Places that count for nDCG.
const GAIN_PLACES: usize = 10;
/// Places that count for recall.
const RECALL_PLACES: usize = 5;

/// One list: a score for each candidate, and the grades of those that have one above 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranking {
    pub scores: Vec<f64>,
    pub grades: BTreeMap<usize, f64>,
}

/// Means over all lists that have a graded candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    pub lists: usize,
    pub ndcg_10: f64,
    pub mrr: f64,
    pub recall_5: f64,
}

/// Normalised discounted cumulative gain at 10 (gain 2^grade - 1), mean reciprocal rank of the first graded one, recall
/// at 5. Equal scores stand in the order of the candidates.
pub fn figures(rankings: &[Ranking]) -> Figures {
    let mut sum = Figures::default();
    for ranking in rankings.iter().filter(|ranking| !ranking.grades.is_empty()) {
        let order = order(&ranking.scores);
        let grade = |at: &usize| ranking.grades.get(at).copied().unwrap_or(0.0);
        let mut best: Vec<f64> = ranking.grades.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        sum.ndcg_10 += gain(order.iter().map(grade)) / gain(best.into_iter());
        let first = order.iter().position(|at| ranking.grades.contains_key(at));
        sum.mrr += first.map_or(0.0, |at| 1.0 / (at + 1) as f64);
        let found = order.iter().take(RECALL_PLACES).filter(|at| ranking.grades.contains_key(at)).count();
        sum.recall_5 += found as f64 / ranking.grades.len() as f64;
        sum.lists += 1;
    }
    let count = sum.lists.max(1) as f64;
    let mean = |sum: f64| sum / count;
    Figures { lists: sum.lists, ndcg_10: mean(sum.ndcg_10), mrr: mean(sum.mrr), recall_5: mean(sum.recall_5) }
}

/// Candidates by score, the best first.
pub fn order(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order
}

fn gain(grades: impl Iterator<Item = f64>) -> f64 {
    let discounted = grades.take(GAIN_PLACES).enumerate();
    discounted.map(|(at, grade)| (grade.exp2() - 1.0) / ((at + 2) as f64).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(scores: &[f64], grades: &[(usize, f64)]) -> Ranking {
        Ranking { scores: scores.to_vec(), grades: grades.iter().copied().collect() }
    }

    #[test]
    fn a_perfect_order_is_one_and_a_known_order_what_the_formula_says() {
        let perfect = figures(&[ranking(&[0.9, 0.5, 0.1], &[(0, 2.0), (1, 1.0)])]);
        assert_eq!((perfect.ndcg_10, perfect.mrr, perfect.recall_5), (1.0, 1.0, 1.0));
        // Grade 2 at the second place, grade 1 at the third: (3/log2 3 + 1/log2 4) / (3 + 1/log2 3).
        let known = figures(&[ranking(&[0.9, 0.5, 0.1], &[(1, 2.0), (2, 1.0)])]);
        let expected = (3.0 / 3.0_f64.log2() + 0.5) / (3.0 + 1.0 / 3.0_f64.log2());
        assert!((known.ndcg_10 - expected).abs() < 1e-12);
        assert_eq!(known.mrr, 0.5);
    }

    #[test]
    fn recall_counts_five_places_and_lists_without_grades_not_at_all() {
        let scores: Vec<f64> = (0..8).map(|at| -f64::from(at)).collect();
        let found = figures(&[ranking(&scores, &[(4, 1.0), (5, 1.0)]), ranking(&scores, &[])]);
        assert_eq!((found.lists, found.recall_5, found.mrr), (1, 0.5, 0.2));
    }
}

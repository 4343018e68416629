//! The little linear algebra that word vectors need: the strongest directions of a sparse symmetric matrix, by
//! subspace iteration from a fixed start.

/// A sparse symmetric matrix by rows.
pub struct Sparse {
    pub rows: Vec<Vec<(u32, f32)>>,
}

impl Sparse {
    fn times(&self, x: &[f64]) -> Vec<f64> {
        let entry =
            |(at, value): &(u32, f32)| f64::from(*value) * x.get(*at as usize).copied().unwrap_or(0.0);
        self.rows.iter().map(|row| row.iter().map(entry).sum()).collect()
    }
}

const ROUNDS: usize = 4;
/// Directions beside the wanted ones make the wanted ones exact sooner.
const SPARE: usize = 10;
const SWEEPS_MAX: usize = 30;

/// For each row its coordinates in the strongest `dims` directions, scaled by the root of their strength.
pub fn strongest(matrix: &Sparse, dims: usize) -> Vec<Vec<f64>> {
    let n = matrix.rows.len();
    let wide = (dims + SPARE).min(n);
    let dims = dims.min(n);
    let mut dice = Dice(42);
    let mut basis: Vec<Vec<f64>> = (0..wide).map(|_| (0..n).map(|_| dice.throw()).collect()).collect();
    for _ in 0..ROUNDS {
        basis = basis.iter().map(|column| matrix.times(column)).collect();
        straighten(&mut basis);
    }
    let images: Vec<Vec<f64>> = basis.iter().map(|column| matrix.times(column)).collect();
    let small = basis.iter().map(|a| images.iter().map(|b| dot(a, b)).collect()).collect();
    let (values, vectors) = eigen(small);
    let mut order: Vec<usize> = (0..wide).collect();
    order.sort_by(|a, b| strength(&values, *b).total_cmp(&strength(&values, *a)).then(a.cmp(b)));
    order.truncate(dims);
    let place = |row: usize, direction: usize| -> f64 {
        let inside = basis.iter().zip(&vectors);
        let sum: f64 = inside
            .map(|(column, v)| column.get(row).unwrap_or(&0.0) * v.get(direction).unwrap_or(&0.0))
            .sum();
        sum * strength(&values, direction).sqrt()
    };
    (0..n).map(|row| order.iter().map(|direction| place(row, *direction)).collect()).collect()
}

fn strength(values: &[f64], at: usize) -> f64 {
    values.get(at).map_or(0.0, |value| value.abs())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Gram and Schmidt: the columns become perpendicular, of length 1.
fn straighten(columns: &mut [Vec<f64>]) {
    for at in 0..columns.len() {
        let (before, rest) = columns.split_at_mut(at);
        let Some(column) = rest.first_mut() else { return };
        for earlier in before.iter() {
            let shared = dot(column, earlier);
            column.iter_mut().zip(earlier).for_each(|(x, y)| *x -= shared * y);
        }
        let length = dot(column, column).sqrt().max(1e-12);
        column.iter_mut().for_each(|x| *x /= length);
    }
}

/// Eigenvalues and, by columns, eigenvectors of a small symmetric matrix (Jacobi).
fn eigen(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = a.len();
    let mut v: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|k| f64::from(u8::from(i == k))).collect()).collect();
    for _ in 0..SWEEPS_MAX {
        let off: f64 =
            (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))).map(|(p, q)| a[p][q].powi(2)).sum();
        if off < 1e-18 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, p, q);
            }
        }
    }
    ((0..n).map(|i| a[i][i]).collect(), v)
}

/// Turns the plane (p, q) so that the entry there becomes zero.
fn rotate(a: &mut [Vec<f64>], v: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q].abs() < 1e-14 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    let turn = |x: f64, y: f64| (c * x - s * y, s * x + c * y);
    for row in a.iter_mut() {
        (row[p], row[q]) = turn(row[p], row[q]);
    }
    let (mut upper, mut lower) = (std::mem::take(&mut a[p]), std::mem::take(&mut a[q]));
    for (x, y) in upper.iter_mut().zip(&mut lower) {
        (*x, *y) = turn(*x, *y);
    }
    (a[p], a[q]) = (upper, lower);
    for row in v.iter_mut() {
        (row[p], row[q]) = turn(row[p], row[q]);
    }
}

/// SplitMix64: the same throws everywhere.
struct Dice(u64);

impl Dice {
    /// Between -0.5 and 0.5.
    fn throw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two blocks that do not touch: the strongest directions are the blocks, whatever else.
    #[test]
    fn the_strongest_directions_tell_blocks_apart() {
        let rows = (0..6_u32)
            .map(|i| (0..6_u32).filter(|k| i / 3 == k / 3).map(|k| (k, 1.0 + (i / 3) as f32)).collect());
        let places = strongest(&Sparse { rows: rows.collect() }, 2);
        let cosine = |a: &[f64], b: &[f64]| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        assert!(cosine(&places[0], &places[2]) > 0.999 && cosine(&places[3], &places[5]) > 0.999);
        assert!(cosine(&places[0], &places[3]).abs() < 0.001);
    }

    #[test]
    fn eigenvalues_of_a_known_matrix() {
        let (mut values, vectors) = eigen(vec![vec![2.0, 1.0], vec![1.0, 2.0]]);
        assert!((vectors[0][0].abs() - 0.5_f64.sqrt()).abs() < 1e-9);
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-9 && (values[1] - 3.0).abs() < 1e-9);
    }
}

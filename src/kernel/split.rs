//! Splitting an amount by weights so that no fen is lost (DOMAIN §5: lines by largest remainder).

use super::money::Fen;

/// Shares of `total` in proportion to `weights`, in their order. Every share is rounded down, then the
/// fen left over go one each to the largest remainders; equal remainders are served in input order, so
/// the caller sorts by what breaks ties (registration number, city first). A negative total is the
/// mirror image of the positive one.
///
/// `None` when nothing can carry the amount: no weight above zero, and a total that is not zero.
pub fn largest_remainder(total: Fen, weights: &[u64]) -> Option<Vec<Fen>> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if sum == 0 {
        return total.is_zero().then(|| vec![Fen::ZERO; weights.len()]);
    }
    // At most 2^63 × 2^64, within u128.
    let magnitude = u128::from(total.0.unsigned_abs());
    let mut shares: Vec<u128> = weights.iter().map(|w| magnitude * u128::from(*w) / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |at: &usize| magnitude * u128::from(weights[*at]) % sum;
    // The sort is stable: ties stay in input order.
    order.sort_by_key(|at| std::cmp::Reverse(remainder(at)));
    let mut left = magnitude - shares.iter().sum::<u128>();
    for at in order {
        if left == 0 {
            break;
        }
        shares[at] += 1;
        left -= 1;
    }
    let sign = if total.is_negative() { -1 } else { 1 };
    shares
        .into_iter()
        .map(|share| i128::try_from(share).ok().and_then(|s| i64::try_from(s * sign).ok()).map(Fen))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(total: i64, weights: &[u64]) -> Vec<i64> {
        largest_remainder(Fen(total), weights).unwrap().into_iter().map(|f| f.0).collect()
    }

    #[test]
    fn domain_5_ties_go_to_the_first_in_order() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(101, &[1, 1, 1]), [34, 34, 33]);
        assert_eq!(split(-101, &[1, 1, 1]), [-34, -34, -33]);
    }

    #[test]
    fn domain_5_largest_remainder_comes_first() {
        // Exact shares 2.5, 3.75 and 3.75 of 10: the two larger remainders are served.
        assert_eq!(split(10, &[10, 15, 15]), [2, 4, 4]);
        assert_eq!(split(7, &[0, 3, 0, 4]), [0, 3, 0, 4]);
    }

    #[test]
    fn nothing_to_carry_the_amount_is_refused() {
        assert_eq!(largest_remainder(Fen(1), &[]), None);
        assert_eq!(largest_remainder(Fen(1), &[0, 0]), None);
        assert_eq!(largest_remainder(Fen(0), &[0, 0]), Some(vec![Fen(0), Fen(0)]));
        assert_eq!(largest_remainder(Fen(0), &[]), Some(vec![]));
    }

    #[test]
    fn extremes_do_not_overflow() {
        assert_eq!(split(i64::MIN, &[u64::MAX]), [i64::MIN]);
        assert_eq!(split(i64::MAX, &[u64::MAX, 0]), [i64::MAX, 0]);
    }

    proptest! {
        #[test]
        fn sums_exactly_and_each_share_is_within_one_fen(
            total in any::<i64>(),
            weights in prop::collection::vec(0_u64..=1_000_000_000_000, 1..40),
        ) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let shares = largest_remainder(Fen(total), &weights).unwrap();
            prop_assert_eq!(shares.iter().map(|s| i128::from(s.0)).sum::<i128>(), i128::from(total));
            let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = i128::from(total) * i128::from(*weight);
                prop_assert!((i128::from(share.0) * sum - exact).abs() < sum);
            }
        }
    }
}

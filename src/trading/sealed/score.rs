//! Who wins a sealed tender: scores in exact fractions, ties by a fixed order (DOMAIN §4). Pure.
//!
//! ```text
//! price part   = price weight × price ÷ highest price      (where the highest price wins)
//!              = price weight × lowest price ÷ price       (where the lowest price wins)
//! other parts  = weight × mean of the members' points ÷ 100, for each criterion; with `trim` one highest and
//!                one lowest of the members' points are left out of the mean
//! total        = the sum of the parts; price alone: the order of prices
//! ```
//!
//! Equal totals: the better price, then the rank of priority, then the earlier receipt, then the lower slot. Nothing is
//! rounded on the way; what people see is rounded half up to four decimals, and the exact fraction stands beside it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

/// The sum of all weights, that of the price included.
pub const WEIGHTS_SUM: u32 = 100;
pub const POINTS_MAX: u32 = 100;
pub const COMMITTEE_MIN: usize = 5;
pub const COMMITTEE_MAX: usize = 21;
const SHOWN_DECIMALS: u32 = 4;

/// Which price is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    Highest,
    Lowest,
}

/// A bid that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contender {
    pub slot: usize,
    pub price_fen: i64,
    /// Rank of a priority holder: on equal terms it goes before the others (DOMAIN §2).
    pub priority: Option<i32>,
    pub received_micros: i64,
}

/// The points that one member of the committee gave: by slot, one for each criterion in its order.
pub type Sheet = BTreeMap<usize, Vec<u32>>;

/// How totals are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighing {
    PriceOnly,
    Weighted { price: u32, criteria: Vec<u32>, trim: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScoreError {
    /// The weights do not sum to 100.
    BadWeights,
    /// Fewer than five members, or an even number.
    BadCommittee,
    /// A sheet lacks a bid or a criterion, or has points above 100.
    BadSheet,
    /// A price is not positive.
    BadPrice,
}

/// A place of the ranking, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub slot: usize,
    pub price_fen: i64,
    /// The price part, then the criteria in their order; empty where the price alone decides.
    pub parts: Vec<BigRational>,
    pub total: Option<BigRational>,
}

pub fn rank(
    best: Best,
    weighing: &Weighing,
    contenders: &[Contender],
    sheets: &[Sheet],
) -> Result<Vec<Placed>, ScoreError> {
    if contenders.iter().any(|it| it.price_fen <= 0) {
        return Err(ScoreError::BadPrice);
    }
    let mut placed: Vec<(Placed, (i32, i64))> = Vec::with_capacity(contenders.len());
    for contender in contenders {
        let parts = match weighing {
            Weighing::PriceOnly => vec![],
            Weighing::Weighted { price, criteria, trim } => {
                check(*price, criteria, sheets)?;
                parts(best, *price, criteria, *trim, contender, contenders, sheets)?
            }
        };
        let total = (!parts.is_empty()).then(|| parts.iter().sum());
        let (slot, price_fen) = (contender.slot, contender.price_fen);
        let of_equals = (contender.priority.unwrap_or(i32::MAX), contender.received_micros);
        placed.push((Placed { slot, price_fen, parts, total }, of_equals));
    }
    placed.sort_by(|(a, a_equal), (b, b_equal)| {
        let by_total = b.total.cmp(&a.total);
        by_total.then(by_price(best, a, b)).then(a_equal.cmp(b_equal)).then(a.slot.cmp(&b.slot))
    });
    Ok(placed.into_iter().map(|(placed, _)| placed).collect())
}

fn by_price(best: Best, a: &Placed, b: &Placed) -> Ordering {
    match best {
        Best::Highest => b.price_fen.cmp(&a.price_fen),
        Best::Lowest => a.price_fen.cmp(&b.price_fen),
    }
}

fn check(price: u32, criteria: &[u32], sheets: &[Sheet]) -> Result<(), ScoreError> {
    if criteria.is_empty() || price + criteria.iter().sum::<u32>() != WEIGHTS_SUM {
        return Err(ScoreError::BadWeights);
    }
    let members = sheets.len();
    if !(COMMITTEE_MIN..=COMMITTEE_MAX).contains(&members) || members.is_multiple_of(2) {
        return Err(ScoreError::BadCommittee);
    }
    Ok(())
}

fn parts(
    best: Best,
    price: u32,
    criteria: &[u32],
    trim: bool,
    contender: &Contender,
    all: &[Contender],
    sheets: &[Sheet],
) -> Result<Vec<BigRational>, ScoreError> {
    let prices = all.iter().map(|it| it.price_fen);
    let (over, under) = match best {
        Best::Highest => (contender.price_fen, prices.max()),
        Best::Lowest => (prices.min().unwrap_or_default(), Some(contender.price_fen)),
    };
    let share = fraction(over, under.unwrap_or_default())?;
    let mut parts = vec![share * whole(price)];
    for (at, weight) in criteria.iter().enumerate() {
        let points = |sheet: &Sheet| {
            let row = sheet.get(&contender.slot).filter(|row| row.len() == criteria.len());
            row.map(|row| row[at]).filter(|points| *points <= POINTS_MAX).ok_or(ScoreError::BadSheet)
        };
        let points = sheets.iter().map(points).collect::<Result<Vec<u32>, _>>()?;
        parts.push(mean(points, trim)? * whole(*weight) / whole(POINTS_MAX));
    }
    Ok(parts)
}

fn mean(mut points: Vec<u32>, trim: bool) -> Result<BigRational, ScoreError> {
    points.sort_unstable();
    let counted = match points.as_slice() {
        [_, middle @ .., _] if trim => middle,
        all => all,
    };
    let count = i64::try_from(counted.len()).map_err(|_| ScoreError::BadCommittee)?;
    fraction(counted.iter().map(|points| i64::from(*points)).sum(), count)
}

fn whole(number: u32) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

fn fraction(over: i64, under: i64) -> Result<BigRational, ScoreError> {
    if under <= 0 {
        return Err(ScoreError::BadPrice);
    }
    Ok(BigRational::new(BigInt::from(over), BigInt::from(under)))
}

/// The exact value: `1234/49`, or `25` where it is whole.
pub fn exact(value: &BigRational) -> String {
    value.to_string()
}

/// For people: four decimals, half up.
pub fn shown(value: &BigRational) -> String {
    let scale = BigInt::from(10_u32.pow(SHOWN_DECIMALS));
    // Scores are not negative: half up is the floor of one half more.
    let doubled: BigInt = value.numer() * &scale * 2 + value.denom();
    let rounded = doubled / (value.denom() * 2);
    let (units, decimals): (BigInt, BigInt) = (&rounded / &scale, &rounded % &scale);
    format!("{units}.{:0>4}", decimals.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contenders(prices: &[i64]) -> Vec<Contender> {
        let one = |(slot, price): (usize, &i64)| Contender {
            slot,
            price_fen: *price,
            priority: None,
            received_micros: 100 - slot as i64,
        };
        prices.iter().enumerate().map(one).collect()
    }

    /// Each member gives every bid the points of its row.
    fn sheets(members: usize, rows: &[&[u32]]) -> Vec<Sheet> {
        let sheet: Sheet = rows.iter().enumerate().map(|(slot, row)| (slot, row.to_vec())).collect();
        vec![sheet; members]
    }

    fn order(best: Best, weighing: &Weighing, prices: &[i64], sheets: &[Sheet]) -> Vec<usize> {
        let ranked = rank(best, weighing, &contenders(prices), sheets).unwrap();
        ranked.into_iter().map(|placed| placed.slot).collect()
    }

    /// DOMAIN §4: price only. Ties go to the earlier receipt (a higher slot here was received earlier).
    #[test]
    fn by_price_alone_the_best_price_wins_and_the_earlier_of_equals() {
        let by = |best, prices| order(best, &Weighing::PriceOnly, prices, &[]);
        assert_eq!(by(Best::Highest, &[10, 30, 20]), [1, 2, 0]);
        assert_eq!(by(Best::Lowest, &[10, 30, 20]), [0, 2, 1]);
        assert_eq!(by(Best::Highest, &[30, 30, 20]), [1, 0, 2]);
        assert_eq!(by(Best::Highest, &[]), Vec::<usize>::new());
    }

    /// DOMAIN §2, right of first refusal on equal terms: rank of priority before the earlier receipt, and not before the
    /// better price.
    #[test]
    fn domain_2_of_equal_terms_the_priority_holder_goes_first() {
        let mut contenders = contenders(&[30, 30, 30, 31]);
        (contenders[0].priority, contenders[1].priority) = (Some(2), Some(1));
        let order = |best| {
            let ranked = rank(best, &Weighing::PriceOnly, &contenders, &[]).unwrap();
            ranked.iter().map(|placed| placed.slot).collect::<Vec<_>>()
        };
        assert_eq!(order(Best::Highest), [3, 1, 0, 2]);
        assert_eq!(order(Best::Lowest), [1, 0, 2, 3]);
    }

    /// DOMAIN §4: price and weighted criteria, in exact fractions.
    #[test]
    fn a_third_is_a_third() {
        let weighing = Weighing::Weighted { price: 60, criteria: vec![40], trim: false };
        let ranked =
            rank(Best::Lowest, &weighing, &contenders(&[100, 300]), &sheets(5, &[&[0], &[100]])).unwrap();
        // 60 + 0 against 20 + 40: equal totals, and the better price wins.
        assert_eq!(ranked.iter().map(|it| it.slot).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(exact(ranked[0].total.as_ref().unwrap()), "60");
        assert_eq!(exact(ranked[1].total.as_ref().unwrap()), "60");
        let ranked =
            rank(Best::Lowest, &weighing, &contenders(&[100, 700]), &sheets(7, &[&[1], &[99]])).unwrap();
        assert_eq!(exact(&ranked[1].parts[0]), "60/7");
        assert_eq!(shown(&ranked[1].parts[0]), "8.5714");
        assert_eq!(exact(ranked[1].total.as_ref().unwrap()), "1686/35");
    }

    #[test]
    fn a_mean_may_leave_out_the_extremes() {
        let weighing = |trim| Weighing::Weighted { price: 0, criteria: vec![100], trim };
        let given = [0, 80, 80, 81, 100];
        let sheets: Vec<Sheet> = given.iter().map(|points| Sheet::from([(0, vec![*points])])).collect();
        let total = |trim| {
            let ranked = rank(Best::Highest, &weighing(trim), &contenders(&[1]), &sheets).unwrap();
            exact(ranked[0].total.as_ref().unwrap())
        };
        assert_eq!(total(false), "341/5");
        assert_eq!(total(true), "241/3");
    }

    /// DOMAIN §4: a committee of at least five, odd.
    #[test]
    fn a_committee_is_at_least_five_and_odd() {
        let weighing = Weighing::Weighted { price: 60, criteria: vec![40], trim: false };
        for members in [0, 1, 3, 4, 6, 23] {
            let refused = rank(Best::Lowest, &weighing, &contenders(&[1]), &sheets(members, &[&[50]]));
            assert_eq!(refused, Err(ScoreError::BadCommittee), "{members}");
        }
        for members in [5, 7, 21] {
            assert!(rank(Best::Lowest, &weighing, &contenders(&[1]), &sheets(members, &[&[50]])).is_ok());
        }
    }

    #[test]
    fn weights_and_sheets_are_complete() {
        let weighing =
            |price, criteria: &[u32]| Weighing::Weighted { price, criteria: criteria.to_vec(), trim: false };
        let ranked = |weighing: &Weighing, rows: &[&[u32]]| {
            rank(Best::Lowest, weighing, &contenders(&[1, 2]), &sheets(5, rows))
        };
        for (price, criteria) in [(50, &[40][..]), (60, &[50]), (100, &[])] {
            assert_eq!(ranked(&weighing(price, criteria), &[&[1], &[1]]), Err(ScoreError::BadWeights));
        }
        let good = weighing(50, &[30, 20]);
        assert!(ranked(&good, &[&[1, 2], &[100, 0]]).is_ok());
        for rows in [&[&[1, 2][..]][..], &[&[1, 2], &[1]], &[&[1, 2], &[101, 0]]] {
            assert_eq!(ranked(&good, rows), Err(ScoreError::BadSheet));
        }
        assert_eq!(rank(Best::Lowest, &good, &contenders(&[0]), &[]), Err(ScoreError::BadPrice));
    }

    #[test]
    fn what_is_shown_is_rounded_half_up() {
        let fraction = |over: i64, under: i64| BigRational::new(over.into(), under.into());
        for (value, text) in [
            (fraction(1, 3), "0.3333"),
            (fraction(2, 3), "0.6667"),
            (fraction(1, 20_000), "0.0001"),
            (fraction(1, 20_001), "0.0000"),
            (fraction(100, 1), "100.0000"),
            (fraction(199_999, 2_000), "99.9995"),
        ] {
            assert_eq!(shown(&value), text);
        }
    }
}

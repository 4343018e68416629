//! A share of an amount, in parts per million: 0.5‰ = 500 ppm, 70% = 700 000 ppm.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::Fen;

/// Parts per million. In JSON a plain integer; the field's name ends in `_ppm`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = u32, examples(500))]
pub struct Rate(pub u32);

/// Why a text is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateError {
    /// Not a number followed by `‰` or `%`.
    Form,
    /// Finer than a millionth.
    TooFine,
    /// Beyond what a rate holds.
    TooLarge,
}

const MILLION: i128 = 1_000_000;

impl Rate {
    pub const ZERO: Rate = Rate(0);
    pub const ONE: Rate = Rate(1_000_000);

    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// This share of an amount, rounded once, half up (DOMAIN §5). The product is taken in i128, so
    /// only a result beyond i64 is `None`. A negative amount mirrors the positive one: a reversal
    /// takes back exactly what was booked.
    pub fn of(self, amount: Fen) -> Option<Fen> {
        let product = i128::from(amount.0.unsigned_abs()) * i128::from(self.0);
        let rounded = (product + MILLION / 2) / MILLION;
        let signed = if amount.is_negative() { -rounded } else { rounded };
        i64::try_from(signed).ok().map(Fen)
    }

    /// Whether `part` is at least this share of `whole`, compared exactly (DOMAIN §5: 10 × reward ≥ 7 × net).
    pub fn is_reached_by(self, part: Fen, whole: Fen) -> bool {
        i128::from(part.0) * MILLION >= i128::from(whole.0) * i128::from(self.0)
    }
}

/// Parts per million of one unit of the sign.
fn unit(text: &str) -> Option<(&str, u32)> {
    text.strip_suffix('‰')
        .map(|number| (number, 1_000))
        .or_else(|| text.strip_suffix(['%', '％']).map(|number| (number, 10_000)))
}

impl FromStr for Rate {
    type Err = RateError;

    /// Reads `0.5‰` or `70%`; a bare number is refused, because it could mean either.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, unit) = unit(text.trim()).ok_or(RateError::Form)?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) {
            return Err(RateError::Form);
        }
        let whole: u64 = whole.parse().map_err(|_| RateError::TooLarge)?;
        let mut ppm = whole.checked_mul(u64::from(unit)).ok_or(RateError::TooLarge)?;
        let mut place = u64::from(unit);
        for digit in decimals.bytes().map(|b| u64::from(b - b'0')) {
            if !place.is_multiple_of(10) {
                if digit != 0 {
                    return Err(RateError::TooFine);
                }
                continue;
            }
            place /= 10;
            ppm = ppm.checked_add(digit * place).ok_or(RateError::TooLarge)?;
        }
        u32::try_from(ppm).map(Rate).map_err(|_| RateError::TooLarge)
    }
}

impl fmt::Display for Rate {
    /// Per mille below one percent, else percent: `0.5‰`, `70%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, sign, places) = if self.0 < 10_000 { (1_000, '‰', 3) } else { (10_000, '%', 4) };
        let (whole, rest) = (self.0 / unit, self.0 % unit);
        if rest == 0 {
            return write!(f, "{whole}{sign}");
        }
        let decimals = format!("{rest:0places$}");
        write!(f, "{whole}.{}{sign}", decimals.trim_end_matches('0'))
    }
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RateError::Form => "not a rate such as 0.5‰ or 70%",
            RateError::TooFine => "a rate finer than one millionth",
            RateError::TooLarge => "a rate that is too large",
        })
    }
}

impl std::error::Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn domain_5_half_a_per_mille_of_the_examples() {
        let rate: Rate = "0.5‰".parse().unwrap();
        assert_eq!(rate, Rate(500));
        assert_eq!(rate.of("100000000.00".parse().unwrap()), Some("50000.00".parse().unwrap()));
        assert_eq!(rate.of("12345678.90".parse().unwrap()), Some("6172.84".parse().unwrap()));
    }

    #[test]
    fn domain_5_rounds_half_up_once_and_mirrors_reversals() {
        let half: Rate = "50%".parse().unwrap();
        assert_eq!(half.of(Fen(1)), Some(Fen(1)));
        assert_eq!(half.of(Fen(-1)), Some(Fen(-1)));
        assert_eq!(Rate(499_999).of(Fen(1)), Some(Fen(0)));
        assert_eq!(Rate(2_000_000).of(Fen(i64::MAX)), None);
        assert_eq!(Rate::ONE.of(Fen(i64::MAX)), Some(Fen(i64::MAX)));
        assert_eq!(Rate::ONE.of(Fen(i64::MIN)), Some(Fen(i64::MIN)));
    }

    #[test]
    fn domain_3_reward_floor_of_seventy_percent_is_compared_exactly() {
        let floor: Rate = "70%".parse().unwrap();
        let net = Fen(97_000_000);
        assert_eq!(floor.of(net), Some(Fen(67_900_000)));
        assert!(floor.is_reached_by(Fen(67_900_000), net));
        assert!(!floor.is_reached_by(Fen(67_899_999), net));
        // 70% of 1 fen is 0.7 fen: nothing is not enough, although it would round to 1.
        assert!(!floor.is_reached_by(Fen(0), Fen(1)));
    }

    #[test]
    fn parse_and_display() {
        for (text, ppm) in [("0.3‰", 300), ("5‰", 5_000), ("70%", 700_000), ("12.5%", 125_000), ("0‰", 0)]
        {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.ppm(), ppm, "{text}");
            assert_eq!(rate.to_string(), text);
        }
        for text in ["0.5", "‰", ".5‰", "1.‰", "-1%", "1e2%", ""] {
            assert_eq!(text.parse::<Rate>(), Err(RateError::Form), "{text}");
        }
        assert_eq!("0.0005‰".parse::<Rate>(), Err(RateError::TooFine));
        assert_eq!("0.5000‰".parse::<Rate>(), Ok(Rate(500)));
        assert_eq!("999999999%".parse::<Rate>(), Err(RateError::TooLarge));
    }

    proptest! {
        #[test]
        fn display_parses_back(ppm in any::<u32>()) {
            prop_assert_eq!(Rate(ppm).to_string().parse::<Rate>(), Ok(Rate(ppm)));
        }

        #[test]
        fn a_share_is_within_half_a_fen(fen in -1_000_000_000_000_i64..1_000_000_000_000, ppm in 0_u32..=1_000_000) {
            let share = i128::from(Rate(ppm).of(Fen(fen)).unwrap().0) * MILLION;
            let exact = i128::from(fen) * i128::from(ppm);
            prop_assert!((share - exact).abs() * 2 <= MILLION);
        }
    }
}

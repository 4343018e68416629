//! Money in whole fen. Arithmetic is checked: an overflow is `None`, never a wrapped or rounded amount.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// An amount in fen (1 yuan = 100 fen). In JSON a plain integer; the field's name ends in `_fen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = i64, format = Int64, examples(12_345_678))]
pub struct Fen(pub i64);

/// The largest amount accepted from outside, 2^53 - 1: canonical JSON (RFC 8785) and browsers hold
/// numbers as doubles, and a fen beyond this would be silently changed on the way.
pub const MAX_JSON_FEN: i64 = 9_007_199_254_740_991;

/// Why a text is not an amount in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenError {
    /// Not of the form `-1234.56`, with at most two decimals.
    Form,
    /// More than 2^53 - 1 fen.
    TooLarge,
}

impl Fen {
    pub const ZERO: Fen = Fen(0);

    pub const fn checked_add(self, other: Fen) -> Option<Fen> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_sub(self, other: Fen) -> Option<Fen> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_neg(self) -> Option<Fen> {
        match self.0.checked_neg() {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_mul(self, times: i64) -> Option<Fen> {
        match self.0.checked_mul(times) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum of all amounts; `None` when it does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen::ZERO, Fen::checked_add)
    }

    /// Whole yuan, for limits that a text states in yuan.
    pub const fn from_yuan(yuan: i64) -> Option<Fen> {
        Fen(yuan).checked_mul(100)
    }

    /// As papers show it: `1234.56`.
    pub fn yuan(self) -> String {
        let fen = self.0.unsigned_abs();
        let sign = if self.is_negative() { "-" } else { "" };
        format!("{sign}{}.{:02}", fen / 100, fen % 100)
    }

    /// With thousands separated: `1,234.56`.
    pub fn yuan_grouped(self) -> String {
        let plain = self.yuan();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}.{decimals}")
    }

    /// Reads yuan: `1234`, `1234.5`, `-1234.56`, `1,234.56`. A third decimal is refused, not rounded.
    pub fn parse_yuan(text: &str) -> Result<Fen, FenError> {
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let whole = ungroup(whole).ok_or(FenError::Form)?;
        if decimals.is_empty() || decimals.len() > 2 || !all_digits(decimals) {
            return Err(FenError::Form);
        }
        let cents: i64 = format!("{decimals:0<2}").parse().map_err(|_| FenError::Form)?;
        let fen = whole
            .parse::<i64>()
            .ok()
            .and_then(|yuan| yuan.checked_mul(100))
            .and_then(|fen| fen.checked_add(cents))
            .filter(|fen| *fen <= MAX_JSON_FEN)
            .ok_or(FenError::TooLarge)?;
        Ok(Fen(if negative { -fen } else { fen }))
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Takes thousands separators out, but only where they stand correctly.
fn ungroup(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return all_digits(whole).then(|| whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if !all_digits(first) || first.len() > 3 {
        return None;
    }
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.yuan())
    }
}

impl FromStr for Fen {
    type Err = FenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Fen::parse_yuan(text)
    }
}

impl fmt::Display for FenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FenError::Form => "not an amount in yuan with at most two decimals",
            FenError::TooLarge => "an amount beyond 2^53 - 1 fen",
        })
    }
}

impl std::error::Error for FenError {}

impl<'de> Deserialize<'de> for Fen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fen = i64::deserialize(deserializer)?;
        if fen.unsigned_abs() > MAX_JSON_FEN.unsigned_abs() {
            return Err(serde::de::Error::custom(FenError::TooLarge));
        }
        Ok(Fen(fen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yuan_has_two_decimals() {
        for (fen, text) in
            [(0, "0.00"), (5, "0.05"), (123_456, "1234.56"), (-5, "-0.05"), (-123_400, "-1234.00")]
        {
            assert_eq!(Fen(fen).yuan(), text);
            assert_eq!(text.parse(), Ok(Fen(fen)));
        }
        assert_eq!(Fen(i64::MIN).yuan(), "-92233720368547758.08");
    }

    #[test]
    fn grouped_yuan_separates_thousands() {
        assert_eq!(Fen(10_000_000_000).yuan_grouped(), "100,000,000.00");
        assert_eq!(Fen(-123_456).yuan_grouped(), "-1,234.56");
        assert_eq!(Fen(99_999).yuan_grouped(), "999.99");
    }

    #[test]
    fn parse_refuses_what_it_would_have_to_guess() {
        for text in ["", "-", ".5", "1.", "1.234", "1e3", "１", "+1", "12,34", "1,2345", ",123", "1 2", "--1"]
        {
            assert_eq!(Fen::parse_yuan(text), Err(FenError::Form), "{text}");
        }
        assert_eq!(Fen::parse_yuan("1,234.5"), Ok(Fen(123_450)));
        assert_eq!(Fen::parse_yuan("90071992547409.92"), Err(FenError::TooLarge));
        assert_eq!(Fen::parse_yuan("99999999999999999999"), Err(FenError::TooLarge));
    }

    #[test]
    fn arithmetic_never_wraps() {
        assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
        assert_eq!(Fen(i64::MIN).checked_neg(), None);
        assert_eq!(Fen(i64::MAX).checked_mul(2), None);
        assert_eq!(Fen::sum([Fen(1), Fen(2), Fen(-5)]), Some(Fen(-2)));
        assert_eq!(Fen::sum([Fen(i64::MAX), Fen(1)]), None);
    }

    #[test]
    fn json_is_an_integer_within_the_exact_range_of_a_double() {
        assert_eq!(serde_json::to_string(&Fen(120)).unwrap(), "120");
        assert_eq!(serde_json::from_str::<Fen>("-120").unwrap(), Fen(-120));
        assert!(serde_json::from_str::<Fen>("9007199254740992").is_err());
        assert!(serde_json::from_str::<Fen>("1.5").is_err());
        assert!(serde_json::from_str::<Fen>("\"1\"").is_err());
    }

    proptest! {
        #[test]
        fn parse_reads_what_yuan_writes(fen in -MAX_JSON_FEN..=MAX_JSON_FEN) {
            prop_assert_eq!(Fen::parse_yuan(&Fen(fen).yuan()), Ok(Fen(fen)));
            prop_assert_eq!(Fen::parse_yuan(&Fen(fen).yuan_grouped()), Ok(Fen(fen)));
        }
    }
}

//! Patent application numbers, before and since October 2003 (DOMAIN §7).

use std::fmt;

use utoipa::ToSchema;

use super::{normalise, text_code};

/// A number with a right check character, as `201710601862.3`; a granted patent's as `ZL201710601862.3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, examples("ZL201710601862.3"))]
pub struct PatentNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatentError {
    /// Neither 12 (since 2003) nor 8 digits (before) with one check character.
    Form,
    /// The year does not fit the form of the number.
    Year,
    /// A kind of application that does not exist.
    Kind,
    /// The check character is wrong.
    Check,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatentKind {
    Invention,
    Utility,
    Design,
}

const GRANTED: &str = "ZL";

impl PatentNumber {
    /// Accepts a leading `ZL` (granted) or `CN`, and a missing point before the check character.
    pub fn parse(text: &str) -> Result<PatentNumber, PatentError> {
        let text = normalise(text);
        let (granted, number) = match text.strip_prefix(GRANTED) {
            Some(rest) => (GRANTED, rest),
            None => ("", text.strip_prefix("CN").unwrap_or(&text)),
        };
        let (digits, check_character) = split_check(number).ok_or(PatentError::Form)?;
        match digits.len() {
            12 => modern(digits)?,
            8 => early(digits)?,
            _ => return Err(PatentError::Form),
        }
        if check(digits) != Some(check_character) {
            return Err(PatentError::Check);
        }
        Ok(PatentNumber(format!("{granted}{digits}.{check_character}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is written as a granted patent's number (prefix ZL).
    pub fn is_granted(&self) -> bool {
        self.0.starts_with(GRANTED)
    }

    /// Without the prefix: the same application before and after the grant.
    pub fn application(&self) -> &str {
        self.0.strip_prefix(GRANTED).unwrap_or(&self.0)
    }

    pub fn kind(&self) -> PatentKind {
        let at = if self.application().len() == 14 { 4 } else { 2 };
        match self.application().as_bytes().get(at) {
            Some(b'2' | b'9') => PatentKind::Utility,
            Some(b'3') => PatentKind::Design,
            _ => PatentKind::Invention,
        }
    }

    /// Year of application.
    pub fn year(&self) -> i32 {
        let application = self.application();
        let digits = |range: std::ops::Range<usize>| {
            application.get(range).and_then(|d| d.parse::<i32>().ok()).unwrap_or_default()
        };
        if application.len() == 14 {
            return digits(0..4);
        }
        let year = digits(0..2);
        if year >= 85 { 1900 + year } else { 2000 + year }
    }
}

/// Digits and check character, with or without the point between them.
fn split_check(number: &str) -> Option<(&str, char)> {
    let last = number.chars().next_back()?;
    let before = number.strip_suffix(last)?;
    let digits = before.strip_suffix('.').unwrap_or(before);
    let right = digits.bytes().all(|b| b.is_ascii_digit()) && (last.is_ascii_digit() || last == 'X');
    right.then_some((digits, last))
}

/// Since 1 October 2003: year (4), kind (1), serial (7).
fn modern(digits: &str) -> Result<(), PatentError> {
    let year: u32 = digits[..4].parse().map_err(|_| PatentError::Form)?;
    if !(2003..2100).contains(&year) {
        return Err(PatentError::Year);
    }
    if !matches!(digits.as_bytes()[4], b'1' | b'2' | b'3' | b'8' | b'9') {
        return Err(PatentError::Kind);
    }
    Ok(())
}

/// Before: year (2, from 1985), kind (1), serial (5).
fn early(digits: &str) -> Result<(), PatentError> {
    let year: u32 = digits[..2].parse().map_err(|_| PatentError::Form)?;
    if !(85..=99).contains(&year) && year > 3 {
        return Err(PatentError::Year);
    }
    if !matches!(digits.as_bytes()[2], b'1' | b'2' | b'3' | b'8' | b'9') {
        return Err(PatentError::Kind);
    }
    Ok(())
}

/// Weights 2 to 9 in turn, modulo 11, 10 = X; the early numbers use the first eight of them.
fn check(digits: &str) -> Option<char> {
    let sum: u32 = digits.chars().zip((2..=9).cycle()).map(|(d, w)| d.to_digit(10).unwrap_or(0) * w).sum();
    match sum % 11 {
        10 => Some('X'),
        digit => char::from_digit(digit, 10),
    }
}

text_code!(PatentNumber, PatentError);

impl fmt::Display for PatentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PatentError::Form => "not a patent application number such as 201710601862.3 or 97101765.4",
            PatentError::Year => "the year does not fit a patent application number of this form",
            PatentError::Kind => "no such kind of patent application",
            PatentError::Check => "the check character of the patent number is wrong",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_7_numbers_since_october_2003() {
        let number = PatentNumber::parse("201710601862.3").unwrap();
        assert_eq!((number.year(), number.kind(), number.is_granted()), (2017, PatentKind::Invention, false));
        let granted = PatentNumber::parse("zl ２０１７１０６０１８６２．3").unwrap();
        assert_eq!(granted.as_str(), "ZL201710601862.3");
        assert!(granted.is_granted());
        assert_eq!(granted.application(), number.as_str());
        assert_eq!(PatentNumber::parse("CN2017106018623").unwrap(), number);
    }

    #[test]
    fn domain_7_numbers_before_october_2003() {
        let number = PatentNumber::parse("97101765.4").unwrap();
        assert_eq!((number.year(), number.kind()), (1997, PatentKind::Invention));
        assert_eq!(PatentNumber::parse("ZL971017654").unwrap().as_str(), "ZL97101765.4");
    }

    #[test]
    fn domain_7_kinds() {
        for (kind, digits) in [
            (PatentKind::Invention, "20201"),
            (PatentKind::Utility, "20202"),
            (PatentKind::Design, "20203"),
            (PatentKind::Invention, "20208"),
            (PatentKind::Utility, "20209"),
        ] {
            let digits = format!("{digits}0000001");
            let number = PatentNumber::parse(&format!("{digits}.{}", check(&digits).unwrap())).unwrap();
            assert_eq!(number.kind(), kind);
        }
    }

    #[test]
    fn domain_7_refusals() {
        let refuse = |text: &str| PatentNumber::parse(text).unwrap_err();
        assert_eq!(refuse("201710601862.4"), PatentError::Check);
        assert_eq!(refuse("97101765.5"), PatentError::Check);
        assert_eq!(refuse("201740601862.3"), PatentError::Kind);
        assert_eq!(refuse("200210601862.3"), PatentError::Year);
        assert_eq!(refuse("50101765.4"), PatentError::Year);
        for text in ["", ".", "X", "ZL", "2017106018.3", "20171060186A.3", "201710601862.中", "中文"] {
            assert_eq!(refuse(text), PatentError::Form, "{text}");
        }
    }

    #[test]
    fn domain_7_check_of_ten_is_x() {
        let digits = (0..).map(|n| format!("20151{n:07}")).find(|digits| check(digits) == Some('X')).unwrap();
        assert!(PatentNumber::parse(&format!("{digits}.x")).is_ok());
    }
}

//! Unified social credit code, GB 32100-2015.

use std::fmt;

use utoipa::ToSchema;

use super::{normalise, text_code};

/// A code whose characters and both check characters are right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, examples("91459900MA5000014G"))]
pub struct CreditCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditCodeError {
    /// Not 18 characters.
    Length,
    /// A character outside the alphabet (no I, O, S, V, Z), or a letter among characters 3 to 8.
    Character,
    /// The organisation code in characters 9 to 17 fails its own check.
    OrganisationCheck,
    /// The last character is not the check of the others.
    Check,
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

impl CreditCode {
    pub fn parse(text: &str) -> Result<CreditCode, CreditCodeError> {
        let code = normalise(text);
        if code.chars().count() != 18 {
            return Err(CreditCodeError::Length);
        }
        let bytes = code.as_bytes();
        // Characters 3 to 8 are the division code of the registering authority: digits only.
        let in_alphabet = bytes.iter().all(|b| ALPHABET.contains(b));
        if !in_alphabet || !bytes[2..8].iter().all(u8::is_ascii_digit) {
            return Err(CreditCodeError::Character);
        }
        if organisation_check(&bytes[8..16]) != Some(bytes[16]) {
            return Err(CreditCodeError::OrganisationCheck);
        }
        if check(&bytes[..17]) != Some(bytes[17]) {
            return Err(CreditCodeError::Check);
        }
        Ok(CreditCode(code))
    }

    /// The code with these leading characters: 8 of authority, kind and division, 8 of the organisation;
    /// both check characters are computed. Example units are made with division part 459900.
    pub fn with_checks(authority: &str, organisation: &str) -> Result<CreditCode, CreditCodeError> {
        let mut code = normalise(authority) + &normalise(organisation);
        if code.len() != 16 {
            return Err(CreditCodeError::Length);
        }
        let inner = organisation_check(&code.as_bytes()[8..]).ok_or(CreditCodeError::Character)?;
        code.push(char::from(inner));
        let outer = check(code.as_bytes()).ok_or(CreditCodeError::Character)?;
        code.push(char::from(outer));
        CreditCode::parse(&code)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Characters 9 to 17, the organisation code of GB 11714.
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
}

fn value(character: u8) -> Option<u32> {
    ALPHABET.iter().position(|a| *a == character).and_then(|at| u32::try_from(at).ok())
}

fn check(first_17: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in first_17.iter().zip(WEIGHTS) {
        sum += value(*character)? * weight;
    }
    ALPHABET.get(usize::try_from((31 - sum % 31) % 31).ok()?).copied()
}

fn organisation_check(first_8: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (character, weight) in first_8.iter().zip(ORGANISATION_WEIGHTS) {
        // GB 11714 counts A as 10 up to Z as 35.
        sum += char::from(*character).to_digit(36)? * weight;
    }
    Some(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).ok()?,
    })
}

text_code!(CreditCode, CreditCodeError);

impl fmt::Display for CreditCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CreditCodeError::Length => "a unified social credit code has 18 characters",
            CreditCodeError::Character => "a character that a unified social credit code does not have here",
            CreditCodeError::OrganisationCheck => {
                "the organisation code in characters 9 to 17 fails its check"
            }
            CreditCodeError::Check => "the last character is not the check of the others",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gb_32100_valid_examples() {
        for code in ["91350100M000100Y43", "91110000600037341L", "914403001922038216"] {
            assert_eq!(CreditCode::parse(code).unwrap().as_str(), code);
        }
    }

    #[test]
    fn gb_32100_upper_case_half_width_without_spaces_before_checking() {
        let code = CreditCode::parse(" 9135 0100 ｍ000100y４３\u{3000}").unwrap();
        assert_eq!(code.as_str(), "91350100M000100Y43");
        assert_eq!(code.organisation_code(), "M000100Y4");
    }

    #[test]
    fn gb_32100_refusals() {
        let refuse = |text: &str| CreditCode::parse(text).unwrap_err();
        assert_eq!(refuse("91350100M000100Y4"), CreditCodeError::Length);
        assert_eq!(refuse(""), CreditCodeError::Length);
        assert_eq!(refuse("中中中中中中中中中中中中中中中中中中"), CreditCodeError::Character);
        for letter in ['I', 'O', 'S', 'V', 'Z'] {
            assert_eq!(refuse(&format!("9135010{letter}M000100Y43")), CreditCodeError::Character);
            assert_eq!(refuse(&format!("91350100{letter}000100Y43")), CreditCodeError::Character);
        }
        assert_eq!(refuse("9135A100M000100Y43"), CreditCodeError::Character);
        assert_eq!(refuse("91350100M000100Y44"), CreditCodeError::Check);
        // The outer check is right, the organisation code inside is not (DOMAIN §7).
        let mut wrong_inside = String::from("91350100M000100Y5");
        wrong_inside.push(char::from(check(wrong_inside.as_bytes()).unwrap()));
        assert_eq!(refuse(&wrong_inside), CreditCodeError::OrganisationCheck);
    }

    #[test]
    fn example_units_use_the_unused_division_part() {
        let code = CreditCode::with_checks("92459900", "MA500001").unwrap();
        assert!(code.as_str().starts_with("92459900MA500001"));
        assert_eq!(CreditCode::with_checks("92459900", "MAI00001"), Err(CreditCodeError::Character));
        assert_eq!(CreditCode::with_checks("92459900", "MA5"), Err(CreditCodeError::Length));
    }

    proptest! {
        #[test]
        fn every_single_wrong_character_is_found(serial in 0_u32..100_000_000, at in 0_usize..18, shift in 1_usize..31) {
            let code = CreditCode::with_checks("91459900", &format!("{serial:08}")).unwrap();
            let mut bytes = code.as_str().as_bytes().to_vec();
            let here = ALPHABET.iter().position(|a| *a == bytes[at]).unwrap();
            bytes[at] = ALPHABET[(here + shift) % 31];
            prop_assert!(CreditCode::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,24}") {
            drop(CreditCode::parse(&text));
        }
    }
}

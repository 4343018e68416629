//! Division codes of GB/T 2260, and the local codes of functional zones that have none.

use std::fmt;

use utoipa::ToSchema;

use super::{normalise, text_code};

/// Six characters: province 2, prefecture 2, county 2. A functional zone (Qinzhou Port, the High-tech
/// Zone) has no code in GB/T 2260; it is written with the prefecture's four digits, `Z` and a digit, so
/// that nobody takes it for a national code (DOMAIN §7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, examples("450721"))]
pub struct DivisionCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DivisionCodeError {
    /// Not six digits, nor the form of a local zone.
    Form,
    /// The first two digits are no province.
    Province,
}

const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82,
];

impl DivisionCode {
    pub fn parse(text: &str) -> Result<DivisionCode, DivisionCodeError> {
        let code = normalise(text);
        let bytes = code.as_bytes();
        let right = bytes.len() == 6
            && bytes[..4].iter().all(u8::is_ascii_digit)
            && (bytes[4].is_ascii_digit() || bytes[4] == b'Z')
            && bytes[5].is_ascii_digit();
        if !right {
            return Err(DivisionCodeError::Form);
        }
        if !code[..2].parse::<u8>().is_ok_and(|province| PROVINCES.contains(&province)) {
            return Err(DivisionCodeError::Province);
        }
        Ok(DivisionCode(code))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A functional zone with a local code.
    pub fn is_zone(&self) -> bool {
        self.0.as_bytes().get(4) == Some(&b'Z')
    }

    /// The first four digits, as in a contract's registration number: 4507.
    pub fn prefecture(&self) -> &str {
        &self.0[..4]
    }

    /// The first two digits.
    pub fn province(&self) -> &str {
        &self.0[..2]
    }

    /// The division above: county or zone → prefecture → province; a province has none.
    pub fn parent(&self) -> Option<DivisionCode> {
        if self.0.ends_with("0000") {
            return None;
        }
        let keep = if self.0.ends_with("00") { 2 } else { 4 };
        Some(DivisionCode(format!("{:0<6}", &self.0[..keep])))
    }

    /// The digits that the code of everything inside it begins with.
    pub fn significant(&self) -> &str {
        self.0.strip_suffix("0000").or_else(|| self.0.strip_suffix("00")).unwrap_or(&self.0)
    }

    /// Whether this division is `other` or lies inside it.
    pub fn is_within(&self, other: &DivisionCode) -> bool {
        self.0.starts_with(other.significant())
    }
}

text_code!(DivisionCode, DivisionCodeError);

impl fmt::Display for DivisionCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DivisionCodeError::Form => "a division code has six digits",
            DivisionCodeError::Province => "the first two digits of the division code are no province",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    #[test]
    fn gb_t_2260_six_digits() {
        for text in ["450700", "450702", "450703", "450721", "450722", "459900"] {
            assert_eq!(code(text).as_str(), text);
        }
        for text in ["", "45070", "4507021", "45070A", "4507中", "Z50702", "450ZZ1"] {
            assert_eq!(DivisionCode::parse(text), Err(DivisionCodeError::Form), "{text}");
        }
        assert_eq!(DivisionCode::parse("990000"), Err(DivisionCodeError::Province));
    }

    #[test]
    fn domain_7_functional_zones_map_to_a_parent() {
        let port = code("4507Z1");
        assert!(port.is_zone() && !code("450702").is_zone());
        assert_eq!(port.parent(), Some(code("450700")));
        assert_eq!(port.prefecture(), "4507");
    }

    #[test]
    fn parents_and_containment() {
        assert_eq!(code("450721").parent(), Some(code("450700")));
        assert_eq!(code("450700").parent(), Some(code("450000")));
        assert_eq!(code("450000").parent(), None);
        assert!(code("450721").is_within(&code("450700")));
        assert!(code("4507Z1").is_within(&code("450000")));
        assert!(code("450721").is_within(&code("450721")));
        assert!(!code("450721").is_within(&code("450722")));
        assert!(!code("450700").is_within(&code("450721")));
    }
}

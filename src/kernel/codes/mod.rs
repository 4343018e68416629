//! Codes whose form can be checked (DOMAIN §7). Every type holds a text that has passed its check, in
//! the one normal form, so that comparing texts compares codes.

mod achievement;
mod credit;
mod division;
mod patent;

pub use achievement::{RegistrationNumber, RegistrationNumberError};
pub use credit::{CreditCode, CreditCodeError};
pub use division::{DivisionCode, DivisionCodeError};
pub use patent::{PatentError, PatentKind, PatentNumber};

/// What people type and paste: full-width letters and digits become half-width, letters upper case,
/// blanks of every kind (also the zero-width ones that come from web pages) go (DOMAIN §7).
fn normalise(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'))
        .map(|c| match c {
            // The full-width block mirrors ASCII at a fixed distance.
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '。' => '.',
            other => other,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Serialises a code as its text and refuses to read a wrong one.
macro_rules! text_code {
    ($name:ident, $error:ident) => {
        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl std::error::Error for $error {}
    };
}
use text_code;

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn domain_7_normalises_width_case_and_blanks() {
        assert_eq!(normalise(" ９１３５ 0100ｍ000\u{3000}100y43\u{200B}"), "91350100M000100Y43");
        assert_eq!(normalise("zl２０１７.３"), "ZL2017.3");
    }
}

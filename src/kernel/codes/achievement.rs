//! Registration number of a scientific achievement (科技成果登记号), optional input (DOMAIN §6).

use std::fmt;

use utoipa::ToSchema;

use super::{normalise, text_code};

/// 12 characters: registering unit 3, year 4, letter 1, serial 4.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, examples("4502019Y0123"))]
pub struct RegistrationNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationNumberError {
    /// Not 12 characters.
    Length,
    /// A character that does not belong where it stands.
    Form,
    /// The year is outside 1978-2099.
    Year,
}

impl RegistrationNumber {
    pub fn parse(text: &str) -> Result<RegistrationNumber, RegistrationNumberError> {
        let number = normalise(text);
        if number.chars().count() != 12 {
            return Err(RegistrationNumberError::Length);
        }
        let bytes = number.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let right = number.is_ascii()
            && bytes[..3].iter().all(u8::is_ascii_alphanumeric)
            && digits(&bytes[3..7])
            && bytes[7].is_ascii_uppercase()
            && digits(&bytes[8..]);
        if !right {
            return Err(RegistrationNumberError::Form);
        }
        let registration = RegistrationNumber(number);
        if !(1978..2100).contains(&registration.year()) {
            return Err(RegistrationNumberError::Year);
        }
        Ok(registration)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn year(&self) -> i32 {
        self.0.get(3..7).and_then(|year| year.parse().ok()).unwrap_or_default()
    }
}

text_code!(RegistrationNumber, RegistrationNumberError);

impl fmt::Display for RegistrationNumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RegistrationNumberError::Length => "an achievement registration number has 12 characters",
            RegistrationNumberError::Form => "not 3 characters, a year, a letter and 4 digits",
            RegistrationNumberError::Year => "the year of the registration number is impossible",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_6_registration_number_has_12_characters() {
        let number = RegistrationNumber::parse("450２０１９y0123").unwrap();
        assert_eq!((number.as_str(), number.year()), ("4502019Y0123", 2019));
        let refuse = |text: &str| RegistrationNumber::parse(text).unwrap_err();
        assert_eq!(refuse("4502019Y012"), RegistrationNumberError::Length);
        assert_eq!(refuse("450201900123"), RegistrationNumberError::Form);
        assert_eq!(refuse("450201AY0123"), RegistrationNumberError::Form);
        assert_eq!(refuse("成果号2019Y0123"), RegistrationNumberError::Form);
        assert_eq!(refuse("4501019Y0123"), RegistrationNumberError::Year);
    }
}

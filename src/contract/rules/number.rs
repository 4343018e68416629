//! Rule 12: the registration number (DOMAIN §2, number).

use crate::contract::codes::{NUMBERS_EXHAUSTED, OFFICE_WITHOUT_CODE};
use crate::contract::model::Number;
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;

const LAST_SERIAL: i64 = 999_999;

/// The ten digits that an office's numbers of one year begin with: the counter's key.
pub fn prefix(on: Day, office_division: &str, office_code: &str) -> Result<String, Refusal> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let division = office_division.get(..4).filter(|division| digits(division));
    let office = Some(office_code).filter(|office| office.len() == 2 && digits(office));
    match (division, office) {
        (Some(division), Some(office)) => Ok(format!("{:04}{division}{office}", on.year())),
        _ => Err(Refusal::new(&OFFICE_WITHOUT_CODE)),
    }
}

/// year(4) division(4) office(2) serial(6).
pub fn number(prefix: &str, serial: i64) -> Result<Number, Refusal> {
    if !(1..=LAST_SERIAL).contains(&serial) {
        return Err(Refusal::new(&NUMBERS_EXHAUSTED));
    }
    let text = format!("{prefix}{serial:06}");
    Number::parse(&text).ok_or_else(|| Refusal::internal(format!("not a registration number: {text}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// DOMAIN §2: 16 digits = year(4) + division(4) + office(2) + serial(6).
    #[test]
    fn domain_2_a_number_has_sixteen_digits() {
        let prefix = prefix(day("2019-12-31"), "450700", "01").unwrap();
        assert_eq!(prefix, "2019450701");
        assert_eq!(number(&prefix, 1).unwrap().as_str(), "2019450701000001");
        assert_eq!(number(&prefix, 999_999).unwrap().as_str(), "2019450701999999");
    }

    #[test]
    fn domain_2_nothing_else_passes_for_a_number() {
        for (division, office) in
            [("4507", "1"), ("4507", "001"), ("450", "01"), ("45A7", "01"), ("4507", "")]
        {
            assert!(prefix(day("2026-01-01"), division, office).is_err(), "{division} {office}");
        }
        assert!(number("2019450701", 0).is_err());
        assert!(number("2019450701", 1_000_000).unwrap_err().is(&NUMBERS_EXHAUSTED));
        for text in ["", "201945070100000", "20194507010000011", "201945070100000x", "２０１９"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    proptest! {
        /// Different serials give different numbers, in order.
        #[test]
        fn domain_2_numbers_are_unique_and_in_order(a in 1..=LAST_SERIAL, b in 1..=LAST_SERIAL) {
            let (x, y) = (number("2026450701", a).unwrap(), number("2026450701", b).unwrap());
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        }
    }
}

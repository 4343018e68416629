//! Rule 12: the registration number (DOMAIN §2, number).

use crate::contract::codes::{NUMBERS_EXHAUSTED, OFFICE_WITHOUT_CODE};
use crate::contract::model::Number;
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;

/// What the number of an office's next registration in a year is made of: all but the serial, which is the counter's
/// key, and how many digits the serial has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub prefix: String,
    serial_digits: usize,
}

/// Fills a profile's layout (`YYYYDDDDOOSSSSSS`) with year, division and office.
pub fn plan(layout: &str, on: Day, office_division: &str, office_code: &str) -> Result<Plan, Refusal> {
    let count = |letter: char| layout.chars().filter(|c| *c == letter).count();
    let digits = |text: &str, count: usize| {
        let part = text.get(..count).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        part.filter(|_| count > 0).map(str::to_owned)
    };
    let office = Some(office_code).filter(|code| code.len() == count('O'));
    let division = digits(office_division, count('D'));
    let (Some(division), Some(office)) = (division, office.and_then(|code| digits(code, code.len()))) else {
        return Err(Refusal::new(&OFFICE_WITHOUT_CODE));
    };
    let mut prefix = String::new();
    let (mut year, mut division, mut office) = (
        format!("{:04}", on.year()).chars().collect::<Vec<_>>().into_iter(),
        division.chars().collect::<Vec<_>>().into_iter(),
        office.chars().collect::<Vec<_>>().into_iter(),
    );
    for letter in layout.chars() {
        prefix.extend(match letter {
            'Y' => year.next(),
            'D' => division.next(),
            'O' => office.next(),
            _ => None,
        });
    }
    Ok(Plan { prefix, serial_digits: count('S') })
}

/// The number with this serial.
pub fn number(plan: &Plan, serial: i64) -> Result<Number, Refusal> {
    let (prefix, width) = (&plan.prefix, plan.serial_digits);
    let text = format!("{prefix}{serial:0width$}");
    if serial < 1 || text.len() > prefix.len() + width {
        return Err(Refusal::new(&NUMBERS_EXHAUSTED));
    }
    Number::parse(&text).ok_or_else(|| Refusal::internal(format!("not a registration number: {text}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAYOUT: &str = "YYYYDDDDOOSSSSSS";

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// DOMAIN §2: 16 digits = year(4) + division(4) + office(2) + serial(6).
    #[test]
    fn domain_2_a_number_has_sixteen_digits() {
        let plan = plan(LAYOUT, day("2019-12-31"), "450700", "01").unwrap();
        assert_eq!(plan.prefix, "2019450701");
        assert_eq!(number(&plan, 1).unwrap().as_str(), "2019450701000001");
        assert_eq!(number(&plan, 999_999).unwrap().as_str(), "2019450701999999");
    }

    /// The layout is the profile's: the regulation may change it without a release.
    #[test]
    fn domain_2_the_profile_lays_the_number_out() {
        let of = |layout| plan(layout, day("2026-03-02"), "450721", "02").unwrap();
        assert_eq!(number(&of("DDDDDDOOYYYYSSSSSSSS"), 7).unwrap().as_str(), "45072102202600000007");
        assert_eq!(number(&of("YYYYOODDSSSS"), 9_999).unwrap().as_str(), "202602459999");
        assert!(number(&of("YYYYOODDSSSS"), 10_000).unwrap_err().is(&NUMBERS_EXHAUSTED));
    }

    #[test]
    fn domain_2_nothing_else_passes_for_a_number() {
        for (division, office) in
            [("4507", "1"), ("4507", "001"), ("450", "01"), ("45A7", "01"), ("4507", "")]
        {
            assert!(plan(LAYOUT, day("2026-01-01"), division, office).is_err(), "{division} {office}");
        }
        let plan = plan(LAYOUT, day("2019-01-01"), "450700", "01").unwrap();
        assert!(number(&plan, 0).is_err());
        assert!(number(&plan, 1_000_000).unwrap_err().is(&NUMBERS_EXHAUSTED));
        for text in ["", "20194507010", "201945070100000000000012345", "201945070100000x", "２０１９"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    proptest! {
        /// Different serials give different numbers, in order.
        #[test]
        fn domain_2_numbers_are_unique_and_in_order(a in 1..=999_999_i64, b in 1..=999_999_i64) {
            let plan = plan(LAYOUT, day("2026-01-01"), "450700", "01").unwrap();
            let (x, y) = (number(&plan, a).unwrap(), number(&plan, b).unwrap());
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        }
    }
}

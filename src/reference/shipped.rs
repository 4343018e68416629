//! What ships with the program: divisions, public holidays, three regulation profiles.

use super::model::{Division, DivisionLevel, Evidence, Limit, LimitUnit, Profile, ProfileValues};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;

const DIVISIONS: &str = include_str!("data/divisions.csv");
/// 2019-2026 by the yearly notices of the State Council's office on public holidays.
pub const HOLIDAYS: &str = include_str!("data/holidays.csv");
pub const HOLIDAYS_SOURCE: &str = "国务院办公厅关于部分节假日安排的通知（随程序提供，请核对）";

/// 5 000 000 yuan of technical amount (DOMAIN §2).
const LARGE_CONTRACT_FROM: Fen = Fen(500_000_000);

/// 16 digits: year, division, office, serial (DOMAIN §2, number).
pub const NUMBER_LAYOUT: &str = "YYYYDDDDOOSSSSSS";

/// The full text of the contract, for every class (DOMAIN §2, who, where, when).
pub fn evidence() -> Vec<Evidence> {
    let main_text = |class| Evidence { class, kinds: vec!["main_text".into()] };
    codes("contract_class").into_iter().map(main_text).collect()
}

pub fn sub_types() -> Vec<String> {
    codes("contract_sub_type")
}

/// Divisions in the order in which they are listed.
pub fn divisions() -> Result<Vec<Division>, Refusal> {
    DIVISIONS.lines().skip(1).filter(|line| !line.is_empty()).map(division).collect()
}

fn division(line: &str) -> Result<Division, Refusal> {
    let wrong = || Refusal::internal(format!("shipped division: {line}"));
    let columns: Vec<&str> = line.split(',').collect();
    let [code, parent, level, name, name_en, plan_unit] = columns.as_slice() else { return Err(wrong()) };
    let read = |code: &str| DivisionCode::parse(code).map_err(|_| wrong());
    Ok(Division {
        code: read(code)?,
        parent: if parent.is_empty() { None } else { Some(read(parent)?) },
        level: DivisionLevel::parse(level).ok_or_else(wrong)?,
        name: (*name).to_owned(),
        name_en: (*name_en).to_owned(),
        plan_unit: *plan_unit == "yes",
    })
}

/// The years of the shipped holidays and, for each, its part of the CSV with a header line.
pub fn holidays() -> Vec<(i32, String)> {
    let mut years: Vec<(i32, String)> = Vec::new();
    for line in HOLIDAYS.lines().skip(1) {
        let Some(year) = line.get(0..4).and_then(|year| year.parse().ok()) else { continue };
        if years.last().is_none_or(|(last, _)| *last != year) {
            years.push((year, "day,kind,name\n".to_owned()));
        }
        if let Some((_, csv)) = years.last_mut() {
            csv.push_str(line);
            csv.push('\n');
        }
    }
    years
}

const fn calendar_days(days: u32) -> Limit {
    Limit { days, unit: LimitUnit::CalendarDay }
}

const fn working_days(days: u32) -> Limit {
    Limit { days, unit: LimitUnit::WorkingDay }
}

fn codes(list: &str) -> Vec<String> {
    vocabulary::codes_of(list).into_iter().map(str::to_owned).collect()
}

/// The three profiles of DOMAIN §2.
pub fn profiles() -> Vec<Profile> {
    let five_classes = codes("contract_class");
    let four_classes = five_classes.iter().filter(|class| *class != "licence").cloned().collect();
    let values_2000 = ProfileValues {
        title_zh: "技术合同认定登记管理办法（2000）".into(),
        title_en: "Measures for technical-contract certification and registration (2000)".into(),
        competent_authority: "science".into(),
        law_zh: "中华人民共和国合同法".into(),
        law_en: "Contract Law of the People's Republic of China".into(),
        review_limit: calendar_days(30),
        review_limit_complex: calendar_days(30),
        large_contract_from: LARGE_CONTRACT_FROM,
        contract_classes: four_classes,
        contract_sub_types: sub_types(),
        evidence: evidence().into_iter().filter(|it| it.class != "licence").collect(),
        number_layout: NUMBER_LAYOUT.into(),
        refusal_grounds: codes("refusal_ground"),
        price_publicity: calendar_days(15),
        reward_publicity: calendar_days(15),
        cash_reward_publicity: working_days(15),
        // No text that ships says so: an operator who has one sets it.
        names_reported: false,
    };
    let values_2021 = ProfileValues {
        title_zh: "技术合同认定登记管理办法（2000），合同类别依民法典".into(),
        title_en: "Measures of 2000 with the contract classes of the Civil Code".into(),
        law_zh: "中华人民共和国民法典".into(),
        law_en: "Civil Code of the People's Republic of China".into(),
        contract_classes: five_classes,
        evidence: evidence(),
        ..values_2000.clone()
    };
    let values_2026 = ProfileValues {
        title_zh: "技术合同认定登记管理办法（2026，数值取自 2024 年征求意见稿）".into(),
        title_en: "Measures of 2026, with the values of the draft of 2024".into(),
        competent_authority: "industry".into(),
        review_limit: working_days(15),
        review_limit_complex: working_days(30),
        ..values_2021.clone()
    };
    vec![
        profile("2000", Day::new(2000, 2, 16), true, values_2000),
        profile("2021", Day::new(2021, 1, 1), true, values_2021),
        profile("2026", None, false, values_2026),
    ]
}

fn profile(code: &str, effective_from: Option<Day>, confirmed: bool, values: ProfileValues) -> Profile {
    Profile { code: code.to_owned(), version: 1, effective_from, confirmed, values }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Calendar, DayKind};
    use super::super::rules::{check_values, profile_on, read_calendar};
    use super::*;
    use crate::kernel::error::Errors;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// The shipped holidays as a calendar.
    fn calendar() -> Calendar {
        let mut calendar = Calendar::default();
        for (year, csv) in holidays() {
            let mut errors = Errors::new();
            let days = read_calendar(&mut errors, year, &csv);
            assert!(errors.is_empty(), "{year}: {:?}", errors.list());
            calendar.years.insert(year);
            calendar.days.extend(days.into_iter().map(|day| (day.day, day.kind)));
        }
        calendar
    }

    #[test]
    fn gb_t_2260_and_local_units_every_division_has_its_parent() {
        let all = divisions().unwrap();
        for division in &all {
            assert_eq!(division.code.parent(), division.parent, "{}", division.name);
            assert_eq!(division.level == DivisionLevel::Zone, division.code.is_zone());
            if let Some(parent) = &division.parent {
                assert!(all.iter().any(|other| other.code == *parent), "{}", division.name);
            }
        }
        let units: Vec<_> = all.iter().filter(|d| d.plan_unit).map(|d| d.name.as_str()).collect();
        assert_eq!(units, ["灵山县", "浦北县", "钦南区", "钦北区", "钦州港区", "钦州高新区"]);
    }

    #[test]
    fn domain_2_profiles_by_day() {
        let mut profiles = profiles();
        let on = |profiles: &[Profile], text| profile_on(profiles, day(text)).unwrap().code.clone();
        assert_eq!(on(&profiles, "2019-06-01"), "2000");
        assert_eq!(on(&profiles, "2020-12-31"), "2000");
        assert_eq!(on(&profiles, "2021-01-01"), "2021");
        assert_eq!(on(&profiles, "2030-01-01"), "2021", "2026 has no day yet");
        assert_eq!(on(&profiles, "1999-01-01"), "2000", "older cases entered late");
        profiles[2].effective_from = Some(day("2026-03-01"));
        assert_eq!(on(&profiles, "2026-02-28"), "2021");
        assert_eq!(on(&profiles, "2026-03-01"), "2026");
    }

    #[test]
    fn domain_2_values_of_the_three_profiles() {
        let profiles = profiles();
        for profile in &profiles {
            let mut errors = Errors::new();
            check_values(&mut errors, &profile.values);
            assert!(errors.is_empty(), "{}: {:?}", profile.code, errors.list());
            assert!(profile.is_large(Fen(500_000_000)) && !profile.is_large(Fen(499_999_999)));
        }
        let [p2000, p2021, p2026] = profiles.as_slice() else { panic!("three profiles ship") };
        assert_eq!((p2000.values.contract_classes.len(), p2000.licence_is_a_class()), (4, false));
        assert_eq!((p2021.values.contract_classes.len(), p2021.licence_is_a_class()), (5, true));
        assert!(p2000.values.law_zh.contains("合同法") && p2021.values.law_zh.contains("民法典"));
        assert_eq!(p2021.review_limit(true), calendar_days(30));
        assert_eq!(
            (p2026.review_limit(false), p2026.review_limit(true)),
            (working_days(15), working_days(30))
        );
        for class in &p2021.values.contract_classes {
            assert_eq!(p2021.evidence_for(class).collect::<Vec<_>>(), ["main_text"], "{class}");
        }
        assert_eq!(p2021.values.number_layout, "YYYYDDDDOOSSSSSS");
        assert!(p2021.has_sub_type("training") && !p2021.has_sub_type("sale"));
        assert!(p2000.confirmed && p2021.confirmed && !p2026.confirmed && p2026.effective_from.is_none());
    }

    /// DOMAIN §2, number: the layout is data; the serial comes last, every part once.
    #[test]
    fn domain_2_a_number_layout_has_every_part_once_and_the_serial_last() {
        use super::super::rules::is_number_layout as fits;
        for good in [NUMBER_LAYOUT, "DDDDDDOOYYYYSSSSSSSS", "YYYYOODDSSSS"] {
            assert!(fits(good), "{good}");
        }
        for wrong in [
            "",
            "YYYY",
            "YYYYDDDDSSSSSSOO",
            "YYDDDDOOSSSSSS",
            "YYYYDDDDOOSSS",
            "YYYYDDDDOOSSSSSSYY",
            "YYYYDDDOOSSSS",
        ] {
            assert!(!fits(wrong), "{wrong}");
        }
    }

    #[test]
    fn civil_code_art_201_the_day_of_the_event_does_not_count() {
        let calendar = calendar();
        let end = calendar.deadline(day("2025-03-03"), working_days(1));
        assert_eq!((end.day, end.complete), (day("2025-03-04"), true));
        assert_eq!(calendar.deadline(day("2025-03-03"), calendar_days(30)).day, day("2025-04-02"));
    }

    #[test]
    fn civil_code_art_203_a_last_day_of_rest_moves_to_the_next_working_day() {
        let calendar = calendar();
        // 30 days after 1 September 2025 is 1 October, in a holiday until the 8th.
        assert_eq!(calendar.deadline(day("2025-09-01"), calendar_days(30)).day, day("2025-10-09"));
        // A Saturday worked as a make-up day is a working day.
        assert_eq!(calendar.deadline(day("2025-09-11"), calendar_days(30)).day, day("2025-10-11"));
    }

    #[test]
    fn domain_2_working_days_skip_holidays_and_count_make_up_days() {
        let calendar = calendar();
        // 28 September is a worked Sunday, 1-8 October are holidays, 11 October is a worked Saturday.
        assert_eq!(calendar.deadline(day("2025-09-26"), working_days(4)).day, day("2025-10-09"));
        assert_eq!(calendar.deadline(day("2025-09-26"), working_days(6)).day, day("2025-10-11"));
        assert_eq!(calendar.days_between(day("2025-09-26"), day("2025-10-11"), LimitUnit::WorkingDay), 6);
        assert_eq!(calendar.days_between(day("2025-10-11"), day("2025-09-26"), LimitUnit::WorkingDay), -6);
        assert_eq!(calendar.days_between(day("2025-09-26"), day("2025-10-11"), LimitUnit::CalendarDay), 15);
    }

    #[test]
    fn rule_5_an_unknown_year_counts_by_weekends_and_says_so() {
        let calendar = calendar();
        let end = calendar.deadline(day("2035-10-01"), working_days(5));
        assert_eq!((end.day, end.complete), (day("2035-10-08"), false));
        let across = calendar.deadline(day("2026-12-25"), working_days(15));
        assert!(!across.complete, "the next year's holidays are not known");
    }

    #[test]
    fn state_council_notices_shipped_years() {
        let calendar = calendar();
        assert_eq!(calendar.years.iter().copied().collect::<Vec<_>>(), (2019..=2026).collect::<Vec<_>>());
        for holiday in ["2019-02-05", "2020-01-31", "2021-10-01", "2024-02-12", "2026-02-17"] {
            assert_eq!(calendar.days.get(&day(holiday)), Some(&DayKind::Holiday), "{holiday}");
        }
        assert!(calendar.is_working(day("2026-02-28")) && !calendar.is_working(day("2026-02-16")));
    }

    #[test]
    fn rule_6_every_wrong_line_of_a_calendar_is_named() {
        let mut errors = Errors::new();
        let csv = "\u{FEFF}day,kind,name\r\n2027-01-01,放假,元旦\n2027-01-01,holiday,元旦\n2027-1-2,holiday,x\n\
                   2026-01-02,holiday,x\n2027-01-04,workday,x\n2027-01-09,feast,x\n2027-01-09\n\n2027-01-10,补班,调休\n";
        let days = read_calendar(&mut errors, 2027, csv);
        let found: Vec<_> =
            errors.list().iter().map(|e| format!("{} {}", e.params[0].1, e.code.id)).collect();
        assert_eq!(
            found,
            [
                "3 calendar_twice",
                "4 calendar_day",
                "5 calendar_year",
                "6 calendar_not_weekend",
                "7 calendar_kind",
                "8 calendar_columns"
            ]
        );
        assert_eq!(days.len(), 2);
        for (csv, code) in [
            ("", "calendar_empty"),
            ("day,kind,name\n", "calendar_empty"),
            ("a,b\n2027-01-01,holiday,x", "calendar_header"),
        ] {
            let mut errors = Errors::new();
            read_calendar(&mut errors, 2027, csv);
            assert_eq!(errors.list()[0].code.id, code);
        }
    }
}

//! Working days and limits, reading a calendar, choosing a profile. Pure.

use std::collections::BTreeSet;

use super::codes::{
    CALENDAR_COLUMNS, CALENDAR_DAY, CALENDAR_EMPTY, CALENDAR_HEADER, CALENDAR_KIND, CALENDAR_NOT_WEEKEND,
    CALENDAR_TWICE, CALENDAR_YEAR, PROFILE_LIMIT, PROFILE_NO_CLASS, PROFILE_NUMBER_LAYOUT,
};
use super::model::{Calendar, CalendarDay, DayKind, Deadline, Limit, LimitUnit, Profile, ProfileValues};
use crate::kernel::codes_common::{OUT_OF_RANGE, UNKNOWN_VALUE};
use crate::kernel::error::{Code, Errors};
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;

/// Days of the longest limit; it also bounds every walk over days.
pub const LIMIT_DAYS_MAX: u32 = 1000;
/// Lines of a year's calendar, and characters of a line's name.
const CALENDAR_LINES_MAX: usize = 400;
const NAME_CHARS_MAX: usize = 60;

impl Calendar {
    /// Rule 5.
    pub fn is_working(&self, day: Day) -> bool {
        match self.days.get(&day) {
            Some(DayKind::Holiday) => false,
            Some(DayKind::Workday) => true,
            None => !day.is_weekend(),
        }
    }

    /// The last day of a limit that starts with an event on `from` (rule 4).
    pub fn deadline(&self, from: Day, limit: Limit) -> Deadline {
        let mut day = from;
        match limit.unit {
            LimitUnit::CalendarDay => day = day.plus_days(i64::from(limit.days)),
            LimitUnit::WorkingDay => {
                for _ in 0..limit.days {
                    day = self.next_working(day.plus_days(1));
                }
            }
        }
        let day = self.next_working(day);
        let complete = (from.year()..=day.year()).all(|year| self.years.contains(&year));
        Deadline { day, complete }
    }

    /// The day itself if it is worked, else the first after it that is.
    fn next_working(&self, day: Day) -> Day {
        let mut day = day;
        // No rest lasts longer than a month.
        for _ in 0..31 {
            if self.is_working(day) {
                break;
            }
            day = day.plus_days(1);
        }
        day
    }

    /// Days or working days after `from` up to and including `to`; negative when `to` is earlier.
    pub fn days_between(&self, from: Day, to: Day, unit: LimitUnit) -> i64 {
        if to < from {
            return -self.days_between(to, from, unit);
        }
        let days = to.days_since(from);
        match unit {
            LimitUnit::CalendarDay => days,
            LimitUnit::WorkingDay => {
                let worked = (1..=days).filter(|n| self.is_working(from.plus_days(*n))).count();
                i64::try_from(worked).unwrap_or(i64::MAX)
            }
        }
    }
}

/// The last day that a calendar must cover for this limit: four times its days are more than any run of
/// holidays can stretch it, and a month for the end.
pub fn horizon(from: Day, limit: Limit) -> Day {
    from.plus_days(i64::from(limit.days) * 4 + 31)
}

/// The profile in force on a day (rule 1). Before the first of all, the first: such cases are old ones
/// entered late.
pub fn profile_on(profiles: &[Profile], day: Day) -> Option<&Profile> {
    let dated = || profiles.iter().filter(|profile| profile.effective_from.is_some());
    dated()
        .filter(|profile| profile.effective_from.is_some_and(|from| from <= day))
        .max_by_key(|profile| profile.effective_from)
        .or_else(|| dated().min_by_key(|profile| profile.effective_from))
}

/// Reads `day,kind,name` lines (rule 6). Problems are noted at `/csv` with their line.
pub fn read_calendar(errors: &mut Errors, year: i32, csv: &str) -> Vec<CalendarDay> {
    let csv = csv.trim_start_matches('\u{FEFF}');
    let lines = || csv.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    if lines().count() < 2 {
        errors.add("/csv", &CALENDAR_EMPTY);
        return Vec::new();
    }
    if lines().count() > CALENDAR_LINES_MAX {
        errors.add_with(
            "/csv",
            &OUT_OF_RANGE,
            &[("min", "2".into()), ("max", CALENDAR_LINES_MAX.to_string())],
        );
        return Vec::new();
    }
    let header = lines().next().map(|(_, line)| line.replace(' ', "").to_ascii_lowercase());
    if header.as_deref() != Some("day,kind,name") {
        errors.add("/csv", &CALENDAR_HEADER);
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut days = Vec::new();
    for (number, line) in lines().skip(1) {
        match read_line(year, line) {
            Ok(day) if !seen.insert(day.day) => note(errors, &CALENDAR_TWICE, number, year),
            Ok(day) => days.push(day),
            Err(code) => note(errors, code, number, year),
        }
    }
    days.sort_by_key(|day| day.day);
    days
}

fn note(errors: &mut Errors, code: &'static Code, number: usize, year: i32) {
    errors.add_with("/csv", code, &[("line", (number + 1).to_string()), ("year", year.to_string())]);
}

fn read_line(year: i32, line: &str) -> Result<CalendarDay, &'static Code> {
    let columns: Vec<&str> = line.split(',').map(str::trim).collect();
    let [day, kind, name] = columns.as_slice() else { return Err(&CALENDAR_COLUMNS) };
    let day: Day = day.parse().map_err(|_| &CALENDAR_DAY)?;
    if day.year() != year {
        return Err(&CALENDAR_YEAR);
    }
    let kind = match *kind {
        "放假" => DayKind::Holiday,
        "补班" => DayKind::Workday,
        code => DayKind::parse(code).ok_or(&CALENDAR_KIND)?,
    };
    if kind == DayKind::Workday && !day.is_weekend() {
        return Err(&CALENDAR_NOT_WEEKEND);
    }
    Ok(CalendarDay { day, kind, name: name.chars().take(NAME_CHARS_MAX).collect() })
}

/// Checks the values of a profile; pointers are those of the request.
pub fn check_values(errors: &mut Errors, values: &ProfileValues) {
    text::required(errors, "/title_zh", &values.title_zh, 100);
    text::required(errors, "/title_en", &values.title_en, 200);
    text::required(errors, "/law_zh", &values.law_zh, 100);
    text::required(errors, "/law_en", &values.law_en, 200);
    listed(errors, "/competent_authority", "competent_authority", &values.competent_authority);
    let limits = [
        ("/review_limit", values.review_limit),
        ("/review_limit_complex", values.review_limit_complex),
        ("/price_publicity", values.price_publicity),
        ("/reward_publicity", values.reward_publicity),
        ("/cash_reward_publicity", values.cash_reward_publicity),
    ];
    for (pointer, limit) in limits {
        if !(1..=LIMIT_DAYS_MAX).contains(&limit.days) {
            let max = [("max", LIMIT_DAYS_MAX.to_string())];
            errors.add_with(format!("{pointer}/days"), &PROFILE_LIMIT, &max);
        }
    }
    if values.large_contract_from.is_negative() {
        let range = [("min", "0".into()), ("max", crate::kernel::money::MAX_JSON_FEN.to_string())];
        errors.add_with("/large_contract_from_fen", &OUT_OF_RANGE, &range);
    }
    if values.contract_classes.is_empty() {
        errors.add("/contract_classes", &PROFILE_NO_CLASS);
    }
    for (at, class) in values.contract_classes.iter().enumerate() {
        listed(errors, &format!("/contract_classes/{at}"), "contract_class", class);
    }
    for (at, sub_type) in values.contract_sub_types.iter().enumerate() {
        listed(errors, &format!("/contract_sub_types/{at}"), "contract_sub_type", sub_type);
    }
    for (at, evidence) in values.evidence.iter().enumerate() {
        let pointer = format!("/evidence/{at}");
        listed(errors, &format!("{pointer}/class"), "contract_class", &evidence.class);
        for (n, kind) in evidence.kinds.iter().enumerate() {
            listed(errors, &format!("{pointer}/kinds/{n}"), "contract_attachment_kind", kind);
        }
    }
    if !is_number_layout(&values.number_layout) {
        errors.add("/number_layout", &PROFILE_NUMBER_LAYOUT);
    }
    for (at, ground) in values.refusal_grounds.iter().enumerate() {
        listed(errors, &format!("/refusal_grounds/{at}"), "refusal_ground", ground);
    }
}

fn listed(errors: &mut Errors, pointer: &str, list: &str, code: &str) {
    if !vocabulary::has(list, code) {
        let shown = code.chars().take(NAME_CHARS_MAX).collect();
        errors.add_with(pointer, &UNKNOWN_VALUE, &[("value", shown), ("list", list.to_owned())]);
    }
}

/// Four digits of the year, two, four or six of the division, two of the office, and last four to ten of the serial;
/// each run once.
pub fn is_number_layout(layout: &str) -> bool {
    let runs: Vec<&[u8]> = layout.as_bytes().chunk_by(|a, b| a == b).collect();
    let run = |letter: u8| {
        let mut found = runs.iter().filter(|run| run.first() == Some(&letter)).map(|run| run.len());
        found.next().filter(|_| found.next().is_none()).unwrap_or(0)
    };
    runs.len() == 4
        && run(b'Y') == 4
        && matches!(run(b'D'), 2 | 4 | 6)
        && run(b'O') == 2
        && (4..=10).contains(&run(b'S'))
        && layout.ends_with('S')
}

/// Whether a code of a profile is short and plain, since it stands in addresses and on papers.
pub fn is_profile_code(code: &str) -> bool {
    (1..=16).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

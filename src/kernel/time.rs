//! Time: instants in microseconds UTC, calendar days in Asia/Shanghai, and the injected clock.
//!
//! China has had one zone without daylight saving since 1991, so a fixed offset of eight hours is exact for
//! every date that the platform handles.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SHANGHAI_OFFSET_MICROS: i64 = 8 * 3600 * 1_000_000;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// An instant in UTC, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(NaiveDateTime);

impl UtcTime {
    /// From microseconds since 1970-01-01 UTC.
    pub fn from_micros(micros: i64) -> Self {
        Self(DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH).naive_utc())
    }

    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    pub fn micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    pub fn seconds(self) -> i64 {
        self.micros().div_euclid(MICROS_PER_SECOND)
    }

    pub fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.micros().saturating_add(micros))
    }

    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// The calendar day in Asia/Shanghai.
    pub fn day(self) -> Day {
        Day(self.plus_micros(SHANGHAI_OFFSET_MICROS).0.date())
    }

    /// Day and time of day in Asia/Shanghai, for pages: `2026-03-02 10:00:00`.
    pub fn local(self) -> String {
        self.plus_micros(SHANGHAI_OFFSET_MICROS).0.format("%Y-%m-%d %H:%M:%S").to_string()
    }

    pub const fn naive(&self) -> &NaiveDateTime {
        &self.0
    }

    pub fn from_naive(naive: NaiveDateTime) -> Self {
        Self::from_micros(naive.and_utc().timestamp_micros())
    }

    /// RFC 3339 in UTC with the shortest exact fraction.
    pub fn rfc3339(self) -> String {
        self.0.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl fmt::Debug for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl FromStr for UtcTime {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|time| Self::from_micros(time.timestamp_micros()))
    }
}

/// A calendar day in Asia/Shanghai.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// The first and the last day whose text has four digits for the year, as databases compare it.
    pub const FIRST: Self = Self::or_first(NaiveDate::from_ymd_opt(1, 1, 1));
    pub const LAST: Self = Self::or_first(NaiveDate::from_ymd_opt(9999, 12, 31));

    const fn or_first(day: Option<NaiveDate>) -> Self {
        match day {
            Some(day) => Self(day),
            None => Self(NaiveDate::MIN),
        }
    }

    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    pub fn year(self) -> i32 {
        self.0.year()
    }

    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }

    /// The first day of its year.
    #[must_use]
    pub fn first_of_year(self) -> Self {
        Self(self.0.with_ordinal(1).unwrap_or(self.0))
    }

    pub fn is_weekend(self) -> bool {
        self.0.weekday().number_from_monday() > 5
    }

    pub fn plus_days(self, days: i64) -> Self {
        let step = Days::new(days.unsigned_abs());
        let moved = if days >= 0 { self.0.checked_add_days(step) } else { self.0.checked_sub_days(step) };
        Self(moved.unwrap_or(self.0))
    }

    /// The same day of a later (or earlier) year; 29 February becomes 28 February.
    pub fn plus_years(self, years: i32) -> Self {
        let year = self.year().saturating_add(years);
        let moved = self.0.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 2, 28));
        Self(moved.unwrap_or(self.0))
    }

    pub const fn naive(&self) -> &NaiveDate {
        &self.0
    }

    pub const fn from_naive(naive: NaiveDate) -> Self {
        Self(naive)
    }

    /// Days from `other` to this day.
    pub fn days_since(self, other: Self) -> i64 {
        (self.0 - other.0).num_days()
    }

    /// Midnight in Asia/Shanghai, when the day begins.
    pub fn start(self) -> UtcTime {
        let local = UtcTime::from_naive(self.0.and_time(NaiveTime::MIN));
        local.plus_micros(-SHANGHAI_OFFSET_MICROS)
    }

    /// The first instant after the day.
    pub fn end(self) -> UtcTime {
        self.plus_days(1).start()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    /// Exactly `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shaped = text.len() == 10 && text.is_ascii();
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| InvalidDay)?;
        if shaped { Ok(Self(day)) } else { Err(InvalidDay) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDay;

impl fmt::Display for InvalidDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day as YYYY-MM-DD")
    }
}

impl std::error::Error for InvalidDay {}

macro_rules! serde_as_text {
    ($type:ty, $format:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat($format)))
                    .into()
            }
        }

        impl utoipa::ToSchema for $type {}
    };
}

serde_as_text!(UtcTime, utoipa::openapi::KnownFormat::DateTime);
serde_as_text!(Day, utoipa::openapi::KnownFormat::Date);

/// Where the time comes from. Only `db` asks it: everything else is told the time of its transaction.
pub trait Clock: Send + Sync {
    fn now(&self) -> UtcTime;
}

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> UtcTime {
        UtcTime::from_micros(chrono::Utc::now().timestamp_micros())
    }
}

/// A clock that stands still until it is told to move.
pub struct FixedClock(std::sync::atomic::AtomicI64);

impl FixedClock {
    pub fn at(time: UtcTime) -> Self {
        Self(std::sync::atomic::AtomicI64::new(time.micros()))
    }

    pub fn set(&self, time: UtcTime) {
        self.0.store(time.micros(), std::sync::atomic::Ordering::SeqCst);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * MICROS_PER_SECOND, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> UtcTime {
        UtcTime::from_micros(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_shanghai() {
        let evening: UtcTime = "2019-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(evening.day().to_string(), "2020-01-01");
        assert_eq!(evening.local(), "2020-01-01 00:00:00");
        assert_eq!(evening.day().start(), evening);
        assert_eq!(evening.plus_micros(-1).day().to_string(), "2019-12-31");
    }

    #[test]
    fn a_day_has_one_shape() {
        assert!("2020-02-29".parse::<Day>().is_ok());
        for wrong in ["2021-02-29", "2020-2-9", "20200229", "2020-02-29 ", ""] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        let leap: Day = "2020-02-29".parse().unwrap();
        assert_eq!(leap.plus_years(1).to_string(), "2021-02-28");
    }
}

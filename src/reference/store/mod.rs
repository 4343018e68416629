//! Rows of divisions and calendars; those of profiles in a file of their own.

mod profiles;
mod tax;

use diesel::prelude::*;

use super::model::{Calendar, CalendarDay, CalendarYear, DayKind, Division, DivisionLevel};
use crate::db::schema::{calendar_day, calendar_year, division};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::time::{Day, UtcTime};

pub use profiles::{insert_profile, keep_version, profile, profiles, save_profile, versions};
pub use tax::{put_tax_rules, tax_rules};

stored_words!(DivisionLevel, DayKind);

#[derive(Insertable, Queryable)]
#[diesel(table_name = division)]
struct DivisionRow {
    code: String,
    parent: String,
    level: DivisionLevel,
    name: String,
    name_en: String,
    plan_unit: bool,
    position: i32,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = calendar_day)]
struct DayRow {
    day: Day,
    year: i32,
    kind: DayKind,
    name: String,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = calendar_year)]
struct YearRow {
    year: i32,
    version: i64,
    source: String,
    imported_at: UtcTime,
    imported_by: String,
}

/// Adds divisions that are not there yet.
pub fn add_divisions(conn: &mut Conn, divisions: &[Division]) -> Result<(), Refusal> {
    let known: Vec<String> = division::table.select(division::code).load(conn)?;
    let rows: Vec<DivisionRow> = divisions
        .iter()
        .zip(1..)
        .filter(|(division, _)| !known.iter().any(|code| code == division.code.as_str()))
        .map(|(division, position)| DivisionRow {
            code: division.code.to_string(),
            parent: division.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
            level: division.level,
            name: division.name.clone(),
            name_en: division.name_en.clone(),
            plan_unit: division.plan_unit,
            position,
        })
        .collect();
    on_each!(conn, c => diesel::insert_into(division::table).values(&rows).execute(c))?;
    Ok(())
}

pub fn divisions(conn: &mut Conn) -> Result<Vec<Division>, Refusal> {
    let rows: Vec<DivisionRow> = division::table.order((division::position, division::code)).load(conn)?;
    rows.into_iter().map(Division::try_from).collect()
}

pub fn division(conn: &mut Conn, code: &str) -> Result<Option<Division>, Refusal> {
    let row: Option<DivisionRow> = division::table.find(code).first(conn).optional()?;
    row.map(Division::try_from).transpose()
}

/// The version of a year's calendar; 0 when there is none.
pub fn calendar_version(conn: &mut Conn, year: i32) -> Result<i64, Refusal> {
    let version = calendar_year::table.find(year).select(calendar_year::version).first(conn).optional()?;
    Ok(version.unwrap_or(0))
}

/// Replaces a year's calendar as a whole.
pub fn put_calendar(conn: &mut Conn, calendar: &CalendarYear, imported_by: &str) -> Result<(), Refusal> {
    let year = calendar.year;
    diesel::delete(calendar_day::table.filter(calendar_day::year.eq(year))).execute(conn)?;
    diesel::delete(calendar_year::table.find(year)).execute(conn)?;
    let head = YearRow {
        year,
        version: calendar.version,
        source: calendar.source.clone(),
        imported_at: calendar.imported_at,
        imported_by: imported_by.to_owned(),
    };
    diesel::insert_into(calendar_year::table).values(head).execute(conn)?;
    let row = |day: &CalendarDay| DayRow { day: day.day, year, kind: day.kind, name: day.name.clone() };
    let rows: Vec<DayRow> = calendar.days.iter().map(row).collect();
    on_each!(conn, c => diesel::insert_into(calendar_day::table).values(&rows).execute(c))?;
    Ok(())
}

pub fn calendar_year(conn: &mut Conn, year: i32) -> Result<Option<CalendarYear>, Refusal> {
    let head: Option<YearRow> = calendar_year::table.find(year).first(conn).optional()?;
    let Some(head) = head else { return Ok(None) };
    let rows: Vec<DayRow> =
        calendar_day::table.filter(calendar_day::year.eq(year)).order(calendar_day::day).load(conn)?;
    Ok(Some(CalendarYear {
        year,
        version: head.version,
        source: head.source,
        imported_at: head.imported_at,
        days: rows.into_iter().map(CalendarDay::from).collect(),
    }))
}

/// Everything known about the years from one day to another.
pub fn calendar(conn: &mut Conn, from: Day, to: Day) -> Result<Calendar, Refusal> {
    let years: Vec<i32> = calendar_year::table
        .filter(calendar_year::year.between(from.year(), to.year()))
        .select(calendar_year::year)
        .load(conn)?;
    let days: Vec<(Day, DayKind)> = calendar_day::table
        .filter(calendar_day::day.between(from, to))
        .select((calendar_day::day, calendar_day::kind))
        .load(conn)?;
    Ok(Calendar { days: days.into_iter().collect(), years: years.into_iter().collect() })
}

impl TryFrom<DivisionRow> for Division {
    type Error = Refusal;

    fn try_from(row: DivisionRow) -> Result<Self, Refusal> {
        let read = |code: &str| DivisionCode::parse(code).map_err(Refusal::internal);
        Ok(Division {
            code: read(&row.code)?,
            parent: if row.parent.is_empty() { None } else { Some(read(&row.parent)?) },
            level: row.level,
            name: row.name,
            name_en: row.name_en,
            plan_unit: row.plan_unit,
        })
    }
}

impl From<DayRow> for CalendarDay {
    fn from(row: DayRow) -> Self {
        CalendarDay { day: row.day, kind: row.kind, name: row.name }
    }
}

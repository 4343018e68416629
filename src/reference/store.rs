//! Rows of divisions, calendars and profiles.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::{
    Calendar, CalendarDay, CalendarYear, DayKind, Division, DivisionLevel, Limit, LimitUnit, Profile,
    ProfileValues, ProfileVersion,
};
use crate::db::schema::{
    calendar_day, calendar_year, division, regulation_profile, regulation_profile_version,
};
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, on_each, saved, to_json};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

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

#[derive(Insertable, Queryable)]
#[diesel(table_name = regulation_profile)]
struct ProfileRow {
    code: String,
    version: i64,
    effective_from: Option<Day>,
    confirmed: bool,
    body: String,
    changed_at: UtcTime,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = regulation_profile_version)]
struct VersionRow {
    code: String,
    version: i64,
    effective_from: Option<Day>,
    confirmed: bool,
    body: String,
    reason: String,
    changed_at: UtcTime,
    changed_by: String,
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

pub fn profiles(conn: &mut Conn) -> Result<Vec<Profile>, Refusal> {
    let rows: Vec<ProfileRow> = regulation_profile::table.order(regulation_profile::code).load(conn)?;
    rows.into_iter().map(Profile::try_from).collect()
}

pub fn profile(conn: &mut Conn, code: &str) -> Result<Option<Profile>, Refusal> {
    let row: Option<ProfileRow> = regulation_profile::table.find(code).first(conn).optional()?;
    row.map(Profile::try_from).transpose()
}

pub fn insert_profile(conn: &mut Conn, profile: &Profile, now: UtcTime) -> Result<(), Refusal> {
    let row = ProfileRow {
        code: profile.code.clone(),
        version: profile.version,
        effective_from: profile.effective_from,
        confirmed: profile.confirmed,
        body: to_json(&Body::from(&profile.values))?,
        changed_at: now,
    };
    diesel::insert_into(regulation_profile::table).values(row).execute(conn)?;
    Ok(())
}

/// Saves a profile whose version was raised by one.
pub fn save_profile(conn: &mut Conn, profile: &Profile, now: UtcTime) -> Result<(), Refusal> {
    let old = regulation_profile::table
        .filter(regulation_profile::code.eq(&profile.code))
        .filter(regulation_profile::version.eq(profile.version - 1));
    let rows = diesel::update(old)
        .set((
            regulation_profile::version.eq(profile.version),
            regulation_profile::effective_from.eq(profile.effective_from),
            regulation_profile::confirmed.eq(profile.confirmed),
            regulation_profile::body.eq(to_json(&Body::from(&profile.values))?),
            regulation_profile::changed_at.eq(now),
        ))
        .execute(conn)?;
    saved(rows)
}

/// Keeps the version that a profile has now.
pub fn keep_version(conn: &mut Conn, kept: &ProfileVersion) -> Result<(), Refusal> {
    let profile = &kept.profile;
    let row = VersionRow {
        code: profile.code.clone(),
        version: profile.version,
        effective_from: profile.effective_from,
        confirmed: profile.confirmed,
        body: to_json(&Body::from(&profile.values))?,
        reason: kept.reason.clone(),
        changed_at: kept.changed_at,
        changed_by: kept.changed_by.clone(),
    };
    diesel::insert_into(regulation_profile_version::table).values(row).execute(conn)?;
    Ok(())
}

pub fn versions(conn: &mut Conn, code: &str) -> Result<Vec<ProfileVersion>, Refusal> {
    let rows: Vec<VersionRow> = regulation_profile_version::table
        .filter(regulation_profile_version::code.eq(code))
        .order(regulation_profile_version::version)
        .load(conn)?;
    rows.into_iter().map(ProfileVersion::try_from).collect()
}

impl TryFrom<VersionRow> for ProfileVersion {
    type Error = Refusal;

    fn try_from(row: VersionRow) -> Result<Self, Refusal> {
        let body: Body = from_json(&row.body)?;
        let profile = Profile {
            code: row.code,
            version: row.version,
            effective_from: row.effective_from,
            confirmed: row.confirmed,
            values: body.into(),
        };
        Ok(ProfileVersion {
            profile,
            reason: row.reason,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
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

impl TryFrom<ProfileRow> for Profile {
    type Error = Refusal;

    fn try_from(row: ProfileRow) -> Result<Self, Refusal> {
        let body: Body = from_json(&row.body)?;
        Ok(Profile {
            code: row.code,
            version: row.version,
            effective_from: row.effective_from,
            confirmed: row.confirmed,
            values: body.into(),
        })
    }
}

/// A profile's values as the document that is stored.
#[derive(Serialize, Deserialize)]
struct Body {
    title_zh: String,
    title_en: String,
    competent_authority: String,
    law_zh: String,
    law_en: String,
    review_limit: LimitBody,
    review_limit_complex: LimitBody,
    large_contract_from_fen: Fen,
    contract_classes: Vec<String>,
    refusal_grounds: Vec<String>,
    price_publicity: LimitBody,
    reward_publicity: LimitBody,
    cash_reward_publicity: LimitBody,
}

#[derive(Serialize, Deserialize)]
struct LimitBody {
    days: u32,
    unit: LimitUnit,
}

impl From<Limit> for LimitBody {
    fn from(limit: Limit) -> Self {
        LimitBody { days: limit.days, unit: limit.unit }
    }
}

impl From<LimitBody> for Limit {
    fn from(body: LimitBody) -> Self {
        Limit { days: body.days, unit: body.unit }
    }
}

impl From<&ProfileValues> for Body {
    fn from(values: &ProfileValues) -> Self {
        let values = values.clone();
        Body {
            title_zh: values.title_zh,
            title_en: values.title_en,
            competent_authority: values.competent_authority,
            law_zh: values.law_zh,
            law_en: values.law_en,
            review_limit: values.review_limit.into(),
            review_limit_complex: values.review_limit_complex.into(),
            large_contract_from_fen: values.large_contract_from,
            contract_classes: values.contract_classes,
            refusal_grounds: values.refusal_grounds,
            price_publicity: values.price_publicity.into(),
            reward_publicity: values.reward_publicity.into(),
            cash_reward_publicity: values.cash_reward_publicity.into(),
        }
    }
}

impl From<Body> for ProfileValues {
    fn from(body: Body) -> Self {
        ProfileValues {
            title_zh: body.title_zh,
            title_en: body.title_en,
            competent_authority: body.competent_authority,
            law_zh: body.law_zh,
            law_en: body.law_en,
            review_limit: body.review_limit.into(),
            review_limit_complex: body.review_limit_complex.into(),
            large_contract_from: body.large_contract_from_fen,
            contract_classes: body.contract_classes,
            refusal_grounds: body.refusal_grounds,
            price_publicity: body.price_publicity.into(),
            reward_publicity: body.reward_publicity.into(),
            cash_reward_publicity: body.cash_reward_publicity.into(),
        }
    }
}

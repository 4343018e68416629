//! Looking up and keeping the reference data.

use serde_json::json;

use super::codes::{PROFILE_CODE, PROFILE_DAY_TAKEN, PROFILE_EXISTS, PROFILE_WITHOUT_DAY};
use super::model::{
    Calendar, CalendarYear, Deadline, Division, Limit, LimitUnit, Profile, ProfileValues, ProfileVersion,
    Setting, TaxRules, TaxValues,
};
use super::{rules, shipped, store, tax};
use crate::db::{Conn, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;

const YEARS: std::ops::RangeInclusive<i32> = 2000..=2099;
const SOURCE_CHARS_MAX: usize = 200;
const REASON_CHARS_MAX: usize = 500;

/// Brings in what ships and is not there yet; what operators keep is left alone. Run at every start.
pub fn ensure_shipped(tx: &mut Tx) -> Result<(), Refusal> {
    store::add_divisions(tx, &shipped::divisions()?)?;
    for (year, csv) in shipped::holidays() {
        if store::calendar_version(tx, year)? > 0 {
            continue;
        }
        let mut errors = Errors::new();
        let days = rules::read_calendar(&mut errors, year, &csv);
        errors.check()?;
        let source = shipped::HOLIDAYS_SOURCE.to_owned();
        let calendar = CalendarYear { year, version: 1, source, imported_at: tx.now(), days };
        store::put_calendar(tx, &calendar, "system:shipped")?;
    }
    let now = tx.now();
    if store::tax_rules(tx)?.is_empty()
        && let Some(rules) = tax::shipped()
    {
        store::put_tax_rules(tx, &rules, now)?;
    }
    for profile in shipped::profiles() {
        if store::profile(tx, &profile.code)?.is_none() {
            store::insert_profile(tx, &profile, now)?;
            let reason = "随程序提供 / shipped with the program".to_owned();
            let changed_by = Actor::System("shipped").label();
            store::keep_version(tx, &ProfileVersion { profile, reason, changed_at: now, changed_by })?;
        }
    }
    Ok(())
}

pub fn divisions(conn: &mut Conn) -> Result<Vec<Division>, Refusal> {
    store::divisions(conn)
}

pub fn division(conn: &mut Conn, code: &str) -> Result<Option<Division>, Refusal> {
    store::division(conn, code)
}

/// The units among which the plan divides its targets, in its order (Annex 5).
pub fn plan_units(conn: &mut Conn) -> Result<Vec<Division>, Refusal> {
    Ok(divisions(conn)?.into_iter().filter(|division| division.plan_unit).collect())
}

/// The profile in force on a day. There is always one, because the first of all also serves older days.
pub fn profile_on(conn: &mut Conn, day: Day) -> Result<Profile, Refusal> {
    let profiles = store::profiles(conn)?;
    rules::profile_on(&profiles, day)
        .cloned()
        .ok_or_else(|| Refusal::internal("no regulation profile is dated"))
}

pub fn profiles(conn: &mut Conn) -> Result<Vec<Profile>, Refusal> {
    store::profiles(conn)
}

pub fn profile(conn: &mut Conn, code: &str) -> Result<Profile, Refusal> {
    store::profile(conn, code)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// A profile as somebody took it with them: the values of that version, whatever was set later. They are confirmed
/// once any version with the same values is. Without a version it is the present one.
pub fn profile_at(conn: &mut Conn, code: &str, version: Option<i64>) -> Result<Profile, Refusal> {
    let Some(version) = version else { return profile(conn, code) };
    let versions = profile_versions(conn, code)?;
    let taken = versions.iter().map(|kept| &kept.profile).find(|profile| profile.version == version);
    let taken =
        taken.cloned().ok_or_else(|| Refusal::internal(format!("profile {code} has no {version}")))?;
    let vouched = |kept: &ProfileVersion| kept.profile.confirmed && kept.profile.values == taken.values;
    let confirmed = versions.iter().any(vouched);
    Ok(Profile { confirmed, ..taken })
}

/// Every version that a profile had, oldest first.
pub fn profile_versions(conn: &mut Conn, code: &str) -> Result<Vec<ProfileVersion>, Refusal> {
    let versions = store::versions(conn, code)?;
    if versions.is_empty() { Err(Refusal::new(&NOT_FOUND)) } else { Ok(versions) }
}

/// Everything known about the days from `from` to `to`.
pub fn calendar(conn: &mut Conn, from: Day, to: Day) -> Result<Calendar, Refusal> {
    store::calendar(conn, from, to)
}

/// The last day of a limit that starts with an event on `from`.
pub fn deadline(conn: &mut Conn, from: Day, limit: Limit) -> Result<Deadline, Refusal> {
    Ok(store::calendar(conn, from, rules::horizon(from, limit))?.deadline(from, limit))
}

/// Days or working days after `from` up to and including `to`; negative when `to` is earlier.
pub fn days_between(conn: &mut Conn, from: Day, to: Day, unit: LimitUnit) -> Result<i64, Refusal> {
    Ok(store::calendar(conn, from.min(to), from.max(to))?.days_between(from, to, unit))
}

pub fn calendar_year(conn: &mut Conn, year: i32) -> Result<CalendarYear, Refusal> {
    store::calendar_year(conn, year)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// A year's calendar as an operator brings it.
#[derive(Clone, Debug)]
pub struct ImportCalendar {
    pub year: i32,
    /// The notice it was taken from.
    pub source: String,
    /// `day,kind,name` lines.
    pub csv: String,
}

/// Replaces the calendar of a year (rule 6).
pub fn import_calendar(tx: &mut Tx, actor: &Actor, import: &ImportCalendar) -> Result<CalendarYear, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let mut errors = Errors::new();
    if !YEARS.contains(&import.year) {
        let range = [("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())];
        errors.add_with("/year", &OUT_OF_RANGE, &range);
    }
    text::required(&mut errors, "/source", &import.source, SOURCE_CHARS_MAX);
    let days = rules::read_calendar(&mut errors, import.year, &import.csv);
    errors.check()?;
    let version = store::calendar_version(tx, import.year)? + 1;
    let calendar = CalendarYear {
        year: import.year,
        version,
        source: import.source.trim().to_owned(),
        imported_at: tx.now(),
        days,
    };
    store::put_calendar(tx, &calendar, &actor.label())?;
    let subject = format!("urn:tm:{}:calendar:{}", tx.node(), import.year);
    let facts = json!({"year": import.year, "days": calendar.days.len()});
    tx.record(actor, NewChange::local("calendar.imported", subject, version, facts));
    Ok(calendar)
}

/// Every set of tax rules, by the day it takes effect.
pub fn tax_rules(conn: &mut Conn) -> Result<Vec<TaxRules>, Refusal> {
    store::tax_rules(conn)
}

/// The tax rules in force on a day. There is always a set, because one ships.
pub fn tax_rules_on(conn: &mut Conn, day: Day) -> Result<TaxRules, Refusal> {
    let all = store::tax_rules(conn)?;
    tax::rules_on(&all, day).cloned().ok_or_else(|| Refusal::internal("no tax rules"))
}

/// Adds a set of tax rules, or changes one.
pub fn set_tax_rules(
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
    expected: Option<i64>,
    set: &Setting<TaxValues>,
) -> Result<TaxRules, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let mut errors = Errors::new();
    if !rules::is_profile_code(code) {
        errors.add("/code", &PROFILE_CODE);
    }
    set.values.check(&mut errors);
    text::required(&mut errors, "/reason", &set.reason, REASON_CHARS_MAX);
    errors.check()?;
    let before = store::tax_rules(tx)?.into_iter().find(|rules| rules.code == code);
    let version = before.map_or(0, |rules| rules.version);
    check_version(version, expected)?;
    let rules = TaxRules {
        code: code.to_owned(),
        version: version + 1,
        effective_from: set.effective_from,
        confirmed: set.confirmed,
        values: set.values.clone(),
    };
    let now = tx.now();
    store::put_tax_rules(tx, &rules, now)?;
    let subject = format!("urn:tm:{}:tax_rules:{code}", tx.node());
    let facts = json!({
        "code": code,
        "effective_from": rules.effective_from,
        "confirmed": rules.confirmed,
        "reason": set.reason.trim(),
    });
    tx.record(actor, NewChange::local("tax_rules.set", subject, rules.version, facts));
    Ok(rules)
}

/// A profile as an operator sets it.
#[derive(Clone, Debug)]
pub struct SetProfile {
    pub effective_from: Option<Day>,
    pub values: ProfileValues,
    pub reason: String,
}

pub fn add_profile(tx: &mut Tx, actor: &Actor, code: &str, set: &SetProfile) -> Result<Profile, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let mut errors = Errors::new();
    if !rules::is_profile_code(code) {
        errors.add("/code", &PROFILE_CODE);
    }
    check(errors, set)?;
    if store::profile(tx, code)?.is_some() {
        return Err(Refusal::new(&PROFILE_EXISTS).with("code", code));
    }
    let profile = Profile {
        code: code.to_owned(),
        version: 1,
        effective_from: set.effective_from,
        confirmed: false,
        values: set.values.clone(),
    };
    check_day_is_free(tx, &profile)?;
    let now = tx.now();
    store::insert_profile(tx, &profile, now)?;
    note(tx, actor, "regulation_profile.added", &set.reason, &profile)?;
    Ok(profile)
}

/// Sets values and day of a profile; what was confirmed must be confirmed again (rule 3).
pub fn set_profile(
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
    expected: Option<i64>,
    set: &SetProfile,
) -> Result<Profile, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let old = profile(tx, code)?;
    check_version(old.version, expected)?;
    check(Errors::new(), set)?;
    let new = Profile {
        code: old.code.clone(),
        version: old.version + 1,
        effective_from: set.effective_from,
        confirmed: false,
        values: set.values.clone(),
    };
    check_day_is_free(tx, &new)?;
    let now = tx.now();
    store::save_profile(tx, &new, now)?;
    note(tx, actor, "regulation_profile.set", &set.reason, &new)?;
    Ok(new)
}

/// An operator vouches for the values of a profile.
pub fn confirm_profile(
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
    expected: Option<i64>,
    reason: &str,
) -> Result<Profile, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let old = profile(tx, code)?;
    check_version(old.version, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    if old.effective_from.is_none() {
        return Err(Refusal::new(&PROFILE_WITHOUT_DAY));
    }
    let new = Profile { version: old.version + 1, confirmed: true, ..old.clone() };
    let now = tx.now();
    store::save_profile(tx, &new, now)?;
    note(tx, actor, "regulation_profile.confirmed", reason, &new)?;
    Ok(new)
}

fn check(mut errors: Errors, set: &SetProfile) -> Result<(), Refusal> {
    rules::check_values(&mut errors, &set.values);
    text::required(&mut errors, "/reason", &set.reason, REASON_CHARS_MAX);
    errors.check()
}

/// Two profiles from the same day would leave it open which one is in force.
fn check_day_is_free(tx: &mut Tx, new: &Profile) -> Result<(), Refusal> {
    let Some(day) = new.effective_from else { return Ok(()) };
    let taken = store::profiles(tx)?
        .into_iter()
        .find(|other| other.code != new.code && other.effective_from == Some(day));
    match taken {
        Some(other) => Err(Refusal::new(&PROFILE_DAY_TAKEN).with("day", day).with("code", other.code)),
        None => Ok(()),
    }
}

/// Keeps the version, and records the change.
fn note(tx: &mut Tx, actor: &Actor, kind: &'static str, reason: &str, new: &Profile) -> Result<(), Refusal> {
    let kept = ProfileVersion {
        profile: new.clone(),
        reason: reason.trim().to_owned(),
        changed_at: tx.now(),
        changed_by: actor.label(),
    };
    store::keep_version(tx, &kept)?;
    let subject = format!("urn:tm:{}:regulation_profile:{}", tx.node(), new.code);
    let facts = json!({
        "code": new.code,
        "effective_from": new.effective_from,
        "confirmed": new.confirmed,
    });
    tx.record(actor, NewChange::local(kind, subject, new.version, facts));
    Ok(())
}

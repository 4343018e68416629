//! The lists of suggestions.

use std::collections::HashMap;

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::matching::{match_profile, match_suggestion};
use crate::db::{Conn, from_json, on_each, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::matching::model::{PARTS, Suggestion, Values, Verdict};

const PPM: f64 = 1_000_000.0;

/// A verdict as it is kept.
#[derive(Serialize, Deserialize)]
struct VerdictDoc {
    demand: [f64; PARTS],
    achievement: [f64; PARTS],
    demand_prefers: f64,
    achievement_prefers: f64,
    words: Vec<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = match_suggestion)]
struct Row {
    subject: String,
    other: String,
    place: i32,
    score_ppm: i64,
    verdict: String,
    introduced: bool,
    weights_version: i64,
    computed_at: UtcTime,
}

impl Row {
    fn of(suggestion: &Suggestion) -> Result<Row, Refusal> {
        let verdict = &suggestion.verdict;
        let document = VerdictDoc {
            demand: verdict.demand.0.map(rounded),
            achievement: verdict.achievement.0.map(rounded),
            demand_prefers: rounded(verdict.demand_prefers),
            achievement_prefers: rounded(verdict.achievement_prefers),
            words: verdict.words.clone(),
        };
        Ok(Row {
            subject: suggestion.subject.clone(),
            other: suggestion.other.clone(),
            place: suggestion.place,
            score_ppm: (verdict.score * PPM).round() as i64,
            verdict: to_json(&document)?,
            introduced: suggestion.introduced,
            weights_version: suggestion.weights_version,
            computed_at: suggestion.computed_at,
        })
    }

    fn build(self) -> Result<Suggestion, Refusal> {
        let document: VerdictDoc = from_json(&self.verdict)?;
        Ok(Suggestion {
            subject: self.subject,
            other: self.other,
            place: self.place,
            verdict: Verdict {
                demand: Values(document.demand),
                achievement: Values(document.achievement),
                demand_prefers: document.demand_prefers,
                achievement_prefers: document.achievement_prefers,
                score: self.score_ppm as f64 / PPM,
                words: document.words,
            },
            introduced: self.introduced,
            weights_version: self.weights_version,
            computed_at: self.computed_at,
        })
    }
}

/// A millionth is finer than anybody looks.
fn rounded(value: f64) -> f64 {
    (value * PPM).round() / PPM
}

/// Replaces a record's list.
pub fn replace(conn: &mut Conn, subject: &str, list: &[Suggestion]) -> Result<(), Refusal> {
    diesel::delete(match_suggestion::table.filter(match_suggestion::subject.eq(subject))).execute(conn)?;
    let rows = list.iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
    if !rows.is_empty() {
        on_each!(conn, c => diesel::insert_into(match_suggestion::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// A record's list, the best first.
pub fn list(conn: &mut Conn, subject: &str, limit: i64) -> Result<Vec<Suggestion>, Refusal> {
    let rows: Vec<Row> = match_suggestion::table
        .filter(match_suggestion::subject.eq(subject))
        .order(match_suggestion::place)
        .limit(limit)
        .select(match_suggestion::all_columns)
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

/// One entry of a record's list.
pub fn entry(conn: &mut Conn, subject: &str, other: &str) -> Result<Option<Suggestion>, Refusal> {
    let row: Option<Row> = match_suggestion::table
        .find((subject, other))
        .select(match_suggestion::all_columns)
        .first(conn)
        .optional()?;
    row.map(Row::build).transpose()
}

/// The records in whose lists this one stands.
pub fn standing_in(conn: &mut Conn, other: &str, limit: i64) -> Result<Vec<String>, Refusal> {
    Ok(match_suggestion::table
        .filter(match_suggestion::other.eq(other))
        .order(match_suggestion::score_ppm.desc())
        .limit(limit)
        .select(match_suggestion::subject)
        .load(conn)?)
}

/// In how many lists beside that of `subject` each of these records stands, and its lowest score there.
pub fn exposures(
    conn: &mut Conn,
    subject: &str,
    others: &[String],
) -> Result<HashMap<String, (u32, f64)>, Refusal> {
    let rows: Vec<(String, i64, Option<i64>)> = match_suggestion::table
        .filter(match_suggestion::other.eq_any(others))
        .filter(match_suggestion::subject.ne(subject))
        .group_by(match_suggestion::other)
        .select((match_suggestion::other, count_star(), min(match_suggestion::score_ppm)))
        .load(conn)?;
    let read = |(other, count, least): (String, i64, Option<i64>)| {
        (other, (u32::try_from(count).unwrap_or(u32::MAX), least.unwrap_or(0) as f64 / PPM))
    };
    Ok(rows.into_iter().map(read).collect())
}

/// How long the list of each of these records is, and its lowest score.
pub fn lengths(conn: &mut Conn, subjects: &[String]) -> Result<HashMap<String, (i64, f64)>, Refusal> {
    let rows: Vec<(String, i64, Option<i64>)> = match_suggestion::table
        .filter(match_suggestion::subject.eq_any(subjects))
        .group_by(match_suggestion::subject)
        .select((match_suggestion::subject, count_star(), min(match_suggestion::score_ppm)))
        .load(conn)?;
    let read = |(subject, count, least): (String, i64, Option<i64>)| {
        (subject, (count, least.unwrap_or(0) as f64 / PPM))
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Takes a record out of the list where it fits least; returns whose list that was.
pub fn displace(conn: &mut Conn, other: &str, except: &str) -> Result<Option<String>, Refusal> {
    let weakest: Option<String> = match_suggestion::table
        .filter(match_suggestion::other.eq(other))
        .filter(match_suggestion::subject.ne(except))
        .order((match_suggestion::score_ppm, match_suggestion::subject))
        .select(match_suggestion::subject)
        .first(conn)
        .optional()?;
    if let Some(subject) = &weakest {
        diesel::delete(match_suggestion::table.find((subject, other))).execute(conn)?;
    }
    Ok(weakest)
}

/// Suggestions between a record and the records of an organisation, in either's list, the best first.
pub fn between(
    conn: &mut Conn,
    record: &str,
    organisation: &str,
    limit: i64,
) -> Result<Vec<Suggestion>, Refusal> {
    let own =
        match_profile::table.filter(match_profile::holder.eq(organisation)).select(match_profile::subject);
    let theirs: Vec<Row> = match_suggestion::table
        .filter(match_suggestion::other.eq(record).and(match_suggestion::subject.eq_any(own)))
        .order(match_suggestion::score_ppm.desc())
        .limit(limit)
        .select(match_suggestion::all_columns)
        .load(conn)?;
    let here: Vec<Row> = match_suggestion::table
        .filter(match_suggestion::subject.eq(record).and(match_suggestion::other.eq_any(own)))
        .order(match_suggestion::score_ppm.desc())
        .limit(limit)
        .select(match_suggestion::all_columns)
        .load(conn)?;
    theirs.into_iter().chain(here).map(Row::build).collect()
}

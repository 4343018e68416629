//! What waits to be computed, and what is known of each published record.

use diesel::prelude::*;

use crate::db::schema::matching::{match_dirty, match_profile};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::matching::model::Side;

/// A record whose list is to be made anew.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Dirty {
    pub subject: String,
    pub mark: i64,
    /// Whether the lists of others may change with it.
    pub spread: bool,
}

/// Marks records; a later mark replaces an earlier one, and one that spreads stays so.
pub fn mark(conn: &mut Conn, subjects: &[String], mark: i64, spread: bool) -> Result<(), Refusal> {
    let again = match_dirty::table.filter(match_dirty::subject.eq_any(subjects));
    if spread {
        let set = (match_dirty::mark.eq(mark), match_dirty::spread.eq(true));
        diesel::update(again).set(set).execute(conn)?;
    } else {
        diesel::update(again).set(match_dirty::mark.eq(mark)).execute(conn)?;
    }
    let row = |subject: &String| {
        (match_dirty::subject.eq(subject.clone()), match_dirty::mark.eq(mark), match_dirty::spread.eq(spread))
    };
    let rows: Vec<_> = subjects.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    on_each!(conn, c => diesel::insert_into(match_dirty::table).values(&rows).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// What waits longest.
pub fn dirty(conn: &mut Conn, limit: i64) -> Result<Vec<Dirty>, Refusal> {
    let columns = (match_dirty::subject, match_dirty::mark, match_dirty::spread);
    let order = (match_dirty::mark, match_dirty::subject);
    Ok(match_dirty::table.order(order).limit(limit).select(columns).load(conn)?)
}

/// Takes a mark off; false if the record was marked again meanwhile, or somebody else was faster.
pub fn unmark(conn: &mut Conn, dirty: &Dirty) -> Result<bool, Refusal> {
    let same = match_dirty::table.find(&dirty.subject).filter(match_dirty::mark.eq(dirty.mark));
    Ok(diesel::delete(same).execute(conn)? == 1)
}

/// A published record as candidates are found by it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = match_profile)]
pub struct Profile {
    pub subject: String,
    pub side: Side,
    pub holder: String,
    pub field: String,
    pub industry: String,
    pub published_at: i64,
    pub direction: Vec<u8>,
    pub model: i64,
    pub live: bool,
    pub stamp: i64,
}

pub fn save_profile(conn: &mut Conn, profile: &Profile) -> Result<(), Refusal> {
    let known = match_profile::table.find(&profile.subject);
    if diesel::update(known).set(profile).execute(conn)? == 0 {
        diesel::insert_into(match_profile::table).values(profile).execute(conn)?;
    }
    Ok(())
}

/// Gives a published record the direction of a newer model.
pub fn aim(conn: &mut Conn, profile: &Profile, stamp: i64) -> Result<(), Refusal> {
    let behind = match_profile::table
        .find(&profile.subject)
        .filter(match_profile::live.eq(true))
        .filter(match_profile::model.lt(profile.model));
    let set = (
        match_profile::direction.eq(&profile.direction),
        match_profile::model.eq(profile.model),
        match_profile::stamp.eq(stamp),
    );
    diesel::update(behind).set(set).execute(conn)?;
    Ok(())
}

/// The record is published no more.
pub fn retire(conn: &mut Conn, subject: &str, stamp: i64) -> Result<(), Refusal> {
    let set = (match_profile::live.eq(false), match_profile::stamp.eq(stamp));
    diesel::update(match_profile::table.find(subject)).set(set).execute(conn)?;
    Ok(())
}

/// Profiles written at or after a time, in order.
pub fn profiles_since(conn: &mut Conn, stamp: i64, after: &str, limit: i64) -> Result<Vec<Profile>, Refusal> {
    let news = match_profile::stamp
        .gt(stamp)
        .or(match_profile::stamp.eq(stamp).and(match_profile::subject.gt(after.to_owned())));
    Ok(match_profile::table
        .filter(news)
        .order((match_profile::stamp, match_profile::subject))
        .limit(limit)
        .select(match_profile::all_columns)
        .load(conn)?)
}

/// Published records with their profile.
pub fn count_live(conn: &mut Conn) -> Result<i64, Refusal> {
    Ok(match_profile::table.filter(match_profile::live.eq(true)).count().get_result(conn)?)
}

/// The live records of a list of subjects, or the next live ones.
pub fn live_after(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<String>, Refusal> {
    Ok(match_profile::table
        .filter(match_profile::live.eq(true))
        .filter(match_profile::subject.gt(after.to_owned()))
        .order(match_profile::subject)
        .limit(limit)
        .select(match_profile::subject)
        .load(conn)?)
}

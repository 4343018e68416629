//! What was told to other nodes, and what they told.

use diesel::prelude::*;

use crate::db::schema::commands::{command_result, command_told};
use crate::db::{Conn, on_each};
use crate::federation::commands::model::ResultState;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

#[derive(Clone, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = command_told)]
pub struct Told {
    pub subject: String,
    pub node: String,
    pub version: i64,
    pub digest: String,
    pub told_at: UtcTime,
}

pub fn told(conn: &mut Conn, subject: &str) -> Result<Option<Told>, Refusal> {
    let found = command_told::table.find(subject).select(command_told::all_columns);
    Ok(found.first(conn).optional()?)
}

pub fn put_told(conn: &mut Conn, told: &Told) -> Result<(), Refusal> {
    on_each!(conn, c => diesel::insert_into(command_told::table)
        .values(told.clone())
        .on_conflict(command_told::subject)
        .do_update()
        .set(told.clone())
        .execute(c))?;
    Ok(())
}

/// A sealed record of another node, in its newest version.
#[derive(Clone, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = command_result)]
pub struct Came {
    pub subject: String,
    pub origin: String,
    pub version: i64,
    pub state: ResultState,
    pub attempts: i32,
    pub next_at: UtcTime,
    pub last_error: String,
    pub document: String,
    pub came_at: UtcTime,
    /// The life of its node in which it was told.
    pub epoch: i64,
    /// What it tells of; empty until it was opened, and where nothing is lost with it.
    pub says: String,
}

pub fn came(conn: &mut Conn, subject: &str) -> Result<Option<Came>, Refusal> {
    let found = command_result::table.find(subject).select(command_result::all_columns);
    Ok(found.first(conn).optional()?)
}

pub fn put_came(conn: &mut Conn, came: &Came) -> Result<(), Refusal> {
    on_each!(conn, c => diesel::insert_into(command_result::table)
        .values(came.clone())
        .on_conflict(command_result::subject)
        .do_update()
        .set(came.clone())
        .execute(c))?;
    Ok(())
}

pub fn due_results(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Came>, Refusal> {
    Ok(command_result::table
        .filter(command_result::state.eq(ResultState::Waiting))
        .filter(command_result::next_at.le(now))
        .order((command_result::next_at, command_result::subject))
        .limit(limit)
        .select(command_result::all_columns)
        .load(conn)?)
}

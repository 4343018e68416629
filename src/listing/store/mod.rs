//! Rows of achievements and demands.

mod lists;
mod row;

use diesel::prelude::*;

use crate::db::schema::listing::listing;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::Id;
use crate::kernel::time::Day;

use super::kind::Kind;
use super::model::Listing;

pub use lists::{catalogue, own, public, waiting};
use row::Row;

pub fn insert<K: Kind>(conn: &mut Conn, record: &Listing<K>) -> Result<(), Refusal> {
    let row = Row::of(record)?;
    diesel::insert_into(listing::table).values(&row).execute(conn)?;
    Ok(())
}

/// Writes a record back over the version that it was loaded at, which is one lower than its own.
pub fn save<K: Kind>(conn: &mut Conn, record: &Listing<K>) -> Result<(), Refusal> {
    let row = Row::of(record)?;
    let old =
        listing::table.filter(listing::id.eq(record.id)).filter(listing::version.eq(record.version - 1));
    saved(diesel::update(old).set(&row).execute(conn)?)
}

pub fn find<K: Kind>(conn: &mut Conn, id: Id<K>, node: &str) -> Result<Option<Listing<K>>, Refusal> {
    let row: Option<Row> = listing::table
        .filter(listing::id.eq(id))
        .filter(listing::entity.eq(K::TYPE))
        .select(listing::all_columns)
        .first(conn)
        .optional()?;
    row.map(|row| row.build(node)).transpose()
}

/// Published records with these ids.
pub fn published<K: Kind>(conn: &mut Conn, ids: &[Id<K>], node: &str) -> Result<Vec<Listing<K>>, Refusal> {
    let rows: Vec<Row> = listing::table
        .filter(listing::id.eq_any(ids.to_vec()))
        .filter(listing::entity.eq(K::TYPE))
        .filter(lists::is_published())
        .select(listing::all_columns)
        .load(conn)?;
    rows.into_iter().map(|row| row.build(node)).collect()
}

/// Published records in the order of their ids, from after one of them.
pub fn scan<K: Kind>(
    conn: &mut Conn,
    after: Option<Id<K>>,
    limit: i64,
    node: &str,
) -> Result<Vec<Listing<K>>, Refusal> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let rows: Vec<Row> = listing::table
        .filter(listing::id.gt(after))
        .filter(listing::entity.eq(K::TYPE))
        .filter(lists::is_published())
        .order(listing::id)
        .limit(limit)
        .select(listing::all_columns)
        .load(conn)?;
    rows.into_iter().map(|row| row.build(node)).collect()
}

/// Published records whose last day has passed and that no deal holds.
pub fn due<K: Kind>(conn: &mut Conn, today: Day, limit: i64) -> Result<Vec<Id<K>>, Refusal> {
    Ok(listing::table
        .filter(listing::entity.eq(K::TYPE))
        .filter(lists::is_published())
        .filter(listing::ends_on.lt(today))
        .filter(listing::reserved_for.is_null())
        .order((listing::ends_on, listing::id))
        .limit(limit)
        .select(listing::id)
        .load(conn)?)
}

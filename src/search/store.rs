//! Rows of synonyms.

use diesel::prelude::*;

use super::model::{SynonymSet, SynonymSetId};
use crate::db::conn::MultiBackend;
use crate::db::schema::{synonym_set, synonym_term};
use crate::db::{Conn, from_json, on_each, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = synonym_set)]
struct Row {
    id: SynonymSetId,
    version: i64,
    terms: String,
    note: String,
    changed_at: UtcTime,
    changed_by: String,
}

#[derive(Insertable)]
#[diesel(table_name = synonym_term)]
struct TermRow {
    term: String,
    set_id: SynonymSetId,
}

pub fn insert_set(conn: &mut Conn, new: &SynonymSet, keys: &[String]) -> Result<(), Refusal> {
    diesel::insert_into(synonym_set::table).values(Row::of(new)?).execute(conn)?;
    insert_terms(conn, new.id, keys)
}

/// Saves a set whose version was raised by one, and its terms anew.
pub fn save_set(conn: &mut Conn, changed: &SynonymSet, keys: &[String]) -> Result<(), Refusal> {
    let old = synonym_set::table
        .filter(synonym_set::id.eq(changed.id))
        .filter(synonym_set::version.eq(changed.version - 1));
    saved(diesel::update(old).set(Row::of(changed)?).execute(conn)?)?;
    diesel::delete(synonym_term::table.filter(synonym_term::set_id.eq(changed.id))).execute(conn)?;
    insert_terms(conn, changed.id, keys)
}

fn insert_terms(conn: &mut Conn, set_id: SynonymSetId, keys: &[String]) -> Result<(), Refusal> {
    let rows: Vec<TermRow> = keys.iter().map(|term| TermRow { term: term.clone(), set_id }).collect();
    on_each!(conn, c => diesel::insert_into(synonym_term::table).values(&rows).execute(c))?;
    Ok(())
}

pub fn delete_set(conn: &mut Conn, id: SynonymSetId) -> Result<(), Refusal> {
    diesel::delete(synonym_term::table.filter(synonym_term::set_id.eq(id))).execute(conn)?;
    diesel::delete(synonym_set::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn set(conn: &mut Conn, id: SynonymSetId) -> Result<Option<SynonymSet>, Refusal> {
    let row: Option<Row> = synonym_set::table.find(id).first(conn).optional()?;
    row.map(SynonymSet::try_from).transpose()
}

/// Those of the folded terms that a set other than `own` has.
pub fn taken(conn: &mut Conn, keys: &[String], own: Option<SynonymSetId>) -> Result<Vec<String>, Refusal> {
    let rows: Vec<(String, SynonymSetId)> =
        synonym_term::table.filter(synonym_term::term.eq_any(keys)).load(conn)?;
    Ok(rows.into_iter().filter(|(_, set)| Some(*set) != own).map(|(term, _)| term).collect())
}

pub fn count(conn: &mut Conn) -> Result<i64, Refusal> {
    Ok(synonym_set::table.count().get_result(conn)?)
}

pub fn fingerprint(conn: &mut Conn) -> Result<(i64, Option<UtcTime>), Refusal> {
    let newest = synonym_set::table.select(diesel::dsl::max(synonym_set::changed_at));
    Ok((count(conn)?, newest.first(conn)?))
}

pub fn all(conn: &mut Conn) -> Result<Vec<SynonymSet>, Refusal> {
    let rows: Vec<Row> = synonym_set::table.order(synonym_set::id).load(conn)?;
    rows.into_iter().map(SynonymSet::try_from).collect()
}

pub fn page(conn: &mut Conn, page: &PageQuery) -> Result<Page<SynonymSet>, Refusal> {
    let mut query = synonym_set::table.into_boxed::<MultiBackend>();
    if let Some(id) = page.after::<SynonymSetId>()? {
        query = query.filter(synonym_set::id.gt(id));
    }
    let rows: Vec<Row> = query.order(synonym_set::id).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(SynonymSet::try_from).collect::<Result<_, _>>()?;
    Ok(Page::cut(found, page.limit, |found: &SynonymSet| found.id))
}

impl Row {
    fn of(set: &SynonymSet) -> Result<Row, Refusal> {
        Ok(Row {
            id: set.id,
            version: set.version,
            terms: to_json(&set.terms)?,
            note: set.note.clone(),
            changed_at: set.changed_at,
            changed_by: set.changed_by.clone(),
        })
    }
}

impl TryFrom<Row> for SynonymSet {
    type Error = Refusal;

    fn try_from(row: Row) -> Result<SynonymSet, Refusal> {
        Ok(SynonymSet {
            id: row.id,
            version: row.version,
            terms: from_json(&row.terms)?,
            note: row.note,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
}

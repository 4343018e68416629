//! Rows of saved searches.

use diesel::prelude::*;

use super::model::{Channels, Frequency, SavedSearch, SavedSearchId, Told};
use crate::db::schema::{saved_search, saved_search_told};
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

stored_words!(Frequency);

const ID_BYTES: usize = 16;

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = saved_search)]
struct Row {
    id: SavedSearchId,
    version: i64,
    user_id: UserId,
    organisation_id: OrganisationId,
    name: String,
    question: String,
    frequency: Frequency,
    in_app: bool,
    mail: bool,
    webhook: bool,
    since: UtcTime,
    created_at: UtcTime,
    changed_at: UtcTime,
}

impl From<SavedSearch> for Row {
    fn from(it: SavedSearch) -> Row {
        let Channels { in_app, mail, webhook } = it.channels;
        Row {
            id: it.id,
            version: it.version,
            user_id: it.user,
            organisation_id: it.organisation,
            name: it.name,
            question: it.question,
            frequency: it.frequency,
            in_app,
            mail,
            webhook,
            since: it.since,
            created_at: it.created_at,
            changed_at: it.changed_at,
        }
    }
}

impl From<Row> for SavedSearch {
    fn from(row: Row) -> SavedSearch {
        SavedSearch {
            id: row.id,
            version: row.version,
            user: row.user_id,
            organisation: row.organisation_id,
            name: row.name,
            question: row.question,
            frequency: row.frequency,
            channels: Channels { in_app: row.in_app, mail: row.mail, webhook: row.webhook },
            since: row.since,
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    }
}

pub fn insert(conn: &mut Conn, new: &SavedSearch) -> Result<(), Refusal> {
    diesel::insert_into(saved_search::table).values(Row::from(new.clone())).execute(conn)?;
    Ok(())
}

/// Saves a search whose version was raised by one.
pub fn save(conn: &mut Conn, changed: &SavedSearch) -> Result<(), Refusal> {
    let old = saved_search::table
        .filter(saved_search::id.eq(changed.id))
        .filter(saved_search::version.eq(changed.version - 1));
    saved(diesel::update(old).set(Row::from(changed.clone())).execute(conn)?)
}

pub fn delete(conn: &mut Conn, id: SavedSearchId) -> Result<(), Refusal> {
    diesel::delete(saved_search::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: SavedSearchId) -> Result<Option<SavedSearch>, Refusal> {
    let row: Option<Row> = saved_search::table.find(id).first(conn).optional()?;
    Ok(row.map(SavedSearch::from))
}

pub fn all_of(conn: &mut Conn, ids: &[SavedSearchId]) -> Result<Vec<SavedSearch>, Refusal> {
    let rows: Vec<Row> = saved_search::table.filter(saved_search::id.eq_any(ids)).load(conn)?;
    Ok(rows.into_iter().map(SavedSearch::from).collect())
}

pub fn page_of(
    conn: &mut Conn,
    user: UserId,
    organisation: OrganisationId,
    page: &PageQuery,
) -> Result<Page<SavedSearch>, Refusal> {
    let mut query = saved_search::table
        .filter(saved_search::user_id.eq(user))
        .filter(saved_search::organisation_id.eq(organisation))
        .into_boxed();
    if let Some(after) = page.after::<SavedSearchId>()? {
        query = query.filter(saved_search::id.lt(after));
    }
    let rows: Vec<Row> = query.order(saved_search::id.desc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(SavedSearch::from).collect(), page.limit, |it: &SavedSearch| it.id))
}

pub fn count_of(conn: &mut Conn, user: UserId, organisation: OrganisationId) -> Result<i64, Refusal> {
    let own = saved_search::table
        .filter(saved_search::user_id.eq(user))
        .filter(saved_search::organisation_id.eq(organisation));
    Ok(own.count().get_result(conn)?)
}

pub fn count(conn: &mut Conn) -> Result<i64, Refusal> {
    Ok(saved_search::table.count().get_result(conn)?)
}

/// The next ones that were changed at `from` or later, by time and id.
pub fn changed_from(
    conn: &mut Conn,
    from: UtcTime,
    after: Option<SavedSearchId>,
    limit: i64,
) -> Result<Vec<SavedSearch>, Refusal> {
    let mut query = saved_search::table.into_boxed();
    query = match after {
        None => query.filter(saved_search::changed_at.ge(from)),
        Some(after) => query.filter(
            saved_search::changed_at
                .gt(from)
                .or(saved_search::changed_at.eq(from).and(saved_search::id.gt(after))),
        ),
    };
    let rows: Vec<Row> = query.order((saved_search::changed_at, saved_search::id)).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(SavedSearch::from).collect())
}

pub fn told(conn: &mut Conn, subjects: &[String]) -> Result<Vec<(String, Told)>, Refusal> {
    let rows: Vec<(String, i64, String, Vec<u8>)> =
        saved_search_told::table.filter(saved_search_told::subject.eq_any(subjects)).load(conn)?;
    let told = rows.into_iter().map(|(subject, version, title, bytes)| {
        let ids = bytes.chunks_exact(ID_BYTES).filter_map(|id| uuid::Uuid::from_slice(id).ok());
        let searches = ids.map(SavedSearchId::from_uuid).collect();
        (subject, Told { version, title, searches })
    });
    Ok(told.collect())
}

/// Replaces what is kept of a record; `None` drops it.
pub fn keep_told(conn: &mut Conn, subject: &str, told: Option<&Told>) -> Result<(), Refusal> {
    use saved_search_told as t;
    let Some(told) = told else {
        diesel::delete(t::table.find(subject)).execute(conn)?;
        return Ok(());
    };
    let bytes: Vec<u8> = told.searches.iter().flat_map(|id| id.uuid().into_bytes()).collect();
    let columns = (t::version.eq(told.version), t::title.eq(&told.title), t::searches.eq(&bytes));
    let updated = diesel::update(t::table.find(subject)).set(columns).execute(conn)?;
    if updated == 0 {
        diesel::insert_into(t::table).values((t::subject.eq(subject), columns)).execute(conn)?;
    }
    Ok(())
}

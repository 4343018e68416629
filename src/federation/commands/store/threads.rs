//! Threads at other nodes, and their messages.

use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::commands::{remote_message, remote_thread};
use crate::db::{Conn, on_each};
use crate::federation::commands::model::{RemoteMessage, RemoteMessageId, RemoteThread, ThreadId};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

#[derive(Clone, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = remote_thread, treat_none_as_null = true)]
struct ThreadRow {
    urn: String,
    id: ThreadId,
    organisation: OrganisationId,
    node: String,
    kind: String,
    about: String,
    state: String,
    version: i64,
    document: String,
    updated_at: UtcTime,
    erased_at: Option<UtcTime>,
    epoch: i64,
    lost_at: Option<UtcTime>,
}

impl From<ThreadRow> for RemoteThread {
    fn from(row: ThreadRow) -> Self {
        Self {
            urn: row.urn,
            id: row.id,
            organisation: row.organisation,
            node: row.node,
            kind: row.kind,
            about: row.about,
            state: row.state,
            version: row.version,
            document: row.document,
            updated_at: row.updated_at,
            erased_at: row.erased_at,
            epoch: row.epoch,
            lost_at: row.lost_at,
        }
    }
}

/// Puts a thread in the place of what was known of it.
pub fn put_thread(conn: &mut Conn, of: &RemoteThread) -> Result<(), Refusal> {
    let it = of.clone();
    let row = ThreadRow {
        urn: it.urn,
        id: it.id,
        organisation: it.organisation,
        node: it.node,
        kind: it.kind,
        about: it.about,
        state: it.state,
        version: it.version,
        document: it.document,
        updated_at: it.updated_at,
        erased_at: it.erased_at,
        epoch: it.epoch,
        lost_at: it.lost_at,
    };
    on_each!(conn, c => diesel::insert_into(remote_thread::table)
        .values(row.clone())
        .on_conflict(remote_thread::urn)
        .do_update()
        .set(row)
        .execute(c))?;
    Ok(())
}

pub fn thread(conn: &mut Conn, urn: &str) -> Result<Option<RemoteThread>, Refusal> {
    let found = remote_thread::table.find(urn).select(remote_thread::all_columns);
    let row: Option<ThreadRow> = found.first(conn).optional()?;
    Ok(row.map(RemoteThread::from))
}

pub fn thread_by_id(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ThreadId,
) -> Result<Option<RemoteThread>, Refusal> {
    let row: Option<ThreadRow> = remote_thread::table
        .filter(remote_thread::organisation.eq(organisation))
        .filter(remote_thread::id.eq(id))
        .select(remote_thread::all_columns)
        .first(conn)
        .optional()?;
    Ok(row.map(RemoteThread::from))
}

/// An organisation's threads, the newest first.
pub fn threads(
    conn: &mut Conn,
    organisation: OrganisationId,
    page: &PageQuery,
) -> Result<Page<RemoteThread>, Refusal> {
    let mut query = remote_thread::table
        .filter(remote_thread::organisation.eq(organisation))
        .into_boxed::<MultiBackend>();
    if let Some(after) = page.after::<ThreadId>()? {
        query = query.filter(remote_thread::id.lt(after));
    }
    let rows: Vec<ThreadRow> = query
        .order(remote_thread::id.desc())
        .limit(page.limit + 1)
        .select(remote_thread::all_columns)
        .load(conn)?;
    Ok(Page::cut(rows.into_iter().map(RemoteThread::from).collect(), page.limit, |it: &RemoteThread| it.id))
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = remote_message)]
struct MessageRow {
    id: RemoteMessageId,
    thread: String,
    party: String,
    party_name: String,
    author_name: String,
    text: String,
    sent_at: UtcTime,
}

/// Adds a message, once.
pub fn insert_message(conn: &mut Conn, of: &RemoteMessage) -> Result<(), Refusal> {
    let it = of.clone();
    let row = MessageRow {
        id: it.id,
        thread: it.thread,
        party: it.party,
        party_name: it.party_name,
        author_name: it.author_name,
        text: it.text,
        sent_at: it.sent_at,
    };
    on_each!(conn, c => diesel::insert_into(remote_message::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Messages in the order in which their node took them.
pub fn messages(conn: &mut Conn, thread: &str, page: &PageQuery) -> Result<Page<RemoteMessage>, Refusal> {
    let mut query = remote_message::table
        .filter(remote_message::thread.eq(thread.to_owned()))
        .into_boxed::<MultiBackend>();
    if let Some(after) = page.after::<RemoteMessageId>()? {
        query = query.filter(remote_message::id.gt(after));
    }
    let rows: Vec<MessageRow> = query
        .order(remote_message::id)
        .limit(page.limit + 1)
        .select(remote_message::all_columns)
        .load(conn)?;
    let build = |row: MessageRow| RemoteMessage {
        id: row.id,
        thread: row.thread,
        party: row.party,
        party_name: row.party_name,
        author_name: row.author_name,
        text: row.text,
        sent_at: row.sent_at,
    };
    Ok(Page::cut(rows.into_iter().map(build).collect(), page.limit, |it: &RemoteMessage| it.id))
}

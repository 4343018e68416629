//! Commands that this node received; kept for good.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::commands::command_inbox;
use crate::federation::commands::model::{InboxState, Incoming, ResultId};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = command_inbox, treat_none_as_null = true)]
struct Row {
    origin: String,
    key: String,
    digest: String,
    act: String,
    command: String,
    body: String,
    result: ResultId,
    state: InboxState,
    accepted: Option<bool>,
    attempts: i32,
    next_at: UtcTime,
    last_error: String,
    received_at: UtcTime,
    decided_at: Option<UtcTime>,
}

impl Row {
    fn of(of: &Incoming) -> Self {
        let it = of.clone();
        Self {
            origin: it.origin,
            key: it.key,
            digest: it.digest,
            act: it.act,
            command: it.command,
            body: it.body,
            result: it.result,
            state: it.state,
            accepted: it.accepted,
            attempts: it.attempts,
            next_at: it.next_at,
            last_error: it.last_error,
            received_at: it.received_at,
            decided_at: it.decided_at,
        }
    }

    fn build(self) -> Incoming {
        Incoming {
            origin: self.origin,
            key: self.key,
            digest: self.digest,
            act: self.act,
            command: self.command,
            body: self.body,
            result: self.result,
            state: self.state,
            accepted: self.accepted,
            attempts: self.attempts,
            next_at: self.next_at,
            last_error: self.last_error,
            received_at: self.received_at,
            decided_at: self.decided_at,
        }
    }
}

pub fn insert_incoming(conn: &mut Conn, of: &Incoming) -> Result<(), Refusal> {
    diesel::insert_into(command_inbox::table).values(Row::of(of)).execute(conn)?;
    Ok(())
}

pub fn save_incoming(conn: &mut Conn, of: &Incoming) -> Result<(), Refusal> {
    let old = command_inbox::table.find((&of.origin, &of.key));
    diesel::update(old).set(Row::of(of)).execute(conn)?;
    Ok(())
}

pub fn incoming(conn: &mut Conn, origin: &str, key: &str) -> Result<Option<Incoming>, Refusal> {
    let found = command_inbox::table.find((origin, key)).select(command_inbox::all_columns);
    let row: Option<Row> = found.first(conn).optional()?;
    Ok(row.map(Row::build))
}

/// What waits to be decided, in the order in which it came.
pub fn due_incoming(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Incoming>, Refusal> {
    let rows: Vec<Row> = command_inbox::table
        .filter(command_inbox::state.eq(InboxState::Received))
        .filter(command_inbox::next_at.le(now))
        .order((command_inbox::next_at, command_inbox::received_at, command_inbox::result))
        .limit(limit)
        .select(command_inbox::all_columns)
        .load(conn)?;
    Ok(rows.into_iter().map(Row::build).collect())
}

/// How many commands of a node came since.
pub fn count_since(conn: &mut Conn, origin: &str, since: UtcTime) -> Result<i64, Refusal> {
    let recent = command_inbox::table
        .filter(command_inbox::origin.eq(origin))
        .filter(command_inbox::received_at.gt(since));
    Ok(recent.count().get_result(conn)?)
}

/// Lets a failed command be decided at once.
pub fn revive_failed(conn: &mut Conn, origin: &str, key: &str, now: UtcTime) -> Result<bool, Refusal> {
    let failed = command_inbox::table
        .filter(command_inbox::origin.eq(origin))
        .filter(command_inbox::key.eq(key))
        .filter(command_inbox::state.eq(InboxState::Failed));
    let set = (
        command_inbox::state.eq(InboxState::Received),
        command_inbox::attempts.eq(0),
        command_inbox::next_at.eq(now),
    );
    Ok(diesel::update(failed).set(set).execute(conn)? == 1)
}

/// What could not be decided, by origin and key.
pub fn stuck(conn: &mut Conn, page: &PageQuery) -> Result<Page<Incoming>, Refusal> {
    let mut query =
        command_inbox::table.into_boxed::<MultiBackend>().filter(command_inbox::state.eq(InboxState::Failed));
    if let Some((origin, key)) = page.after::<(String, String)>()? {
        let same = command_inbox::origin.eq(origin.clone()).and(command_inbox::key.gt(key));
        query = query.filter(command_inbox::origin.gt(origin).or(same));
    }
    let rows: Vec<Row> = query
        .order((command_inbox::origin, command_inbox::key))
        .limit(page.limit + 1)
        .select(command_inbox::all_columns)
        .load(conn)?;
    let found = rows.into_iter().map(Row::build).collect();
    Ok(Page::cut(found, page.limit, |it: &Incoming| (it.origin.clone(), it.key.clone())))
}

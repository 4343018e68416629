//! Commands that wait for the next node.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::commands::command_outbox;
use crate::federation::commands::model::{OutboxState, Outgoing};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = command_outbox, treat_none_as_null = true)]
struct Row {
    origin: String,
    key: String,
    to_node: String,
    digest: String,
    command: String,
    via: String,
    state: OutboxState,
    attempts: i32,
    next_at: UtcTime,
    last_error: String,
    expires_at: UtcTime,
    queued_at: UtcTime,
    sent_at: Option<UtcTime>,
}

impl Row {
    fn of(of: &Outgoing) -> Self {
        let it = of.clone();
        Self {
            origin: it.origin,
            key: it.key,
            to_node: it.to_node,
            digest: it.digest,
            command: it.command,
            via: it.via.join(","),
            state: it.state,
            attempts: it.attempts,
            next_at: it.next_at,
            last_error: it.last_error,
            expires_at: it.expires_at,
            queued_at: it.queued_at,
            sent_at: it.sent_at,
        }
    }

    fn build(self) -> Outgoing {
        Outgoing {
            origin: self.origin,
            key: self.key,
            to_node: self.to_node,
            digest: self.digest,
            command: self.command,
            via: self.via.split(',').filter(|node| !node.is_empty()).map(str::to_owned).collect(),
            state: self.state,
            attempts: self.attempts,
            next_at: self.next_at,
            last_error: self.last_error,
            expires_at: self.expires_at,
            queued_at: self.queued_at,
            sent_at: self.sent_at,
        }
    }
}

pub fn insert_outgoing(conn: &mut Conn, of: &Outgoing) -> Result<(), Refusal> {
    diesel::insert_into(command_outbox::table).values(Row::of(of)).execute(conn)?;
    Ok(())
}

pub fn save_outgoing(conn: &mut Conn, of: &Outgoing) -> Result<(), Refusal> {
    let old = command_outbox::table.find((&of.origin, &of.key));
    diesel::update(old).set(Row::of(of)).execute(conn)?;
    Ok(())
}

pub fn outgoing(conn: &mut Conn, origin: &str, key: &str) -> Result<Option<Outgoing>, Refusal> {
    let found = command_outbox::table.find((origin, key)).select(command_outbox::all_columns);
    let row: Option<Row> = found.first(conn).optional()?;
    Ok(row.map(Row::build))
}

/// What is due, the longest waiting first.
pub fn due_outgoing(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Outgoing>, Refusal> {
    let rows: Vec<Row> = command_outbox::table
        .filter(command_outbox::state.eq(OutboxState::Waiting))
        .filter(command_outbox::next_at.le(now))
        .order((command_outbox::next_at, command_outbox::key))
        .limit(limit)
        .select(command_outbox::all_columns)
        .load(conn)?;
    Ok(rows.into_iter().map(Row::build).collect())
}

pub fn count_waiting(conn: &mut Conn) -> Result<i64, Refusal> {
    let waiting = command_outbox::table.filter(command_outbox::state.eq(OutboxState::Waiting));
    Ok(waiting.count().get_result(conn)?)
}

/// What could not be handed over, by origin and key.
pub fn dead(conn: &mut Conn, page: &PageQuery) -> Result<Page<Outgoing>, Refusal> {
    let mut query = command_outbox::table
        .into_boxed::<crate::db::conn::MultiBackend>()
        .filter(command_outbox::state.eq(OutboxState::Dead));
    if let Some((origin, key)) = page.after::<(String, String)>()? {
        let same = command_outbox::origin.eq(origin.clone()).and(command_outbox::key.gt(key));
        query = query.filter(command_outbox::origin.gt(origin).or(same));
    }
    let rows: Vec<Row> = query
        .order((command_outbox::origin, command_outbox::key))
        .limit(page.limit + 1)
        .select(command_outbox::all_columns)
        .load(conn)?;
    let found = rows.into_iter().map(Row::build).collect();
    Ok(Page::cut(found, page.limit, |it: &Outgoing| (it.origin.clone(), it.key.clone())))
}

/// Lets a dead command be tried again at once.
pub fn revive(conn: &mut Conn, origin: &str, key: &str, now: UtcTime) -> Result<bool, Refusal> {
    let dead = command_outbox::table
        .filter(command_outbox::origin.eq(origin))
        .filter(command_outbox::key.eq(key))
        .filter(command_outbox::state.eq(OutboxState::Dead));
    let set = (
        command_outbox::state.eq(OutboxState::Waiting),
        command_outbox::attempts.eq(0),
        command_outbox::next_at.eq(now),
    );
    Ok(diesel::update(dead).set(set).execute(conn)? == 1)
}

/// Others' commands that were handed over: their keys were kept as long as a copy may come again.
pub fn forget_handed_over(conn: &mut Conn, own: &str, before: UtcTime, limit: i64) -> Result<usize, Refusal> {
    let old: Vec<(String, String)> = command_outbox::table
        .filter(command_outbox::state.ne(OutboxState::Waiting))
        .filter(command_outbox::next_at.lt(before))
        .filter(command_outbox::origin.ne(own))
        .limit(limit)
        .select((command_outbox::origin, command_outbox::key))
        .load(conn)?;
    for (origin, key) in &old {
        diesel::delete(command_outbox::table.find((origin, key))).execute(conn)?;
    }
    Ok(old.len())
}

//! What users of this node asked of others.

use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::commands::remote_act;
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::federation::commands::model::{
    ActFilter, InboxState, OutboxState, RemoteAct, RemoteActId, RemoteState, ResultState,
};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

stored_words!(RemoteState, OutboxState, InboxState, ResultState);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = remote_act, treat_none_as_null = true)]
struct Row {
    id: RemoteActId,
    version: i64,
    act: String,
    node: String,
    about: String,
    about_title: String,
    thread: String,
    organisation: OrganisationId,
    asked_by: UserId,
    state: RemoteState,
    request: String,
    accepted: Option<bool>,
    answer: String,
    asked_at: UtcTime,
    sent_at: Option<UtcTime>,
    received_at: Option<UtcTime>,
    decided_at: Option<UtcTime>,
}

impl Row {
    fn of(of: &RemoteAct) -> Self {
        let it = of.clone();
        Self {
            id: it.id,
            version: it.version,
            act: it.act,
            node: it.node,
            about: it.about,
            about_title: it.about_title,
            thread: it.thread,
            organisation: it.organisation,
            asked_by: it.asked_by,
            state: it.state,
            request: it.request,
            accepted: it.accepted,
            answer: it.answer,
            asked_at: it.asked_at,
            sent_at: it.sent_at,
            received_at: it.received_at,
            decided_at: it.decided_at,
        }
    }

    fn build(self) -> RemoteAct {
        RemoteAct {
            id: self.id,
            version: self.version,
            act: self.act,
            node: self.node,
            about: self.about,
            about_title: self.about_title,
            thread: self.thread,
            organisation: self.organisation,
            asked_by: self.asked_by,
            state: self.state,
            request: self.request,
            accepted: self.accepted,
            answer: self.answer,
            asked_at: self.asked_at,
            sent_at: self.sent_at,
            received_at: self.received_at,
            decided_at: self.decided_at,
        }
    }
}

pub fn insert_act(conn: &mut Conn, of: &RemoteAct) -> Result<(), Refusal> {
    diesel::insert_into(remote_act::table).values(Row::of(of)).execute(conn)?;
    Ok(())
}

/// Saves an act whose version was raised by one.
pub fn save_act(conn: &mut Conn, of: &RemoteAct) -> Result<(), Refusal> {
    let old =
        remote_act::table.filter(remote_act::id.eq(of.id)).filter(remote_act::version.eq(of.version - 1));
    saved(diesel::update(old).set(Row::of(of)).execute(conn)?)
}

pub fn act(conn: &mut Conn, id: RemoteActId) -> Result<Option<RemoteAct>, Refusal> {
    let row: Option<Row> =
        remote_act::table.find(id).select(remote_act::all_columns).first(conn).optional()?;
    Ok(row.map(Row::build))
}

/// An organisation's acts, the newest first.
pub fn acts(
    conn: &mut Conn,
    organisation: OrganisationId,
    filter: &ActFilter,
    page: &PageQuery,
) -> Result<Page<RemoteAct>, Refusal> {
    let mut query =
        remote_act::table.filter(remote_act::organisation.eq(organisation)).into_boxed::<MultiBackend>();
    if let Some(state) = filter.state {
        query = query.filter(remote_act::state.eq(state));
    }
    if let Some(about) = &filter.about {
        query = query.filter(remote_act::about.eq(about.clone()));
    }
    if let Some(thread) = &filter.thread {
        query = query.filter(remote_act::thread.eq(thread.clone()));
    }
    if let Some(after) = page.after::<RemoteActId>()? {
        query = query.filter(remote_act::id.lt(after));
    }
    let rows: Vec<Row> = query
        .order(remote_act::id.desc())
        .limit(page.limit + 1)
        .select(remote_act::all_columns)
        .load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Row::build).collect(), page.limit, |act: &RemoteAct| act.id))
}

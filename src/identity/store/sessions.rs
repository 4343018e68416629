//! Sessions, their refresh tokens, and what keeps guessing slow.

use diesel::prelude::*;

use crate::db::schema::{api_key, login_backoff, refresh_token, session};
use crate::db::{Conn, on_each, saved};
use crate::identity::model::{RefreshToken, RevocationReason, Session};
use crate::identity::rules::Attempts;
use crate::kernel::error::Refusal;
use crate::kernel::id::{MembershipId, SessionId, UserId};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = session, treat_none_as_null = true)]
struct Row {
    id: SessionId,
    version: i64,
    user_id: UserId,
    membership_id: MembershipId,
    generation: i64,
    opened_at: UtcTime,
    used_at: UtcTime,
    ends_at: UtcTime,
    voided_at: Option<UtcTime>,
    revoked_at: Option<UtcTime>,
    revoked_reason: Option<RevocationReason>,
    address: String,
    agent: String,
}

impl From<&Session> for Row {
    fn from(it: &Session) -> Self {
        Self {
            id: it.id,
            version: it.version,
            user_id: it.user,
            membership_id: it.membership,
            generation: it.generation,
            opened_at: it.opened_at,
            used_at: it.used_at,
            ends_at: it.ends_at,
            voided_at: it.voided_at,
            revoked_at: it.revoked.map(|(at, _)| at),
            revoked_reason: it.revoked.map(|(_, reason)| reason),
            address: it.address.clone(),
            agent: it.agent.clone(),
        }
    }
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            user: row.user_id,
            membership: row.membership_id,
            generation: row.generation,
            opened_at: row.opened_at,
            used_at: row.used_at,
            ends_at: row.ends_at,
            voided_at: row.voided_at,
            revoked: row.revoked_at.zip(row.revoked_reason),
            address: row.address,
            agent: row.agent,
        }
    }
}

pub fn insert_session(conn: &mut Conn, it: &Session) -> Result<(), Refusal> {
    diesel::insert_into(session::table).values(Row::from(it)).execute(conn)?;
    Ok(())
}

pub fn save_session(conn: &mut Conn, it: &Session) -> Result<(), Refusal> {
    let old = session::table.find(it.id).filter(session::version.eq(it.version.saturating_sub(1)));
    saved(diesel::update(old).set(Row::from(it)).execute(conn)?)
}

pub fn session(conn: &mut Conn, id: SessionId) -> Result<Option<Session>, Refusal> {
    Ok(session::table.find(id).select(Row::as_select()).first(conn).optional()?.map(Session::from))
}

/// A person's sessions that still live, the newest first.
pub fn sessions_of(conn: &mut Conn, user: UserId, now: UtcTime) -> Result<Vec<Session>, Refusal> {
    let rows: Vec<Row> = session::table
        .filter(session::user_id.eq(user))
        .filter(session::revoked_at.is_null())
        .filter(session::ends_at.gt(now))
        .order(session::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

pub fn sessions_of_membership(
    conn: &mut Conn,
    id: MembershipId,
    now: UtcTime,
) -> Result<Vec<Session>, Refusal> {
    let rows: Vec<Row> = session::table
        .filter(session::membership_id.eq(id))
        .filter(session::revoked_at.is_null())
        .filter(session::ends_at.gt(now))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Sessions and keys whose tokens became void since a time: `(id, generation, revoked)`.
pub fn voided_since(conn: &mut Conn, since: UtcTime) -> Result<Vec<(SessionId, i64, bool)>, Refusal> {
    let sessions: Vec<(SessionId, i64, Option<UtcTime>)> = session::table
        .filter(session::voided_at.ge(since))
        .select((session::id, session::generation, session::revoked_at))
        .load(conn)?;
    // A key stands in a session's place in `Person`, and in the set of what ended.
    let keys: Vec<SessionId> =
        api_key::table.filter(api_key::revoked_at.ge(since)).select(api_key::id).load(conn)?;
    let sessions = sessions.into_iter().map(|(id, generation, revoked)| (id, generation, revoked.is_some()));
    Ok(sessions.chain(keys.into_iter().map(|id| (id, 0, true))).collect())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_token)]
struct TokenRow {
    hash: String,
    session_id: SessionId,
    expires_at: UtcTime,
    used_at: Option<UtcTime>,
    successor: Option<String>,
    sealed_successor: Option<Vec<u8>>,
}

pub fn insert_refresh_token(conn: &mut Conn, it: &RefreshToken) -> Result<(), Refusal> {
    let row = TokenRow {
        hash: it.hash.clone(),
        session_id: it.session,
        expires_at: it.expires_at,
        used_at: it.used_at,
        successor: it.successor.clone(),
        sealed_successor: it.sealed_successor.clone(),
    };
    diesel::insert_into(refresh_token::table).values(row).execute(conn)?;
    Ok(())
}

pub fn refresh_token(conn: &mut Conn, hash: &str) -> Result<Option<RefreshToken>, Refusal> {
    let row: Option<TokenRow> =
        refresh_token::table.find(hash).select(TokenRow::as_select()).first(conn).optional()?;
    Ok(row.map(|row| RefreshToken {
        hash: row.hash,
        session: row.session_id,
        expires_at: row.expires_at,
        used_at: row.used_at,
        successor: row.successor,
        sealed_successor: row.sealed_successor,
    }))
}

/// Marks a token used and replaced. The sealed successors of the session's earlier tokens are no longer
/// needed: their answers arrived, or this token would not be known.
pub fn replace_refresh_token(
    conn: &mut Conn,
    old: &RefreshToken,
    successor: &str,
    sealed: &[u8],
    now: UtcTime,
) -> Result<(), Refusal> {
    let others = refresh_token::table
        .filter(refresh_token::session_id.eq(old.session))
        .filter(refresh_token::sealed_successor.is_not_null());
    diesel::update(others).set(refresh_token::sealed_successor.eq(None::<Vec<u8>>)).execute(conn)?;
    let unused = refresh_token::table.find(&old.hash).filter(refresh_token::used_at.is_null());
    let set = (
        refresh_token::used_at.eq(now),
        refresh_token::successor.eq(successor),
        refresh_token::sealed_successor.eq(sealed),
    );
    saved(diesel::update(unused).set(set).execute(conn)?)
}

/// Forgets sessions that ended before a time, some at once: a job calls it until it finds none.
pub fn sweep_sessions(conn: &mut Conn, before: UtcTime, at_most: i64) -> Result<usize, Refusal> {
    let over: Vec<SessionId> = session::table
        .filter(session::ends_at.lt(before))
        .order(session::ends_at)
        .limit(at_most)
        .select(session::id)
        .load(conn)?;
    diesel::delete(refresh_token::table.filter(refresh_token::session_id.eq_any(&over))).execute(conn)?;
    Ok(diesel::delete(session::table.filter(session::id.eq_any(&over))).execute(conn)?)
}

pub fn attempts(conn: &mut Conn, key: &str) -> Result<Option<Attempts>, Refusal> {
    let row: Option<(i64, UtcTime)> = login_backoff::table
        .find(key)
        .select((login_backoff::attempts, login_backoff::last_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(count, last_at)| Attempts { count, last_at }))
}

pub fn put_attempts(conn: &mut Conn, key: &str, it: Attempts) -> Result<(), Refusal> {
    let set = (login_backoff::attempts.eq(it.count), login_backoff::last_at.eq(it.last_at));
    on_each!(conn, c => diesel::insert_into(login_backoff::table)
        .values((login_backoff::key.eq(key), set))
        .on_conflict(login_backoff::key)
        .do_update()
        .set(set)
        .execute(c))?;
    Ok(())
}

pub fn forget_attempts(conn: &mut Conn, key: &str) -> Result<(), Refusal> {
    diesel::delete(login_backoff::table.find(key)).execute(conn)?;
    Ok(())
}

pub fn sweep_attempts(conn: &mut Conn, before: UtcTime, at_most: i64) -> Result<usize, Refusal> {
    let old: Vec<String> = login_backoff::table
        .filter(login_backoff::last_at.lt(before))
        .order(login_backoff::last_at)
        .limit(at_most)
        .select(login_backoff::key)
        .load(conn)?;
    Ok(diesel::delete(login_backoff::table.filter(login_backoff::key.eq_any(old))).execute(conn)?)
}

//! Taking words and contacts out of what is kept of acts: keys, digests and states stay.

use diesel::prelude::*;

use crate::db::schema::commands::{command_inbox, command_target, remote_act};
use crate::db::{Conn, on_each};
use crate::federation::commands::model::{InboxState, RemoteActId, RemoteState};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// Which record a received command is about.
pub fn put_target(conn: &mut Conn, origin: &str, key: &str, target: &str) -> Result<(), Refusal> {
    let row =
        (command_target::origin.eq(origin), command_target::key.eq(key), command_target::target.eq(target));
    on_each!(conn, c => diesel::insert_into(command_target::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Received commands about a record, at most so many. They are named once.
pub fn take_received_about(
    conn: &mut Conn,
    target: &str,
    limit: i64,
) -> Result<Vec<(String, String)>, Refusal> {
    let about = command_target::table.filter(command_target::target.eq(target));
    let keys: Vec<(String, String)> =
        about.limit(limit).select((command_target::origin, command_target::key)).load(conn)?;
    for (origin, key) in &keys {
        diesel::delete(command_target::table.find((origin, key))).execute(conn)?;
    }
    Ok(keys)
}

/// Decided commands whose sealed letter is evidence no more.
pub fn evidence_before(
    conn: &mut Conn,
    before: UtcTime,
    limit: i64,
) -> Result<Vec<(String, String)>, Refusal> {
    let old = command_inbox::table
        .filter(command_inbox::state.eq(InboxState::Decided))
        .filter(command_inbox::decided_at.lt(before))
        .filter(command_inbox::command.ne(""));
    let keys = (command_inbox::origin, command_inbox::key);
    Ok(old.order(keys).limit(limit).select(keys).load(conn)?)
}

/// The opened text goes, if it is still there, and the letter as it came.
pub fn blank_received(conn: &mut Conn, keys: &[(String, String)]) -> Result<(), Refusal> {
    for (origin, key) in keys {
        let words = (command_inbox::body.eq(""), command_inbox::command.eq(""));
        diesel::update(command_inbox::table.find((origin, key))).set(words).execute(conn)?;
    }
    Ok(())
}

/// Acts of users of this node that are over, and whose words are still here.
pub fn acts_before(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<RemoteActId>, Refusal> {
    let over = [RemoteState::Decided, RemoteState::Undeliverable];
    let old = remote_act::table
        .filter(remote_act::state.eq_any(over))
        .filter(remote_act::asked_at.lt(before))
        .filter(remote_act::request.ne(""));
    Ok(old.order(remote_act::id).limit(limit).select(remote_act::id).load(conn)?)
}

/// Those about one record of which words or the record's title are still here.
pub fn acts_about(conn: &mut Conn, about: &str, limit: i64) -> Result<Vec<RemoteActId>, Refusal> {
    let left = remote_act::request.ne("").or(remote_act::about_title.ne(""));
    let of = remote_act::table.filter(remote_act::about.eq(about)).filter(left);
    Ok(of.limit(limit).select(remote_act::id).load(conn)?)
}

/// The words go; with `title` those of the record, too.
pub fn blank_acts(conn: &mut Conn, ids: &[RemoteActId], title: bool) -> Result<(), Refusal> {
    let named = || remote_act::table.filter(remote_act::id.eq_any(ids));
    diesel::update(named()).set(remote_act::request.eq("")).execute(conn)?;
    if title {
        diesel::update(named()).set(remote_act::about_title.eq("")).execute(conn)?;
    }
    Ok(())
}

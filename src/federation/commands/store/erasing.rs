//! Taking words and contacts out of what is kept of acts: keys, digests and states stay.

use diesel::prelude::*;

use super::results::Told;
use crate::db::schema::commands::{
    command_erasing, command_inbox, command_result, command_target, command_told, remote_act, remote_message,
    remote_thread,
};
use crate::db::{Conn, on_each};
use crate::federation::commands::model::{
    InboxState, RemoteActId, RemoteMessageId, RemoteState, ResultState,
};
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
    let over = [RemoteState::Decided, RemoteState::Undeliverable, RemoteState::Lost];
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

/// Threads about one record of which words are still here.
pub fn threads_about(conn: &mut Conn, about: &str, limit: i64) -> Result<Vec<String>, Refusal> {
    let of = remote_thread::table.filter(remote_thread::about.eq(about));
    let left = of.filter(remote_thread::erased_at.is_null());
    Ok(left.limit(limit).select(remote_thread::urn).load(conn)?)
}

/// Threads of which nothing was heard since, and whose words are still here.
pub fn threads_before(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<String>, Refusal> {
    let old = remote_thread::table.filter(remote_thread::updated_at.lt(before));
    let left = old.filter(remote_thread::erased_at.is_null());
    Ok(left.order(remote_thread::updated_at).limit(limit).select(remote_thread::urn).load(conn)?)
}

/// Messages in threads about one record of which the text is still here.
pub fn messages_about(conn: &mut Conn, about: &str, limit: i64) -> Result<Vec<RemoteMessageId>, Refusal> {
    let threads = remote_thread::table.filter(remote_thread::about.eq(about)).select(remote_thread::urn);
    let of = remote_message::table.filter(remote_message::thread.eq_any(threads));
    let left = of.filter(remote_message::text.ne(""));
    Ok(left.limit(limit).select(remote_message::id).load(conn)?)
}

pub fn messages_before(
    conn: &mut Conn,
    before: UtcTime,
    limit: i64,
) -> Result<Vec<RemoteMessageId>, Refusal> {
    let old = remote_message::table.filter(remote_message::sent_at.lt(before));
    let left = old.filter(remote_message::text.ne(""));
    Ok(left.order(remote_message::sent_at).limit(limit).select(remote_message::id).load(conn)?)
}

/// The text goes and who wrote it; that a party wrote at that time stays.
pub fn blank_messages(conn: &mut Conn, ids: &[RemoteMessageId]) -> Result<(), Refusal> {
    let words = (remote_message::text.eq(""), remote_message::author_name.eq(""));
    diesel::update(remote_message::table.filter(remote_message::id.eq_any(ids))).set(words).execute(conn)?;
    Ok(())
}

/// Sealed answers of other nodes that are evidence no more.
pub fn results_before(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<String>, Refusal> {
    let old = command_result::table
        .filter(command_result::came_at.lt(before))
        .filter(command_result::state.ne(ResultState::Waiting))
        .filter(command_result::document.ne(""));
    Ok(old.order(command_result::came_at).limit(limit).select(command_result::subject).load(conn)?)
}

/// The letter goes; that it came in this version stays.
pub fn blank_results(conn: &mut Conn, subjects: &[String]) -> Result<(), Refusal> {
    let named = command_result::table.filter(command_result::subject.eq_any(subjects));
    diesel::update(named).set(command_result::document.eq("")).execute(conn)?;
    Ok(())
}

/// Answers that were last told so long ago, and are not taken back.
pub fn told_before(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<Told>, Refusal> {
    let old = command_told::table.filter(command_told::told_at.lt(before));
    let left = old.filter(command_told::digest.ne(""));
    Ok(left.order(command_told::told_at).limit(limit).select(command_told::all_columns).load(conn)?)
}

/// More was asked about an erased record than one command takes out.
pub fn put_erasing(conn: &mut Conn, target: &str, since: UtcTime) -> Result<(), Refusal> {
    let row = (command_erasing::target.eq(target), command_erasing::since.eq(since));
    on_each!(conn, c => diesel::insert_into(command_erasing::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

pub fn erasing(conn: &mut Conn) -> Result<Option<String>, Refusal> {
    let oldest = command_erasing::table.order((command_erasing::since, command_erasing::target));
    Ok(oldest.select(command_erasing::target).first(conn).optional()?)
}

pub fn erased(conn: &mut Conn, target: &str) -> Result<(), Refusal> {
    diesel::delete(command_erasing::table.find(target)).execute(conn)?;
    Ok(())
}

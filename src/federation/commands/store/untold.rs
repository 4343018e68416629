//! What the node of a thread's party could not be told yet: names, no words.

use diesel::prelude::*;

use crate::db::schema::commands::command_untold;
use crate::db::{Conn, on_each};
use crate::engagement::model::{EngagementId, MessageId};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// How an engagement stands, or one of its messages.
pub struct Untold {
    pub engagement: EngagementId,
    pub message: Option<MessageId>,
    pub since: UtcTime,
}

/// The key of a thread's own state has no message.
fn text(message: Option<MessageId>) -> String {
    message.map(|id| id.to_string()).unwrap_or_default()
}

pub fn tell_later(
    conn: &mut Conn,
    engagement: EngagementId,
    message: Option<MessageId>,
    since: UtcTime,
    next_at: UtcTime,
) -> Result<(), Refusal> {
    let row = (
        command_untold::engagement.eq(engagement),
        command_untold::message.eq(text(message)),
        command_untold::since.eq(since),
        command_untold::next_at.eq(next_at),
    );
    on_each!(conn, c => diesel::insert_into(command_untold::table)
        .values(row.clone())
        .on_conflict((command_untold::engagement, command_untold::message))
        .do_update()
        .set(command_untold::next_at.eq(next_at))
        .execute(c))?;
    Ok(())
}

pub fn tell_no_more(
    conn: &mut Conn,
    engagement: EngagementId,
    message: Option<MessageId>,
) -> Result<(), Refusal> {
    diesel::delete(command_untold::table.find((engagement, text(message)))).execute(conn)?;
    Ok(())
}

pub fn untold(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Untold>, Refusal> {
    let due = command_untold::table.filter(command_untold::next_at.le(now)).order(command_untold::next_at);
    let columns = (command_untold::engagement, command_untold::message, command_untold::since);
    let rows: Vec<(EngagementId, String, UtcTime)> = due.limit(limit).select(columns).load(conn)?;
    let read = |(engagement, message, since): (EngagementId, String, UtcTime)| {
        let message = Some(message).filter(|id| !id.is_empty()).map(|id| id.parse()).transpose();
        Ok(Untold { engagement, message: message.map_err(Refusal::internal)?, since })
    };
    rows.into_iter().map(read).collect()
}

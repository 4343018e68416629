//! Enquiries by the organisation that was asked.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::engagement::{engagement, engagement_party};
use crate::engagement::model::{DueEnquiry, PartyRole, State};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// When an enquiry was made and answered.
#[derive(Queryable)]
pub struct Enquiry {
    pub owner: String,
    pub asked_at: UtcTime,
    pub due_at: UtcTime,
    pub answered_at: Option<UtcTime>,
}

/// Enquiries to these organisations, the newest first.
pub fn enquiries_to(conn: &mut Conn, owners: &[String], limit: i64) -> Result<Vec<Enquiry>, Refusal> {
    Ok(engagement_party::table
        .inner_join(engagement::table)
        .filter(engagement_party::party.eq_any(owners))
        .filter(engagement_party::role.eq(PartyRole::Owner))
        .order(engagement_party::engagement.desc())
        .limit(limit)
        .select((
            engagement::owner_urn,
            engagement::asked_at,
            engagement::answer_due_at,
            engagement::answered_at,
        ))
        .load(conn)?)
}

/// Enquiries that wait for an answer due between two times, the first due first.
pub fn due_between(
    conn: &mut Conn,
    from: UtcTime,
    to: UtcTime,
    limit: i64,
) -> Result<Vec<DueEnquiry>, Refusal> {
    let rows: Vec<(_, String, String, UtcTime)> = engagement::table
        .filter(engagement::state.eq(State::Enquired))
        .filter(engagement::answer_due_at.between(from, to))
        .order((engagement::answer_due_at, engagement::id))
        .limit(limit)
        .select((engagement::id, engagement::owner_urn, engagement::about_title, engagement::answer_due_at))
        .load(conn)?;
    let due = rows.into_iter().map(|(id, owner, title, due_at)| DueEnquiry { id, owner, title, due_at });
    Ok(due.collect())
}

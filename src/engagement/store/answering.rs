//! Enquiries by the organisation that was asked.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::engagement::{engagement, engagement_party};
use crate::engagement::model::PartyRole;
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

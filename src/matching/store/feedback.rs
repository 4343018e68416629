//! What became of suggestions.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::matching::match_feedback;
use crate::db::{Conn, from_json, on_each, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::matching::model::{Event, Feedback, FeedbackId, PARTS, Side, Values};

#[derive(Serialize, Deserialize)]
struct PartsDoc {
    demand: [f64; PARTS],
    achievement: [f64; PARTS],
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = match_feedback)]
struct Row {
    id: FeedbackId,
    at: UtcTime,
    event: Event,
    side: Side,
    demand: String,
    achievement: String,
    organisation: String,
    source: String,
    position: Option<i32>,
    reason: Option<String>,
    parts: Option<String>,
    weights_version: Option<i64>,
}

impl Row {
    fn of(of: &Feedback) -> Result<Row, Refusal> {
        let document = |(demand, achievement): (Values, Values)| {
            to_json(&PartsDoc { demand: demand.0, achievement: achievement.0 })
        };
        Ok(Row {
            id: of.id,
            at: of.at,
            event: of.event,
            side: of.side,
            demand: of.demand.clone(),
            achievement: of.achievement.clone(),
            organisation: of.organisation.clone(),
            source: of.source.clone(),
            position: of.position,
            reason: of.reason.clone(),
            parts: of.values.map(document).transpose()?,
            weights_version: of.weights_version,
        })
    }

    fn build(self) -> Result<Feedback, Refusal> {
        let parts: Option<PartsDoc> = self.parts.as_deref().map(from_json).transpose()?;
        Ok(Feedback {
            id: self.id,
            at: self.at,
            event: self.event,
            side: self.side,
            demand: self.demand,
            achievement: self.achievement,
            organisation: self.organisation,
            source: self.source,
            position: self.position,
            reason: self.reason,
            values: parts.map(|parts| (Values(parts.demand), Values(parts.achievement))),
            weights_version: self.weights_version,
        })
    }
}

/// Keeps an event; the same one again changes nothing.
pub fn keep_feedback(conn: &mut Conn, feedback: &Feedback) -> Result<bool, Refusal> {
    let row = Row::of(feedback)?;
    let rows = on_each!(conn, c => diesel::insert_into(match_feedback::table).values(&row).on_conflict_do_nothing().execute(c))?;
    Ok(rows == 1)
}

/// Events in the order of their ids.
pub fn feedback_after(
    conn: &mut Conn,
    after: Option<FeedbackId>,
    limit: i64,
) -> Result<Vec<Feedback>, Refusal> {
    let mut query = match_feedback::table.into_boxed();
    if let Some(after) = after {
        query = query.filter(match_feedback::id.gt(after));
    }
    let rows: Vec<Row> =
        query.order(match_feedback::id).limit(limit).select(match_feedback::all_columns).load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

/// What came of one enquiry so far.
pub fn feedback_from(conn: &mut Conn, source: &str, event: Event) -> Result<Vec<Feedback>, Refusal> {
    let rows: Vec<Row> = match_feedback::table
        .filter(match_feedback::source.eq(source).and(match_feedback::event.eq(event)))
        .select(match_feedback::all_columns)
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

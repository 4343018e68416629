//! Objections to publicised lists.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_batch, subsidy_objection, subsidy_sheet};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;
use crate::subsidy::model::{
    BatchId, BatchRecord, BatchState, ObjectionId, ObjectionRecord, ObjectionState, SheetId,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_objection)]
struct Row {
    id: ObjectionId,
    batch: BatchId,
    sheet: SheetId,
    state: ObjectionState,
    person: UserId,
    person_name: String,
    organisation: OrganisationId,
    organisation_name: String,
    reason: String,
    at: UtcTime,
    answer: String,
    answered_by: String,
    answered_at: Option<UtcTime>,
}

impl From<Row> for ObjectionRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            batch: row.batch,
            sheet: row.sheet,
            state: row.state,
            person: row.person,
            person_name: row.person_name,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            reason: row.reason,
            at: row.at,
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: row.answered_at,
        }
    }
}

pub fn insert(conn: &mut Conn, it: &ObjectionRecord) -> Result<(), Refusal> {
    let row = Row {
        id: it.id,
        batch: it.batch,
        sheet: it.sheet,
        state: it.state,
        person: it.person,
        person_name: it.person_name.clone(),
        organisation: it.organisation,
        organisation_name: it.organisation_name.clone(),
        reason: it.reason.clone(),
        at: it.at,
        answer: it.answer.clone(),
        answered_by: it.answered_by.clone(),
        answered_at: it.answered_at,
    };
    diesel::insert_into(subsidy_objection::table).values(row).execute(conn)?;
    Ok(())
}

pub fn answer(conn: &mut Conn, it: &ObjectionRecord) -> Result<(), Refusal> {
    diesel::update(subsidy_objection::table.find(it.id))
        .set((
            subsidy_objection::state.eq(it.state),
            subsidy_objection::answer.eq(it.answer.clone()),
            subsidy_objection::answered_by.eq(it.answered_by.clone()),
            subsidy_objection::answered_at.eq(it.answered_at),
        ))
        .execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: ObjectionId) -> Result<Option<ObjectionRecord>, Refusal> {
    let row: Option<Row> = subsidy_objection::table.find(id).first(conn).optional()?;
    Ok(row.map(ObjectionRecord::from))
}

/// Objections to a batch after one of them, the oldest first.
pub fn of_batch(
    conn: &mut Conn,
    batch: BatchId,
    after: Option<ObjectionId>,
    limit: i64,
) -> Result<Vec<ObjectionRecord>, Refusal> {
    let mut query =
        subsidy_objection::table.into_boxed::<MultiBackend>().filter(subsidy_objection::batch.eq(batch));
    if let Some(id) = after {
        query = query.filter(subsidy_objection::id.gt(id));
    }
    let rows: Vec<Row> = query.order(subsidy_objection::id.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(ObjectionRecord::from).collect())
}

/// How many objections to this list there are, and whether the person has one that waits for an answer.
pub fn standing(conn: &mut Conn, sheet: SheetId, person: UserId) -> Result<(i64, bool), Refusal> {
    let of_list = || subsidy_objection::table.filter(subsidy_objection::sheet.eq(sheet));
    let own: i64 = of_list()
        .filter(subsidy_objection::person.eq(person))
        .filter(subsidy_objection::state.eq(ObjectionState::Open))
        .count()
        .get_result(conn)?;
    Ok((of_list().count().get_result(conn)?, own > 0))
}

/// How many objections to this list wait for an answer.
pub fn open(conn: &mut Conn, sheet: SheetId) -> Result<i64, Refusal> {
    Ok(subsidy_objection::table
        .filter(subsidy_objection::sheet.eq(sheet))
        .filter(subsidy_objection::state.eq(ObjectionState::Open))
        .count()
        .get_result(conn)?)
}

/// Batches whose list is publicised, the newest first.
pub fn publicised(conn: &mut Conn, before: Option<BatchId>, limit: i64) -> Result<Vec<BatchRecord>, Refusal> {
    let mut query = subsidy_batch::table
        .inner_join(subsidy_sheet::table)
        .into_boxed::<MultiBackend>()
        .filter(subsidy_batch::state.eq(BatchState::Verified))
        .filter(subsidy_batch::publicity_until.is_not_null());
    if let Some(id) = before {
        query = query.filter(subsidy_batch::id.lt(id));
    }
    let rows: Vec<(super::batch::BatchRow, super::sheet::SheetRow)> =
        query.order(subsidy_batch::id.desc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(super::batch::read).collect())
}

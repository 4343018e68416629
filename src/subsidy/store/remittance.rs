//! Reported transfers.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::subsidy_remittance;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{BatchId, Outcome, Reconciled, RemittanceRecord};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_remittance)]
struct Row {
    batch: BatchId,
    position: i32,
    instruction: String,
    outcome: Outcome,
    amount_fen: Fen,
    paid_on: Day,
    reference: String,
    result: Reconciled,
    expected_fen: Fen,
    actor: String,
    at: UtcTime,
    ledger_number: Option<i64>,
}

impl From<Row> for RemittanceRecord {
    fn from(row: Row) -> Self {
        Self {
            batch: row.batch,
            position: row.position,
            instruction: row.instruction,
            outcome: row.outcome,
            amount: row.amount_fen,
            paid_on: row.paid_on,
            reference: row.reference,
            result: row.result,
            expected: row.expected_fen,
            actor: row.actor,
            at: row.at,
            ledger_number: row.ledger_number,
        }
    }
}

pub fn insert(conn: &mut Conn, it: &RemittanceRecord) -> Result<(), Refusal> {
    let row = Row {
        batch: it.batch,
        position: it.position,
        instruction: it.instruction.clone(),
        outcome: it.outcome,
        amount_fen: it.amount,
        paid_on: it.paid_on,
        reference: it.reference.clone(),
        result: it.result,
        expected_fen: it.expected,
        actor: it.actor.clone(),
        at: it.at,
        ledger_number: it.ledger_number,
    };
    diesel::insert_into(subsidy_remittance::table).values(row).execute(conn)?;
    Ok(())
}

pub fn next_position(conn: &mut Conn, batch: BatchId) -> Result<i32, Refusal> {
    let last: Option<i32> = subsidy_remittance::table
        .filter(subsidy_remittance::batch.eq(batch))
        .select(diesel::dsl::max(subsidy_remittance::position))
        .first(conn)?;
    Ok(last.map_or(0, |last| last + 1))
}

/// Whether a transfer of this name was booked, for any batch.
pub fn is_booked(conn: &mut Conn, reference: &str) -> Result<bool, Refusal> {
    let found: Option<i32> = subsidy_remittance::table
        .filter(subsidy_remittance::reference.eq(reference))
        .filter(subsidy_remittance::ledger_number.is_not_null())
        .select(subsidy_remittance::position)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

pub fn of_batch(conn: &mut Conn, batch: BatchId, limit: i64) -> Result<Vec<RemittanceRecord>, Refusal> {
    let rows: Vec<Row> = subsidy_remittance::table
        .filter(subsidy_remittance::batch.eq(batch))
        .order(subsidy_remittance::position.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(RemittanceRecord::from).collect())
}

/// What was reported of a batch from an instant on, in its order.
pub fn since(conn: &mut Conn, batch: BatchId, from: UtcTime) -> Result<Vec<RemittanceRecord>, Refusal> {
    let rows: Vec<Row> = subsidy_remittance::table
        .filter(subsidy_remittance::batch.eq(batch))
        .filter(subsidy_remittance::at.ge(from))
        .order(subsidy_remittance::position.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(RemittanceRecord::from).collect())
}

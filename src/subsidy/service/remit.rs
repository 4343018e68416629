//! The treasury: a file of what to transfer, and what it reports back, reconciled row by row.

use serde_json::json;

use super::super::codes::{BATCH_NOT_ORDERED, DAY_IN_FUTURE, DAY_TOO_EARLY, REMITTANCE_ROWS};
use super::super::model::{
    BatchId, BatchRecord, BatchState, OrderRecord, Outcome, PayeeRecord, PaymentKind, Reconciled,
    RemittanceRecord, StepKind,
};
use super::super::{rules, store};
use super::money::scheme_of;
use super::pay::{Paid, book, open_amount, settle};
use super::plan::too_large;
use super::read::visible;
use super::step::{Loaded, advance, check_fresh, is_out, load};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{OUT_OF_RANGE, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;

/// Rows of one report: a batch has at most 100 payees.
pub const ROWS_MAX: usize = 300;
const REFERENCE_CHARS_MAX: usize = 100;
const LISTED_MAX: i64 = 5000;

/// One transfer that the treasury is asked for.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The batch and the payee's place in it: what the treasury reports back names it.
    pub instruction: String,
    pub payee: PayeeRecord,
    pub amount: Fen,
}

pub fn instruction(batch: BatchId, payee: i32) -> String {
    format!("{batch}-{payee:03}")
}

/// An approved batch is ordered, once: what is owed back is booked and set against what is due. What is open then
/// is for the treasury to transfer, and stands whatever happens to the facts and to other debts; if nothing is open,
/// the batch is paid.
pub fn order(tx: &mut Tx, actor: &Actor, id: BatchId, expected: Option<i64>) -> Result<BatchRecord, Refusal> {
    let loaded = approved(tx, actor, id, expected)?;
    if store::order::of_batch(tx, id)?.is_empty() {
        if !is_out(tx, &loaded.batch)? {
            check_fresh(tx, &loaded.batch)?;
        }
        settle(tx, actor, &loaded.batch, &loaded.payees)?;
        tell(tx, actor, &loaded)?;
    }
    finished(tx, actor, loaded)
}

/// Keeps what the treasury is told to transfer to each payee.
fn tell(tx: &mut Tx, actor: &Actor, loaded: &Loaded) -> Result<(), Refusal> {
    let (batch, at) = (loaded.batch.id, tx.now());
    let payments = store::payee::payments(tx, batch)?;
    let mut orders = vec![];
    for payee in &loaded.payees {
        let amount = open_amount(payee, &payments)?;
        orders.push(OrderRecord { batch, payee: payee.position, amount, actor: actor.label(), at });
    }
    store::order::insert(tx, &orders)?;
    let total = Fen::sum(orders.iter().map(|order| order.amount)).ok_or_else(too_large)?;
    let urn = tx.urn("subsidy_batch", batch);
    let facts = json!({"payees": orders.len(), "total_fen": total});
    audit::service::record(tx, actor, "subsidy.payments_ordered", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.payments_ordered", urn, loaded.batch.version, facts));
    Ok(())
}

/// The treasury was told: nothing is known of a payment before.
fn check_ordered(conn: &mut Conn, id: BatchId) -> Result<(), Refusal> {
    if store::order::of_batch(conn, id)?.is_empty() {
        return Err(Refusal::new(&BATCH_NOT_ORDERED));
    }
    Ok(())
}

fn approved(tx: &mut Tx, actor: &Actor, id: BatchId, expected: Option<i64>) -> Result<Loaded, Refusal> {
    actor.permit(Permission::SubsidyPay)?;
    let loaded = load(tx, actor, id, expected)?;
    rules::next(Some(loaded.batch.state), StepKind::Pay)?;
    loaded.acting.may(&loaded.payees, StepKind::Pay, loaded.batch.round, &loaded.steps)?;
    Ok(loaded)
}

/// The batch is paid once nothing is open.
fn finished(tx: &mut Tx, actor: &Actor, loaded: Loaded) -> Result<BatchRecord, Refusal> {
    let payments = store::payee::payments(tx, loaded.batch.id)?;
    for payee in &loaded.payees {
        if open_amount(payee, &payments)?.is_positive() {
            return Ok(loaded.batch);
        }
    }
    advance(tx, actor, loaded, StepKind::Pay, BatchState::Paid, "")
}

/// What is open for the treasury to transfer.
pub fn instructions(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: BatchId,
) -> Result<(BatchRecord, Vec<Instruction>), Refusal> {
    actor.permit(Permission::SubsidyPay)?;
    let batch = visible(snapshot, actor, id)?;
    if batch.state != BatchState::Approved {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", batch.state));
    }
    check_ordered(snapshot, id)?;
    let payments = store::payee::payments(snapshot, id)?;
    let mut list = vec![];
    for payee in store::payee::of_sheet(snapshot, batch.sheet.id)? {
        let amount = open_amount(&payee, &payments)?;
        if amount.is_positive() {
            list.push(Instruction { instruction: instruction(id, payee.position), payee, amount });
        }
    }
    Ok((batch, list))
}

/// One row of what the treasury reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub instruction: String,
    pub outcome: Outcome,
    pub amount: Fen,
    pub paid_on: Day,
    pub reference: String,
}

/// Takes a report on an ordered batch: each row is reconciled by itself, and what agrees is booked on the day that
/// it names. A row that comes again, by its reference, is not booked again.
pub fn report(
    tx: &mut Tx,
    actor: &Actor,
    id: BatchId,
    rows: &[ReportRow],
    expected: Option<i64>,
) -> Result<(BatchRecord, Vec<RemittanceRecord>), Refusal> {
    let loaded = approved(tx, actor, id, expected)?;
    check_ordered(tx, id)?;
    check_rows(rows, approved_on(&loaded)?, tx.now().day())?;
    let first = store::remittance::next_position(tx, id)?;
    let mut reconciled = vec![];
    for (position, row) in (first..).zip(rows) {
        let (result, open, ledger_number) = reconcile(tx, actor, &loaded, row)?;
        let record = RemittanceRecord {
            batch: id,
            position,
            instruction: row.instruction.clone(),
            outcome: row.outcome,
            amount: row.amount,
            paid_on: row.paid_on,
            reference: row.reference.clone(),
            result,
            expected: open,
            actor: actor.label(),
            at: tx.now(),
            ledger_number,
        };
        store::remittance::insert(tx, &record)?;
        reconciled.push(record);
    }
    let urn = tx.urn("subsidy_batch", id);
    let matched = reconciled.iter().filter(|row| row.ledger_number.is_some()).count();
    let facts = json!({"rows": rows.len(), "booked": matched});
    audit::service::record(tx, actor, "subsidy.payments_reported", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.payments_reported", urn, loaded.batch.version, facts));
    let batch = finished(tx, actor, loaded)?;
    Ok((batch, reconciled))
}

/// The day on which the batch was approved: nothing of it was paid before.
fn approved_on(loaded: &Loaded) -> Result<Day, Refusal> {
    let approved = loaded.steps.iter().rev().find(|step| step.step == StepKind::Approve);
    approved
        .map(|step| step.at.day())
        .ok_or_else(|| Refusal::internal("an approved batch without its approval"))
}

fn check_rows(rows: &[ReportRow], approved: Day, today: Day) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if rows.is_empty() || rows.len() > ROWS_MAX {
        errors.add_with("/rows", &REMITTANCE_ROWS, &[("max", ROWS_MAX.to_string())]);
        return errors.check();
    }
    for (at, row) in rows.iter().enumerate() {
        if !(0..=MAX_JSON_FEN).contains(&row.amount.0) {
            let bounds = [("min", "0".to_owned()), ("max", MAX_JSON_FEN.to_string())];
            errors.add_with(format!("/rows/{at}/amount_fen"), &OUT_OF_RANGE, &bounds);
        }
        if row.paid_on > today {
            errors.add(format!("/rows/{at}/paid_on"), &DAY_IN_FUTURE);
        }
        if row.outcome == Outcome::Paid && row.paid_on < approved {
            let day = [("day", approved.to_string())];
            errors.add_with(format!("/rows/{at}/paid_on"), &DAY_TOO_EARLY, &day);
        }
        text::required(
            &mut errors,
            &format!("/rows/{at}/instruction"),
            &row.instruction,
            REFERENCE_CHARS_MAX,
        );
        text::required(&mut errors, &format!("/rows/{at}/reference"), &row.reference, REFERENCE_CHARS_MAX);
    }
    errors.check()
}

/// What becomes of a row, what was open before it, and the transaction that booked it.
fn reconcile(
    tx: &mut Tx,
    actor: &Actor,
    loaded: &Loaded,
    row: &ReportRow,
) -> Result<(Reconciled, Fen, Option<i64>), Refusal> {
    let batch = &loaded.batch;
    let named = |payee: &&PayeeRecord| instruction(batch.id, payee.position) == row.instruction;
    let Some(payee) = loaded.payees.iter().find(named) else {
        return Ok((Reconciled::UnknownInstruction, Fen::ZERO, None));
    };
    let payments = store::payee::payments(tx, batch.id)?;
    let open = open_amount(payee, &payments)?;
    if store::remittance::is_booked(tx, &row.reference)? {
        return Ok((Reconciled::Repeated, open, None));
    }
    let result = rules::reconciled(row.outcome, open, row.amount);
    if !matches!(result, Reconciled::Matched | Reconciled::Partial) {
        return Ok((result, open, None));
    }
    let scheme = scheme_of(tx, batch)?;
    let (on, reference) = (row.paid_on, row.reference.clone());
    let paid = Paid { payee, kind: PaymentKind::Transfer, amount: row.amount, on, reference };
    let number = book(tx, actor, batch, &scheme, &paid, None)?;
    Ok((result, open, Some(number)))
}

/// All that was reported of a batch, in its order.
pub fn reported(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: BatchId,
) -> Result<Vec<RemittanceRecord>, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    store::remittance::of_batch(snapshot, batch.id, LISTED_MAX)
}

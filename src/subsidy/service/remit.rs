//! The treasury: a file of what to transfer, and what it reports back, reconciled row by row.

use serde_json::json;

use super::super::codes::{DAY_IN_FUTURE, REMITTANCE_ROWS};
use super::super::model::{
    BatchId, BatchRecord, BatchState, Outcome, PayeeRecord, PaymentKind, Reconciled, RemittanceRecord,
    StepKind,
};
use super::super::{rules, store};
use super::money::scheme_of;
use super::pay::{Paid, book, open_amount, settle};
use super::read::visible;
use super::step::{Loaded, advance, load};
use crate::audit;
use crate::db::{Snapshot, Tx};
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

/// An approved batch is ordered: what is owed back is booked and set against what is due. What is open then is
/// for the treasury to transfer; if nothing is, the batch is paid.
pub fn order(tx: &mut Tx, actor: &Actor, id: BatchId, expected: Option<i64>) -> Result<BatchRecord, Refusal> {
    let loaded = approved(tx, actor, id, expected)?;
    settle(tx, actor, &loaded.batch, &loaded.payees)?;
    finished(tx, actor, loaded)
}

fn approved(tx: &mut Tx, actor: &Actor, id: BatchId, expected: Option<i64>) -> Result<Loaded, Refusal> {
    actor.permit(Permission::SubsidyPay)?;
    let loaded = load(tx, actor, id, expected)?;
    rules::next(Some(loaded.batch.state), StepKind::Pay)?;
    loaded.acting.may(&loaded.payees, StepKind::Pay, loaded.batch.round, &loaded.steps)?;
    super::step::check_fresh(tx, &loaded.batch)?;
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

/// Takes a report: each row is reconciled by itself, and what agrees is booked on the day that it names. A row
/// that comes again, by its reference, is not booked again.
pub fn report(
    tx: &mut Tx,
    actor: &Actor,
    id: BatchId,
    rows: &[ReportRow],
    expected: Option<i64>,
) -> Result<(BatchRecord, Vec<RemittanceRecord>), Refusal> {
    let today = tx.now().day();
    check_rows(rows, today)?;
    let loaded = approved(tx, actor, id, expected)?;
    settle(tx, actor, &loaded.batch, &loaded.payees)?;
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

fn check_rows(rows: &[ReportRow], today: Day) -> Result<(), Refusal> {
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

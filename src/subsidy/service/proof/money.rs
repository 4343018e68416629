//! Steps, orders, payments, clawbacks and settlements of a batch beside the transactions that booked them.

use super::super::super::model::{
    BatchRecord, BatchState, ClawbackRecord, OrderRecord, PayeeRecord, PaymentKind, PaymentRecord,
    Reconciled, RemittanceRecord, Scheme, SettlementKind, SettlementRecord, StepKind,
};
use super::super::super::{rules, store};
use super::super::money::{paid_of, scheme_of};
use super::super::remit::instruction;
use super::log::Said;
use super::{Stop, added, fault, moved, sum_of, too_large};
use crate::db::Conn;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::id::urn;
use crate::kernel::money::Fen;
use crate::ledger::model::{AccountKind, Transaction};
use crate::ledger::service as ledger;

/// What is booked of a batch.
pub struct Booked {
    pub batch: BatchRecord,
    pub scheme: Scheme,
    pub payees: Vec<PayeeRecord>,
    pub payments: Vec<PaymentRecord>,
    pub clawbacks: Vec<(ClawbackRecord, Vec<SettlementRecord>)>,
}

pub fn read(conn: &mut Conn, batch: BatchRecord) -> Result<Booked, Stop> {
    let scheme = scheme_of(conn, &batch)?;
    let payees = store::payee::of_sheet(conn, batch.sheet.id)?;
    let payments = store::payee::payments(conn, batch.id)?;
    let mut clawbacks = vec![];
    for clawback in store::clawback::of_batch(conn, batch.id)? {
        let settlements = store::clawback::settlements(conn, clawback.id)?;
        clawbacks.push((clawback, settlements));
    }
    Ok(Booked { batch, scheme, payees, payments, clawbacks })
}

pub fn prove(conn: &mut Conn, said: &Said, it: &Booked) -> Result<(), Stop> {
    steps(conn, said, it)?;
    for payment in &it.payments {
        check_payment(conn, it, payment)?;
    }
    for (clawback, settlements) in &it.clawbacks {
        check_clawback(conn, clawback, settlements)?;
    }
    for payee in &it.payees {
        check_payee(it, payee)?;
    }
    remittances(conn, it)
}

/// The transaction of a row.
fn transaction(conn: &mut Conn, number: i64, missing: Stop) -> Result<Transaction, Stop> {
    match ledger::transaction(conn, number) {
        Ok(found) => Ok(found),
        Err(refusal) if refusal.is(&NOT_FOUND) => Err(missing),
        Err(refusal) => Err(Stop::Refused(refusal)),
    }
}

/// A step moved what the payees of its sheet were due.
fn steps(conn: &mut Conn, said: &Said, it: &Booked) -> Result<(), Stop> {
    let mut before = None;
    for (position, step) in store::batch::steps(conn, it.batch.id)?.into_iter().enumerate() {
        let at = |what| fault("subsidy_step", format!("{} {position}", it.batch.id), what);
        let after = rules::next(before, step.step).map_err(|_| at("the steps are not in their order"))?;
        let moves = rules::movement(before, after).is_some();
        before = Some(after);
        if step.step == StepKind::Pay {
            continue;
        }
        let due = sum_of(store::payee::of_sheet(conn, step.sheet)?.into_iter().map(|payee| payee.due))?;
        let Some(number) = step.ledger_number else {
            if moves && due.is_positive() {
                return Err(at("no transaction moved its money"));
            }
            continue;
        };
        let found = transaction(conn, number, at("its transaction is missing"))?;
        let came = found.postings.iter().map(|posting| posting.amount).filter(|amount| amount.is_positive());
        if found.cause != urn(&said.node, "subsidy_batch", it.batch.id) || sum_of(came)? != due {
            return Err(at("its transaction moved something else"));
        }
    }
    if before == Some(it.batch.state) {
        Ok(())
    } else {
        Err(fault("subsidy_batch", it.batch.id, "the state is not that of the last step"))
    }
}

fn check_payment(conn: &mut Conn, it: &Booked, payment: &PaymentRecord) -> Result<(), Stop> {
    let at = |what| fault("subsidy_payment", payment.id, what);
    let of_payee =
        |payee: &&PayeeRecord| payee.position == payment.payee && payee.party.urn == payment.beneficiary;
    if !it.payees.iter().any(|payee| of_payee(&payee)) {
        return Err(at("the batch does not pay this beneficiary"));
    }
    let found = transaction(conn, payment.ledger_number, at("its transaction is missing"))?;
    let whose = (it.batch.budget_year, Some(payment.beneficiary.as_str()));
    let paid = moved(&found, AccountKind::Paid, whose, None)?;
    let approved = moved(&found, AccountKind::Approved, whose, None)?;
    if paid != payment.amount || Some(approved) != payment.amount.checked_neg() {
        return Err(at("its transaction moved another amount"));
    }
    Ok(())
}

fn check_clawback(
    conn: &mut Conn,
    clawback: &ClawbackRecord,
    settlements: &[SettlementRecord],
) -> Result<(), Stop> {
    let at = |what| fault("subsidy_clawback", clawback.id, what);
    let whose = (clawback.budget_year, Some(clawback.beneficiary.as_str()));
    let receivable =
        |found: &Transaction| moved(found, AccountKind::ClawbackReceivable, whose, Some(&clawback.fund));
    let found = transaction(conn, clawback.ledger_number, at("its transaction is missing"))?;
    if receivable(&found)? != clawback.amount {
        return Err(at("its transaction moved another amount"));
    }
    for settlement in settlements {
        let at = |what| fault("subsidy_settlement", settlement.id, what);
        let found = transaction(conn, settlement.ledger_number, at("its transaction is missing"))?;
        if Some(receivable(&found)?) != settlement.amount.checked_neg() {
            return Err(at("its transaction moved another amount"));
        }
        if settlement.kind == SettlementKind::Offset {
            let payment = settlement.reference.parse().ok();
            let payment = payment.map(|id| store::payee::payment(conn, id)).transpose()?.flatten();
            if payment.is_none_or(|it| it.amount != settlement.amount || it.kind != PaymentKind::Offset) {
                return Err(at("it was not set against a payment of this amount"));
            }
        }
    }
    let settled = sum_of(settlements.iter().map(|settlement| settlement.amount))?;
    if settled != clawback.settled || settled > clawback.amount {
        return Err(at("what is settled is not the sum of the settlements"));
    }
    Ok(())
}

/// A payee got what it is due, once the batch is paid, and owes what the batch takes back.
fn check_payee(it: &Booked, payee: &PayeeRecord) -> Result<(), Stop> {
    let at = |what| fault("subsidy_payee", format!("{} {}", it.batch.sheet.id, payee.position), what);
    let paid = paid_of(&it.payments, payee)?;
    let good = match it.batch.state {
        BatchState::Paid => paid == payee.due,
        BatchState::Approved => paid <= payee.due,
        _ => paid.is_zero(),
    };
    if !good {
        return Err(at("what was paid is not what is due"));
    }
    let own = it.clawbacks.iter().filter(|(clawback, _)| clawback.beneficiary == payee.party.urn);
    let owed = sum_of(own.map(|(clawback, _)| clawback.amount))?;
    let final_now = it.batch.state == BatchState::Paid || !it.clawbacks.is_empty();
    if owed != if final_now { payee.back } else { Fen::ZERO } {
        return Err(at("the clawbacks are not what the batch takes back"));
    }
    Ok(())
}

/// What was ordered is what was open after debts were set against it; what was reported is reconciled with it.
fn remittances(conn: &mut Conn, it: &Booked) -> Result<(), Stop> {
    let orders = store::order::of_batch(conn, it.batch.id)?;
    let Some(told) = orders.iter().map(|order| order.at).min() else { return Ok(()) };
    for order in &orders {
        let at = |what| fault("subsidy_order", format!("{} {}", order.batch, order.payee), what);
        let payee = it.payees.iter().find(|payee| payee.position == order.payee);
        let payee = payee.ok_or_else(|| at("the batch has no such payee"))?;
        let own = it.payments.iter().filter(|payment| payment.payee == order.payee);
        let offsets = own.filter(|payment| payment.kind == PaymentKind::Offset);
        let offset = sum_of(offsets.map(|payment| payment.amount))?;
        if added(offset, order.amount)? != payee.due {
            return Err(at("it is not what was open"));
        }
    }
    // Of batches that were being paid before there were orders, what was open changed from report to report.
    let told_at_once = orders.iter().all(|order| !order.actor.is_empty());
    let mut open: Vec<(&OrderRecord, Fen)> = orders.iter().map(|order| (order, order.amount)).collect();
    for row in store::remittance::since(conn, it.batch.id, told)? {
        let own = open.iter_mut().find(|(order, _)| instruction(order.batch, order.payee) == row.instruction);
        let mut none = Fen::ZERO;
        check_reported(it, &row, own.map_or(&mut none, |(_, open)| open), told_at_once)?;
    }
    Ok(())
}

fn check_reported(
    it: &Booked,
    row: &RemittanceRecord,
    open: &mut Fen,
    told_at_once: bool,
) -> Result<(), Stop> {
    let at = |what| fault("subsidy_remittance", format!("{} {}", row.batch, row.position), what);
    if told_at_once && row.expected != *open {
        return Err(at("this was not open"));
    }
    let judged = !matches!(row.result, Reconciled::Repeated | Reconciled::UnknownInstruction);
    if judged && rules::reconciled(row.outcome, row.expected, row.amount) != row.result {
        return Err(at("it was not reconciled so"));
    }
    if let Some(number) = row.ledger_number {
        let payment = it.payments.iter().find(|payment| payment.ledger_number == number);
        if payment.is_none_or(|payment| payment.amount != row.amount || payment.reference != row.reference) {
            return Err(at("no payment of this amount was booked"));
        }
        *open = open.checked_sub(row.amount).ok_or_else(too_large)?;
    }
    Ok(())
}

//! Payees and what was paid to them.

use diesel::prelude::*;

use crate::db::schema::{subsidy_payee, subsidy_payment};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{BatchId, PayeeRecord, PaymentId, PaymentKind, PaymentRecord, SheetId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_payee)]
struct PayeeRow {
    sheet: SheetId,
    position: i32,
    beneficiary: String,
    name: String,
    credit_code: String,
    division: String,
    bank: String,
    bank_account: String,
    due_fen: Fen,
    back_fen: Fen,
}

impl From<PayeeRow> for PayeeRecord {
    fn from(row: PayeeRow) -> Self {
        Self {
            position: row.position,
            party: PartyRef { urn: row.beneficiary, name: row.name, credit_code: row.credit_code },
            division: row.division,
            bank: row.bank,
            bank_account: row.bank_account,
            due: row.due_fen,
            back: row.back_fen,
        }
    }
}

pub fn insert(conn: &mut Conn, sheet: SheetId, payees: &[PayeeRecord]) -> Result<(), Refusal> {
    let row = |payee: &PayeeRecord| PayeeRow {
        sheet,
        position: payee.position,
        beneficiary: payee.party.urn.clone(),
        name: payee.party.name.clone(),
        credit_code: payee.party.credit_code.clone(),
        division: payee.division.clone(),
        bank: payee.bank.clone(),
        bank_account: payee.bank_account.clone(),
        due_fen: payee.due,
        back_fen: payee.back,
    };
    let rows: Vec<PayeeRow> = payees.iter().map(row).collect();
    on_each!(conn, c => diesel::insert_into(subsidy_payee::table).values(rows).execute(c))?;
    Ok(())
}

pub fn of_sheet(conn: &mut Conn, sheet: SheetId) -> Result<Vec<PayeeRecord>, Refusal> {
    let rows: Vec<PayeeRow> = subsidy_payee::table
        .filter(subsidy_payee::sheet.eq(sheet))
        .order(subsidy_payee::position.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(PayeeRecord::from).collect())
}

/// Removes an abandoned sheet's payees.
pub fn sweep(conn: &mut Conn, sheet: SheetId) -> Result<(), Refusal> {
    diesel::delete(subsidy_payee::table.filter(subsidy_payee::sheet.eq(sheet))).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_payment)]
struct PaymentRow {
    id: PaymentId,
    batch: BatchId,
    payee: i32,
    beneficiary: String,
    kind: PaymentKind,
    amount_fen: Fen,
    paid_on: Day,
    reference: String,
    actor: String,
    at: UtcTime,
    ledger_number: i64,
}

pub fn insert_payment(conn: &mut Conn, payment: &PaymentRecord) -> Result<(), Refusal> {
    let row = PaymentRow {
        id: payment.id,
        batch: payment.batch,
        payee: payment.payee,
        beneficiary: payment.beneficiary.clone(),
        kind: payment.kind,
        amount_fen: payment.amount,
        paid_on: payment.paid_on,
        reference: payment.reference.clone(),
        actor: payment.actor.clone(),
        at: payment.at,
        ledger_number: payment.ledger_number,
    };
    diesel::insert_into(subsidy_payment::table).values(row).execute(conn)?;
    Ok(())
}

impl From<PaymentRow> for PaymentRecord {
    fn from(row: PaymentRow) -> Self {
        Self {
            id: row.id,
            batch: row.batch,
            payee: row.payee,
            beneficiary: row.beneficiary,
            kind: row.kind,
            amount: row.amount_fen,
            paid_on: row.paid_on,
            reference: row.reference,
            actor: row.actor,
            at: row.at,
            ledger_number: row.ledger_number,
        }
    }
}

/// What was paid of a batch, in its order.
pub fn payments(conn: &mut Conn, batch: BatchId) -> Result<Vec<PaymentRecord>, Refusal> {
    let rows: Vec<PaymentRow> = subsidy_payment::table
        .filter(subsidy_payment::batch.eq(batch))
        .order(subsidy_payment::ledger_number.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(PaymentRecord::from).collect())
}

pub fn payment(conn: &mut Conn, id: PaymentId) -> Result<Option<PaymentRecord>, Refusal> {
    let row: Option<PaymentRow> = subsidy_payment::table.find(id).first(conn).optional()?;
    Ok(row.map(PaymentRecord::from))
}

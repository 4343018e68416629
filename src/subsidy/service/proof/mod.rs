//! Proving the subsidy books: everything between a fact and a payment is computed again, from the change log over the
//! lines, sheets and payees to the transactions of the ledger, whose own proof is the ledger's.

mod accounts;
mod log;
mod money;
mod sheets;

use std::fmt::Display;

use super::super::store;
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::ledger::model::{AccountKind, Transaction};

const SLICE_ROWS: i64 = 500;

/// The first bad row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFault {
    /// Table and key.
    pub row: String,
    pub what: &'static str,
}

/// What was proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BooksProved {
    pub batches: i64,
    pub lines: i64,
    pub payments: i64,
    pub clawbacks: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookOutcome {
    Proved(BooksProved),
    Faulty(BookFault),
}

/// Why a proof ends early.
enum Stop {
    Fault(BookFault),
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn fault(table: &str, key: impl Display, what: &'static str) -> Stop {
    Stop::Fault(BookFault { row: format!("{table} {key}"), what })
}

fn too_large() -> Stop {
    Stop::Refused(super::plan::too_large())
}

fn added(sum: Fen, amount: Fen) -> Result<Fen, Stop> {
    sum.checked_add(amount).ok_or_else(too_large)
}

fn sum_of(amounts: impl IntoIterator<Item = Fen>) -> Result<Fen, Stop> {
    Fen::sum(amounts).ok_or_else(too_large)
}

/// What a transaction moved on the accounts of a kind that a test accepts.
fn moved(
    transaction: &Transaction,
    kind: AccountKind,
    (year, beneficiary): (i32, Option<&str>),
    fund: Option<&str>,
) -> Result<Fen, Stop> {
    let on = transaction.postings.iter().filter(|posting| {
        let account = &posting.account;
        account.kind == kind
            && account.year == Some(year)
            && account.beneficiary.as_deref() == beneficiary
            && fund.is_none_or(|fund| account.scheme.as_deref() == Some(fund))
    });
    sum_of(on.map(|posting| posting.amount))
}

/// Recomputes everything. Run it on one snapshot.
pub fn verify(conn: &mut Conn, node: &str) -> Result<BookOutcome, Refusal> {
    match prove(conn, node) {
        Ok(proved) => Ok(BookOutcome::Proved(proved)),
        Err(Stop::Fault(fault)) => Ok(BookOutcome::Faulty(fault)),
        Err(Stop::Refused(refusal)) => Err(refusal),
    }
}

fn prove(conn: &mut Conn, node: &str) -> Result<BooksProved, Stop> {
    let said = log::read(conn, node)?;
    log::claims(conn, &said)?;
    log::causes(conn, &said)?;
    accounts::appropriations(conn)?;
    accounts::closed_years(conn, &said)?;
    let mut held = accounts::Held::default();
    let mut proved = BooksProved::default();
    let mut after = None;
    loop {
        let slice = store::batch::after(conn, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { break };
        after = Some(last.id);
        for batch in slice {
            proved.lines += sheets::prove(conn, &said, &batch)?;
            let booked = money::read(conn, batch)?;
            money::prove(conn, &said, &booked)?;
            proved.payments += i64::try_from(booked.payments.len()).unwrap_or(i64::MAX);
            proved.clawbacks += i64::try_from(booked.clawbacks.len()).unwrap_or(i64::MAX);
            proved.batches += 1;
            held.add(&booked)?;
        }
    }
    held.check(conn)?;
    Ok(proved)
}

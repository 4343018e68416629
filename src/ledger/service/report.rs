//! Tables over many accounts: statement of a beneficiary, trial balance, execution of budgets.

use std::collections::BTreeMap;

use super::super::model::{
    AccountFilter, AccountKey, AccountKind, At, Balance, BeneficiaryLine, Execution, Movement, Span,
    TrialLine,
};
use super::super::store;
use super::{balance_of, last_number};
use crate::db::Conn;
use crate::kernel::codes_common::TOO_MANY;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;

/// Accounts of one beneficiary in a statement: a year and a scheme have five at most.
const STATEMENT_ACCOUNTS_MAX: i64 = 1000;

/// What moved on a beneficiary's accounts.
#[derive(Clone, Debug)]
pub struct Statement {
    pub accounts: Vec<Movement>,
    /// In the order of the books.
    pub lines: Vec<BeneficiaryLine>,
}

/// The statement of a beneficiary over a span of effective days, as far as it was booked by an instant.
pub fn beneficiary_statement(
    conn: &mut Conn,
    beneficiary: &str,
    span: Span,
    after: Option<(i64, i32)>,
    limit: i64,
) -> Result<Statement, Refusal> {
    let filter = AccountFilter { beneficiary: Some(beneficiary.to_owned()), ..AccountFilter::default() };
    let accounts = store::read::account_page(conn, &filter, None, STATEMENT_ACCOUNTS_MAX + 1)?;
    if i64::try_from(accounts.len()).unwrap_or(i64::MAX) > STATEMENT_ACCOUNTS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", STATEMENT_ACCOUNTS_MAX));
    }
    let number = last_number(conn, span.booked)?;
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let lines = store::report::lines(conn, &ids, (span.from, span.to), number, after, limit)?;
    let accounts = accounts
        .into_iter()
        .map(|account| movement(conn, account, span, number))
        .collect::<Result<_, _>>()?;
    Ok(Statement { accounts, lines })
}

/// Lines of a statement that is taken away as one file.
const STATEMENT_LINES_MAX: i64 = 100_000;

/// The whole statement, for a file.
pub fn whole_statement(conn: &mut Conn, beneficiary: &str, span: Span) -> Result<Statement, Refusal> {
    let found = beneficiary_statement(conn, beneficiary, span, None, STATEMENT_LINES_MAX + 1)?;
    if i64::try_from(found.lines.len()).unwrap_or(i64::MAX) > STATEMENT_LINES_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", STATEMENT_LINES_MAX));
    }
    Ok(found)
}

fn movement(conn: &mut Conn, account: Balance, span: Span, number: i64) -> Result<Movement, Refusal> {
    let opening = match span.from {
        Some(from) => {
            balance_of(conn, account.id, At { effective: Some(from.plus_days(-1)), booked: span.booked })?
        }
        None => Fen::ZERO,
    };
    let closing = balance_of(conn, account.id, At { effective: span.to, booked: span.booked })?;
    let (inflow, outflow) = store::report::turnover(conn, account.id, span.from, span.to, number)?;
    Ok(Movement { account: account.account, opening, inflow, outflow, closing })
}

/// The trial balance at a moment of each of the two dates, in the order of year, scheme and kind: the totals at the
/// end of the last page that was booked by then, and the postings after it.
pub fn trial_balance(conn: &mut Conn, at: At) -> Result<Vec<TrialLine>, Refusal> {
    let number = last_number(conn, at.booked)?;
    let day = at.effective.unwrap_or(Day::LAST);
    let page = store::pages::last_by(conn, number)?;
    let mut lines: BTreeMap<(Option<i32>, Option<String>, AccountKind), TrialLine> = BTreeMap::new();
    let parts = [store::pages::trial(conn, day, page)?, store::report::trial(conn, day, page, number)?];
    for line in parts.into_iter().flatten() {
        let key = (line.year, line.scheme.clone(), line.kind);
        let sum = match lines.remove(&key) {
            Some(known) => known.plus(&line),
            None => Some(line),
        };
        lines.insert(key, sum.ok_or_else(|| Refusal::internal("the trial balance is beyond 64 bits"))?);
    }
    Ok(lines.into_values().collect())
}

/// How far the budgets of a year were carried out, by scheme.
pub fn execution(conn: &mut Conn, year: i32, at: At) -> Result<Vec<Execution>, Refusal> {
    let mut table: Vec<Execution> = vec![];
    for line in trial_balance(conn, at)?.into_iter().filter(|line| line.year == Some(year)) {
        let Some(scheme) = line.scheme else { continue };
        let balance = (line.kind, line.balance);
        match table.last_mut() {
            Some(row) if row.scheme == scheme => row.balances.push(balance),
            _ => table.push(Execution { scheme, balances: vec![balance] }),
        }
    }
    Ok(table)
}

/// The first effective day on each account.
pub fn first_days(conn: &mut Conn) -> Result<Vec<(AccountKey, Day)>, Refusal> {
    store::report::first_days(conn)
}

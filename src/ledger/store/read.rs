//! Reading the books.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Text};

use super::{AccountRow, TransactionRow, to_hash};
use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{ledger_account, ledger_posting, ledger_transaction};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::{
    AccountFilter, AccountId, AccountKey, AccountKind, Balance, Booked, StatementLine, Transaction,
};
use crate::ledger::rules::month_of;

pub fn account(conn: &mut Conn, id: AccountId) -> Result<Option<Balance>, Refusal> {
    let row: Option<AccountRow> = ledger_account::table.find(id).first(conn).optional()?;
    Ok(row.map(Balance::from))
}

/// Accounts in the order of their paths; the balances are not filled in.
pub fn account_page(
    conn: &mut Conn,
    filter: &AccountFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Balance>, Refusal> {
    let mut query = ledger_account::table.into_boxed::<MultiBackend>();
    if let Some(kind) = filter.kind {
        query = query.filter(ledger_account::kind.eq(kind));
    }
    if let Some(year) = filter.year {
        query = query.filter(ledger_account::year.eq(year));
    }
    if let Some(scheme) = &filter.scheme {
        query = query.filter(ledger_account::scheme.eq(scheme.clone()));
    }
    if let Some(beneficiary) = &filter.beneficiary {
        query = query.filter(ledger_account::beneficiary.eq(beneficiary.clone()));
    }
    if let Some(path) = after {
        query = query.filter(ledger_account::path.gt(path));
    }
    let rows: Vec<AccountRow> = query.order(ledger_account::path.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(Balance::from).collect())
}

/// The number of the last transaction that was booked by then.
pub fn last_number_by(conn: &mut Conn, booked: UtcTime) -> Result<i64, Refusal> {
    let found: Option<i64> = ledger_transaction::table
        .filter(ledger_transaction::booked.le(booked))
        .order((ledger_transaction::booked.desc(), ledger_transaction::number.desc()))
        .select(ledger_transaction::number)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(0))
}

/// The balance with the account's last posting among the first `number` transactions: one look-up.
pub fn balance(conn: &mut Conn, account: AccountId, number: i64) -> Result<Fen, Refusal> {
    let found: Option<Fen> = ledger_posting::table
        .filter(ledger_posting::account.eq(account))
        .filter(ledger_posting::number.le(number))
        .order(ledger_posting::number.desc())
        .select(ledger_posting::balance_fen)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    fen: i64,
}

/// The month and the day totals that make the balance by a day: whole months before its month, then the days
/// of its month. Each is the newest among the first so many transactions. The two lists are walked from one
/// that exists to the one before, so that the work goes with months and days and not with postings.
const BALANCE_BY_DAY: &str = "WITH RECURSIVE
months (m) AS (
    SELECT (SELECT p.month FROM ledger_posting p WHERE p.account = $1 AND p.month < $2
        ORDER BY p.month DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT p.month FROM ledger_posting p WHERE p.account = $1 AND p.month < months.m
        ORDER BY p.month DESC LIMIT 1) FROM months WHERE months.m IS NOT NULL),
days (d) AS (
    SELECT (SELECT p.effective FROM ledger_posting p WHERE p.account = $1 AND p.effective <= $3
        AND p.effective >= $4 ORDER BY p.effective DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT p.effective FROM ledger_posting p WHERE p.account = $1 AND p.effective < days.d
        AND p.effective >= $4 ORDER BY p.effective DESC LIMIT 1) FROM days WHERE days.d IS NOT NULL)
SELECT CAST(
    COALESCE((SELECT SUM((SELECT p.month_fen FROM ledger_posting p WHERE p.account = $1 AND p.month = months.m
        AND p.number <= $5 ORDER BY p.number DESC LIMIT 1)) FROM months WHERE months.m IS NOT NULL), 0)
    + COALESCE((SELECT SUM((SELECT p.day_fen FROM ledger_posting p WHERE p.account = $1 AND p.effective = days.d
        AND p.number <= $5 ORDER BY p.number DESC LIMIT 1)) FROM days WHERE days.d IS NOT NULL), 0)
    AS BIGINT) AS fen";

/// The sum of what was effective by the day, among the first `number` transactions.
pub fn balance_by_day(conn: &mut Conn, account: AccountId, day: Day, number: i64) -> Result<Fen, Refusal> {
    let sum: Sum = diesel::sql_query(BALANCE_BY_DAY)
        .bind::<Text, _>(account)
        .bind::<Integer, _>(month_of(day))
        .bind::<Date, _>(day)
        .bind::<Date, _>(day.first_of_month())
        .bind::<BigInt, _>(number)
        .get_result(conn)?;
    Ok(Fen(sum.fen))
}

/// The postings of one account, the newest first, each with the transaction it belongs to.
pub fn statement(
    conn: &mut Conn,
    account: AccountId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<StatementLine>, Refusal> {
    type Row = (i64, Fen, Fen, Day, UtcTime, String, String, String);
    let rows: Vec<Row> = ledger_posting::table
        .inner_join(ledger_transaction::table)
        .filter(ledger_posting::account.eq(account))
        .filter(ledger_posting::number.lt(before.unwrap_or(i64::MAX)))
        .order(ledger_posting::number.desc())
        .limit(limit)
        .select((
            ledger_posting::number,
            ledger_posting::amount_fen,
            ledger_posting::balance_fen,
            ledger_transaction::effective,
            ledger_transaction::booked,
            ledger_transaction::kind,
            ledger_transaction::cause,
            ledger_transaction::note,
        ))
        .load(conn)?;
    let line = |(number, amount, balance, effective, booked, kind, cause, note): Row| StatementLine {
        number,
        amount,
        balance,
        effective,
        booked,
        kind,
        cause,
        note,
    };
    Ok(rows.into_iter().map(line).collect())
}

pub fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Transaction>, Refusal> {
    let row: Option<TransactionRow> =
        ledger_transaction::table.filter(ledger_transaction::external_key.eq(key)).first(conn).optional()?;
    one(conn, row)
}

pub fn by_number(conn: &mut Conn, number: i64) -> Result<Option<Transaction>, Refusal> {
    let row: Option<TransactionRow> = ledger_transaction::table.find(number).first(conn).optional()?;
    one(conn, row)
}

fn one(conn: &mut Conn, row: Option<TransactionRow>) -> Result<Option<Transaction>, Refusal> {
    let Some(row) = row else { return Ok(None) };
    Ok(with_postings(conn, vec![row])?.pop().map(|(transaction, _)| transaction))
}

/// Transactions after a number, in their order, each with whether it is sealed.
pub fn after(conn: &mut Conn, number: i64, limit: i64) -> Result<Vec<(Transaction, bool)>, Refusal> {
    let rows: Vec<TransactionRow> = ledger_transaction::table
        .filter(ledger_transaction::number.gt(number))
        .order(ledger_transaction::number.asc())
        .limit(limit)
        .load(conn)?;
    with_postings(conn, rows)
}

/// The newest first; of one record if a cause is given.
pub fn newest(
    conn: &mut Conn,
    cause: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Transaction>, Refusal> {
    let mut query = ledger_transaction::table.into_boxed::<MultiBackend>();
    if let Some(cause) = cause {
        query = query.filter(ledger_transaction::cause.eq(cause.to_owned()));
    }
    let rows: Vec<TransactionRow> = query
        .filter(ledger_transaction::number.lt(before.unwrap_or(i64::MAX)))
        .order(ledger_transaction::number.desc())
        .limit(limit)
        .load(conn)?;
    Ok(with_postings(conn, rows)?.into_iter().map(|(transaction, _)| transaction).collect())
}

fn with_postings(conn: &mut Conn, rows: Vec<TransactionRow>) -> Result<Vec<(Transaction, bool)>, Refusal> {
    let numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
    let mut postings: HashMap<i64, Vec<Booked>> = HashMap::new();
    type Row = (i64, AccountKind, Option<i32>, Option<String>, Option<String>, Fen, Fen);
    let found: Vec<Row> = ledger_posting::table
        .inner_join(ledger_account::table)
        .filter(ledger_posting::number.eq_any(numbers))
        .order((ledger_posting::number.asc(), ledger_posting::position.asc()))
        .select((
            ledger_posting::number,
            ledger_account::kind,
            ledger_account::year,
            ledger_account::scheme,
            ledger_account::beneficiary,
            ledger_posting::amount_fen,
            ledger_posting::balance_fen,
        ))
        .load(conn)?;
    for (number, kind, year, scheme, beneficiary, amount, balance) in found {
        let account = AccountKey { kind, year, scheme, beneficiary };
        postings.entry(number).or_default().push(Booked { account, amount, balance });
    }
    rows.into_iter()
        .map(|row| {
            let sealed = row.sealed;
            let transaction = Transaction {
                number: row.number,
                id: row.id,
                external_key: row.external_key,
                kind: row.kind,
                cause: row.cause,
                note: row.note,
                effective: row.effective,
                booked: row.booked,
                actor: row.actor,
                reverses: row.reverses,
                postings: postings.remove(&row.number).unwrap_or_default(),
                prev_hash: to_hash(row.prev_hash)?,
                hash: to_hash(row.hash)?,
            };
            Ok((transaction, sealed))
        })
        .collect()
}

/// The external key of the transaction that took this one back, if any did.
pub fn reversal_of(conn: &mut Conn, number: i64) -> Result<Option<String>, Refusal> {
    let key = ledger_transaction::table
        .filter(ledger_transaction::reverses.eq(number))
        .select(ledger_transaction::external_key)
        .first(conn)
        .optional()?;
    Ok(key)
}

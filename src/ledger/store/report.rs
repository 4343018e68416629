//! Tables over many accounts.

use diesel::dsl::{min, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{ledger_account, ledger_posting, ledger_transaction};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::{AccountId, AccountKey, AccountKind, BeneficiaryLine, StatementLine, TrialLine};

const INFLOW: &str = "CAST(COALESCE(SUM(CASE WHEN ledger_posting.amount_fen > 0 THEN ledger_posting.amount_fen ELSE 0 END), 0) AS BIGINT)";
const OUTFLOW: &str = "CAST(COALESCE(SUM(CASE WHEN ledger_posting.amount_fen < 0 THEN ledger_posting.amount_fen ELSE 0 END), 0) AS BIGINT)";

/// Accounts on which nothing was effective by the day in the pages before: those are counted there. The sums keep the
/// planners of both back ends to the index by day.
const NEW_ACCOUNTS: &str = "COUNT(DISTINCT CASE WHEN NOT EXISTS (SELECT 1 FROM ledger_posting q \
    WHERE q.account = ledger_posting.account AND q.number + 0 <= ";

/// Turnover and balance by kind, year and scheme, of what was effective by the day, over the transactions after the
/// page as far as `number`.
pub fn trial(conn: &mut Conn, day: Day, page: i64, number: i64) -> Result<Vec<TrialLine>, Refusal> {
    type Row = (AccountKind, Option<i32>, Option<String>, i64, i64, i64);
    let accounts = sql::<BigInt>(NEW_ACCOUNTS)
        .bind::<BigInt, _>(page)
        .sql(" AND q.effective <= ")
        .bind::<Date, _>(day)
        .sql(") THEN ledger_posting.account END)");
    let rows: Vec<Row> = ledger_posting::table
        .inner_join(ledger_account::table)
        .filter(ledger_posting::number.gt(page))
        .filter(ledger_posting::number.le(number))
        .filter(ledger_posting::effective.le(day))
        .group_by((ledger_account::kind, ledger_account::year, ledger_account::scheme))
        .select((
            ledger_account::kind,
            ledger_account::year,
            ledger_account::scheme,
            accounts,
            sql::<BigInt>(INFLOW),
            sql::<BigInt>(OUTFLOW),
        ))
        .load(conn)?;
    let line = |(kind, year, scheme, accounts, inflow, outflow): Row| {
        let balance = Fen(inflow).checked_add(Fen(outflow)).unwrap_or_default();
        TrialLine { kind, year, scheme, accounts, inflow: Fen(inflow), outflow: Fen(outflow), balance }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// What came in and went out on an account from one effective day to another.
pub fn turnover(
    conn: &mut Conn,
    account: AccountId,
    from: Option<Day>,
    to: Option<Day>,
    number: i64,
) -> Result<(Fen, Fen), Refusal> {
    let mut query = ledger_posting::table.into_boxed::<MultiBackend>();
    if let Some(from) = from {
        query = query.filter(ledger_posting::effective.ge(from));
    }
    if let Some(to) = to {
        query = query.filter(ledger_posting::effective.le(to));
    }
    let (inflow, outflow): (i64, i64) = query
        .filter(ledger_posting::account.eq(account))
        .filter(ledger_posting::number.le(number))
        .select((sql::<BigInt>(INFLOW), sql::<BigInt>(OUTFLOW)))
        .first(conn)?;
    Ok((Fen(inflow), Fen(outflow)))
}

/// The postings on these accounts from one effective day to another, in the order of the books.
pub fn lines(
    conn: &mut Conn,
    accounts: &[AccountId],
    (from, to): (Option<Day>, Option<Day>),
    number: i64,
    after: Option<(i64, i32)>,
    limit: i64,
) -> Result<Vec<BeneficiaryLine>, Refusal> {
    type Account = (AccountKind, Option<i32>, Option<String>, Option<String>);
    type Row = (i64, i32, Account, Fen, Fen, Day, UtcTime, String, String, String);
    let mut query = ledger_posting::table
        .inner_join(ledger_account::table)
        .inner_join(ledger_transaction::table)
        .into_boxed::<MultiBackend>();
    if let Some(from) = from {
        query = query.filter(ledger_posting::effective.ge(from));
    }
    if let Some(to) = to {
        query = query.filter(ledger_posting::effective.le(to));
    }
    if let Some((number, position)) = after {
        query = query.filter(
            ledger_posting::number
                .gt(number)
                .or(ledger_posting::number.eq(number).and(ledger_posting::position.gt(position))),
        );
    }
    let rows: Vec<Row> = query
        .filter(ledger_posting::account.eq_any(accounts))
        .filter(ledger_posting::number.le(number))
        .order((ledger_posting::number.asc(), ledger_posting::position.asc()))
        .limit(limit)
        .select((
            ledger_posting::number,
            ledger_posting::position,
            (ledger_account::kind, ledger_account::year, ledger_account::scheme, ledger_account::beneficiary),
            ledger_posting::amount_fen,
            ledger_posting::balance_fen,
            ledger_transaction::effective,
            ledger_transaction::booked,
            ledger_transaction::kind,
            ledger_transaction::cause,
            ledger_transaction::note,
        ))
        .load(conn)?;
    let line = |(number, position, account, amount, balance, effective, booked, what, cause, note): Row| {
        let (kind, year, scheme, beneficiary) = account;
        BeneficiaryLine {
            position,
            account: AccountKey { kind, year, scheme, beneficiary },
            line: StatementLine { number, amount, balance, effective, booked, kind: what, cause, note },
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The first effective day on each account, for journals that open accounts by date.
pub fn first_days(conn: &mut Conn) -> Result<Vec<(AccountKey, Day)>, Refusal> {
    type Row = (AccountKind, Option<i32>, Option<String>, Option<String>, Option<Day>);
    let rows: Vec<Row> = ledger_posting::table
        .inner_join(ledger_account::table)
        .group_by((
            ledger_account::path,
            ledger_account::kind,
            ledger_account::year,
            ledger_account::scheme,
            ledger_account::beneficiary,
        ))
        .order(ledger_account::path.asc())
        .select((
            ledger_account::kind,
            ledger_account::year,
            ledger_account::scheme,
            ledger_account::beneficiary,
            min(ledger_posting::effective),
        ))
        .load(conn)?;
    let entry = |(kind, year, scheme, beneficiary, day): Row| {
        day.map(|day| (AccountKey { kind, year, scheme, beneficiary }, day))
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}

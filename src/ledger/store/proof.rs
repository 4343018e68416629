//! What `verify` asks beside the chain: rows and columns that no hash covers.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::AccountRow;
use crate::db::Conn;
use crate::db::schema::{ledger_account, ledger_posting, ledger_transaction};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::ledger::model::{AccountKey, Balance};

/// An account's row as it is stored.
pub struct StoredAccount {
    pub key: AccountKey,
    pub path: String,
    pub source: bool,
    pub opened_at: UtcTime,
    /// The first transaction on it, and when that was booked.
    pub first: Option<(i64, UtcTime)>,
}

/// Every account, in the order of the paths.
pub fn accounts(conn: &mut Conn) -> Result<Vec<StoredAccount>, Refusal> {
    let first: Vec<(crate::ledger::model::AccountId, Option<i64>)> = ledger_posting::table
        .group_by(ledger_posting::account)
        .select((ledger_posting::account, diesel::dsl::min(ledger_posting::number)))
        .load(conn)?;
    let numbers: Vec<i64> = first.iter().filter_map(|(_, number)| *number).collect();
    let mut booked = std::collections::HashMap::new();
    for slice in numbers.chunks(500) {
        let rows: Vec<(i64, UtcTime)> = ledger_transaction::table
            .filter(ledger_transaction::number.eq_any(slice))
            .select((ledger_transaction::number, ledger_transaction::booked))
            .load(conn)?;
        booked.extend(rows);
    }
    let first: std::collections::HashMap<_, _> = first.into_iter().collect();
    let rows: Vec<AccountRow> = ledger_account::table.order(ledger_account::path.asc()).load(conn)?;
    let stored = |row: AccountRow| {
        let number = first.get(&row.id).copied().flatten();
        let (path, source, opened_at) = (row.path.clone(), row.source, row.opened_at);
        StoredAccount {
            key: Balance::from(row).account,
            path,
            source,
            opened_at,
            first: number.and_then(|number| booked.get(&number).map(|at| (number, *at))),
        }
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Postings without a transaction or an account, or with another day than their transaction.
pub fn strays(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    let found: Option<i64> = ledger_posting::table
        .left_join(ledger_transaction::table)
        .left_join(ledger_account::table)
        .filter(
            ledger_transaction::number
                .nullable()
                .is_null()
                .or(ledger_account::id.nullable().is_null())
                .or(ledger_posting::effective.nullable().ne(ledger_transaction::effective.nullable())),
        )
        .order(ledger_posting::number.asc())
        .select(ledger_posting::number)
        .first(conn)
        .optional()?;
    Ok(found)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn first(conn: &mut Conn, sql: &str) -> Result<Option<i64>, Refusal> {
    let found: Option<Found> = diesel::sql_query(sql).get_result(conn).optional()?;
    Ok(found.map(|found| found.number))
}

/// The first transaction whose postings do not stand at 0, 1, 2 …
pub fn displaced(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    first(
        conn,
        "SELECT number FROM ledger_posting GROUP BY number \
         HAVING MIN(position) <> 0 OR MAX(position) <> COUNT(*) - 1 ORDER BY number LIMIT 1",
    )
}

/// The first transaction with a posting whose month, or whose total of the day or the month, is not what the
/// postings before it make.
pub fn period_totals(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    let month = if conn.is_postgres() {
        "CAST(EXTRACT(YEAR FROM effective) AS INTEGER) * 12 + CAST(EXTRACT(MONTH FROM effective) AS INTEGER) - 1"
    } else {
        "CAST(substr(effective, 1, 4) AS INTEGER) * 12 + CAST(substr(effective, 6, 2) AS INTEGER) - 1"
    };
    first(
        conn,
        &format!(
            "SELECT number FROM (
                SELECT number, month, day_fen, month_fen, {month} AS true_month,
                    SUM(amount_fen) OVER (PARTITION BY account, effective ORDER BY number) AS true_day_fen,
                    SUM(amount_fen) OVER (PARTITION BY account, {month} ORDER BY number) AS true_month_fen
                FROM ledger_posting) AS totals
            WHERE month <> true_month OR day_fen <> true_day_fen OR month_fen <> true_month_fen
            ORDER BY number LIMIT 1"
        ),
    )
}

/// SQLite reads more than one form of a value as the same: 3 as true, `2026- 3-02` as a day, text as a number.
/// The first row that is not in the form in which it is written; PostgreSQL has one form only.
pub fn misshapen(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    if conn.is_postgres() {
        return Ok(None);
    }
    let instant = |column: &str| {
        format!(
            "typeof({column}) <> 'text' OR datetime({column}) IS NOT substr({column}, 1, 19)
             OR (length({column}) <> 19 AND (substr({column}, 20, 1) <> '.' OR length({column}) = 20
                 OR substr({column}, 21) GLOB '*[^0-9]*'))"
        )
    };
    let odd_transaction = format!(
        "sealed NOT IN (0, 1) OR typeof(sealed) <> 'integer' OR typeof(number) <> 'integer'
         OR typeof(reverses) NOT IN ('integer', 'null') OR typeof(hash) <> 'blob' OR typeof(prev_hash) <> 'blob'
         OR typeof(kind) <> 'text' OR typeof(cause) <> 'text' OR typeof(note) <> 'text' OR typeof(actor) <> 'text'
         OR typeof(external_key) <> 'text' OR date(effective) IS NOT effective OR {}",
        instant("booked")
    );
    let transaction: Option<i64> = ledger_transaction::table
        .filter(sql::<Bool>(&odd_transaction))
        .order(ledger_transaction::number.asc())
        .select(ledger_transaction::number)
        .first(conn)
        .optional()?;
    let posting: Option<i64> = ledger_posting::table
        .filter(sql::<Bool>(
            "typeof(position) <> 'integer' OR typeof(amount_fen) <> 'integer' OR typeof(balance_fen) <> 'integer'
             OR typeof(month) <> 'integer' OR typeof(day_fen) <> 'integer' OR typeof(month_fen) <> 'integer'
             OR date(effective) IS NOT effective",
        ))
        .order(ledger_posting::number.asc())
        .select(ledger_posting::number)
        .first(conn)
        .optional()?;
    let odd_account = format!(
        "source NOT IN (0, 1) OR typeof(source) <> 'integer' OR typeof(year) NOT IN ('integer', 'null')
         OR {}",
        instant("opened_at")
    );
    let account = first(
        conn,
        &format!(
            "SELECT COALESCE((SELECT MIN(p.number) FROM ledger_posting p WHERE p.account = ledger_account.id), 0)
                 AS number FROM ledger_account WHERE {odd_account} ORDER BY 1 LIMIT 1"
        ),
    )?;
    Ok([transaction, posting, account].into_iter().flatten().min())
}

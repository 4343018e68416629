//! The pages of the books (rule 8): what is written when one ends, what a table over all accounts reads of them, and
//! their proof.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::Conn;
use crate::db::schema::ledger_page;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::ledger::model::{AccountKey, TrialLine};
use crate::ledger::rules::PAGE_POSTINGS;

/// All postings as far as the last transaction: those of the pages, and what follows the last page. PostgreSQL takes the
/// index where a range has two ends; with one it reckons with a third of all rows.
pub const POSTINGS: &str = "COALESCE(
    (SELECT g.postings + (SELECT COUNT(*) FROM ledger_posting p
        WHERE p.number > g.number AND p.number <= ledger_transaction.number)
     FROM ledger_page g ORDER BY g.number DESC LIMIT 1),
    (SELECT COUNT(*) FROM ledger_posting))";

/// `AccountKey::path` of an account without its beneficiary.
const PATH: &str = "a.kind || CASE
    WHEN a.scheme IS NOT NULL THEN '/' || COALESCE(CAST(a.year AS TEXT), '-') || '/' || a.scheme
    WHEN a.year IS NOT NULL THEN '/' || CAST(a.year AS TEXT) ELSE '' END";

/// What each page moved, by line of the trial balance and by day, month and year, as the CTE `sums`. It is made from
/// `placed`: each posting with its page and the earliest day on its account before it. An account counts in the period
/// of its earliest day, so a posting with an earlier day moves it there.
fn sums(placed: &str, postgres: bool) -> String {
    let [month, year] = if postgres {
        ["CAST(date_trunc('month', day) AS DATE)", "CAST(date_trunc('year', day) AS DATE)"]
    } else {
        ["substr(day, 1, 8) || '01'", "substr(day, 1, 5) || '01-01'"]
    };
    format!(
        "placed AS ({placed}),
        moved (path, page, day, accounts, inflow, outflow) AS (
            SELECT path, page, day, CASE WHEN earliest IS NULL OR day < earliest THEN 1 ELSE 0 END,
                CASE WHEN fen > 0 THEN fen ELSE 0 END, CASE WHEN fen < 0 THEN fen ELSE 0 END FROM placed
            UNION ALL
            SELECT path, page, earliest, -1, 0, 0 FROM placed WHERE day < earliest),
        daily AS (
            SELECT path, page, day, SUM(accounts) AS accounts, SUM(inflow) AS inflow, SUM(outflow) AS outflow
            FROM moved GROUP BY path, page, day),
        spread (path, page, span, since, accounts, inflow, outflow) AS (
            SELECT path, page, 'day', day, accounts, inflow, outflow FROM daily
            UNION ALL SELECT path, page, 'month', {month}, accounts, inflow, outflow FROM daily
            UNION ALL SELECT path, page, 'year', {year}, accounts, inflow, outflow FROM daily),
        sums AS (
            SELECT path, page, span, since,
                SUM(accounts) AS accounts, SUM(inflow) AS inflow, SUM(outflow) AS outflow
            FROM spread GROUP BY path, page, span, since)"
    )
}

/// Ends a page with the last transaction: the totals of what moved since the page before go on from the totals there.
pub fn close(conn: &mut Conn, number: i64, postings: i64) -> Result<(), Refusal> {
    let after = last_by(conn, number)?;
    // Look-ups for each posting, so that no plan reads all accounts. The sum keeps the planners to the index by day,
    // where the first row is as good as always the one.
    let placed = format!(
        "SELECT (SELECT {PATH} FROM ledger_account a WHERE a.id = p.account) AS path, CAST($1 AS BIGINT) AS page,
            p.effective AS day, p.amount_fen AS fen,
            (SELECT q.effective FROM ledger_posting q WHERE q.account = p.account AND q.number + 0 < p.number
             ORDER BY q.effective LIMIT 1) AS earliest
         FROM ledger_posting p WHERE p.number > $2 AND p.number <= $1"
    );
    let before = |column: &str| {
        format!(
            "COALESCE((SELECT t.{column} FROM ledger_total t WHERE t.path = s.path AND t.span = s.span
                AND t.since = s.since ORDER BY t.number DESC LIMIT 1), 0)"
        )
    };
    let sql = format!(
        "INSERT INTO ledger_total (path, span, since, number, accounts, inflow_fen, outflow_fen)
         WITH {}
         SELECT s.path, s.span, s.since, s.page, CAST(s.accounts + {} AS BIGINT), CAST(s.inflow + {} AS BIGINT),
            CAST(s.outflow + {} AS BIGINT)
         FROM sums s",
        sums(&placed, conn.is_postgres()),
        before("accounts"),
        before("inflow_fen"),
        before("outflow_fen")
    );
    diesel::sql_query(sql).bind::<BigInt, _>(number).bind::<BigInt, _>(after).execute(conn)?;
    diesel::insert_into(ledger_page::table)
        .values((ledger_page::number.eq(number), ledger_page::postings.eq(postings)))
        .execute(conn)?;
    Ok(())
}

/// The end of the last page among the first `number` transactions.
pub fn last_by(conn: &mut Conn, number: i64) -> Result<i64, Refusal> {
    let found: Option<i64> = ledger_page::table
        .filter(ledger_page::number.le(number))
        .order(ledger_page::number.desc())
        .select(ledger_page::number)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(0))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = BigInt)]
    accounts: i64,
    #[diesel(sql_type = BigInt)]
    inflow: i64,
    #[diesel(sql_type = BigInt)]
    outflow: i64,
}

/// Whole years before the day's, then whole months before its month, then the days of its month, each as it stood at
/// the end of the page. Lines and periods are walked from one that exists to the next, so that the work goes with them
/// and not with the pages.
const TRIAL: &str = "WITH RECURSIVE
ranges (span, low, high) AS (VALUES ('year', $1, $2), ('month', $3, $4), ('day', $5, $6)),
lines (path) AS (
    SELECT (SELECT t.path FROM ledger_total t ORDER BY t.path LIMIT 1)
    UNION ALL
    SELECT (SELECT t.path FROM ledger_total t WHERE t.path > lines.path ORDER BY t.path LIMIT 1)
    FROM lines WHERE lines.path IS NOT NULL),
periods (path, span, low, since) AS (
    SELECT l.path, r.span, r.low, (SELECT t.since FROM ledger_total t WHERE t.path = l.path AND t.span = r.span
        AND t.since >= r.low AND t.since <= r.high ORDER BY t.since DESC LIMIT 1)
    FROM lines l CROSS JOIN ranges r WHERE l.path IS NOT NULL
    UNION ALL
    SELECT p.path, p.span, p.low, (SELECT t.since FROM ledger_total t WHERE t.path = p.path AND t.span = p.span
        AND t.since >= p.low AND t.since < p.since ORDER BY t.since DESC LIMIT 1)
    FROM periods p WHERE p.since IS NOT NULL),
found (path, accounts, inflow, outflow) AS (
    SELECT p.path,
        (SELECT t.accounts FROM ledger_total t WHERE t.path = p.path AND t.span = p.span AND t.since = p.since
            AND t.number <= $7 ORDER BY t.number DESC LIMIT 1),
        (SELECT t.inflow_fen FROM ledger_total t WHERE t.path = p.path AND t.span = p.span AND t.since = p.since
            AND t.number <= $7 ORDER BY t.number DESC LIMIT 1),
        (SELECT t.outflow_fen FROM ledger_total t WHERE t.path = p.path AND t.span = p.span AND t.since = p.since
            AND t.number <= $7 ORDER BY t.number DESC LIMIT 1)
    FROM periods p WHERE p.since IS NOT NULL)
SELECT path, CAST(SUM(accounts) AS BIGINT) AS accounts, CAST(SUM(inflow) AS BIGINT) AS inflow,
    CAST(SUM(outflow) AS BIGINT) AS outflow
FROM found WHERE accounts IS NOT NULL GROUP BY path";

/// Turnover and balance by kind, year and scheme, of what was effective by the day, at the end of the page.
pub fn trial(conn: &mut Conn, day: Day, page: i64) -> Result<Vec<TrialLine>, Refusal> {
    let (month, year) = (day.first_of_month(), day.first_of_year());
    let rows: Vec<Line> = diesel::sql_query(TRIAL)
        .bind::<Date, _>(Day::FIRST)
        .bind::<Date, _>(year.plus_days(-1))
        .bind::<Date, _>(year)
        .bind::<Date, _>(month.plus_days(-1))
        .bind::<Date, _>(month)
        .bind::<Date, _>(day)
        .bind::<BigInt, _>(page)
        .load(conn)?;
    // An account of which nothing was effective yet has left its count behind.
    rows.into_iter().filter(|row| row.accounts != 0).map(line).collect()
}

fn line(row: Line) -> Result<TrialLine, Refusal> {
    let fault = || Refusal::internal("a line of the ledger's totals cannot be read");
    let AccountKey { kind, year, scheme, .. } = AccountKey::line(&row.path).ok_or_else(fault)?;
    let (inflow, outflow) = (Fen(row.inflow), Fen(row.outflow));
    let balance = inflow.checked_add(outflow).ok_or_else(fault)?;
    Ok(TrialLine { kind, year, scheme, accounts: row.accounts, inflow, outflow, balance })
}

#[derive(QueryableByName)]
struct Wrong {
    #[diesel(sql_type = diesel::sql_types::Nullable<BigInt>)]
    number: Option<i64>,
}

/// The end of the first page that is in one of two tables only.
fn difference(conn: &mut Conn, with: &str, stored: &str, expected: &str) -> Result<Option<i64>, Refusal> {
    let sql = format!(
        "WITH {with} stored AS ({stored}), expected AS ({expected})
         SELECT CAST(MIN(number) AS BIGINT) AS number FROM (
            SELECT number FROM (SELECT * FROM stored EXCEPT SELECT * FROM expected) AS more
            UNION ALL
            SELECT number FROM (SELECT * FROM expected EXCEPT SELECT * FROM stored) AS less) AS differ"
    );
    Ok(diesel::sql_query(sql).get_result::<Wrong>(conn)?.number)
}

/// The first page that ends elsewhere than the count of the postings says, is missing or is one too many.
pub fn wrong_page(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    difference(
        conn,
        "",
        "SELECT number, postings FROM ledger_page",
        &format!(
            "SELECT number, postings FROM (
                SELECT number, CAST(SUM(own) OVER (ORDER BY number) AS BIGINT) AS postings, own
                FROM (SELECT number, COUNT(*) AS own FROM ledger_posting GROUP BY number) AS lines) AS counted
             WHERE postings / {PAGE_POSTINGS} > (postings - own) / {PAGE_POSTINGS}"
        ),
    )
}

/// The first page with a total that is not what the postings make, is missing or is one too many.
pub fn wrong_total(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    let placed = format!(
        "SELECT path, page, day, fen, earliest FROM (
            SELECT {PATH} AS path, (SELECT MIN(g.number) FROM ledger_page g WHERE g.number >= p.number) AS page,
                p.effective AS day, p.amount_fen AS fen,
                MIN(p.effective) OVER (PARTITION BY p.account ORDER BY p.number
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earliest
            FROM ledger_posting p JOIN ledger_account a ON a.id = p.account) AS every
         WHERE page IS NOT NULL"
    );
    let with = format!("{},", sums(&placed, conn.is_postgres()));
    let running = |column: &str| {
        format!("CAST(SUM({column}) OVER (PARTITION BY path, span, since ORDER BY page) AS BIGINT)")
    };
    let expected = format!(
        "SELECT path, span, since, page AS number, {}, {}, {} FROM sums",
        running("accounts"),
        running("inflow"),
        running("outflow")
    );
    let stored = "SELECT path, span, since, number, accounts, inflow_fen, outflow_fen FROM ledger_total";
    difference(conn, &with, stored, &expected)
}

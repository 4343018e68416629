//! What the triggers refuse to every program, on both back ends.

use super::*;

/// March 2026, counted from the year 0.
const MONTH: i32 = 2026 * 12 + 2;

/// Raw SQL of an open transaction that follows the last one.
fn open(number: i64, key: &str, sealed: &str) -> String {
    format!(
        "INSERT INTO ledger_transaction SELECT {number}, '01980000-0000-7000-8000-{number:012}', '{key}', 'raw', 'c', '', effective, \
         booked, 'a', NULL, {sealed}, hash, hash FROM ledger_transaction WHERE number = {}",
        number - 1
    )
}

/// The prepared books are of one day, so that its totals are the balances.
fn line(number: i64, position: i32, kind: AccountKind, fen: i64, balance: i64) -> String {
    format!(
        "INSERT INTO ledger_posting SELECT {number}, {position}, a.id, {fen}, {balance}, t.effective, {MONTH}, \
         {balance}, {balance} FROM ledger_account a, ledger_transaction t \
         WHERE a.path = '{}' AND t.number = {number}",
        budget(kind).path()
    )
}

fn seal(number: i64) -> String {
    format!("UPDATE ledger_transaction SET sealed = TRUE WHERE number = {number}")
}

#[test]
fn domain_5_a_transaction_is_sealed_only_with_two_postings_that_sum_to_zero() {
    let city = books();
    let begin = format!("{};{}", open(3, "k3", "FALSE"), line(3, 0, Available, -100, 500));
    refused(&city, &format!("{begin};{}", seal(3)), "fewer than two postings");
    let lopsided = format!("{begin};{};{}", line(3, 1, Committed, 99, 499), seal(3));
    refused(&city, &lopsided, "do not sum to zero");
    refused(&city, &open(3, "k3", "TRUE"), "begins open");
    raw(&city, &format!("{begin};{};{}", line(3, 1, Committed, 100, 500), seal(3))).unwrap();
    // The database took it; the proof does not, because its hash covers nothing of it.
    assert!(matches!(verify(&city), Outcome::Faulty(fault) if fault.number == 3));
}

#[test]
fn domain_5_nothing_that_is_sealed_is_changed_deleted_or_added_to() {
    let city = books();
    refused(&city, &line(2, 2, Appropriation, -1, -1001), "no open transaction");
    for (sql, why) in [
        ("UPDATE ledger_posting SET amount_fen = 1 WHERE number = 1", "ledger"),
        ("UPDATE ledger_posting SET amount_fen = amount_fen", "ledger"),
        ("DELETE FROM ledger_posting WHERE number = 2", "ledger"),
        ("UPDATE ledger_transaction SET sealed = FALSE WHERE number = 2", "sealed"),
        ("UPDATE ledger_transaction SET note = 'x' WHERE number = 1", "sealed"),
        ("DELETE FROM ledger_transaction WHERE number = 2", "ledger"),
        ("UPDATE ledger_account SET source = TRUE", "ledger"),
        ("DELETE FROM ledger_account", "ledger"),
    ] {
        refused(&city, sql, why);
    }
    assert_eq!(proved(&city), 2);
}

#[test]
fn domain_5_an_open_transaction_can_only_be_sealed() {
    let city = books();
    raw(&city, &open(3, "k3", "FALSE")).unwrap();
    refused(&city, "UPDATE ledger_transaction SET note = 'x' WHERE number = 3", "only be sealed");
    refused(
        &city,
        "UPDATE ledger_transaction SET note = 'x', sealed = TRUE WHERE number = 3",
        "only be sealed",
    );
    refused(&city, "DELETE FROM ledger_transaction WHERE number = 3", "ledger");
    refused(&city, &open(4, "k4", "FALSE"), "last transaction is open");
    let refusal = post(&city, &transfer("k5", Available, Committed, 1)).unwrap_err();
    assert!(refusal.context().unwrap_or_default().contains("is open"), "{refusal}");
    assert!(matches!(verify(&city), Outcome::Faulty(fault) if fault.number == 3));
}

#[test]
fn domain_5_no_posting_takes_an_account_below_zero_or_off_its_balance() {
    let city = books();
    let begin = open(3, "k3", "FALSE");
    let over = line(3, 0, Available, -601, -1);
    refused(&city, &format!("{begin};{over}"), "wrong side of zero");
    let source = line(3, 0, Appropriation, 1001, 1);
    refused(&city, &format!("{begin};{source}"), "wrong side of zero");
    let invented = line(3, 0, Available, 5, 1005);
    refused(&city, &format!("{begin};{invented}"), "does not follow");
    refused(&city, &format!("{begin};{}", line(3, 0, Available, 0, 600)), "");
    // The totals of the day and the month follow too, and the month is that of the day.
    for (column, why) in
        [(7, "the day does not follow"), (8, "the month does not follow"), (6, "month is not")]
    {
        let good = line(3, 0, Available, -100, 500);
        let mut parts: Vec<&str> = good.splitn(2, " FROM ").collect();
        let mut columns: Vec<String> = parts[0].split(", ").map(str::to_owned).collect();
        columns[column] = format!("{} + 1", columns[column]);
        let changed = columns.join(", ");
        parts[0] = &changed;
        refused(&city, &format!("{begin};{}", parts.join(" FROM ")), why);
    }
}

#[test]
fn the_chain_has_no_holes() {
    let city = books();
    refused(&city, &open(2, "k9", "FALSE"), "ledger");
    refused(
        &city,
        "INSERT INTO ledger_transaction SELECT 9, '01980000-0000-7000-8000-000000000009', 'k9', 'raw', 'c', '', effective, booked, 'a', \
         NULL, FALSE, hash, hash FROM ledger_transaction WHERE number = 2",
        "does not follow",
    );
    refused(
        &city,
        "INSERT INTO ledger_transaction SELECT 3, '01980000-0000-7000-8000-000000000003', 'k3', 'raw', 'c', '', effective, booked, 'a', \
         NULL, FALSE, hash, hash FROM ledger_transaction WHERE number = 1",
        "chain is broken",
    );
}

/// What only one back end has: INSERT OR REPLACE on SQLite (with and without recursive triggers), TRUNCATE
/// and upsert on PostgreSQL.
#[test]
fn domain_5_no_way_around_the_triggers() {
    let city = books();
    if city.database.is_postgres() {
        for table in ["ledger_posting", "ledger_transaction", "ledger_account"] {
            refused(&city, &format!("TRUNCATE {table} CASCADE"), "ledger");
        }
        let upsert = format!("{} ON CONFLICT (number) DO UPDATE SET note = 'x'", open(2, "k2", "FALSE"));
        refused(&city, &upsert, "ledger");
    } else {
        let replace = |sql: String| sql.replacen("INSERT", "INSERT OR REPLACE", 1);
        for recursive in ["ON", "OFF"] {
            let try_all = |sql: &str| refused(&city, sql, "ledger");
            // The pragma has no effect inside a transaction, so it is set on a connection of its own below.
            for sql in [
                replace(open(2, "k2", "FALSE")),
                replace(open(3, "k2", "FALSE")),
                replace(line(2, 0, Available, -1, 599)),
                "INSERT OR REPLACE INTO ledger_account SELECT * FROM ledger_account".to_owned(),
                "UPDATE OR REPLACE ledger_posting SET position = 0 WHERE position = 1".to_owned(),
                "REPLACE INTO ledger_posting (rowid, number, position, account, amount_fen, balance_fen, effective, month, \
                 day_fen, month_fen) SELECT rowid, number, position, account, amount_fen + 1, balance_fen + 1, \
                 effective, month, day_fen + 1, month_fen + 1 FROM ledger_posting"
                    .to_owned(),
            ] {
                try_all(&sql);
                on_own_connection(&city, recursive, &sql);
            }
        }
    }
    assert_eq!(proved(&city), 2);
}

/// As a foreign program would, which need not have set `recursive_triggers`.
fn on_own_connection(city: &City, recursive: &str, sql: &str) {
    use diesel::connection::{Connection, SimpleConnection};
    let url = city.database.url();
    let mut conn = diesel::SqliteConnection::establish(url.trim_start_matches("sqlite://")).unwrap();
    conn.batch_execute(&format!("PRAGMA busy_timeout = 5000; PRAGMA recursive_triggers = {recursive}"))
        .unwrap();
    let refusal = conn.batch_execute(sql).expect_err(sql).to_string();
    assert!(refusal.contains("ledger"), "{sql}: {refusal}");
}

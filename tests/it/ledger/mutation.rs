//! Random mutations of a copy of the database, each made behind the triggers and taken back again: the proof finds
//! every one and names the first bad row. `TECHMART_TEST_MUTATIONS` sets how many; `tests/thorough` runs ten thousand.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use techmart::db::conn::{Conn, DatabaseUrl, Mode};

use super::*;

const IN_CI: usize = 250;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn wanted() -> usize {
    std::env::var("TECHMART_TEST_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(IN_CI)
}

/// Texts of the columns that hold one; `number` first, because it says where a fault is expected.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "ledger_transaction",
        &[
            "number",
            "id",
            "external_key",
            "kind",
            "cause",
            "note",
            "effective",
            "booked",
            "actor",
            "reverses",
            "sealed",
            "prev_hash",
            "hash",
        ],
    ),
    (
        "ledger_posting",
        &[
            "number",
            "position",
            "account",
            "amount_fen",
            "balance_fen",
            "effective",
            "month",
            "day_fen",
            "month_fen",
        ],
    ),
    ("ledger_page", &["number", "postings"]),
    ("ledger_total", &["number", "path", "span", "since", "accounts", "inflow_fen", "outflow_fen"]),
    ("ledger_account", &["id", "path", "kind", "year", "scheme", "beneficiary", "source", "opened_at"]),
];

#[derive(diesel::QueryableByName)]
struct Value {
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    text: Option<String>,
}

fn texts(conn: &mut Conn, sql: &str) -> Vec<Option<String>> {
    use diesel::RunQueryDsl;
    let rows: Vec<Value> = diesel::sql_query(sql).load(conn).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// Books with every kind of row: several days, a beneficiary, a reversal, notes in Chinese, a page that has ended.
fn rich_books() -> City {
    let city = books();
    for at in 0..6_i64 {
        city.clock.advance_seconds(40_000);
        let to = budget(AccountKind::Approved).of(&format!("urn:tm:test:organisation:{}", at % 3));
        let new = NewTransaction::new("test.moved", format!("m{at}"), "urn:tm:test:thing:2".into())
            .note("拨付，示例")
            .effective("2026-02-27".parse::<techmart::kernel::time::Day>().unwrap().plus_days(at))
            .transfer(budget(Available), to, Fen(10 + at));
        post(&city, &new).unwrap();
    }
    let back = |tx: &mut techmart::db::Tx| {
        service::reverse(tx, &Actor::System("test"), 4, "test.reversed", "r4".into(), "误记".into())
    };
    city.app.db.write_blocking("test.reverse", back).unwrap();
    let mut many = NewTransaction::new("test.moved", "page".into(), "urn:tm:test:thing:3".into());
    for at in 0..techmart::ledger::rules::PAGE_POSTINGS {
        let to = budget(AccountKind::Approved).of(&format!("urn:tm:test:organisation:{at}"));
        many = many.transfer(budget(Available), to, Fen(1));
    }
    post(&city, &many).unwrap();
    city
}

struct Mutator {
    conn: Conn,
    rng: TestRng,
}

impl Mutator {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.rng.next_u64() % u64::try_from(count).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// The places of a table's rows, as conditions.
    fn rows(&mut self, table: &str) -> Vec<String> {
        let place = if self.conn.is_postgres() { "ctid" } else { "rowid" };
        let places = texts(&mut self.conn, &format!("SELECT CAST({place} AS TEXT) AS text FROM {table}"));
        places.into_iter().flatten().map(|at| format!("{place} = '{at}'")).collect()
    }

    /// SQL of one random mutation, and the transaction that it is about where only one can be.
    fn mutation(&mut self) -> (String, Option<i64>) {
        let (table, columns) = *self.pick(COLUMNS);
        let rows = self.rows(table);
        let row = self.pick(&rows).clone();
        match self.below(12) {
            0 => (format!("DELETE FROM {table} WHERE {row}"), self.number_of(table, &row)),
            1 => self.swapped(table, columns, &rows),
            2 => {
                let transaction = i64::try_from(self.below(9)).unwrap() + 1;
                let sql = format!(
                    "DELETE FROM ledger_posting WHERE number = {transaction};
                     DELETE FROM ledger_transaction WHERE number = {transaction}"
                );
                (sql, Some(transaction))
            }
            3 => {
                let seqs = texts(
                    &mut self.conn,
                    "SELECT CAST(seq AS TEXT) AS text FROM change WHERE kind = 'ledger.sealed'",
                );
                let seq = self.pick(&seqs).clone().unwrap();
                (format!("DELETE FROM change WHERE seq = {seq}"), None)
            }
            4 => self.reordered(),
            _ => self.flipped(table, columns, &row),
        }
    }

    fn number_of(&mut self, table: &str, row: &str) -> Option<i64> {
        if table == "ledger_account" {
            return None;
        }
        let found =
            texts(&mut self.conn, &format!("SELECT CAST(number AS TEXT) AS text FROM {table} WHERE {row}"));
        found.first().cloned().flatten().and_then(|number| number.parse().ok())
    }

    /// One column of two rows changes places.
    fn swapped(&mut self, table: &str, columns: &[&str], rows: &[String]) -> (String, Option<i64>) {
        let (one, other) = (self.pick(rows).clone(), self.pick(rows).clone());
        let column = *self.pick(columns);
        let quoted = if self.conn.is_postgres() {
            format!("quote_nullable({column}::text)")
        } else {
            format!("quote({column})")
        };
        let mut value = |row: &str| {
            texts(&mut self.conn, &format!("SELECT {quoted} AS text FROM {table} WHERE {row}"))
                .remove(0)
                .unwrap()
        };
        let (a, b) = (value(&one), value(&other));
        if a == b {
            return (String::new(), None);
        }
        let sql = format!(
            "UPDATE {table} SET {column} = CASE WHEN {one} THEN {b} ELSE {a} END WHERE {one} OR {other}"
        );
        (sql, None)
    }

    /// Two transactions change places, postings and all.
    fn reordered(&mut self) -> (String, Option<i64>) {
        let number = |it: usize| i64::try_from(it).unwrap() + 1;
        let (one, other) = (number(self.below(9)), number(self.below(9)));
        let mut sql = String::new();
        for (from, to) in [(one, -1), (other, one), (-1, other)] {
            for table in ["ledger_transaction", "ledger_posting"] {
                sql.push_str(&format!("UPDATE {table} SET number = {to} WHERE number = {from};"));
            }
        }
        if one == other { (String::new(), None) } else { (sql, Some(one.min(other))) }
    }

    /// One bit of one value of one row.
    fn flipped(&mut self, table: &str, columns: &[&str], row: &str) -> (String, Option<i64>) {
        let column = *self.pick(columns);
        let postgres = self.conn.is_postgres();
        let number = if column == "number" || column == "id" { None } else { self.number_of(table, row) };
        let number = if matches!(column, "account") { None } else { number };
        let set = |value: String| (format!("UPDATE {table} SET {column} = {value} WHERE {row}"), number);
        if matches!(column, "hash" | "prev_hash") {
            let hex = if postgres { "encode(COL, 'hex')" } else { "hex(COL)" }.replace("COL", column);
            let text = texts(&mut self.conn, &format!("SELECT {hex} AS text FROM {table} WHERE {row}"));
            let mut bytes = hex::decode(text[0].as_ref().unwrap()).unwrap();
            let at = self.below(bytes.len());
            bytes[at] ^= 1 << self.below(8);
            let hex = hex::encode(bytes);
            return set(if postgres { format!("'\\x{hex}'") } else { format!("x'{hex}'") });
        }
        let found =
            texts(&mut self.conn, &format!("SELECT CAST({column} AS TEXT) AS text FROM {table} WHERE {row}"));
        let Some(text) = found.first().cloned().flatten() else {
            // Nothing there: something comes in its place.
            return set(if matches!(column, "reverses" | "year") { "1" } else { "'x'" }.to_owned());
        };
        if matches!(column, "sealed" | "source") && postgres {
            return set(format!("NOT {column}"));
        }
        let whole = matches!(
            column,
            "number"
                | "position"
                | "amount_fen"
                | "balance_fen"
                | "reverses"
                | "month"
                | "day_fen"
                | "month_fen"
                | "year"
                | "postings"
                | "accounts"
                | "inflow_fen"
                | "outflow_fen"
                | "sealed"
                | "source"
        );
        if whole {
            let bits = if matches!(column, "position" | "month" | "year") { 30 } else { 40 };
            let value = text.parse::<i64>().unwrap() ^ (1 << self.below(bits));
            return set(value.to_string());
        }
        if postgres && matches!(column, "effective" | "since" | "booked" | "opened_at") {
            let step = 1 << self.below(10);
            let a_day = matches!(column, "effective" | "since");
            let unit = if a_day { "day" } else { "microsecond" };
            return set(format!(
                "CAST({column} + INTERVAL '{step} {unit}' AS {})",
                if a_day { "DATE" } else { "TIMESTAMP" }
            ));
        }
        if text.is_empty() {
            return set("'x'".to_owned());
        }
        loop {
            let mut bytes = text.clone().into_bytes();
            let at = self.below(bytes.len());
            bytes[at] ^= 1 << self.below(8);
            if let Some(good) = String::from_utf8(bytes).ok().filter(|good| !good.contains('\0')) {
                return set(format!("'{}'", good.replace('\'', "''")));
            }
        }
    }
}

/// What holds the triggers, keys and checks back while a mutation is made.
fn unguard(conn: &mut Conn) {
    if conn.is_postgres() {
        conn.batch("SET session_replication_role = replica").unwrap();
        return;
    }
    conn.batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
    let drops = texts(
        conn,
        "SELECT 'DROP TRIGGER ' || name AS text FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'",
    );
    for drop in drops.into_iter().flatten() {
        conn.batch(&drop).unwrap();
    }
}

#[test]
fn every_random_mutation_is_found_and_the_first_bad_row_named() {
    let city = rich_books();
    let transactions = proved(&city);
    let url = DatabaseUrl::parse(&city.database.url()).unwrap();
    let mut conn = Conn::open(&url, Mode::Write).unwrap();
    unguard(&mut conn);
    let seed: [u8; 32] = *b"techmart ledger mutations, seed1";
    let mut mutator = Mutator { conn, rng: TestRng::from_seed(RngAlgorithm::ChaCha, &seed) };
    let (mut made, mut named) = (0, 0);
    while made < wanted() {
        let (sql, about) = mutator.mutation();
        if sql.is_empty() {
            continue;
        }
        let conn = &mut mutator.conn;
        conn.begin(if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" }).unwrap();
        // A mutation that a unique key or a type refuses is none.
        if conn.batch(&sql).is_err() {
            conn.rollback().unwrap();
            continue;
        }
        let outcome = service::verify(conn);
        conn.rollback().unwrap();
        match outcome.unwrap_or_else(|refusal| panic!("{sql}: {refusal}")) {
            Outcome::Proved(_) => panic!("not found: {sql}"),
            Outcome::Faulty(fault) => {
                if let Some(about) = about {
                    assert_eq!(fault.number, about, "{sql}: {}", fault.what);
                    named += 1;
                }
            }
        }
        made += 1;
    }
    assert!(named > made / 3, "{named} of {made} mutations were of one known row");
    drop(mutator);
    assert_eq!(proved(&city), transactions, "nothing of it stayed");
}

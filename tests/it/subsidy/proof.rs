//! The proof of the subsidy books finds every changed amount, and names the row. `TECHMART_TEST_MUTATIONS` sets how
//! many changes are made at random; `tests/thorough` makes ten thousand.

use diesel::RunQueryDsl;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::json;
use techmart::db::conn::{Conn, DatabaseUrl, Mode};
use techmart::subsidy::service::{BookOutcome, verify};

use super::super::support::City;
use super::super::support::claims::{CLAIMANT, award, certification, claim, fund, prepare, publicised, step};
use super::super::support::contracts::registered;
use super::{APPROVER, PAYER, assert_books_are_sound};

const IN_CI: usize = 60;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn wanted() -> usize {
    std::env::var("TECHMART_TEST_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(IN_CI)
}

/// Every amount that follows from something else; of what the treasury reported only what was booked does.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("subsidy_appropriation", "amount_fen", "1 = 1"),
    ("subsidy_sheet", "base_fen", "1 = 1"),
    ("subsidy_sheet", "total_fen", "1 = 1"),
    ("subsidy_line", "total_fen", "1 = 1"),
    ("subsidy_line", "technical_fen", "1 = 1"),
    ("subsidy_line", "base_fen", "1 = 1"),
    ("subsidy_line", "amount_fen", "1 = 1"),
    ("subsidy_payee", "due_fen", "1 = 1"),
    ("subsidy_payee", "back_fen", "1 = 1"),
    ("subsidy_order", "amount_fen", "1 = 1"),
    ("subsidy_payment", "amount_fen", "1 = 1"),
    ("subsidy_clawback", "amount_fen", "1 = 1"),
    ("subsidy_clawback", "settled_fen", "1 = 1"),
    ("subsidy_settlement", "amount_fen", "1 = 1"),
    ("subsidy_closed_year", "lapsed_fen", "1 = 1"),
    ("subsidy_remittance", "amount_fen", "ledger_number IS NOT NULL"),
    ("subsidy_remittance", "expected_fen", "1 = 1"),
    ("subsidy_claim", "awarded_fen", "awarded_fen IS NOT NULL"),
    ("subsidy_cause", "total_fen", "1 = 1"),
    ("subsidy_cause", "technical_fen", "1 = 1"),
];

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    place: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    fen: i64,
}

fn path(batch: &str, part: &str) -> String {
    format!("/api/v1/subsidy/batches/{batch}/{part}")
}

/// Books with every kind of row: an office's batch, claims, an order that is reported in parts, an award taken back,
/// set off against another and paid back, a closed year.
fn rich() -> City {
    let city = City::new();
    registered(&city);
    super::appropriate(&city, 2026, 1_000_000).expect(201);
    super::paid(&city);
    let batch = super::super::support::claims::approved(&city);
    city.as_(PAYER).send("POST", &path(&batch, "payment-orders"), None).expect(200);
    let row = |outcome: &str, fen: i64, reference: &str| {
        json!({"instruction": format!("{batch}-000"), "outcome": outcome, "amount_fen": fen,
            "paid_on": city.now().day().to_string(), "reference": reference})
    };
    let rows = json!([row("failed", 0, "T1"), row("paid", 2_000_000, "T2"), row("paid", 3_000_000, "T3")]);
    city.as_(PAYER).post(&path(&batch, "payment-results"), json!({"rows": rows})).expect(200);
    let finish = |batch: &str| {
        publicised(&city, batch);
        step(&city, APPROVER, batch, "approve").expect(200);
        step(&city, PAYER, batch, "pay").expect(200);
    };
    let claims = city.as_(PAYER).get("/api/v1/subsidy/claims?scheme=CONVERT").expect(200);
    let id = claims.body["items"][0]["id"].as_str().unwrap().to_owned();
    let revoke = format!("/api/v1/subsidy/claims/{id}/revoke");
    city.as_(APPROVER).post(&revoke, json!({"opinion": "虚报"})).expect(200);
    city.settle();
    finish(&prepare(&city, "CONVERT", 2026).expect(201).id());
    fund(&city, "HNTE-RENEW", 4_900_000);
    fund(&city, "HNTE-RENEW", 100_000);
    let renewed = certification(&city, CLAIMANT, "HNTE-RENEW", "GR1");
    let id = claim(&city, CLAIMANT, renewed).expect(201).id();
    award(&city, &id, 5_000_000).expect(200);
    finish(&prepare(&city, "HNTE-RENEW", 2026).expect(201).id());
    let kept = claim(&city, CLAIMANT, certification(&city, CLAIMANT, "HNTE-RENEW", "GR2")).expect(201).id();
    award(&city, &kept, 5_000_000).expect(200);
    fund(&city, "HNTE-RENEW", 5_000_000);
    prepare(&city, "HNTE-RENEW", 2026).expect(201);
    city.clock.advance_seconds(366 * 86_400);
    let close = json!({"scheme": "REG-AGENCY", "year": 2026});
    city.as_(APPROVER).post("/api/v1/subsidy/closed-years", close).expect(200);
    assert_books_are_sound(&city);
    city
}

struct Mutator {
    conn: Conn,
    node: String,
    rng: TestRng,
}

impl Mutator {
    fn of(city: &City) -> Self {
        let url = DatabaseUrl::parse(&city.database.url()).unwrap();
        let seed: [u8; 32] = *b"techmart subsidy mutations, seed";
        let node = city.app.db.read_blocking(|snapshot| Ok(snapshot.node().to_owned())).unwrap();
        let conn = Conn::open(&url, Mode::Write).unwrap();
        Self { conn, node, rng: TestRng::from_seed(RngAlgorithm::ChaCha, &seed) }
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.rng.next_u64() % u64::try_from(count).unwrap()).unwrap()
    }

    /// What the proof says after a change that is then taken back.
    fn outcome(&mut self, sql: &str) -> BookOutcome {
        let conn = &mut self.conn;
        conn.begin(if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" }).unwrap();
        conn.batch(sql).unwrap();
        let outcome = verify(conn, &self.node);
        conn.rollback().unwrap();
        outcome.unwrap_or_else(|refusal| panic!("{sql}: {refusal}"))
    }
}

#[test]
fn every_changed_amount_of_the_subsidy_books_is_found_and_its_row_named() {
    let city = rich();
    let mut mutator = Mutator::of(&city);
    let place = if mutator.conn.is_postgres() { "ctid" } else { "rowid" };
    let (mut named, mut seen) = (0, std::collections::BTreeSet::new());
    for round in 0..wanted() {
        // Each column once, then any.
        let at = if round < COLUMNS.len() { round } else { mutator.below(COLUMNS.len()) };
        let (table, column, which) = COLUMNS[at];
        let rows: Vec<Row> = diesel::sql_query(format!(
            "SELECT CAST({place} AS TEXT) AS place, {column} AS fen FROM {table} WHERE {which} ORDER BY 1"
        ))
        .load(&mut mutator.conn)
        .unwrap();
        assert!(!rows.is_empty(), "{table}");
        let row = &rows[mutator.below(rows.len())];
        let value = row.fen ^ (1 << mutator.below(40));
        let sql = format!("UPDATE {table} SET {column} = {value} WHERE {place} = '{}'", row.place);
        match mutator.outcome(&sql) {
            BookOutcome::Proved(_) => panic!("not found: {sql}, which was {}", row.fen),
            BookOutcome::Faulty(fault) => named += usize::from(fault.row.starts_with(table)),
        }
        seen.insert(at);
    }
    assert_eq!(seen.len(), COLUMNS.len().min(wanted()));
    assert!(named * 3 > wanted() * 2, "{named} of {} were named by their own row", wanted());
    drop(mutator);
    assert_books_are_sound(&city);
}

#[test]
fn a_debt_that_was_written_off_behind_the_books_is_named() {
    let city = rich();
    let mut mutator = Mutator::of(&city);
    let BookOutcome::Faulty(fault) = mutator.outcome("UPDATE subsidy_clawback SET settled_fen = 0") else {
        panic!("not found")
    };
    assert!(fault.row.starts_with("subsidy_clawback "), "{fault:?}");
    for gone in ["subsidy_settlement", "subsidy_payment", "subsidy_line"] {
        let sql = format!("DELETE FROM {gone}");
        assert!(matches!(mutator.outcome(&sql), BookOutcome::Faulty(_)), "{sql}");
    }
}

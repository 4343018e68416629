//! The ledger on a live database: what its triggers refuse to every program, that books always balance, and
//! that the proof finds whatever was changed behind its back.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use techmart::cli::export::{self, LedgerFormat};
use techmart::kernel::actor::Actor;
use techmart::kernel::error::Refusal;
use techmart::kernel::money::Fen;
use techmart::ledger::codes;
use techmart::ledger::model::{AccountFilter, AccountKey, AccountKind, At, NewTransaction, Transaction};
use techmart::ledger::service::{self, Outcome};

use super::support::City;

const YEAR: i32 = 2026;

fn budget(kind: AccountKind) -> AccountKey {
    AccountKey::budget(kind, YEAR, "TEST")
}

fn post(city: &City, new: &NewTransaction) -> Result<Transaction, Refusal> {
    let new = new.clone();
    let written = city
        .app
        .db
        .write_blocking("test.post", move |tx| service::post(tx, &Actor::System("test"), new.clone()))?;
    Ok(written.value)
}

fn transfer(key: &str, from: AccountKind, to: AccountKind, fen: i64) -> NewTransaction {
    NewTransaction::new("test.moved", key.into(), "urn:tm:test:thing:1".into()).transfer(
        budget(from),
        budget(to),
        Fen(fen),
    )
}

fn balance(city: &City, kind: AccountKind, at: At) -> i64 {
    city.app.db.read_blocking(move |snapshot| service::balance(snapshot, &budget(kind), at)).unwrap().0
}

fn verify(city: &City) -> Outcome {
    city.app.db.read_blocking(|snapshot| service::verify(snapshot)).unwrap()
}

fn proved(city: &City) -> i64 {
    match verify(city) {
        Outcome::Proved(proved) => proved.transactions,
        Outcome::Faulty(fault) => panic!("{fault:?}"),
    }
}

/// Runs raw SQL in a command of its own and tells why the database refused it.
fn raw(city: &City, sql: &str) -> Result<(), String> {
    let sql = sql.to_owned();
    let outcome = city.app.db.write_blocking("test.raw", move |tx| Ok(tx.batch(&sql)?));
    outcome.map(|_| ()).map_err(|refusal| refusal.context().unwrap_or_default().to_owned())
}

#[track_caller]
fn refused(city: &City, sql: &str, why: &str) {
    let message = raw(city, sql).expect_err(sql);
    assert!(message.contains(why), "{sql}\nwas refused with: {message}");
}

/// An appropriation of 1000 fen, of which 400 are committed.
fn books() -> City {
    let city = City::new();
    post(&city, &transfer("k1", AccountKind::Appropriation, AccountKind::Available, 1000)).unwrap();
    post(&city, &transfer("k2", AccountKind::Available, AccountKind::Committed, 400)).unwrap();
    city
}

/// Raw SQL of an open transaction that follows the last one.
fn open(number: i64, key: &str, sealed: &str) -> String {
    format!(
        "INSERT INTO ledger_transaction SELECT {number}, '01980000-0000-7000-8000-{number:012}', '{key}', 'raw', 'c', '', effective, \
         booked, 'a', NULL, {sealed}, hash, hash FROM ledger_transaction WHERE number = {}",
        number - 1
    )
}

fn line(number: i64, position: i32, kind: AccountKind, fen: i64, balance: i64) -> String {
    format!(
        "INSERT INTO ledger_posting SELECT {number}, {position}, a.id, {fen}, {balance}, t.effective \
         FROM ledger_account a, ledger_transaction t \
         WHERE a.path = '{}' AND t.number = {number}",
        budget(kind).path()
    )
}

fn seal(number: i64) -> String {
    format!("UPDATE ledger_transaction SET sealed = TRUE WHERE number = {number}")
}

use AccountKind::{Appropriation, Available, Committed};

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
                "REPLACE INTO ledger_posting (rowid, number, position, account, amount_fen, balance_fen, effective) \
                 SELECT rowid, number, position, account, amount_fen + 1, balance_fen + 1, effective FROM ledger_posting"
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

#[test]
fn domain_5_the_same_act_is_booked_once() {
    let city = books();
    let again = post(&city, &transfer("k2", Available, Committed, 400)).unwrap();
    assert_eq!((again.number, proved(&city)), (2, 2));
    let other = post(&city, &transfer("k2", Available, Committed, 401)).unwrap_err();
    assert_eq!(other.code(), "ledger_key_reused");
    assert_eq!(balance(&city, Committed, At::default()), 400);
}

#[test]
fn domain_5_a_mistake_is_taken_back_once_by_its_mirror_image() {
    let city = books();
    let take_back = |key: &'static str| {
        let command = move |tx: &mut techmart::db::Tx| {
            service::reverse(tx, &Actor::System("test"), 2, "test.reversed", key.into(), "误记".into())
        };
        city.app.db.write_blocking("test.reverse", command).map(|written| written.value)
    };
    let reversed = take_back("r1").unwrap();
    assert_eq!((reversed.number, reversed.reverses), (3, Some(2)));
    assert_eq!(take_back("r1").unwrap().number, 3);
    assert_eq!(take_back("r2").unwrap_err().code(), "ledger_already_reversed");
    assert_eq!(
        (balance(&city, Available, At::default()), balance(&city, Committed, At::default())),
        (1000, 0)
    );
}

#[test]
fn the_caller_words_the_refusal_of_its_own_account() {
    let city = books();
    let draft = transfer("k3", Available, Committed, 601);
    assert_eq!(post(&city, &draft).unwrap_err().code(), "ledger_overdrawn");
    let worded = draft.never_below_zero(budget(Available), &codes::LEDGER_UNBALANCED);
    assert_eq!(post(&city, &worded).unwrap_err().code(), "ledger_unbalanced");
    assert_eq!(proved(&city), 2, "a refusal leaves nothing behind");
}

#[test]
fn balances_at_any_pair_of_effective_day_and_booked_instant() {
    let city = books();
    let before = city.now();
    city.clock.advance_seconds(86_400);
    let day = |text: &str| Some(text.parse().unwrap());
    let late = transfer("k3", Available, Committed, 100).effective("2026-02-01".parse().unwrap());
    post(&city, &late).unwrap();
    let at = |effective, booked| balance(&city, Committed, At { effective, booked });
    assert_eq!(at(None, None), 500);
    assert_eq!(at(None, Some(before)), 400);
    assert_eq!(at(day("2026-02-28"), None), 100);
    assert_eq!(at(day("2026-02-28"), Some(before)), 0);
    assert_eq!(at(day("2026-03-02"), Some(before)), 400);
    assert_eq!(at(day("2026-01-31"), None), 0);
}

/// Every change behind the ledger's back is found. Each is made with the triggers off, in a command that is
/// then refused, so the books stay good.
#[test]
fn the_proof_finds_what_was_changed_behind_the_triggers() {
    let city = books();
    post(&city, &transfer("k3", Available, Committed, 1)).unwrap();
    let off: &[&str] = if city.database.is_postgres() {
        &[
            "ALTER TABLE ledger_posting DISABLE TRIGGER USER",
            "ALTER TABLE ledger_transaction DISABLE TRIGGER USER",
            "ALTER TABLE ledger_account DISABLE TRIGGER USER",
        ]
    } else {
        &[
            "DROP TRIGGER ledger_posting_update",
            "DROP TRIGGER ledger_posting_delete",
            "DROP TRIGGER ledger_transaction_update",
            "DROP TRIGGER ledger_transaction_delete",
            "DROP TRIGGER ledger_account_update",
        ]
    };
    for change in [
        "UPDATE ledger_posting SET amount_fen = amount_fen * 2 WHERE number = 2",
        "UPDATE ledger_posting SET balance_fen = balance_fen + 1 WHERE number = 2 AND position = 0",
        "UPDATE ledger_posting SET effective = '2020-01-01' WHERE number = 2 AND position = 0",
        "UPDATE ledger_posting SET position = 7 WHERE number = 2 AND position = 0",
        "DELETE FROM ledger_posting WHERE number = 2 AND position = 0",
        "DELETE FROM ledger_posting WHERE number = 2; DELETE FROM ledger_transaction WHERE number = 2",
        "UPDATE ledger_transaction SET note = 'x' WHERE number = 1",
        "UPDATE ledger_transaction SET actor = 'x' WHERE number = 3",
        "UPDATE ledger_transaction SET id = 'x' WHERE number = 2",
        "UPDATE ledger_transaction SET external_key = 'x' WHERE number = 3",
        "UPDATE ledger_transaction SET effective = '2020-01-01' WHERE number = 3",
        "UPDATE ledger_transaction SET booked = '2020-01-01 00:00:00' WHERE number = 2",
        "UPDATE ledger_transaction SET sealed = FALSE WHERE number = 3",
        "UPDATE ledger_transaction SET hash = prev_hash WHERE number = 2",
        "UPDATE ledger_account SET path = 'x' WHERE kind = 'committed'",
        "UPDATE ledger_account SET scheme = 'OTHER' WHERE kind = 'committed'",
        "UPDATE ledger_account SET source = TRUE WHERE kind = 'committed'",
        // The newest one, whole: only the change log knows that it was there.
        "DELETE FROM ledger_posting WHERE number = 3; DELETE FROM ledger_transaction WHERE number = 3",
    ] {
        let sql = format!("{};{change}", off.join(";"));
        let tampered = city.app.db.write_blocking("test.tamper", move |tx| -> Result<(), Refusal> {
            tx.batch(&sql)?;
            match service::verify(tx)? {
                Outcome::Faulty(fault) => Err(Refusal::new(&codes::LEDGER_UNBALANCED).because(fault.what)),
                Outcome::Proved(_) => Err(Refusal::internal("not found")),
            }
        });
        let refusal = tampered.unwrap_err();
        assert_eq!(refusal.code(), "ledger_unbalanced", "{change}: {refusal}");
    }
    assert_eq!(proved(&city), 3);
}

/// Random steps from several threads: whatever is refused, the books balance, no account is ever on the
/// wrong side of zero, and the balances are what the accepted steps say.
#[test]
fn domain_5_books_balance_under_random_concurrent_steps() {
    let city = City::new();
    let run = AtomicU32::new(0);
    let steps = prop::collection::vec((0_usize..5, 0_usize..5, 1_i64..500, 0_u8..20), 20..60);
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&steps, |steps| {
        let round = run.fetch_add(1, Ordering::SeqCst);
        let kinds = [Appropriation, Available, Committed, AccountKind::Approved, AccountKind::Paid];
        let scheme = format!("RUN-{round}");
        let account = |at: usize| AccountKey::budget(kinds[at], YEAR, &scheme);
        let done = std::sync::Mutex::new(std::collections::BTreeMap::new());
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (city, done, steps, account, scheme) = (&city, &done, &steps, &account, &scheme);
                scope.spawn(move || {
                    for (from, to, fen, key) in steps.iter().skip(thread).step_by(4) {
                        // Few keys: many steps are retries of another or reuse its key.
                        let key = format!("{scheme}/{key}");
                        let new =
                            NewTransaction::new("test.moved", key.clone(), "urn:tm:test:thing:1".into())
                                .transfer(account(*from), account(*to), Fen(*fen));
                        if let Ok(booked) = post(city, &new) {
                            done.lock().unwrap().insert(booked.number, (*from, *to, *fen));
                        }
                    }
                });
            }
        });
        let mut expected = [0_i64; 5];
        for (from, to, fen) in done.lock().unwrap().values() {
            expected[*from] -= fen;
            expected[*to] += fen;
        }
        for (at, fen) in expected.iter().enumerate() {
            let key = account(at);
            let found = city.app.db.read_blocking(move |s| service::balance(s, &key, At::default()));
            prop_assert_eq!(found.unwrap().0, *fen);
            let right_side = if at == 0 { *fen <= 0 } else { *fen >= 0 };
            prop_assert!(right_side);
        }
        prop_assert_eq!(expected.iter().sum::<i64>(), 0);
        Ok(())
    });
    outcome.unwrap();
    proved(&city);
    let filter = AccountFilter { year: Some(YEAR), ..AccountFilter::default() };
    let all =
        city.app.db.read_blocking(move |s| service::balances(s, &filter, At::default(), None, 100)).unwrap();
    assert_eq!(all.iter().map(|entry| entry.balance.0).sum::<i64>(), 0);
}

fn exported(city: &City, format: LedgerFormat) -> String {
    let text = city.app.db.read_blocking(move |snapshot| {
        let mut out = vec![];
        export::ledger(snapshot, format, &mut out).map_err(Refusal::internal)?;
        String::from_utf8(out).map_err(Refusal::internal)
    });
    text.unwrap()
}

#[test]
fn the_journal_goes_out_as_hledger_and_as_csv() {
    let city = books();
    let journal = exported(&city, LedgerFormat::Hledger);
    let entry = "2026-03-02 * (2) test.moved \n";
    assert!(journal.contains(entry), "{journal}");
    assert!(journal.contains("    available:2026:TEST  CNY -4.00\n    committed:2026:TEST  CNY 4.00\n"));
    let table = exported(&city, LedgerFormat::Csv);
    let rows: Vec<&str> = table.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[3].starts_with("2,2026-03-02,") && rows[3].contains("available/2026/TEST,-400,600,k2,"));
}

/// Another accounting program agrees. It is not needed for the suite: without it the test says so.
#[test]
fn hledger_proves_the_exported_journal() {
    let city = books();
    let place = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(place.path(), exported(&city, LedgerFormat::Hledger)).unwrap();
    let run = |arguments: &[&str]| {
        let file = place.path().to_str().unwrap();
        std::process::Command::new("hledger").args(["-f", file]).args(arguments).output()
    };
    let Ok(checked) = run(&["check"]) else {
        eprintln!("skipped: hledger is not installed");
        return;
    };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let balances = run(&["balance", "--flat", "-O", "csv", "--no-total"]).unwrap();
    let found = String::from_utf8(balances.stdout).unwrap();
    for (kind, yuan) in [("appropriation", "-10.00"), ("available", "6.00"), ("committed", "4.00")] {
        let row = format!("\"{kind}:2026:TEST\",\"CNY {yuan}\"");
        assert!(found.contains(&row), "{found}");
    }
}

//! Pages of the books: tables over all accounts at any pair of dates are what a sum over the postings is, a wrong or
//! missing total is named, and books that stood before have the same pages.

use std::collections::{BTreeMap, BTreeSet};

use techmart::db::conn::DatabaseUrl;
use techmart::db::migrate;
use techmart::kernel::time::{Day, UtcTime};
use techmart::ledger::rules::PAGE_POSTINGS;

use super::*;

const FIRST_YEAR: i32 = 2024;

/// A posting as the test knows it.
struct Known {
    booked: UtcTime,
    day: Day,
    account: AccountKey,
    fen: i64,
}

/// A cheap sequence without pattern.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % u64::try_from(count).unwrap()).unwrap()
    }
}

fn day(offset: i64) -> Day {
    "2025-11-20".parse::<Day>().unwrap().plus_days(offset)
}

/// Some pages of transactions with one to forty payees, effective days out of order over four years, on budgets of
/// two years and two schemes, and on a deposit that has neither.
fn paged(city: &City) -> Vec<Known> {
    let mut dice = Dice(7);
    let mut known = vec![];
    let mut book = |new: NewTransaction| {
        city.clock.advance_seconds(1);
        let booked = post(city, &new).unwrap();
        known.extend(booked.postings.into_iter().map(|posting| Known {
            booked: booked.booked,
            day: booked.effective,
            account: posting.account,
            fen: posting.amount.0,
        }));
        i64::try_from(known.len()).unwrap()
    };
    let new = |at: i64, on: Day| {
        NewTransaction::new("test.moved", format!("page/{at}"), "urn:tm:test:thing:1".into()).effective(on)
    };
    let budget = |year, scheme| move |kind| AccountKey::budget(kind, year, scheme);
    let budgets =
        [(0, "A"), (0, "B"), (1, "A"), (1, "B")].map(|(at, scheme)| budget(FIRST_YEAR + at, scheme));
    for (at, of) in (0..).zip(&budgets) {
        book(new(-1 - at, day(-700)).transfer(of(Appropriation), of(Available), Fen(1_000_000)));
    }
    let mut at = 0;
    while book(new(10_000 + at, day(dice.below(900) - 700)).transfer(
        AccountKey::new(AccountKind::DepositReceived),
        AccountKey::new(AccountKind::DepositHeld).of(&format!("urn:tm:test:deposit:{at}")),
        Fen(1 + at),
    )) < 3 * PAGE_POSTINGS + 40
    {
        let of = &budgets[usize::try_from(dice.below(4)).unwrap()];
        let mut next = new(at, day(dice.below(900) - 700));
        for _ in 0..dice.below(40) + 1 {
            let payee = of(AccountKind::Approved).of(&format!("urn:tm:test:organisation:{}", dice.below(30)));
            next = next.transfer(of(Available), payee, Fen(dice.below(90) + 1));
        }
        book(next);
        at += 1;
    }
    known
}

type Sums = BTreeMap<(Option<i32>, Option<String>, AccountKind), (BTreeSet<String>, i64, i64)>;

fn summed(known: &[Known], at: At) -> Sums {
    let mut sums = Sums::new();
    for it in known {
        if at.effective.is_none_or(|day| it.day <= day) && at.booked.is_none_or(|booked| it.booked <= booked)
        {
            let key = (it.account.year, it.account.scheme.clone(), it.account.kind);
            let sum = sums.entry(key).or_default();
            sum.0.insert(it.account.path());
            *(if it.fen > 0 { &mut sum.1 } else { &mut sum.2 }) += it.fen;
        }
    }
    sums
}

fn same_tables(city: &City, known: &[Known]) {
    let mut dice = Dice(11);
    let count = i64::try_from(known.len()).unwrap();
    for round in 0..40 {
        let at = At {
            effective: (round % 10 != 0).then(|| day(dice.below(1000) - 750)),
            booked: (round % 7 != 0).then(|| {
                known[usize::try_from(dice.below(count)).unwrap()].booked.plus_micros(dice.below(3) - 1)
            }),
        };
        let sums = summed(known, at);
        let lines = city.app.db.read_blocking(move |s| service::trial_balance(s, at)).unwrap();
        let found: Vec<_> = lines
            .iter()
            .map(|line| {
                assert_eq!(line.balance.0, line.inflow.0 + line.outflow.0);
                let key = (line.year, line.scheme.clone(), line.kind);
                (key, usize::try_from(line.accounts).unwrap(), line.inflow.0, line.outflow.0)
            })
            .collect();
        let expected: Vec<_> =
            sums.iter().map(|(key, (accounts, i, o))| (key.clone(), accounts.len(), *i, *o)).collect();
        assert_eq!(found, expected, "{at:?}");
        let tables = city.app.db.read_blocking(move |s| service::execution(s, FIRST_YEAR, at)).unwrap();
        for scheme in ["A", "B"] {
            for kind in [Appropriation, Available, AccountKind::Approved] {
                let table = tables.iter().find(|table| table.scheme == scheme);
                let wanted = sums.get(&(Some(FIRST_YEAR), Some(scheme.to_owned()), kind));
                assert_eq!(table.map_or(0, |t| t.of(kind).0), wanted.map_or(0, |(_, i, o)| i + o));
            }
        }
    }
}

#[test]
fn domain_5_tables_over_all_accounts_at_any_pair_of_dates_are_the_sum_over_the_postings() {
    let city = City::new();
    let known = paged(&city);
    same_tables(&city, &known);
    proved(&city);
    // Books that stood before pages were kept get the same ones.
    let drop = if city.database.is_postgres() {
        "DROP TABLE ledger_total; DROP TABLE ledger_page;
         DROP FUNCTION ledger_total_insert; DROP FUNCTION ledger_page_insert;"
    } else {
        "DROP TABLE ledger_total; DROP TABLE ledger_page;"
    };
    raw(&city, &format!("{drop} DELETE FROM schema_migration WHERE number = 53")).unwrap();
    let url = DatabaseUrl::parse(&city.database.url()).unwrap();
    assert_eq!(migrate::run(&url).unwrap(), 1);
    proved(&city);
    same_tables(&city, &known);
    post(&city, &transfer("k9", Appropriation, Available, 5)).unwrap();
    proved(&city);
}

/// A page that has ended, and what is booked after it.
fn with_a_page() -> (City, i64) {
    let city = books();
    let mut many = NewTransaction::new("test.moved", "page".into(), "urn:tm:test:thing:1".into());
    for at in 0..PAGE_POSTINGS {
        let to = budget(AccountKind::Approved).of(&format!("urn:tm:test:organisation:{at}"));
        many = many.transfer(budget(Available), to, Fen(1));
    }
    let ends = post(&city, &many).unwrap().number;
    post(&city, &transfer("after", Available, Committed, 7)).unwrap();
    (city, ends)
}

#[test]
fn domain_5_a_wrong_total_is_named() {
    let (city, ends) = with_a_page();
    let transactions = proved(&city);
    let off = if city.database.is_postgres() {
        "ALTER TABLE ledger_page DISABLE TRIGGER USER; ALTER TABLE ledger_total DISABLE TRIGGER USER"
    } else {
        "DROP TRIGGER ledger_page_update; DROP TRIGGER ledger_page_delete; DROP TRIGGER ledger_page_insert;
         DROP TRIGGER ledger_total_update; DROP TRIGGER ledger_total_delete; DROP TRIGGER ledger_total_insert"
    };
    let a_day = "span = 'day' AND path = 'approved/2026/TEST'";
    for (change, what) in [
        (format!("UPDATE ledger_total SET inflow_fen = inflow_fen + 1 WHERE {a_day}"), "a total at the end"),
        (format!("UPDATE ledger_total SET accounts = accounts - 1 WHERE {a_day}"), "a total at the end"),
        (format!("UPDATE ledger_total SET since = '2020-01-01' WHERE {a_day}"), "a total at the end"),
        (format!("DELETE FROM ledger_total WHERE {a_day}"), "a total at the end"),
        (
            format!(
                "INSERT INTO ledger_total SELECT 'paid/2026/TEST', span, since, number, 1, 1, -1 FROM ledger_total WHERE {a_day}"
            ),
            "a total at the end",
        ),
        ("DELETE FROM ledger_page".to_owned(), "a page does not end"),
        ("DELETE FROM ledger_total; DELETE FROM ledger_page".to_owned(), "a page does not end"),
        ("UPDATE ledger_page SET postings = postings + 1".to_owned(), "a page does not end"),
    ] {
        let sql = format!("{off};{change}");
        let tampered = city.app.db.write_blocking("test.tamper", move |tx| -> Result<(), Refusal> {
            tx.batch(&sql)?;
            match service::verify(tx)? {
                Outcome::Faulty(fault) => {
                    assert_eq!(fault.number, ends, "{}", fault.what);
                    Err(Refusal::new(&codes::LEDGER_UNBALANCED).because(fault.what))
                }
                Outcome::Proved(_) => Err(Refusal::internal("not found")),
            }
        });
        let refusal = tampered.unwrap_err();
        assert_eq!(refusal.code(), "ledger_unbalanced", "{change}: {refusal}");
        assert!(refusal.context().unwrap_or_default().contains(what), "{change}: {refusal:?}");
    }
    assert_eq!(proved(&city), transactions);
}

#[test]
fn domain_5_pages_and_their_totals_are_never_changed() {
    let (city, ends) = with_a_page();
    let copy = "INSERT INTO ledger_total SELECT path, span, since";
    for sql in [
        "UPDATE ledger_page SET postings = 1".to_owned(),
        "DELETE FROM ledger_page".to_owned(),
        "UPDATE ledger_total SET accounts = accounts".to_owned(),
        "DELETE FROM ledger_total".to_owned(),
        // A total of a page that is closed, of a transaction before the last, of one that is not there.
        format!("{copy}, {ends}, 1, 1, -1 FROM ledger_total WHERE path = 'available/2026/TEST'"),
        format!("{copy}, {ends} - 1, 1, 1, -1 FROM ledger_total"),
        format!("{copy}, {ends} + 9, 1, 1, -1 FROM ledger_total"),
        // A page with another count, and one that does not end with the last transaction.
        format!("INSERT INTO ledger_page VALUES ({ends} + 1, 9)"),
        "INSERT INTO ledger_page VALUES (1, 2)".to_owned(),
        format!("INSERT INTO ledger_page VALUES ({ends} + 9, 999)"),
    ] {
        refused(&city, &sql, "ledger");
    }
    if city.database.is_postgres() {
        refused(&city, "TRUNCATE ledger_total", "ledger");
        refused(&city, "TRUNCATE ledger_page", "ledger");
    } else {
        refused(&city, "INSERT OR REPLACE INTO ledger_total SELECT * FROM ledger_total", "ledger");
        refused(&city, "REPLACE INTO ledger_page SELECT number, postings + 1 FROM ledger_page", "ledger");
    }
    proved(&city);
}

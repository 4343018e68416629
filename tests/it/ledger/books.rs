//! Booking once, taking back, balances at any pair of dates, and books that balance under threads.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

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

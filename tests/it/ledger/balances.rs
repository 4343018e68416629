//! Balances from the stored totals of days and months are what a sum over the postings is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use techmart::kernel::time::Day;

use super::*;

fn day(offset: i64) -> Day {
    "2025-11-20".parse::<Day>().unwrap().plus_days(offset)
}

/// Random effective days over months and years, booked in any order: every pair of dates gives the plain sum.
#[test]
fn domain_5_a_balance_at_any_pair_of_dates_is_the_sum_over_the_postings() {
    let city = City::new();
    let first = transfer("start", Appropriation, Available, 1_000_000).effective(day(-1000));
    post(&city, &first).unwrap();
    let steps = prop::collection::vec((-400_i64..400, 1_i64..100, prop::bool::ANY), 15..25);
    let asked = prop::collection::vec((-450_i64..450, 0_usize..26), 10);
    let mut runner = TestRunner::new(Config { cases: 4, failure_persistence: None, ..Config::default() });
    let mut round = 0;
    let run = std::cell::RefCell::new(&mut round);
    runner
        .run(&(steps, asked), |(steps, asked)| {
            **run.borrow_mut() += 1;
            let round = **run.borrow();
            // Of a scheme of its own, so that each round starts at zero.
            let account = move |kind| AccountKey::budget(kind, YEAR, &format!("ROUND-{round}"));
            let mut booked: Vec<(Day, i64)> = vec![];
            let mut instants = vec![city.now()];
            for (at, (offset, fen, back)) in steps.iter().enumerate() {
                city.clock.advance_seconds(1);
                let held: i64 = booked.iter().map(|(_, fen)| fen).sum();
                let (from, to, fen) = if *back && held > 0 {
                    (account(Available), account(Appropriation), -(*fen).min(held))
                } else {
                    (account(Appropriation), account(Available), *fen)
                };
                let key = format!("{round}/{at}");
                let new = NewTransaction::new("test.moved", key, "urn:tm:test:thing:1".into())
                    .effective(day(*offset))
                    .transfer(from, to, Fen(fen.abs()));
                post(&city, &new).unwrap();
                booked.push((day(*offset), fen));
                instants.push(city.now());
            }
            for (offset, upto) in asked {
                let upto = upto.min(booked.len());
                let at = At { effective: Some(day(offset)), booked: Some(instants[upto]) };
                let expected: i64 =
                    booked[..upto].iter().filter(|(on, _)| *on <= day(offset)).map(|(_, fen)| fen).sum();
                let found = city.app.db.read_blocking(move |s| service::balance(s, &account(Available), at));
                prop_assert_eq!(found.unwrap().0, expected);
            }
            Ok(())
        })
        .unwrap();
    proved(&city);
}

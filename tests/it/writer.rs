//! The writer and the change log (DESIGN, Database; TMF-1 rule 2).

use techmart::kernel::actor::Actor;
use techmart::kernel::change::NewChange;
use techmart::kernel::codes_common::CONFLICT;
use techmart::kernel::error::Refusal;

use super::support::City;

fn note(number: i64) -> NewChange {
    let subject = "urn:tm:cn-450700:test:01980000-0000-7000-8000-000000000001".to_owned();
    NewChange::local("test.noted", subject, number, serde_json::json!({ "number": number }))
}

#[test]
fn a_refused_command_leaves_nothing_and_takes_no_number() {
    let city = City::new();
    let db = &city.app.db;
    let before = db.write_blocking("test", |_| Ok(())).unwrap().seq;
    let refused = db.write_blocking("test", |tx| -> Result<(), Refusal> {
        tx.record(&Actor::System("test"), note(1));
        Err(Refusal::new(&CONFLICT))
    });
    assert_eq!(refused.unwrap_err().code(), "conflict");
    let panicked = db.write_blocking("test", |tx| -> Result<(), Refusal> {
        tx.record(&Actor::System("test"), note(1));
        panic!("on purpose")
    });
    assert_eq!(panicked.unwrap_err().code(), "internal");
    let kept = db
        .write_blocking("test", |tx| {
            tx.record(&Actor::System("test"), note(2));
            Ok(tx.seq())
        })
        .unwrap();
    assert_eq!((kept.value, kept.seq), (before + 1, before + 1));
    let log = db.read_blocking(move |s| techmart::changes::read_after(s, before, 10)).unwrap();
    let versions: Vec<_> = log.iter().map(|change| (change.seq, change.version)).collect();
    assert_eq!(versions, [(before + 1, 2)]);
}

#[test]
fn time_never_goes_back() {
    let city = City::new();
    let first = city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value;
    city.clock.advance_seconds(-3600);
    let second = city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value;
    assert_eq!(second, first);
    city.clock.advance_seconds(7200);
    assert!(city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value > first);
}

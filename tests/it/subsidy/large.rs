//! Batches that are written in slices.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::json;
use techmart::kernel::actor::Actor;
use techmart::subsidy::service::{Target, prepare as service};

use super::super::support::City;
use super::super::support::contracts::{act, registered};
use super::{
    APPROVER, Clones, OFFICE, PREPARER, appropriate, assert_books_are_sound, clone_contract, explain, lines,
    prepare, states_of_money, sum,
};

fn crowded() -> City {
    let city = City::new();
    let contract = registered(&city);
    let technical = "1000000 + n.i * 37";
    let clones =
        Clones { office: OFFICE, registered_on: "2026-01-05", series: "20264507", count: 1200, technical };
    clone_contract(&city, &contract, &clones);
    appropriate(&city, 2026, 100_000_000).expect(201);
    city
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn count(city: &City, table: &'static str) -> i64 {
    let query = move |snapshot: &mut techmart::db::Snapshot| {
        let rows: Vec<Count> =
            diesel::sql_query(format!("SELECT COUNT(*) AS n FROM {table}")).load(&mut **snapshot)?;
        Ok(rows[0].n)
    };
    city.app.db.read_blocking(query).unwrap()
}

#[test]
fn domain_5_a_large_batch_is_written_in_slices_and_adds_up_to_the_fen() {
    let city = crowded();
    let made = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201);
    let base: i64 = 79_999_999 + (1..=1200).map(|i| 1_000_000 + i * 37).sum::<i64>();
    let total = (base * 500 + 500_000) / 1_000_000;
    assert_eq!((&made.body["contracts"], &made.body["total_fen"]), (&json!(1201), &json!(total)));
    let all = lines(&city, &made.id());
    assert_eq!((all.len(), sum(&all, "amount_fen"), sum(&all, "base_fen")), (1201, total, base));
    assert_eq!(explain(&city, &made.id())["agrees"], true);
    assert_eq!(states_of_money(&city, 2026)[1], total);
    assert_books_are_sound(&city);
    // A retry does not write the lines again.
    assert_eq!(prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201).id(), made.id());
    assert_eq!(count(&city, "subsidy_line"), 1201);
}

#[test]
fn a_change_between_the_slices_and_the_deciding_command_is_noticed_and_the_rest_is_swept() {
    let city = crowded();
    let target = Target::new("REG-AGENCY".into(), city.organisation(OFFICE), 2026, 2026);
    let actor = Actor::Person(Box::new(city.app.gate.sign_in_as(PREPARER).unwrap().grant.person));
    let runtime = actix_web::rt::System::new();
    let staged = runtime.block_on(service::stage(&city.app.db, &actor, &target)).unwrap();
    let listed = city.as_(PREPARER).get("/api/v1/subsidy/batches").expect(200);
    assert_eq!(
        (count(&city, "subsidy_line"), &listed.body["items"]),
        (1201, &json!([])),
        "nobody sees it yet"
    );
    let late = registered(&city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &late, "revoke", body).expect(200);
    let decided = city
        .app
        .db
        .write_blocking("test.prepare", move |tx| service::prepare(tx, &actor, &target, &staged, None));
    assert_eq!(decided.unwrap_err().code(), "facts_changed");
    city.app.run_jobs().unwrap();
    assert_eq!(count(&city, "subsidy_line"), 1201, "it may still be in the making");
    city.clock.advance_seconds(2 * 86_400);
    city.app.run_jobs().unwrap();
    assert_eq!((count(&city, "subsidy_line"), count(&city, "subsidy_sheet")), (0, 0));
    prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201);
}

/// A large batch of the office for a year, as far as it is written ahead.
fn staged(city: &City, period: i32, budget_year: i32) -> (Actor, Target, service::Staged) {
    let target = Target::new("REG-AGENCY".into(), city.organisation(OFFICE), period, budget_year);
    let actor = Actor::Person(Box::new(city.app.gate.sign_in_as(PREPARER).unwrap().grant.person));
    let runtime = actix_web::rt::System::new();
    let staged = runtime.block_on(service::stage(&city.app.db, &actor, &target)).unwrap();
    (actor, target, staged)
}

#[test]
fn domain_5_two_large_batches_do_not_book_one_cause_twice() {
    let city = City::new();
    let (first, second) = (registered(&city), registered(&city));
    appropriate(&city, 2026, 1_000_000).expect(201);
    super::paid(&city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &first, "revoke", body).expect(200);
    city.settle();
    city.clock.advance_seconds(2 * 366 * 86_400);
    for (registered_on, series) in [("2027-01-05", "20274507"), ("2028-01-05", "20284507")] {
        let technical = "1000000 + n.i";
        clone_contract(
            &city,
            &second,
            &Clones { office: OFFICE, registered_on, series, count: 220, technical },
        );
    }
    appropriate(&city, 2028, 100_000_000).expect(201);
    let decide = |(actor, target, staged): (Actor, Target, service::Staged)| {
        city.app
            .db
            .write_blocking("test.prepare", move |tx| service::prepare(tx, &actor, &target, &staged, None))
    };
    let (one, other) = (staged(&city, 2027, 2028), staged(&city, 2028, 2028));
    let batch = decide(one).unwrap().value;
    assert_eq!(batch.sheet.corrections, 1);
    assert_eq!(decide(other.clone()).unwrap_err().code(), "earlier_batch_open");
    for (persona, act) in [(super::VERIFIER, "verify"), (APPROVER, "approve"), (super::PAYER, "pay")] {
        super::step(&city, persona, &batch.id.to_string(), act).expect(200);
    }
    assert_eq!(decide(other).unwrap_err().code(), "facts_changed", "the cause is booked");
    // A version that begins meanwhile counts from its first day.
    let body = json!({"valid_from": "2028-01-01", "base": "total_amount", "title_zh": "补助",
        "title_en": "Subsidy", "source": "示例文件", "formula": {"kind": "rate", "rate_ppm": 400},
        "procedure": {"claim_required": true}});
    let fresh = staged(&city, 2028, 2028);
    city.as_(APPROVER).post("/api/v1/subsidy/schemes/REG-AGENCY/versions", body).expect(201);
    assert_eq!(decide(fresh).unwrap_err().code(), "claim_missing");
    assert_books_are_sound(&city);
}

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

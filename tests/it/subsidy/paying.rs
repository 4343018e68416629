//! From the approval to the last transfer: what was ordered stands, and every payment has its day.

use serde_json::{Value, json};

use super::super::support::City;
use super::super::support::claims::{
    CLAIMANT, approved, award, certification, claim, fund, prepare, publicised, step,
};
use super::super::support::contracts::{act, registered};
use super::{APPROVER, OFFICE, PAYER, PREPARER, VERIFIER, assert_books_are_sound, lines, sum};

fn path(batch: &str, part: &str) -> String {
    format!("/api/v1/subsidy/batches/{batch}/{part}")
}

fn order(city: &City, batch: &str) -> super::Response {
    city.as_(PAYER).send("POST", &path(batch, "payment-orders"), None)
}

fn today(city: &City) -> String {
    city.now().day().to_string()
}

fn report(city: &City, batch: &str, outcome: &str, fen: i64, day: &str, reference: &str) -> super::Response {
    let row = json!({"instruction": format!("{batch}-000"), "outcome": outcome, "amount_fen": fen,
        "paid_on": day, "reference": reference});
    city.as_(PAYER).post(&path(batch, "payment-results"), json!({"rows": [row]}))
}

/// The only claim of a scheme.
fn only_claim(city: &City, scheme: &str) -> Value {
    let list = city.as_(PREPARER).get(&format!("/api/v1/subsidy/claims?scheme={scheme}")).expect(200);
    list.body["items"][0].clone()
}

fn revoke_contract(city: &City) {
    let claim = only_claim(city, "CONVERT");
    let contract = claim["contract"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &contract, "revoke", body).expect(200);
    city.settle();
}

fn revoke_award(city: &City, scheme: &str) {
    let id = only_claim(city, scheme)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/subsidy/claims/{id}/revoke");
    city.as_(APPROVER).post(&path, json!({"opinion": "虚报"})).expect(200);
    city.settle();
}

#[test]
fn domain_5_a_batch_that_is_being_paid_is_paid_whatever_becomes_of_its_contract() {
    let city = City::new();
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    report(&city, &batch, "paid", 2_000_000, &today(&city), "T1").expect(200);
    revoke_contract(&city);
    let rest = report(&city, &batch, "paid", 3_000_000, &today(&city), "T2").expect(200);
    assert_eq!(rest.body["batch"]["state"], "paid");
    let next = prepare(&city, "CONVERT", 2026).expect(201);
    assert_eq!(next.body["total_fen"], -5_000_000, "the next batch corrects it");
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_an_order_that_is_out_is_reported_and_paid_though_its_contract_falls_away() {
    let city = City::new();
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    revoke_contract(&city);
    order(&city, &batch).expect(200);
    let done = report(&city, &batch, "paid", 5_000_000, &today(&city), "T1").expect(200);
    assert_eq!(done.body["batch"]["state"], "paid");
    // Before anything was ordered it is outdated, by hand or by order.
    let other = City::new();
    let batch = approved(&other);
    revoke_contract(&other);
    order(&other, &batch).refused(409, "batch_outdated");
    step(&other, PAYER, &batch, "pay").refused(409, "batch_outdated");
    // Of an office too.
    let office = City::new();
    let contract = registered(&office);
    super::appropriate(&office, 2026, 1_000_000).expect(201);
    let batch = super::prepare(&office.as_(PREPARER), &office, OFFICE, 2026).expect(201).id();
    step(&office, VERIFIER, &batch, "verify").expect(200);
    step(&office, APPROVER, &batch, "approve").expect(200);
    order(&office, &batch).expect(200);
    act(&office.as_(APPROVER), &contract, "revoke", json!({"ground": "fraud", "decision": "示例决定"}))
        .expect(200);
    office.settle();
    step(&office, PAYER, &batch, "pay").expect(200);
    assert_books_are_sound(&office);
}

#[test]
fn domain_5_an_ordered_batch_goes_back_only_when_its_transfers_failed() {
    let city = City::new();
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    let void = || city.as_(APPROVER).post(&path(&batch, "void"), json!({"opinion": "退回"}));
    void().refused(409, "batch_ordered");
    report(&city, &batch, "failed", 0, &today(&city), "T1").expect(200);
    void().expect(200);
    prepare(&city, "CONVERT", 2026).expect(201);
}

#[test]
fn domain_5_a_debt_that_comes_after_the_order_does_not_change_what_was_told() {
    let city = City::new();
    fund(&city, "HNTE-FIRST", 100_000_000);
    let id = claim(&city, CLAIMANT, certification(&city, CLAIMANT, "HNTE-FIRST", "GR1")).expect(201).id();
    award(&city, &id, 5_000_000).expect(200);
    let finish = |batch: &str| {
        publicised(&city, batch);
        step(&city, APPROVER, batch, "approve").expect(200);
        step(&city, PAYER, batch, "pay").expect(200);
    };
    finish(&prepare(&city, "HNTE-FIRST", 2026).expect(201).id());
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    revoke_award(&city, "HNTE-FIRST");
    finish(&prepare(&city, "HNTE-FIRST", 2026).expect(201).id());
    let owed = || {
        let list = city.as_(PAYER).get("/api/v1/subsidy/clawbacks?open=true").expect(200);
        sum(list.body["items"].as_array().unwrap(), "open_fen")
    };
    assert_eq!(owed(), 5_000_000);
    order(&city, &batch).expect(200);
    let file = city.as_(PAYER).get(&path(&batch, "payment-file?format=csv")).expect(200);
    assert!(file.text().contains("50000.00"), "{}", file.text());
    let done = report(&city, &batch, "paid", 5_000_000, &today(&city), "T1").expect(200);
    assert_eq!(
        (&done.body["rows"][0]["result"], &done.body["batch"]["state"]),
        (&json!("matched"), &json!("paid"))
    );
    assert_eq!(owed(), 5_000_000, "set against the next payout, or paid back");
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_no_money_moves_before_it_was_approved() {
    let city = City::new();
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    let early = report(&city, &batch, "paid", 5_000_000, "2026-03-09", "T1").expect(422);
    assert_eq!(early.field("/rows/0/paid_on"), Some("day_too_early"));
    report(&city, &batch, "paid", 5_000_000, "2026-03-10", "T1").expect(200);
}

#[test]
fn domain_5_a_true_day_in_a_closed_year_is_kept_and_booked_on_the_first_open_day() {
    let city = City::new();
    let batch = approved(&city);
    order(&city, &batch).expect(200);
    city.clock.advance_seconds(366 * 86_400);
    let close = json!({"scheme": "CONVERT", "year": 2026});
    city.as_(APPROVER).post("/api/v1/subsidy/closed-years", close).expect(200);
    let done = report(&city, &batch, "paid", 5_000_000, "2026-12-30", "T1").expect(200);
    assert_eq!(done.body["batch"]["state"], "paid");
    let shown = city.as_(PAYER).get(&format!("/api/v1/subsidy/batches/{batch}")).expect(200);
    let payment = &shown.body["payees"][0]["payments"][0];
    assert_eq!(payment["paid_on"], "2026-12-30");
    let number = payment["ledger_number"].as_i64().unwrap();
    let booked = city.as_(PAYER).get(&format!("/api/v1/ledger/transactions/{number}")).expect(200);
    assert_eq!(booked.body["effective"], "2027-01-01");
    // The same for what is paid back.
    revoke_award(&city, "CONVERT");
    fund(&city, "CONVERT", 1);
    let back = prepare(&city, "CONVERT", 2026).expect(201).id();
    publicised(&city, &back);
    step(&city, APPROVER, &back, "approve").expect(200);
    step(&city, PAYER, &back, "pay").expect(200);
    let decided = today(&city);
    let owed = city.as_(PAYER).get("/api/v1/subsidy/clawbacks?open=true").expect(200);
    let claw = owed.body["items"][0]["id"].as_str().unwrap().to_owned();
    city.clock.advance_seconds(366 * 86_400);
    let repay = |day: &str| {
        let body = json!({"amount_fen": 5_000_000, "paid_on": day, "reference": "示例缴款书"});
        city.as_(PAYER).post(&format!("/api/v1/subsidy/clawbacks/{claw}/repayments"), body)
    };
    repay("2027-01-02").refused(422, "day_too_early");
    let close = json!({"scheme": "CONVERT", "year": 2027});
    city.as_(APPROVER).post("/api/v1/subsidy/closed-years", close).expect(200);
    repay(&decided).expect(200);
    let shown = city.as_(PAYER).get(&format!("/api/v1/subsidy/clawbacks/{claw}")).expect(200);
    let settled = &shown.body["settlements"][0];
    assert_eq!(settled["effective"], json!(decided));
    let path = format!("/api/v1/ledger/transactions/{}", settled["ledger_number"]);
    assert_eq!(city.as_(PAYER).get(&path).expect(200).body["effective"], "2028-01-01");
    assert_eq!(sum(&lines(&city, &back), "amount_fen"), -5_000_000);
    assert_books_are_sound(&city);
}

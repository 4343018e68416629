//! What happens to contracts after their batch.

use serde_json::json;

use super::super::support::City;
use super::super::support::contracts::{act, registered};
use super::{
    APPROVER, Clones, OFFICE, PAYER, PREPARER, VERIFIER, appropriate, assert_books_are_sound, clone_contract,
    explain, lines, paid, prepare, states_of_money, step, sum,
};

const YEAR_SECONDS: i64 = 366 * 86_400;

fn next_year(city: &City, contract: &str, count: u32) {
    city.clock.advance_seconds(YEAR_SECONDS);
    let technical = "1000000000";
    let clones = Clones { office: OFFICE, registered_on: "2027-01-05", series: "20274507", count, technical };
    clone_contract(city, contract, &clones);
    appropriate(city, 2027, 10_000_000).expect(201);
}

#[test]
fn domain_5_a_cancelled_contract_is_one_correcting_line_in_the_next_batch() {
    let city = City::new();
    let (first, second) = (registered(&city), registered(&city));
    appropriate(&city, 2026, 1_000_000).expect(201);
    let closed = paid(&city);
    let before = lines(&city, &closed);
    act(&city.as_("institute.member"), &first, "cancel", json!({"reason": "合同解除"})).expect(200);
    // Registered after the batch of its year: it was never counted, so it is owed.
    let late = registered(&city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &late, "revoke", body).expect(200);
    registered(&city);
    city.settle();
    next_year(&city, &second, 2);
    let made = prepare(&city.as_(PREPARER), &city, OFFICE, 2027).expect(201);
    let id = made.id();
    let all = lines(&city, &id);
    let corrections: Vec<_> = all
        .iter()
        .filter(|line| line["kind"] == "correction")
        .map(|line| (line["cause_kind"].as_str().unwrap().to_owned(), line["amount_fen"].as_i64().unwrap()))
        .collect();
    let expected = [
        ("contract.cancelled", -40_000),
        ("contract.registered", 40_000),
        ("contract.revoked", -40_000),
        ("contract.registered", 40_000),
    ];
    assert_eq!(corrections, expected.map(|(kind, fen)| (kind.to_owned(), fen)));
    assert_eq!(made.body["total_fen"], 1_000_000);
    assert_eq!(sum(&all, "amount_fen"), 1_000_000);
    assert_eq!(explain(&city, &id)["agrees"], true);
    assert_eq!(lines(&city, &closed), before, "a closed batch never changes");
    assert_eq!(explain(&city, &closed)["agrees"], true);
    assert_eq!(states_of_money(&city, 2027)[1], 1_000_000);
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_a_cause_is_booked_once() {
    let city = City::new();
    let (first, second) = (registered(&city), registered(&city));
    appropriate(&city, 2026, 1_000_000).expect(201);
    paid(&city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &first, "revoke", body).expect(200);
    city.settle();
    next_year(&city, &second, 1);
    let id = prepare(&city.as_(PREPARER), &city, OFFICE, 2027).expect(201).id();
    assert_eq!(lines(&city, &id).len(), 2);
    step(&city, VERIFIER, &id, "verify").expect(200);
    step(&city, APPROVER, &id, "approve").expect(200);
    step(&city, PAYER, &id, "pay").expect(200);
    city.clock.advance_seconds(YEAR_SECONDS);
    let clones = Clones {
        office: OFFICE,
        registered_on: "2028-01-05",
        series: "20284507",
        count: 1,
        technical: "1000000000",
    };
    clone_contract(&city, &second, &clones);
    appropriate(&city, 2028, 10_000_000).expect(201);
    let id = prepare(&city.as_(PREPARER), &city, OFFICE, 2028).expect(201).id();
    let kinds: Vec<_> = lines(&city, &id).iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds, [json!("contract")]);
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_a_net_clawback_is_not_paid_out() {
    let city = City::new();
    let (first, second) = (registered(&city), registered(&city));
    appropriate(&city, 2026, 1_000_000).expect(201);
    paid(&city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &first, "revoke", body).expect(200);
    city.settle();
    city.clock.advance_seconds(YEAR_SECONDS);
    let clones = Clones {
        office: OFFICE,
        registered_on: "2027-01-05",
        series: "20274507",
        count: 1,
        technical: "2000",
    };
    clone_contract(&city, &second, &clones);
    prepare(&city.as_(PREPARER), &city, OFFICE, 2027).refused(409, "batch_net_negative");
}

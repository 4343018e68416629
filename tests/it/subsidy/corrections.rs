//! What happens to contracts after their batch.

use serde_json::json;

use super::super::support::contracts::{act, registered};
use super::super::support::{City, claims};
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

fn finish(city: &City, batch: &str) {
    step(city, VERIFIER, batch, "verify").expect(200);
    step(city, APPROVER, batch, "approve").expect(200);
    step(city, PAYER, batch, "pay").expect(200);
}

/// A batch of 2026 whose only contract was revoked after it was paid, in the next year.
fn revoked_after_payment(city: &City) -> String {
    let (first, second) = (registered(city), registered(city));
    appropriate(city, 2026, 80_000).expect(201);
    paid(city);
    let body = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &first, "revoke", body).expect(200);
    city.settle();
    city.clock.advance_seconds(YEAR_SECONDS);
    second
}

fn clawbacks(city: &City, query: &str) -> Vec<serde_json::Value> {
    let list = city.as_(PAYER).get(&format!("/api/v1/subsidy/clawbacks{query}")).expect(200);
    list.body["items"].as_array().unwrap().clone()
}

#[test]
fn domain_5_a_net_clawback_is_a_receivable_with_a_due_date_and_is_paid_back() {
    let city = City::new();
    let second = revoked_after_payment(&city);
    let technical = "2000";
    let clones =
        Clones { office: OFFICE, registered_on: "2027-01-05", series: "20274507", count: 1, technical };
    clone_contract(&city, &second, &clones);
    appropriate(&city, 2027, 1_000).expect(201);
    let made = prepare(&city.as_(PREPARER), &city, OFFICE, 2027).expect(201);
    assert_eq!(made.body["total_fen"], 1 - 40_000);
    let id = made.id();
    assert_eq!(clawbacks(&city, "").len(), 0, "nothing is owed before the batch is final");
    finish(&city, &id);
    assert_eq!(explain(&city, &id)["agrees"], true);
    // One fen of the new year was set against it.
    let owed = clawbacks(&city, "?open=true");
    assert_eq!(owed.len(), 1);
    let (amount, open) = (&owed[0]["amount_fen"], &owed[0]["open_fen"]);
    assert_eq!((amount, open, &owed[0]["budget_year"]), (&json!(40_000), &json!(39_999), &json!(2026)));
    assert_eq!(owed[0]["due_on"], "2027-04-02");
    let claw = owed[0]["id"].as_str().unwrap();
    let repay = |persona: &str, fen: i64, day: &str| {
        let body = json!({"amount_fen": fen, "paid_on": day, "reference": format!("示例缴款书 {day}")});
        city.as_(persona).post(&format!("/api/v1/subsidy/clawbacks/{claw}/repayments"), body)
    };
    repay(PAYER, 40_000, "2027-03-03").expect(422);
    repay(PAYER, 5, "2027-12-01").refused(422, "day_in_future");
    repay(PAYER, 5, "2027-03-02").refused(422, "day_too_early");
    repay("government2.payer", 5, "2027-03-03").refused(403, "scheme_not_yours");
    city.clock.advance_seconds(2 * 86_400);
    repay(PAYER, 9_999, "2027-03-04").expect(200);
    repay(PAYER, 9_999, "2027-03-04").refused(409, "repayment_repeated");
    assert_eq!(repay(PAYER, 30_000, "2027-03-05").expect(200).body["open_fen"], 0);
    assert_eq!(clawbacks(&city, "?open=true").len(), 0);
    // The effective day and the booked instant are both kept: a day before less was back.
    let available = |query: &str| {
        let path = format!("/api/v1/ledger/accounts?kind=available&year=2026{query}");
        city.as_(PAYER).get(&path).expect(200).body["items"][0]["balance_fen"].as_i64().unwrap()
    };
    assert_eq!((available(""), available("&effective=2027-03-04")), (40_000, 10_000));
    let shown = city.as_("registration_office.admin").get(&format!("/api/v1/subsidy/clawbacks/{claw}"));
    assert_eq!(shown.expect(200).body["settlements"].as_array().unwrap().len(), 3);
    city.as_("registration_office2.admin")
        .get(&format!("/api/v1/subsidy/clawbacks/{claw}"))
        .refused(404, "not_found");
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_a_clawback_is_settled_against_later_payouts_and_lands_where_its_year_is_open() {
    let city = City::new();
    let second = revoked_after_payment(&city);
    appropriate(&city, 2027, 1_000_000).expect(201);
    let close = json!({"scheme": "REG-AGENCY", "year": 2026});
    city.as_(APPROVER).post("/api/v1/subsidy/closed-years", close).expect(200);
    // Nothing registered in 2027: the batch holds the correction alone.
    let first = prepare(&city.as_(PREPARER), &city, OFFICE, 2027).expect(201);
    assert_eq!((&first.body["total_fen"], &first.body["contracts"]), (&json!(-40_000), &json!(0)));
    finish(&city, &first.id());
    assert_eq!(states_of_money(&city, 2027), [1_000_000, 0, 0, 0, 0]);
    city.clock.advance_seconds(YEAR_SECONDS);
    let technical = "120000000";
    let clones =
        Clones { office: OFFICE, registered_on: "2028-01-05", series: "20284507", count: 1, technical };
    clone_contract(&city, &second, &clones);
    appropriate(&city, 2028, 1_000_000).expect(201);
    let later = prepare(&city.as_(PREPARER), &city, OFFICE, 2028).expect(201).id();
    finish(&city, &later);
    let payees =
        city.as_(PAYER).get(&format!("/api/v1/subsidy/batches/{later}")).expect(200).body["payees"].clone();
    let payments: Vec<_> = payees[0]["payments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["kind"].as_str().unwrap().to_owned(), p["amount_fen"].as_i64().unwrap()))
        .collect();
    assert_eq!(payments, [("offset".to_owned(), 40_000), ("transfer".to_owned(), 20_000)]);
    assert_eq!(states_of_money(&city, 2028), [940_000, 0, 0, 0, 60_000]);
    let row = super::budget(&city, 2026);
    let of = |column: &str| row[column].as_i64().unwrap();
    // 80 000 appropriated, one contract of 40 000 stands; the closed year's money went to the treasury.
    assert_eq!((of("paid_fen"), of("clawback_receivable_fen"), of("returned_fen")), (40_000, 0, 40_000));
    assert_eq!(clawbacks(&city, "?open=true").len(), 0);
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_corrections_are_booked_one_batch_after_the_other() {
    let city = City::new();
    let second = revoked_after_payment(&city);
    let clones = |on: &'static str, series: &'static str| Clones {
        office: OFFICE,
        registered_on: on,
        series,
        count: 1,
        technical: "1000000000",
    };
    clone_contract(&city, &second, &clones("2027-01-05", "20274507"));
    appropriate(&city, 2027, 10_000_000).expect(201);
    let open = prepare(&city.as_(PREPARER), &city, OFFICE, 2027).expect(201).id();
    city.clock.advance_seconds(YEAR_SECONDS);
    clone_contract(&city, &second, &clones("2028-01-05", "20284507"));
    appropriate(&city, 2028, 10_000_000).expect(201);
    prepare(&city.as_(PREPARER), &city, OFFICE, 2028).refused(409, "earlier_batch_open");
    // Nothing of 2027's budget is promised any more: the batch goes back and is prepared on that of 2028.
    step(&city, VERIFIER, &open, "verify").refused(409, "budget_year_over");
    let back = json!({"decision": "return", "opinion": "转入新年度预算"});
    city.as_(VERIFIER).post(&format!("/api/v1/subsidy/batches/{open}/verify"), back).expect(200);
    city.as_(PREPARER).send("POST", &format!("/api/v1/subsidy/batches/{open}/prepare"), None).expect(200);
    finish(&city, &open);
    prepare(&city.as_(PREPARER), &city, OFFICE, 2028).expect(201);
}

/// An award is corrected by the version that counted it, even where a later one took over its day.
#[test]
fn domain_5_an_award_is_taken_back_by_the_version_that_gave_it() {
    let city = City::new();
    let batch = claims::approved(&city);
    step(&city, PAYER, &batch, "pay").expect(200);
    let reached_back = "UPDATE subsidy_scheme SET valid_to = '2026-02-15' WHERE code = 'CONVERT'; \
        INSERT INTO subsidy_scheme (code, version, valid_from, valid_to, beneficiary, base, body, division) \
        SELECT code, 2, '2026-02-16', NULL, beneficiary, base, body, division FROM subsidy_scheme \
        WHERE code = 'CONVERT' AND version = 1";
    city.app.db.write_blocking("test.version", move |tx| Ok(tx.batch(reached_back)?)).unwrap();
    let list = city.as_(PREPARER).get("/api/v1/subsidy/claims").expect(200);
    let path = format!("/api/v1/subsidy/claims/{}/revoke", list.body["items"][0]["id"].as_str().unwrap());
    city.as_(APPROVER).post(&path, json!({"opinion": "虚报转化"})).expect(200);
    city.settle();
    let back = claims::prepare(&city, "CONVERT", 2026).expect(201);
    assert_eq!(back.body["total_fen"], -5_000_000);
    assert_eq!(lines(&city, &back.id())[0]["scheme_version"], 1);
    assert_eq!(explain(&city, &back.id())["agrees"], true);
}

#[test]
fn domain_1_a_version_does_not_reach_back_over_a_claim_that_stands() {
    let city = City::new();
    let claim = claims::submitted(&city, 5_000_000);
    let publish = |day: &str| {
        let body = json!({"valid_from": day, "base": "claim", "title_zh": "补助", "title_en": "Subsidy",
            "source": "示例文件", "formula": {"kind": "award"}});
        city.as_(APPROVER).post("/api/v1/subsidy/schemes/CONVERT/versions", body)
    };
    let refused = publish("2026-03-01").refused(409, "scheme_claims_standing");
    assert_eq!(refused.body["params"]["number"], "CONVERT-2026-000001");
    let path = format!("/api/v1/subsidy/claims/{claim}/withdraw");
    city.as_(claims::CLAIMANT).send("POST", &path, None).expect(200);
    publish("2026-03-01").expect(201);
}

//! What follows a tender that failed, or a candidate that gives way (DOMAIN §4).

use serde_json::json;

use super::*;
use crate::trading::{decided, pay};

fn again(city: &City, id: &str, fen: i64) -> Response {
    let body = json!({"start_fen": fen, "ends_at": city.now().plus_days(21)});
    city.as_(SELLER).post(&path(id, "/rerun"), body)
}

/// DOMAIN §4, sealed tender: at least three bidders or it is re-run.
#[test]
fn domain_4_a_tender_of_too_few_is_run_again_as_it_was_set_up() {
    let city = City::new();
    let mut terms = terms(&city);
    terms["ceiling_fen"] = json!(100_000);
    let tender = receiving(&city, terms, setup(&city));
    let id = tender.id.as_str();
    again(&city, id, 100_000).refused(409, "state_conflict");
    deposit(&city, id, BIDDERS[0], 150_000);
    open(&city, &tender);
    assert_eq!(sale(&city, id)["reason"], "too_few_bidders");
    again(&city, id, 79_999).refused(422, "sale_rerun_price");
    let second = again(&city, id, 80_000).expect(201).body;
    assert_eq!((&second["run_number"], &second["terms"]["mode"]["ceiling_fen"]), (&json!(2), &json!(80_000)));
    let second = second["id"].as_str().unwrap();
    // Its officers enrol anew, and its key is another one.
    publish(&city, second).expect(409);
    for officer in OFFICERS {
        enrol_officer(&city, second, officer);
    }
    city.as_(SELLER).send("POST", &path(second, "/sealed/key"), None).expect(204);
    publish(&city, second).expect(200);
    let [before, after] = [id, second].map(|id| seen(&city, id));
    assert_ne!(before["public_key"], after["public_key"]);
    assert_eq!(before["setup"], after["setup"]);
    deposit(&city, second, BIDDERS[0], 90_000);
}

/// An opened tender whose first candidate, at 3 000 yuan, has a deposit to pay; then one at 2 000, then one at 1 000.
fn with_deposits(city: &City) -> Tender {
    let mut terms = terms(city);
    (terms["ceiling_fen"], terms["deposit_fen"]) = (json!(100_000), json!(2_000));
    let tender = receiving(city, terms, setup(city));
    for (bidder, fen) in BIDDERS.iter().zip([300_000, 200_000, 100_000]) {
        deposit(city, &tender.id, bidder, fen);
    }
    open(city, &tender);
    assert_eq!(sale(city, &tender.id)["state"], "ended");
    tender
}

fn stated_unpaid(city: &City, id: &str) -> Response {
    let statement = json!({"ground": "deposit_unpaid", "reason": "公示期满未缴纳保证金"});
    city.as_(SELLER).post(&path(id, "/default"), statement)
}

/// DOMAIN §4: the deposit of a tender comes before its award; who does not pay it gives way to the next candidate.
#[test]
fn domain_4_a_candidate_that_does_not_pay_its_deposit_gives_way() {
    let city = City::new();
    let tender = with_deposits(&city);
    let id = tender.id.as_str();
    stated_unpaid(&city, id).refused(409, "sale_default_early");
    city.clock.advance_seconds(4 * 86_400);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "ended", "nothing is awarded without its deposit");
    stated_unpaid(&city, id).expect(200);
    let next = decided(&city, id, "confirm").expect(200).body;
    assert_eq!((&next["state"], &next["result"]["rank"]), (&json!("ended"), &json!(2)));
    assert_eq!(next["result"]["price_fen"], 200_000);
}

/// Rule 20 of trading: a ground that has gone confirms no default, and forfeits no deposit.
#[test]
fn rule_20_a_candidate_that_has_paid_after_all_is_no_defaulter() {
    let city = City::new();
    let tender = with_deposits(&city);
    let id = tender.id.as_str();
    city.clock.advance_seconds(4 * 86_400);
    stated_unpaid(&city, id).expect(200);
    pay(&city, &city.as_(BIDDERS[0]).get(&path(id, "/enrolment")).expect(200).body);
    decided(&city, id, "confirm").refused(409, "sale_default_deposit_paid");
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "awarded");
    decided(&city, id, "confirm").refused(409, "state_conflict");
    decided(&city, id, "reject").expect(200);
    assert_eq!(sale(&city, id)["state"], "awarded");
}

/// Price alone, no deposit: candidates at 3 000, 2 000 and 1 000 fen, published from now on.
fn candidates(city: &City) -> Tender {
    let tender = receiving(city, terms(city), setup(city));
    for (bidder, fen) in BIDDERS.iter().zip([3_000, 2_000, 1_000]) {
        deposit(city, &tender.id, bidder, fen);
    }
    open(city, &tender);
    assert_eq!(sale(city, &tender.id)["state"], "ended");
    tender
}

/// DOMAIN §4: candidates published at least three days, whoever of them renounces meanwhile.
#[test]
fn domain_4_a_candidate_that_renounces_does_not_cut_the_stand_still_short() {
    let city = City::new();
    let tender = candidates(&city);
    let id = tender.id.as_str();
    let until = city.now().day().plus_days(3).end();
    city.clock.advance_seconds(86_400);
    let next = crate::trading::defaulted(&city, id).expect(200).body;
    assert_eq!((&next["state"], &next["result"]["rank"]), (&json!("ended"), &json!(2)));
    city.app.run_jobs().unwrap();
    city.clock.set(until.plus_seconds(-1));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "ended");
    city.clock.set(until);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "awarded");
}

/// DOMAIN §4: an objection stops the process. Answered within the stand-still, it leaves that as long as it was.
#[test]
fn domain_4_an_objection_answered_in_the_stand_still_waits_for_its_end() {
    let city = City::new();
    let tender = candidates(&city);
    let id = tender.id.as_str();
    let until = city.now().day().plus_days(3).end();
    let objection = crate::trading::objected(&city, id);
    city.clock.advance_seconds(3_600);
    let answer = json!({"uphold": false, "text": "经核查不成立。"});
    let address = format!("/api/v1/sales/objections/{objection}/answer");
    city.as_(crate::trading::OPERATOR).post(&address, answer).expect(200);
    for _ in 0..2 {
        city.clock.advance_seconds(1);
        city.app.run_jobs().expect("nothing fails meanwhile");
    }
    assert_eq!(sale(&city, id)["state"], "ended");
    city.clock.set(until);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "awarded");
}

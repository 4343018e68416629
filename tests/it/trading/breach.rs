//! After the award: the days for signing, the winner's default, whose deposits wait (DOMAIN §4).

use serde_json::json;

use super::super::support::City;
use super::bidding::books_hold;
use super::*;

fn states(city: &City, id: &str) -> Vec<(String, i64)> {
    city.app.run_jobs().unwrap();
    deposits(city, id)
}

fn counted(pairs: &[(&str, i64)]) -> Vec<(String, i64)> {
    pairs.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect()
}

fn state(city: &City, id: &str, persona: &str, ground: &str) -> Response {
    city.as_(persona).post(&path(id, "/default"), json!({"ground": ground, "reason": "逾期未签约"}))
}

fn sale(city: &City, id: &str) -> Value {
    city.anonymous().get(&path(id, "")).expect(200).body
}

#[test]
fn rank_two_follows_where_it_was_announced() {
    let city = City::new();
    let id = with_rank_two(&city);
    let second = defaulted(&city, &id).expect(200).body;
    assert_eq!(second["state"], "awarded");
    assert_eq!((&second["result"]["rank"], &second["result"]["price_fen"]), (&json!(2), &json!(103_000)));
    assert_eq!(city.change(&id, "sale.awarded").facts["rank"], 2);
    assert_eq!(defaulted(&city, &id).expect(200).body["result"]["rank"], 3);
    assert_eq!(defaulted(&city, &id).expect(200).body["state"], "unsold");
    assert_eq!(states(&city, &id), counted(&[("forfeited", 3)]));
}

/// DOMAIN §4, deposits: losers' released within 24 hours; who can still follow the winner has not lost.
#[test]
fn domain_4_who_could_follow_the_winner_keeps_its_deposit_in_until_it_has_signed() {
    let city = City::new();
    let id = with_rank_two(&city);
    assert_eq!(states(&city, &id), counted(&[("confirmed", 3)]));
    defaulted(&city, &id).expect(200);
    assert_eq!(states(&city, &id), counted(&[("confirmed", 2), ("forfeited", 1)]));
    concluded(&city, &id, SECOND);
    assert_eq!(states(&city, &id), counted(&[("applied", 1), ("forfeited", 1), ("released", 1)]));
    books_hold(&city, &id);
    // Where nobody follows, every loser gets its own back at once.
    let id = awarded(&city);
    assert_eq!(states(&city, &id), counted(&[("confirmed", 1), ("released", 1)]));
}

/// DOMAIN §4: contract within 30 days of the award.
#[test]
fn domain_4_a_winner_that_has_not_signed_in_thirty_days_is_late() {
    let city = City::new();
    let id = with_rank_two(&city);
    let until = city.now().day().plus_days(30).end();
    assert_eq!(sale(&city, &id)["sign_by"], json!(until));
    state(&city, &id, SELLER, "overdue").refused(409, "sale_default_early");
    city.clock.set(until.plus_seconds(-1));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &id)["overdue_at"], Value::Null);
    city.clock.set(until);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &id)["overdue_at"], json!(until));
    assert_eq!(city.change(&id, "sale.signing_overdue").facts["sign_by"], json!(until));
    let noted = sale(&city, &id)["version"].clone();
    city.clock.advance_seconds(86_400);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &id)["version"], noted, "it is noted once");
    state(&city, &id, "institute2.member", "overdue").refused(403, "forbidden");
    state(&city, &id, SECOND, "overdue").expect(403);
    let seen = state(&city, &id, SELLER, "overdue").expect(200).body;
    assert_eq!((&seen["state"], &seen["rank"]), (&json!("stated"), &json!(1)));
    state(&city, &id, SELLER, "renounced").refused(409, "sale_default_stated");
    assert_eq!(decided(&city, &id, "confirm").expect(200).body["result"]["rank"], 2);
    // Rank two has its own days.
    let second = city.now().day().plus_days(30).end();
    assert_eq!(
        (&sale(&city, &id)["sign_by"], &sale(&city, &id)["overdue_at"]),
        (&json!(second), &Value::Null)
    );
    assert_eq!(city.as_(BIDDER).get(&path(&id, "/default")).expect(200).body["state"], "confirmed");
}

#[test]
fn rule_20_one_person_states_a_default_and_another_decides_it() {
    let city = City::new();
    let id = awarded(&city);
    decided(&city, &id, "confirm").refused(409, "sale_default_not_stated");
    city.as_(SELLER).post(&path(&id, "/default/confirm"), json!({"reason": "x"})).refused(403, "forbidden");
    state(&city, &id, OPERATOR, "renounced").expect(200);
    decided(&city, &id, "confirm").refused(403, "sale_default_second_person");
    decided(&city, &id, "reject").refused(403, "sale_default_second_person");
    let second = city.as_("operator2.operator");
    second.post(&path(&id, "/default/reject"), json!({"reason": "已约定签约日期"})).expect(200);
    assert_eq!(sale(&city, &id)["state"], "awarded");
    // Stated again, and the winner signs after all.
    stated(&city, &id).expect(200);
    concluded(&city, &id, BIDDER);
    assert_eq!(city.as_(SELLER).get(&path(&id, "/default")).expect(200).body["state"], "dropped");
    decided(&city, &id, "confirm").refused(409, "sale_default_not_stated");
    assert_eq!(states(&city, &id), counted(&[("applied", 1), ("released", 1)]));
}

/// The winner is heard: what it objects to is answered before its default is decided.
#[test]
fn rule_20_the_winners_objection_blocks_the_decision() {
    let city = City::new();
    let id = awarded(&city);
    stated(&city, &id).expect(200);
    let objection = city.as_(BIDDER).post(&path(&id, "/objections"), super::objection()).expect(201).id();
    decided(&city, &id, "confirm").refused(409, "sale_objections_open");
    let answer = json!({"uphold": false, "text": "转让方已两次书面催告。"});
    let address = format!("/api/v1/sales/objections/{objection}/answer");
    city.as_(OPERATOR).post(&address, answer).expect(200);
    assert_eq!(decided(&city, &id, "confirm").expect(200).body["state"], "unsold");
    // The defaulter still reads why, where nobody followed it, and no other bidder does.
    assert_eq!(city.as_(BIDDER).get(&path(&id, "/default")).expect(200).body["state"], "confirmed");
    city.as_(SECOND).get(&path(&id, "/default")).refused(404, "not_found");
}

#[test]
fn rule_20_nothing_is_left_to_decide_about_an_annulled_sale() {
    let city = City::new();
    let id = awarded(&city);
    stated(&city, &id).expect(200);
    let objection = city.as_(BIDDER).post(&path(&id, "/objections"), super::objection()).expect(201).id();
    let answer = json!({"uphold": true, "annul": true, "text": "权属有瑕疵。"});
    let address = format!("/api/v1/sales/objections/{objection}/answer");
    city.as_(OPERATOR).post(&address, answer).expect(200);
    assert_eq!(sale(&city, &id)["state"], "annulled");
    assert_eq!(city.as_(SELLER).get(&path(&id, "/default")).expect(200).body["state"], "dropped");
    decided(&city, &id, "confirm").refused(409, "sale_default_not_stated");
}

/// DOMAIN §4: an objection stops the process: the days for signing stand still while one is open.
#[test]
fn domain_4_the_days_for_signing_stand_still_while_an_objection_is_open() {
    let city = City::new();
    let id = awarded(&city);
    let until = city.now().day().plus_days(30).end();
    city.clock.set(city.now().plus_days(28));
    let objection = objected(&city, &id);
    city.clock.set(until.plus_seconds(60));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &id)["overdue_at"], Value::Null, "nobody is late meanwhile");
    state(&city, &id, SELLER, "overdue").refused(409, "sale_objections_open");
    let answer = json!({"uphold": false, "text": "不成立。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), answer).expect(200);
    let moved: UtcTime = sale(&city, &id)["sign_by"].as_str().unwrap().parse().unwrap();
    let blocked = city.now().micros() - until.plus_days(-2).micros();
    assert!(moved.micros() >= until.micros() + blocked - 86_400_000_000 && moved > until, "{moved}");
    assert_eq!(city.change(&id, "sale.signing_moved").facts["sign_by"], json!(moved));
    state(&city, &id, SELLER, "overdue").refused(409, "sale_default_early");
    city.clock.set(moved);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &id)["overdue_at"], json!(moved));
}

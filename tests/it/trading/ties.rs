//! Second memberships: nobody decides about their own organisation, and operator staff do not bid (DESIGN, DOMAIN §4).

use serde_json::json;

use super::super::support::City;
use super::*;

const OTHER: &str = "operator2.operator";

#[test]
fn design_nobody_approves_the_price_of_their_own_organisation() {
    for organisation in ["institute", "enterprise"] {
        let city = City::new();
        let id = super::negotiated::submitted(&city);
        let (person, approve) = (city.as_(OPERATOR), path(&id, "/approve"));
        city.also_member(OPERATOR, organisation);
        person.send("POST", &approve, None).refused(403, "sale_own_case");
        city.as_(OTHER).send("POST", &approve, None).expect(200);
    }
}

#[test]
fn design_nobody_decides_the_default_of_their_own_winner_or_of_who_follows_it() {
    for organisation in ["enterprise", "enterprise2"] {
        let city = City::new();
        let id = with_rank_two(&city);
        stated(&city, &id).expect(200);
        let (person, decision) = (city.as_(OPERATOR), json!({"reason": "经核查属实"}));
        city.also_member(OPERATOR, organisation);
        let confirm = path(&id, "/default/confirm");
        person.post(&confirm, decision.clone()).refused(403, "sale_own_case");
        city.as_(OTHER).post(&confirm, decision).expect(200);
    }
}

#[test]
fn design_nobody_answers_the_objection_of_their_own_organisation() {
    let city = City::new();
    let id = bidding(&city);
    let objection = objected(&city, &id);
    let person = city.as_(OPERATOR);
    city.also_member(OPERATOR, "enterprise2");
    let address = format!("/api/v1/sales/objections/{objection}/answer");
    let answer = json!({"uphold": false, "text": "权属清晰。"});
    person.post(&address, answer.clone()).refused(403, "sale_own_case");
    city.as_(OTHER).post(&address, answer).expect(200);
}

/// DOMAIN §4, who may not bid: operator staff, acting for another organisation of theirs too.
#[test]
fn domain_4_operator_staff_do_not_bid_for_another_organisation() {
    let city = City::new();
    let id = running(&city);
    let second = bidding(&city);
    let operator = city.as_(OPERATOR);
    city.also_member(OPERATOR, "enterprise");
    let staff = city.switched(&operator, "enterprise");
    staff.post(&path(&id, "/bids"), json!({"price_fen": 100_000})).refused(403, "sale_operator_staff");
    staff.send("POST", &path(&second, "/enrolment"), None).refused(403, "sale_operator_staff");
    bid(&city, &id, BIDDER, 100_000).expect(200);
}

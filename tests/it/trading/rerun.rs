//! The next run of what came to nothing (DOMAIN §4, unsold).

use serde_json::json;

use super::super::support::City;
use super::bidding::books_hold;
use super::*;

#[test]
fn domain_4_a_defaulter_forfeits_and_the_sale_is_run_again_without_it() {
    let city = City::new();
    let id = awarded(&city);
    let failed = defaulted(&city, &id).expect(200).body;
    assert_eq!((&failed["state"], &failed["reason"]), (&json!("unsold"), &json!("defaulted")));
    city.app.run_jobs().unwrap();
    assert_eq!(deposits(&city, &id), [("forfeited".to_owned(), 1), ("released".to_owned(), 1)]);
    books_hold(&city, &id);
    let again = |start: i64| {
        let body = json!({"start_fen": start, "starts_at": day(&city, 15), "ends_at": day(&city, 16)});
        city.as_(SELLER).post(&path(&id, "/rerun"), body)
    };
    again(79_999).refused(422, "sale_rerun_price");
    let second = again(80_000).expect(201).body;
    assert_eq!((&second["run_number"], &second["terms"]["mode"]["deposit_fen"]), (&json!(2), &json!(8_000)));
    again(80_000).refused(409, "sale_rerun_once");
    let second = second["id"].as_str().unwrap();
    publish(&city, second).expect(200);
    let enrolling = |persona: &str| city.as_(persona).send("POST", &path(second, "/enrolment"), None);
    enrolling(BIDDER).refused(403, "sale_bidder_excluded");
    enrolling(SECOND).expect(201);
}

#[test]
fn domain_4_a_rerun_is_within_thirty_days() {
    let city = City::new();
    let id = bidding(&city);
    to_start(&city, &id);
    to_end(&city, &id);
    city.clock.advance_seconds(31 * 86_400);
    let body = json!({"start_fen": 100_000, "starts_at": day(&city, 20), "ends_at": day(&city, 21)});
    city.as_(SELLER).post(&path(&id, "/rerun"), body).refused(409, "sale_rerun_late");
}

fn again(city: &City, id: &str, body: Value) -> Response {
    city.as_(SELLER).post(&path(id, "/rerun"), body)
}

/// A listing that nobody wanted; its deposit is a tenth.
fn unsold_listing(city: &City) -> String {
    let mut terms = listing_terms(city, false);
    terms["deposit_fen"] = json!(20_000);
    let id = on_market(city, "listing", terms);
    assert_eq!(to_end(city, &id)["reason"], "no_bids");
    id
}

#[test]
fn domain_4_a_listing_is_run_again_cut_by_a_fifth_at_most() {
    let city = City::new();
    let id = unsold_listing(&city);
    let ends_at = day(&city, 21);
    again(&city, &id, json!({"start_fen": 159_999, "ends_at": ends_at})).refused(422, "sale_rerun_price");
    again(&city, &id, json!({"start_fen": 200_001, "ends_at": ends_at})).refused(422, "sale_rerun_price");
    let second = again(&city, &id, json!({"start_fen": 160_000, "ends_at": ends_at})).expect(201).body;
    let terms = &second["terms"]["mode"];
    assert_eq!((&terms["price_fen"], &terms["deposit_fen"]), (&json!(160_000), &json!(16_000)));
    // Nor is it cut further by an edit before it is published.
    let second = second["id"].as_str().unwrap();
    let mut draft = body(&city, "listing", terms.clone());
    draft["lots"] = city.as_(SELLER).get(&path(second, "")).expect(200).body["lots"].clone();
    draft["terms"]["mode"]["price_fen"] = json!(100_000);
    city.as_(SELLER).put(&path(second, ""), draft.clone()).expect(200);
    publish(&city, second).refused(422, "sale_rerun_price");
    draft["terms"]["mode"]["price_fen"] = json!(160_000);
    city.as_(SELLER).put(&path(second, ""), draft).expect(200);
    assert_eq!(publish(&city, second).expect(200).body["run_number"], 2);
}

#[test]
fn domain_4_a_listing_is_run_again_within_thirty_days() {
    let city = City::new();
    let id = unsold_listing(&city);
    city.clock.advance_seconds(31 * 86_400);
    again(&city, &id, json!({"ends_at": day(&city, 21)})).refused(409, "sale_rerun_late");
}

/// DOMAIN §3: another price by agreement is publicised and approved anew.
#[test]
fn domain_3_a_negotiated_price_is_not_run_again() {
    let city = City::new();
    let id = super::negotiated::publicised(&city);
    city.clock.set(day(&city, 16));
    city.as_(SELLER).post(&path(&id, "/announce"), json!({"price_fen": 500_000})).expect(200);
    city.app.run_jobs().unwrap();
    assert_eq!(defaulted(&city, &id).expect(200).body["reason"], "defaulted");
    again(&city, &id, json!({"ends_at": day(&city, 21)})).refused(409, "sale_mode_wrong");
}

/// The short notice of a re-run is for what was announced before: the same lots, for the same priority holders.
#[test]
fn domain_4_a_rerun_sells_what_came_to_nothing() {
    let city = City::new();
    let id = unsold_listing(&city);
    let second = again(&city, &id, json!({"ends_at": day(&city, 21)})).expect(201).body;
    let (id, terms) = (second["id"].as_str().unwrap(), &second["terms"]["mode"]);
    let other = body(&city, "listing", terms.clone());
    city.as_(SELLER).put(&path(id, ""), other.clone()).expect(200);
    publish(&city, id).refused(422, "sale_rerun_lots");
    let mut same = other;
    same["lots"] = second["lots"].clone();
    same["terms"]["priority_holders"] =
        json!([{"name": "示例甲", "credit_code": buyer(&city)["credit_code"], "rank": 1}]);
    city.as_(SELLER).put(&path(id, ""), same.clone()).expect(200);
    publish(&city, id).refused(422, "sale_rerun_lots");
    same["terms"]["priority_holders"] = json!([]);
    city.as_(SELLER).put(&path(id, ""), same).expect(200);
    publish(&city, id).expect(200);
}

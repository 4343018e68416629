//! The review and the signing.

use serde_json::json;

use super::*;
use crate::support::records::with;

/// DOMAIN §4, step 4: select or fail; the selection is what a contract is drafted from.
#[test]
fn domain_4_the_review_selects_one_or_fails() {
    let city = City::new();
    let (id, proposal) = proposed(&city);
    let choice = json!({"proposal": proposal, "opinion": "路线可行"});
    post(&city, HOLDER, &id, "/select", choice.clone()).refused(409, "challenge_proposals_open");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let about = with(opinion("专家丁", "pass"), "proposal", json!(proposal));
    post(&city, ORGANISER, &id, "/opinions", about).expect(201);
    assert_eq!(stage(&city.anonymous(), &id), "proposal_review", "whoever acts first finds it closed");
    assert_eq!(city.change(&id, "challenge.closed").facts["proposals"], 1);
    post(&city, HOLDER, &id, "/select", choice).expect(200);
    let facts = city.change(&id, "challenge.selected").facts;
    assert_eq!(facts["winner"]["name"], "示例institute");
    assert_eq!((&facts["seller"]["name"], &facts["buys"]), (&json!("示例enterprise"), &json!(true)));
    assert_eq!(facts["price_fen"], 90_000_000);
    let demand = city.as_(HOLDER).get(&path(&id, "")).body["demand"].as_str().unwrap().to_owned();
    assert_eq!(facts["lots"][0], urn("demands", &demand));
    let city = City::new();
    let failed = open(&city);
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let done = post(&city, HOLDER, &failed, "/fail", json!({"opinion": "无人揭榜"})).expect(200);
    assert_eq!(done.body["stage"], "failed");
    assert!(demand_of(&city, &failed)["own"]["reserved_for"].is_null(), "the demand is free again");
}

/// DOMAIN §4, step 5: both sides sign what they saw; who steps back opens the review again.
#[test]
fn domain_4_both_sides_sign_the_same_agreement() {
    let city = City::new();
    let (id, version) = offered(&city);
    let confirm = |persona: &str, version: i64| {
        post(&city, persona, &id, "/agreement/confirm", json!({"version": version}))
    };
    confirm(HOLDER, version).refused(409, "challenge_own_offer");
    confirm(OTHER, version).refused(404, "not_found");
    let wrong = with(agreement(), "price_fen", json!(88_000_001));
    let told = post(&city, BIDDER, &id, "/agreement", wrong).refused(422, "validation_failed");
    assert_eq!(told.field("/milestones"), Some("milestones_not_sum"));
    post(&city, HOLDER, &id, "/agreement", agreement()).expect(200);
    confirm(BIDDER, version).refused(409, "challenge_agreement_changed");
    let back = post(&city, BIDDER, &id, "/agreement/decline", json!({"reason": "团队另有任务"})).expect(200);
    assert_eq!(back.status, 200);
    assert_eq!(stage(&city.as_(HOLDER), &id), "proposal_review");
    let list = city.as_(HOLDER).get(&path(&id, "/proposals")).expect(200);
    let lapsed = list.body["items"].as_array().unwrap().iter().find(|one| one["state"] == "lapsed").unwrap();
    let again = json!({"proposal": lapsed["id"], "opinion": "x"});
    post(&city, HOLDER, &id, "/select", again).refused(409, "challenge_proposal_not_standing");
    let second =
        list.body["items"].as_array().unwrap().iter().find(|one| one["state"] == "submitted").unwrap();
    post(&city, HOLDER, &id, "/select", json!({"proposal": second["id"], "opinion": "递补"})).expect(200);
    // Each selection has its own draft of the contract; the declined one's is taken back.
    assert_eq!(city.change(&id, "challenge.selected").facts["rank"], 2);
    city.settle();
    let drafts = |persona: &str| {
        let list = city.as_(persona).get("/api/v1/contracts?limit=100").expect(200).body;
        let of = |row: &serde_json::Value| row["state"].as_str().unwrap().to_owned();
        list["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!((drafts(BIDDER), drafts(OTHER)), (vec!["withdrawn".to_owned()], vec!["draft".to_owned()]));
    let offer = post(&city, OTHER, &id, "/agreement", agreement()).expect(200);
    let version = offer.body["version"].as_i64().unwrap();
    confirm(HOLDER, version).expect(200);
    let public = city.change_of(&id, "challenge.signed");
    assert_eq!((&public["price_fen"], &public["stage"]), (&json!(88_000_000), &json!("milestones")));
    assert_eq!(public["winner"]["name"], "示例institute2");
}

//! Milestones and cancelling.

use serde_json::json;

use super::*;
use crate::support::records::{pdf, upload};

/// DOMAIN §4, step 6: milestones with days; handed in, returned, accepted.
#[test]
fn domain_4_milestones_are_handed_in_and_accepted() {
    let city = City::new();
    let id = signed(&city);
    let first = |rest: &str| format!("/milestones/1/{rest}");
    post(&city, HOLDER, &id, &first("submit"), json!({"report": "x"})).refused(404, "not_found");
    let early = post(&city, HOLDER, &id, &first("review"), json!({"accepted": true, "opinion": "x"}));
    early.refused(409, "milestone_state");
    let file = upload(&city.as_(BIDDER), "报告.pdf", &pdf("report")).expect(201).id();
    let report = json!({"report": "小试已成", "files": [file]});
    post(&city, BIDDER, &id, &first("submit"), report.clone()).expect(200);
    let address = path(&id, &format!("/milestones/1/files/{file}"));
    assert_eq!(city.as_(HOLDER).get(&address).expect(200).bytes, pdf("report"));
    city.as_(OTHER).get(&address).refused(404, "not_found");
    let back =
        post(&city, HOLDER, &id, &first("review"), json!({"accepted": false, "opinion": "缺检测报告"}));
    assert_eq!(back.expect(200).body["state"], "returned");
    city.clock.advance_seconds(200 * DAY_SECONDS);
    let list = city.as_(BIDDER).get(&path(&id, "/milestones")).expect(200);
    assert_eq!(
        (&list.body["items"][0]["overdue"], &list.body["items"][1]["overdue"]),
        (&json!(true), &json!(false))
    );
    post(&city, BIDDER, &id, &first("submit"), report).expect(200);
    post(&city, HOLDER, &id, &first("review"), json!({"accepted": true, "opinion": "符合"})).expect(200);
    assert_eq!(stage(&city.as_(HOLDER), &id), "milestones", "one is still due");
    assert_eq!(city.change(&id, "challenge.milestone_accepted").facts["amount_fen"], 30_000_000);
}

/// DOMAIN §4: cancelled from any open state with a reason, which frees the demand; what nobody opened stays closed.
#[test]
fn domain_4_cancelled_from_any_open_state_with_a_reason() {
    let city = City::new();
    let (id, proposal) = proposed(&city);
    post(&city, HOLDER, &id, "/cancel", json!({"reason": " "})).refused(422, "validation_failed");
    post(&city, OTHER, &id, "/cancel", json!({"reason": "x"})).refused(404, "not_found");
    post(&city, ORGANISER, &id, "/cancel", json!({"reason": "资金计划调整"})).expect(200);
    post(&city, HOLDER, &id, "/cancel", json!({"reason": "x"})).refused(409, "state_conflict");
    assert!(demand_of(&city, &id)["own"]["reserved_for"].is_null());
    let public = city.change_of(&id, "challenge.cancelled");
    assert_eq!(public["stage"], "cancelled");
    assert!(!public.to_string().contains("资金计划调整"));
    city.clock.advance_seconds(60 * DAY_SECONDS);
    city.as_(HOLDER).get(&path(&id, "/proposals")).refused(409, "challenge_proposals_open");
    city.as_(HOLDER).get(&path(&id, &format!("/proposals/{proposal}"))).refused(404, "not_found");
    for make in [collected, submitted, passed, selected, signed, evaluated] {
        let city = City::new();
        let id = make(&city);
        let done = post(&city, HOLDER, &id, "/cancel", json!({"reason": "需求有变"})).expect(200);
        assert_eq!(done.body["stage"], "cancelled");
    }
}

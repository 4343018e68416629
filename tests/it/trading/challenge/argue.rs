//! Collected, argued, published; and the course of all seven steps.

use serde_json::json;

use super::*;
use crate::support::records::{published, with};

/// DOMAIN §4, open challenge: the seven steps, each of them on the timeline; the demand is held, then traded.
#[test]
fn domain_4_a_challenge_goes_through_its_seven_steps() {
    let city = City::new();
    let id = passed_evaluation(&city);
    assert_eq!(stage(&city.as_(HOLDER), &id), "evaluation");
    assert_eq!(demand_of(&city, &id)["own"]["reserved_for"], format!("urn:tm:cn-450700:challenge:{id}"));
    post(&city, ORGANISER, &id, "/evaluations", evaluation("rectify")).expect(201);
    let early = post(&city, ORGANISER, &id, "/complete", json!({"opinion": "同意结题"}));
    early.refused(409, "challenge_not_evaluated");
    post(&city, ORGANISER, &id, "/evaluations", evaluation("passed")).expect(201);
    let done = post(&city, ORGANISER, &id, "/complete", json!({"opinion": "同意结题"})).expect(200);
    assert_eq!(done.body["stage"], "completed");
    assert_eq!(demand_of(&city, &id)["state"], "traded");
    let told = city.as_(BIDDER).get(&path(&id, "/evaluations")).expect(200);
    assert_eq!(told.body["items"].as_array().unwrap().len(), 3, "evaluation is repeatable");
    let timeline = city.anonymous().get(&path(&id, "/timeline?limit=100")).expect(200);
    let items = timeline.body["items"].as_array().unwrap();
    let acts: Vec<_> = items.iter().map(|step| step["act"].as_str().unwrap()).collect();
    let told = [
        "collect", "submit", "argue", "argue", "argue", "pass", "publish", "close", "select", "offer",
        "confirm", "hand_in", "accept", "hand_in", "accept", "evaluate", "evaluate", "evaluate", "complete",
    ];
    assert_eq!(acts, told);
    assert!(items.iter().all(|step| step.get("words").is_none()), "words are not for the public");
    let whole = city.as_(HOLDER).get(&path(&id, "/timeline?limit=100")).expect(200);
    assert_eq!(whole.body["items"][8]["words"], "路线可行，报价合理");
}

/// DOMAIN §4, step 1: a published demand of one's own, one open challenge for it.
#[test]
fn domain_4_a_challenge_is_about_an_own_published_demand() {
    let city = City::new();
    let demand = published(&city, "demands", HOLDER);
    let body = json!({"demand": demand, "content": content()});
    let other = city.as_("enterprise2.member").post("/api/v1/challenges", body.clone());
    other.refused(422, "challenge_demand_not_published");
    let draft = crate::support::records::draft(&city, "demands", HOLDER);
    let hidden = city.as_(HOLDER).post("/api/v1/challenges", with(body.clone(), "demand", json!(draft)));
    hidden.refused(422, "challenge_demand_not_published");
    let id = city.as_(HOLDER).post("/api/v1/challenges", body.clone()).expect(201).id();
    city.as_(HOLDER).post("/api/v1/challenges", body.clone()).refused(409, "demand_challenged_already");
    city.anonymous().get(&path(&id, "")).refused(404, "not_found");
    city.as_(ORGANISER).get(&path(&id, "")).refused(404, "not_found");
    post(&city, HOLDER, &id, "/cancel", json!({"reason": "需求有变"})).expect(200);
    city.as_(HOLDER).post("/api/v1/challenges", body).expect(201);
}

/// DOMAIN §4, steps 2 and 3: the experts decide; deadline, bounty and conditions are mandatory.
#[test]
fn domain_4_the_experts_pass_or_reject_before_it_is_published() {
    let city = City::new();
    let bare = json!({"title": "示例", "requirements": "", "conditions": ""});
    let id = collected(&city);
    city.as_(HOLDER).put(&path(&id, ""), bare).expect(200);
    let told = post(&city, HOLDER, &id, "/submit", json!({})).refused(422, "validation_failed");
    for pointer in ["/requirements", "/conditions", "/bounty_fen", "/deadline"] {
        assert_eq!(told.field(pointer), Some("required"), "{pointer}");
    }
    let phone = with(content(), "conditions", json!("有意者请致电 13877712345 联系我们"));
    let told = city.as_(HOLDER).put(&path(&id, ""), phone).refused(422, "validation_failed");
    assert_eq!(told.field("/conditions"), Some("personal_data_in_public_text"));
    city.as_(HOLDER).put(&path(&id, ""), content()).expect(200);
    post(&city, HOLDER, &id, "/submit", json!({})).expect(200);
    post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "reject")).expect(201);
    let twice = post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "pass"));
    twice.refused(409, "expert_voted_already");
    let words = json!({"opinion": "经论证"});
    post(&city, ORGANISER, &id, "/conclude", words.clone()).refused(409, "experts_too_few");
    let deadline = json!({"deadline": "2026-04-01"});
    post(&city, ORGANISER, &id, "/publish", deadline.clone()).refused(409, "challenge_argument_not_passed");
    post(&city, ORGANISER, &id, "/opinions", opinion("专家乙", "reject")).expect(201);
    post(&city, ORGANISER, &id, "/opinions", opinion("专家丙", "pass")).expect(201);
    let done = post(&city, ORGANISER, &id, "/conclude", words).expect(200);
    assert_eq!(done.body["stage"], "rejected");
    assert_eq!(done.body["own"]["argument"]["rejects"], 2);
    city.anonymous().get(&path(&id, "")).refused(404, "not_found");
    let good = passed(&city);
    let past = post(&city, ORGANISER, &good, "/publish", json!({"deadline": "2026-03-02"}));
    assert_eq!(
        past.refused(422, "validation_failed").field("/deadline"),
        Some("challenge_deadline_not_ahead")
    );
    post(&city, ORGANISER, &good, "/publish", deadline).expect(200);
    let public = city.change_of(&good, "challenge.published");
    assert_eq!(
        (public["schema"].as_str(), public["stage"].as_str()),
        (Some("challenge.v1"), Some("published"))
    );
    assert_eq!((&public["bounty_fen"], &public["deadline"]), (&json!(100_000_000), &json!("2026-04-01")));
    assert!(!public.to_string().contains("专家"), "no opinions in the projection");
}

/// DESIGN, who may do what: nobody organises the challenge of its own unit.
#[test]
fn rule_3_nobody_organises_its_own_challenge() {
    let city = City::new();
    let demand = published(&city, "demands", "government.member");
    let body = json!({"demand": demand, "content": content()});
    let id = city.as_("government.member").post("/api/v1/challenges", body).expect(201).id();
    post(&city, "government.member", &id, "/submit", json!({})).expect(200);
    let own = post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "pass"));
    own.refused(403, "own_challenge");
    post(&city, "operator.operator", &id, "/opinions", opinion("专家甲", "pass")).expect(201);
}

/// Rule 3 and DESIGN: nobody organises the challenge of a unit of theirs, under whichever membership.
#[test]
fn design_a_second_membership_organises_nothing_of_its_own() {
    let city = City::new();
    let id = submitted(&city);
    let person = city.as_(ORGANISER);
    city.also_member(ORGANISER, "enterprise");
    person.post(&path(&id, "/opinions"), opinion("专家甲", "pass")).refused(403, "own_challenge");
    post(&city, "government2.preparer", &id, "/opinions", opinion("专家甲", "pass")).expect(201);
}

//! Demands: what is their own, and that the common life holds for them as well.

use serde_json::json;

use super::support::City;
use super::support::records::{act, approve, demand, draft, draft_of, published, published_of, with};

const OWNER: &str = "enterprise.member";

fn path(id: &str) -> String {
    format!("/api/v1/demands/{id}")
}

/// DOMAIN §6: fields of a demand; the same states as an achievement.
#[test]
fn domain_6_a_demand_is_written_reviewed_and_read_without_login() {
    let city = City::new();
    let id = published(&city, "demands", OWNER);
    let shown = city.anonymous().get(&path(&id)).expect(200);
    let content = &shown.body["content"];
    assert_eq!(content["budget"], json!({"mode": "fixed", "amount_fen": 200_000_000}));
    assert_eq!(content["indicators"], "循环一千次容量保持率不低于八成。");
    assert_eq!(shown.body["ends_on"], "2026-12-31");
    assert!(!shown.text().contains("MARKER-SECRET") && !shown.text().contains("2800002"));
    let list = city.anonymous().get("/api/v1/demands?technical_field=new_energy&sort=ending").expect(200);
    assert_eq!(list.body["items"][0]["id"], id.as_str());
    let projection = city.change_of(&id, "demand.published");
    assert_eq!(
        (projection["schema"].as_str(), projection["deadline"].as_str()),
        (Some("demand.v1"), Some("2026-12-31"))
    );
}

/// DOMAIN §6: deadline → expiry; a later deadline brings it back.
#[test]
fn domain_6_a_demand_expires_with_its_deadline() {
    let city = City::new();
    let id = published_of(&city, "demands", OWNER, with(demand(), "deadline", json!("2026-03-10")));
    city.clock.set("2026-03-11T00:00:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    let own = city.as_(OWNER).get("/api/v1/demands/own?state=expired").expect(200);
    assert_eq!(own.body["items"][0]["id"], id.as_str());
    let body = json!({"until": "2026-06-30", "reason": "尚未解决"});
    let renewed = city.as_(OWNER).post(&format!("{}/renew", path(&id)), body).expect(200);
    assert_eq!(renewed.body["content"]["deadline"], "2026-06-30");
    city.anonymous().get(&path(&id)).expect(200);
}

/// DOMAIN §6: a deadline is required, and lies ahead when it is submitted and when it is approved.
#[test]
fn domain_6_the_deadline_is_required_and_lies_ahead() {
    let city = City::new();
    let mut body = demand();
    body.as_object_mut().unwrap().remove("deadline");
    let id = draft_of(&city, "demands", OWNER, body);
    let told = act(&city.as_(OWNER), "demands", &id, "submit").refused(422, "validation_failed");
    assert_eq!(told.field("/deadline"), Some("required"));
    city.as_(OWNER).put(&path(&id), with(demand(), "deadline", json!("2026-03-05"))).expect(200);
    act(&city.as_(OWNER), "demands", &id, "submit").expect(200);
    city.clock.set("2026-03-06T00:00:00Z".parse().unwrap());
    let late = city.as_("operator.operator").post(&format!("{}/publish", path(&id)), json!({}));
    assert_eq!(late.refused(422, "validation_failed").field("/deadline"), Some("last_day_past"));
}

/// Who posts demands: enterprises, institutes and bureaus, but no broker and no registration office.
#[test]
fn a_bureau_posts_demands_too() {
    let city = City::new();
    let id =
        draft_of(&city, "demands", "government.member", with(demand(), "source", json!("government_plan")));
    act(&city.as_("government.member"), "demands", &id, "submit").expect(200);
    approve(&city, "demands", &id);
    for other in ["broker.member", "registration_office.member", "operator.operator"] {
        city.as_(other).post("/api/v1/demands", demand()).refused(403, "forbidden");
    }
}

/// The same request with the same key is one demand.
#[test]
fn a_repeated_request_writes_one_demand() {
    let city = City::new();
    let owner = city.as_(OWNER).with("idempotency-key", "demand-1");
    let first = owner.post("/api/v1/demands", demand()).expect(201);
    let second = owner.post("/api/v1/demands", demand()).expect(201);
    assert_eq!(first.id(), second.id());
    let list = city.as_(OWNER).get("/api/v1/demands/own").expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    draft(&city, "demands", OWNER);
}

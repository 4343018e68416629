//! Builders for the operations of engagements.

use serde_json::json;

use super::super::support::City;
use super::super::support::records::{
    accepted, achievement, enquired, enquiry, pdf, published, published_of, trusted, upload, with,
};
use super::{Case, Entry};

const OWNER: &str = "institute.member";
const ENQUIRER: &str = "enterprise.member";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/engagements", |city| {
        let about = published(city, "achievements", OWNER);
        Case::new("POST", "/api/v1/engagements", ENQUIRER).body(enquiry("achievements", &about))
    }),
    ("get", "/api/v1/engagements", |_| Case::new("GET", "/api/v1/engagements", ENQUIRER)),
    ("get", "/api/v1/engagements/{id}", |city| of(&enquired(city), "GET", "", ENQUIRER).also(OWNER)),
    ("post", "/api/v1/engagements/{id}/answer", |city| {
        let case = of(&enquired(city), "POST", "/answer", OWNER).stranger(ENQUIRER);
        case.body(json!({"decision": "accepted"}))
    }),
    ("post", "/api/v1/engagements/{id}/withdraw", |city| {
        let case = of(&enquired(city), "POST", "/withdraw", ENQUIRER).stranger(OWNER);
        case.body(json!({"reason": "改变计划"}))
    }),
    ("post", "/api/v1/engagements/{id}/conclude", |city| {
        of(&accepted(city), "POST", "/conclude", ENQUIRER).body(json!({"outcome": "contract"}))
    }),
    ("get", "/api/v1/engagements/{id}/confidentiality", |city| {
        of(&accepted(city), "GET", "/confidentiality", ENQUIRER).also(OWNER)
    }),
    ("post", "/api/v1/engagements/{id}/confidentiality", |city| {
        let id = accepted(city);
        let path = format!("/api/v1/engagements/{id}/confidentiality");
        let sha256 = city.as_(ENQUIRER).get(&path).expect(200).body["sha256"].clone();
        of(&id, "POST", "/confidentiality", ENQUIRER).stranger(OWNER).body(json!({"sha256": sha256}))
    }),
    ("get", "/api/v1/engagements/{id}/confidential", |city| {
        of(&trusted(city), "GET", "/confidential", ENQUIRER)
    }),
    ("get", "/api/v1/engagements/{id}/confidential/attachments/{file}", |city| {
        let (id, file) = with_file(city);
        of(&id, "GET", &format!("/confidential/attachments/{file}"), ENQUIRER)
    }),
    ("post", "/api/v1/engagements/{id}/messages", |city| {
        of(&accepted(city), "POST", "/messages", ENQUIRER).also(OWNER).body(json!({"text": "您好"}))
    }),
    ("get", "/api/v1/engagements/{id}/messages", |city| {
        of(&accepted(city), "GET", "/messages", ENQUIRER).also(OWNER)
    }),
    ("post", "/api/v1/engagements/{id}/meetings", |city| {
        of(&accepted(city), "POST", "/meetings", ENQUIRER).also(OWNER).body(meeting())
    }),
    ("get", "/api/v1/engagements/{id}/meetings", |city| {
        of(&accepted(city), "GET", "/meetings", ENQUIRER).also(OWNER)
    }),
    ("post", "/api/v1/engagements/{id}/meetings/{meeting}/end", |city| {
        let id = accepted(city);
        let path = format!("/api/v1/engagements/{id}/meetings");
        let meeting = city.as_(OWNER).post(&path, meeting()).expect(201).id();
        let case = of(&id, "POST", &format!("/meetings/{meeting}/end"), ENQUIRER);
        case.body(json!({"held": true, "minutes": "看样"}))
    }),
];

fn of(id: &str, method: &'static str, rest: &str, permitted: &str) -> Case {
    let strangers = ["institute2.member", "enterprise2.admin", "broker.member"];
    let case = Case::new(method, format!("/api/v1/engagements/{id}{rest}"), permitted);
    strangers.into_iter().fold(case, Case::stranger)
}

fn meeting() -> serde_json::Value {
    json!({"starts_at": "2026-03-05T07:00:00Z", "mode": "online", "place": "会议室一"})
}

fn with_file(city: &City) -> (String, String) {
    let file = upload(&city.as_(OWNER), "工艺.pdf", &pdf("walk")).expect(201).id();
    let attachments = json!([{"file": file, "confidential": true}]);
    let about = published_of(city, "achievements", OWNER, with(achievement(), "attachments", attachments));
    let enquirer = city.as_(ENQUIRER);
    let id = enquirer.post("/api/v1/engagements", enquiry("achievements", &about)).expect(201).id();
    let path = format!("/api/v1/engagements/{id}");
    city.as_(OWNER).post(&format!("{path}/answer"), json!({"decision": "accepted"})).expect(200);
    let sha256 = enquirer.get(&format!("{path}/confidentiality")).expect(200).body["sha256"].clone();
    enquirer.post(&format!("{path}/confidentiality"), json!({"sha256": sha256})).expect(200);
    (id, file)
}

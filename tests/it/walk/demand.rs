//! Builders for the operations of demands.

use serde_json::json;

use super::super::support::City;
use super::super::support::records::{demand, draft, pdf, published, published_of, submitted, upload, with};
use super::{Case, Entry};

const OWNER: &str = "enterprise.member";
const REVIEWER: &str = "operator.operator";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/demands", |_| Case::new("POST", "/api/v1/demands", OWNER).body(demand())),
    ("get", "/api/v1/demands", |city| {
        published(city, "demands", OWNER);
        Case::new("GET", "/api/v1/demands", "")
    }),
    ("get", "/api/v1/demands/own", |_| Case::new("GET", "/api/v1/demands/own", OWNER)),
    ("get", "/api/v1/demands/waiting", |_| Case::new("GET", "/api/v1/demands/waiting", REVIEWER)),
    ("get", "/api/v1/demands/{id}", |city| {
        let id = published(city, "demands", OWNER);
        Case::new("GET", format!("/api/v1/demands/{id}"), "")
    }),
    ("put", "/api/v1/demands/{id}", |city| {
        let id = draft(city, "demands", OWNER);
        own("PUT", format!("/api/v1/demands/{id}")).body(demand())
    }),
    ("post", "/api/v1/demands/{id}/submit", |city| {
        let id = draft(city, "demands", OWNER);
        own("POST", format!("/api/v1/demands/{id}/submit"))
    }),
    ("post", "/api/v1/demands/{id}/publish", |city| {
        let id = submitted(city, "demands", OWNER);
        Case::new("POST", format!("/api/v1/demands/{id}/publish"), REVIEWER).body(json!({"opinion": "同意"}))
    }),
    ("post", "/api/v1/demands/{id}/return", |city| {
        let id = submitted(city, "demands", OWNER);
        Case::new("POST", format!("/api/v1/demands/{id}/return"), REVIEWER).body(json!({"opinion": "请补充"}))
    }),
    ("post", "/api/v1/demands/{id}/withdraw", |city| {
        let id = published(city, "demands", OWNER);
        own("POST", format!("/api/v1/demands/{id}/withdraw")).body(json!({"reason": "已自行实施"}))
    }),
    ("post", "/api/v1/demands/{id}/renew", |city| {
        let id = published(city, "demands", OWNER);
        let body = json!({"until": "2027-06-30", "reason": "仍在推广"});
        own("POST", format!("/api/v1/demands/{id}/renew")).body(body)
    }),
    ("get", "/api/v1/demands/{id}/history", |city| {
        let id = published(city, "demands", OWNER);
        own("GET", format!("/api/v1/demands/{id}/history")).also(REVIEWER)
    }),
    ("get", "/api/v1/demands/{id}/confidential", |city| {
        let id = published(city, "demands", OWNER);
        own("GET", format!("/api/v1/demands/{id}/confidential")).also(REVIEWER)
    }),
    ("get", "/api/v1/demands/{id}/attachments/{file}", |city| {
        let (id, file) = with_file(city, false);
        Case::new("GET", format!("/api/v1/demands/{id}/attachments/{file}"), "")
    }),
    ("get", "/api/v1/demands/{id}/confidential/attachments/{file}", |city| {
        let (id, file) = with_file(city, true);
        own("GET", format!("/api/v1/demands/{id}/confidential/attachments/{file}")).also(REVIEWER)
    }),
];

/// For the holder's members; the same role elsewhere is refused.
fn own(method: &'static str, path: String) -> Case {
    let strangers = ["enterprise2.member", "institute.member", "enterprise2.admin", "broker.member"];
    strangers.into_iter().fold(Case::new(method, path, OWNER), Case::stranger)
}

fn with_file(city: &City, confidential: bool) -> (String, String) {
    let file = upload(&city.as_(OWNER), "报告.pdf", &pdf("walk")).expect(201).id();
    let attachments = json!([{"file": file, "confidential": confidential}]);
    (published_of(city, "demands", OWNER, with(demand(), "attachments", attachments)), file)
}

//! Builders for the operations of achievements.

use serde_json::json;

use super::super::support::City;
use super::super::support::records::{
    achievement, draft, draft_of, pdf, published, published_of, submitted, upload, with,
};
use super::{Case, Entry};

const OWNER: &str = "institute.member";
const REVIEWER: &str = "operator.operator";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/achievements", |_| {
        Case::new("POST", "/api/v1/achievements", OWNER).body(achievement())
    }),
    ("get", "/api/v1/achievements", |city| {
        published(city, "achievements", OWNER);
        Case::new("GET", "/api/v1/achievements", "")
    }),
    ("get", "/api/v1/achievements/own", |_| Case::new("GET", "/api/v1/achievements/own", OWNER)),
    ("get", "/api/v1/achievements/waiting", |_| Case::new("GET", "/api/v1/achievements/waiting", REVIEWER)),
    ("get", "/api/v1/achievements/catalogue", |city| catalogue(city, "")),
    ("get", "/api/v1/achievements/catalogue.csv", |city| catalogue(city, ".csv")),
    ("get", "/api/v1/achievements/{id}", |city| {
        let id = published(city, "achievements", OWNER);
        Case::new("GET", format!("/api/v1/achievements/{id}"), "")
    }),
    ("put", "/api/v1/achievements/{id}", |city| {
        let id = draft(city, "achievements", OWNER);
        own("PUT", format!("/api/v1/achievements/{id}")).body(achievement())
    }),
    ("post", "/api/v1/achievements/{id}/submit", |city| {
        let id = draft(city, "achievements", OWNER);
        own("POST", format!("/api/v1/achievements/{id}/submit"))
    }),
    ("post", "/api/v1/achievements/{id}/publish", |city| {
        let id = submitted(city, "achievements", OWNER);
        Case::new("POST", format!("/api/v1/achievements/{id}/publish"), REVIEWER)
            .body(json!({"opinion": "同意"}))
    }),
    ("post", "/api/v1/achievements/{id}/return", |city| {
        let id = submitted(city, "achievements", OWNER);
        Case::new("POST", format!("/api/v1/achievements/{id}/return"), REVIEWER)
            .body(json!({"opinion": "请补充"}))
    }),
    ("post", "/api/v1/achievements/{id}/withdraw", |city| {
        let id = published(city, "achievements", OWNER);
        own("POST", format!("/api/v1/achievements/{id}/withdraw")).body(json!({"reason": "已自行实施"}))
    }),
    ("post", "/api/v1/achievements/{id}/renew", |city| {
        let id = published(city, "achievements", OWNER);
        let body = json!({"until": "2027-12-31", "reason": "仍在推广"});
        own("POST", format!("/api/v1/achievements/{id}/renew")).body(body)
    }),
    ("get", "/api/v1/achievements/{id}/history", |city| {
        let id = published(city, "achievements", OWNER);
        own("GET", format!("/api/v1/achievements/{id}/history")).also(REVIEWER)
    }),
    ("get", "/api/v1/achievements/{id}/confidential", |city| {
        let id = published(city, "achievements", OWNER);
        own("GET", format!("/api/v1/achievements/{id}/confidential")).also(REVIEWER)
    }),
    ("get", "/api/v1/achievements/{id}/attachments/{file}", |city| {
        let (id, file) = with_file(city, false);
        Case::new("GET", format!("/api/v1/achievements/{id}/attachments/{file}"), "")
    }),
    ("get", "/api/v1/achievements/{id}/confidential/attachments/{file}", |city| {
        let (id, file) = with_file(city, true);
        own("GET", format!("/api/v1/achievements/{id}/confidential/attachments/{file}")).also(REVIEWER)
    }),
];

/// For the holder's members; the same role elsewhere is refused.
fn own(method: &'static str, path: String) -> Case {
    let strangers = ["institute2.member", "enterprise.member", "enterprise2.admin", "broker.member"];
    strangers.into_iter().fold(Case::new(method, path, OWNER), Case::stranger)
}

fn with_file(city: &City, confidential: bool) -> (String, String) {
    let file = upload(&city.as_(OWNER), "报告.pdf", &pdf("walk")).expect(201).id();
    let attachments = json!([{"file": file, "confidential": confidential}]);
    (published_of(city, "achievements", OWNER, with(achievement(), "attachments", attachments)), file)
}

fn catalogue(city: &City, ending: &str) -> Case {
    let id = draft_of(city, "achievements", OWNER, achievement());
    let shown = city.as_(OWNER).get(&format!("/api/v1/achievements/{id}")).expect(200);
    let holder = shown.body["holder"]["organisation"].as_str().unwrap().to_owned();
    let path =
        format!("/api/v1/achievements/catalogue{ending}?holder={holder}&from=2026-01-01&to=2026-12-31");
    Case::new("GET", path, "")
}

//! Builders for the operations of the reference room.

use serde_json::json;

use super::{Case, Entry};
use crate::support::City;

const OPERATOR: &str = "operator.operator";

fn values(city: &City) -> serde_json::Value {
    city.anonymous().get("/api/v1/regulation-profiles/2026").expect(200).body["values"].clone()
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/vocabulary", |_| Case::new("GET", "/api/v1/vocabulary?list=trl", "")),
    ("get", "/api/v1/divisions", |_| Case::new("GET", "/api/v1/divisions?parent=450700", "")),
    ("get", "/api/v1/holidays", |_| Case::new("GET", "/api/v1/holidays?year=2026", "")),
    ("get", "/api/v1/deadline", |_| {
        Case::new("GET", "/api/v1/deadline?from=2026-03-02&days=15&unit=working_day", "")
    }),
    ("get", "/api/v1/tax-rules", |_| Case::new("GET", "/api/v1/tax-rules", "")),
    ("put", "/api/v1/tax-rules/{code}", |city| {
        let values = city.anonymous().get("/api/v1/tax-rules").expect(200).body["items"][0]["values"].clone();
        let body = json!({"effective_from": "2027-01-01", "values": values, "reason": "示例"});
        Case::new("PUT", "/api/v1/tax-rules/2027", OPERATOR).body(body)
    }),
    ("post", "/api/v1/holidays/import", |_| {
        let csv = "day,kind,name\n2027-01-01,holiday,元旦\n";
        let body = json!({"year": 2027, "source": "示例通知", "csv": csv});
        Case::new("POST", "/api/v1/holidays/import", OPERATOR).body(body)
    }),
    ("get", "/api/v1/regulation-profiles", |_| {
        Case::new("GET", "/api/v1/regulation-profiles?on=2026-03-02", "")
    }),
    ("get", "/api/v1/regulation-profiles/{code}", |_| {
        Case::new("GET", "/api/v1/regulation-profiles/2021", "")
    }),
    ("get", "/api/v1/regulation-profiles/{code}/history", |_| {
        Case::new("GET", "/api/v1/regulation-profiles/2021/history", OPERATOR)
    }),
    ("post", "/api/v1/regulation-profiles", |city| {
        let body = json!({"code": "2030", "effective_from": null, "values": values(city), "reason": "示例"});
        Case::new("POST", "/api/v1/regulation-profiles", OPERATOR).body(body)
    }),
    ("put", "/api/v1/regulation-profiles/{code}", |city| {
        let body = json!({"effective_from": "2026-03-01", "values": values(city), "reason": "示例"});
        Case::new("PUT", "/api/v1/regulation-profiles/2026", OPERATOR).body(body).header("if-match", "\"1\"")
    }),
    ("post", "/api/v1/regulation-profiles/{code}/confirm", |_| {
        Case::new("POST", "/api/v1/regulation-profiles/2021/confirm", OPERATOR)
            .body(json!({"reason": "核对"}))
    }),
];

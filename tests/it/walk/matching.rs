//! Builders for the operations of matchmaking.

use serde_json::json;

use super::super::matching::{pair, weights};
use super::{Case, Entry};

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/achievements/{id}/matches", |city| {
        let (achievement, _) = pair(city);
        Case::new("GET", format!("/api/v1/achievements/{achievement}/matches"), "institute.member")
    }),
    ("get", "/api/v1/demands/{id}/matches", |city| {
        let (_, demand) = pair(city);
        Case::new("GET", format!("/api/v1/demands/{demand}/matches"), "enterprise.member")
    }),
    ("post", "/api/v1/matches/feedback", |city| {
        let (achievement, demand) = pair(city);
        let item = json!({
            "subject": format!("urn:tm:cn-450700:demand:{demand}"),
            "other": format!("urn:tm:cn-450700:achievement:{achievement}"),
            "event": "declined",
            "reason": "too_early",
        });
        let case = Case::new("POST", "/api/v1/matches/feedback", "enterprise.member");
        case.body(json!({"items": [item]})).stranger("institute.member").stranger("enterprise2.admin")
    }),
    ("get", "/api/v1/admin/matches/weights", |_| {
        Case::new("GET", "/api/v1/admin/matches/weights", "operator.operator")
    }),
    ("post", "/api/v1/admin/matches/weights", |_| {
        Case::new("POST", "/api/v1/admin/matches/weights", "operator.operator")
            .body(json!({"weights": weights(), "note": "依据一季度反馈"}))
    }),
];

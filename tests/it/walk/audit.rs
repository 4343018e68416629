//! Builders for the operations of the trail.

use serde_json::json;

use super::{Case, Entry};
use crate::audit::enter;

const AUDITOR: &str = "operator.auditor";

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/audit", |city| {
        enter(city, "institute.member", "test.read", json!({}));
        Case::new("GET", "/api/v1/audit", AUDITOR)
    }),
    ("get", "/api/v1/audit/revisions", |_| {
        Case::new("GET", "/api/v1/audit/revisions?subject=urn:tm:cn-450700:test:1", AUDITOR)
    }),
];

//! Builders for the operations of credit.

use serde_json::json;

use super::{Case, Entry};
use crate::credit::{appealed, barring, entered};

const OPERATOR: &str = "operator.operator";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/credit-records", |_| {
        Case::new("POST", "/api/v1/credit-records", "government.approver").body(barring("enterprise"))
    }),
    ("get", "/api/v1/credit-records", |_| Case::new("GET", "/api/v1/credit-records", OPERATOR)),
    ("get", "/api/v1/credit-records/own", |_| {
        Case::new("GET", "/api/v1/credit-records/own", "enterprise.member")
    }),
    ("post", "/api/v1/credit-records/{id}/lift", |city| {
        let path = format!("/api/v1/credit-records/{}/lift", entered(city));
        Case::new("POST", path, OPERATOR).body(json!({"reason": "信用修复"}))
    }),
    ("post", "/api/v1/credit-records/{id}/appeal", |city| {
        let path = format!("/api/v1/credit-records/{}/appeal", entered(city));
        Case::new("POST", path, "enterprise.admin")
            .body(json!({"text": "事实有误"}))
            .stranger("enterprise2.admin")
    }),
    ("post", "/api/v1/credit-records/{id}/answer", |city| {
        let path = format!("/api/v1/credit-records/{}/answer", appealed(city));
        let body = json!({"upheld": true, "text": "核实属实"});
        Case::new("POST", path, "government.preparer").body(body)
    }),
    ("get", "/api/v1/barred-units", |_| Case::new("GET", "/api/v1/barred-units", "")),
];

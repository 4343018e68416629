//! Builders for the operations on subsidies.

use serde_json::json;

use super::{Case, Entry};
use crate::support::City;
use crate::support::contracts::registered;

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/subsidy/schemes", |_| Case::new("GET", "/api/v1/subsidy/schemes", "")),
    ("get", "/api/v1/subsidy/schemes/{code}", |_| Case::new("GET", "/api/v1/subsidy/schemes/CONVERT", "")),
    ("post", "/api/v1/subsidy/schemes/{code}/versions", |_| {
        Case::new("POST", "/api/v1/subsidy/schemes/REG-AGENCY/versions", "government.approver").body(json!({
            "valid_from": "2027-01-01", "base": "total_amount", "title_zh": "技术合同认定登记补助",
            "title_en": "Subsidy for registering technical contracts", "source": "示例文件",
            "formula": {"kind": "rate", "rate_ppm": 400},
        }))
    }),
    ("post", "/api/v1/subsidy/appropriations", |_| {
        Case::new("POST", "/api/v1/subsidy/appropriations", "government.approver").body(json!({
            "year": 2026, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算",
        }))
    }),
    ("get", "/api/v1/subsidy/appropriations", |_| {
        Case::new("GET", "/api/v1/subsidy/appropriations?year=2026", "government.payer")
            .also("operator.auditor")
    }),
    ("get", "/api/v1/subsidy/budgets", |_| {
        Case::new("GET", "/api/v1/subsidy/budgets?year=2026", "government.preparer").also("operator.auditor")
    }),
    ("post", "/api/v1/subsidy/batches", |city| {
        registered_with_budget(city);
        let office = city.organisation("registration_office");
        Case::new("POST", "/api/v1/subsidy/batches", "government.preparer")
            .body(json!({"scheme": "REG-AGENCY", "beneficiary": office, "period": 2026}))
    }),
    ("get", "/api/v1/subsidy/batches", |city| {
        prepared(city);
        Case::new("GET", "/api/v1/subsidy/batches", "government.payer")
            .also("operator.auditor")
            .also("registration_office.admin")
    }),
    ("get", "/api/v1/subsidy/batches/{id}", |city| read(city, "")),
    ("get", "/api/v1/subsidy/batches/{id}/lines", |city| read(city, "/lines")),
    ("get", "/api/v1/subsidy/batches/{id}/explain", |city| read(city, "/explain")),
    ("post", "/api/v1/subsidy/batches/{id}/prepare", |city| {
        let id = prepared(city);
        let back = json!({"decision": "return", "opinion": "请核对"});
        city.as_("government2.preparer").post(&address(&id, "verify"), back).expect(200);
        Case::new("POST", address(&id, "prepare"), "government.preparer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/verify", |city| {
        // The stranger is the person who prepared it.
        act(&prepared(city), "verify", "government2.preparer").stranger("government.preparer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/approve", |city| {
        let id = prepared(city);
        step(city, &id, "verify", "government2.preparer");
        act(&id, "approve", "government.approver")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/pay", |city| {
        let id = prepared(city);
        step(city, &id, "verify", "government2.preparer");
        step(city, &id, "approve", "government.approver");
        act(&id, "pay", "government.payer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/void", |city| {
        Case::new("POST", address(&prepared(city), "void"), "government.approver")
            .body(json!({"opinion": "编制有误"}))
    }),
];

fn registered_with_budget(city: &City) {
    registered(city);
    let body = json!({"year": 2026, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算"});
    city.as_("government.approver").post("/api/v1/subsidy/appropriations", body).expect(201);
}

/// A batch that `government.preparer` prepared.
fn prepared(city: &City) -> String {
    registered_with_budget(city);
    let office = city.organisation("registration_office");
    let body = json!({"scheme": "REG-AGENCY", "beneficiary": office, "period": 2026});
    city.as_("government.preparer").post("/api/v1/subsidy/batches", body).expect(201).id()
}

fn address(id: &str, act: &str) -> String {
    format!("/api/v1/subsidy/batches/{id}/{act}")
}

fn step(city: &City, id: &str, act: &str, persona: &str) {
    city.as_(persona).post(&address(id, act), json!({})).expect(200);
}

fn act(id: &str, act: &str, permitted: &str) -> Case {
    Case::new("POST", address(id, act), permitted).body(json!({}))
}

/// The government, the auditors and the beneficiary itself.
fn read(city: &City, part: &str) -> Case {
    let id = prepared(city);
    Case::new("GET", format!("/api/v1/subsidy/batches/{id}{part}"), "government.approver")
        .also("operator.auditor")
        .also("registration_office.admin")
        .stranger("registration_office2.admin")
        .stranger("enterprise.admin")
}

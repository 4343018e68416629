//! Builders for the ledger's operations: all of them read.

use serde_json::json;

use super::{Case, Entry};
use crate::support::City;

/// Something to read: an appropriation.
fn booked(city: &City) {
    let body = json!({"year": 2026, "scheme": "CONVERT", "amount_fen": 100, "document": "示例预算"});
    city.as_("government.approver").post("/api/v1/subsidy/appropriations", body).expect(201);
}

fn readers(case: Case) -> Case {
    case.also("government.approver").also("government2.payer").also("operator.auditor")
}

fn read(city: &City, path: &str) -> Case {
    booked(city);
    readers(Case::new("GET", path, "government.preparer"))
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/ledger/accounts", |city| read(city, "/api/v1/ledger/accounts?year=2026")),
    ("get", "/api/v1/ledger/accounts/{id}/postings", |city| {
        booked(city);
        let accounts = city.as_("government.payer").get("/api/v1/ledger/accounts?kind=available").expect(200);
        let id = accounts.body["items"][0]["id"].as_str().unwrap();
        readers(Case::new("GET", format!("/api/v1/ledger/accounts/{id}/postings"), "government.preparer"))
    }),
    ("get", "/api/v1/ledger/transactions", |city| read(city, "/api/v1/ledger/transactions")),
    ("get", "/api/v1/ledger/trial-balance", |city| read(city, "/api/v1/ledger/trial-balance")),
    ("get", "/api/v1/ledger/budget-execution", |city| {
        read(city, "/api/v1/ledger/budget-execution?year=2026")
    }),
    ("get", "/api/v1/ledger/statement", |city| {
        let node = city.app.db.settings().node.clone();
        let office = city.organisation("registration_office");
        let path = format!("/api/v1/ledger/statement?beneficiary=urn:tm:{node}:organisation:{office}");
        readers(Case::new("GET", path, "registration_office.admin"))
            .stranger("registration_office2.admin")
            .stranger("enterprise.admin")
    }),
    ("get", "/api/v1/ledger/transactions/{number}", |city| read(city, "/api/v1/ledger/transactions/1")),
];

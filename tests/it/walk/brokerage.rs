//! Builders for the operations of brokerage.

use serde_json::json;

use super::{Case, Entry};
use crate::brokerage::{
    AGENCY, BROKER, CLIENT, active, claimed, manager, offer, path, proposed, registered, terms,
};
use crate::support::City;

/// An act on a mandate between the first institute and the first broker.
fn of(id: &str, method: &'static str, rest: &str, permitted: &str) -> Case {
    let strangers = ["institute2.member", "broker2.member", "enterprise.member"];
    strangers.into_iter().fold(Case::new(method, path(id, rest), permitted), Case::stranger)
}

fn entered(city: &City) -> String {
    city.as_(AGENCY).post("/api/v1/brokerage/managers", manager()).expect(201).id()
}

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/brokerage/mandates", |city| {
        Case::new("POST", "/api/v1/brokerage/mandates", BROKER).body(offer(city, terms()))
    }),
    ("get", "/api/v1/brokerage/mandates", |_| Case::new("GET", "/api/v1/brokerage/mandates", CLIENT)),
    ("get", "/api/v1/brokerage/mandates/{id}", |city| of(&proposed(city), "GET", "", CLIENT).also(BROKER)),
    ("post", "/api/v1/brokerage/mandates/{id}/accept", |city| {
        of(&proposed(city), "POST", "/accept", CLIENT).stranger(BROKER).body(json!({}))
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/decline", |city| {
        of(&proposed(city), "POST", "/decline", CLIENT).stranger(BROKER).body(json!({"reason": "佣金过高"}))
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/withdraw", |city| {
        of(&proposed(city), "POST", "/withdraw", BROKER).stranger(CLIENT).body(json!({"reason": "改变计划"}))
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/end", |city| {
        of(&active(city), "POST", "/end", CLIENT).body(json!({"reason": "合作结束"}))
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/contracts", |city| {
        let id = active(city);
        let (_, number) = registered(city);
        of(&id, "POST", "/contracts", BROKER).stranger(CLIENT).body(json!({"number": number}))
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/contracts/{number}/agree", |city| {
        let (id, number) = claimed(city);
        of(&id, "POST", &format!("/contracts/{number}/agree"), CLIENT).stranger(BROKER)
    }),
    ("post", "/api/v1/brokerage/mandates/{id}/intermediary", |city| {
        let (id, number) = crate::brokerage::with_intermediary(city);
        of(&id, "POST", "/intermediary", BROKER).stranger(CLIENT).body(json!({"number": number}))
    }),
    ("get", "/api/v1/brokerage/mandates/{id}/commissions", |city| {
        of(&active(city), "GET", "/commissions", CLIENT).also(BROKER)
    }),
    ("get", "/api/v1/brokerage/statement", |city| {
        let broker = city.organisation("broker");
        Case::new("GET", format!("/api/v1/brokerage/statement?year=2026&broker={broker}"), BROKER)
            .stranger("broker2.member")
            .also("government.payer")
            .also("operator.auditor")
    }),
    ("get", "/api/v1/brokerage/figures", |_| {
        Case::new("GET", "/api/v1/brokerage/figures?year=2026", "government.payer").also(BROKER)
    }),
    ("get", "/api/v1/brokerage/managers", |city| {
        entered(city);
        Case::new("GET", "/api/v1/brokerage/managers", "")
    }),
    ("post", "/api/v1/brokerage/managers", |_| {
        Case::new("POST", "/api/v1/brokerage/managers", AGENCY).body(manager())
    }),
    ("put", "/api/v1/brokerage/managers/{id}", |city| {
        Case::new("PUT", format!("/api/v1/brokerage/managers/{}", entered(city)), AGENCY)
            .body(manager())
            .stranger("broker2.admin")
    }),
    ("post", "/api/v1/brokerage/managers/{id}/leave", |city| {
        Case::new("POST", format!("/api/v1/brokerage/managers/{}/leave", entered(city)), AGENCY)
            .stranger("broker2.admin")
    }),
];

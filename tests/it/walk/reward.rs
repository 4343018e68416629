//! Builders for the operations of rewards.

use serde_json::json;

use super::{Case, Entry};
use crate::reward::{DECIDER, WRITER, cash, confirmed, confirmed_with, drafted, own_use, payout, publicised};
use crate::support::City;
use crate::support::contracts::registered;

/// An act on a plan of one's own institute.
fn of(id: &str, method: &'static str, rest: &str, permitted: &str) -> Case {
    let case = Case::new(method, format!("/api/v1/rewards/{id}{rest}"), permitted);
    case.stranger("institute2.member").stranger("institute2.admin")
}

fn objected(city: &City) -> (String, String) {
    let id = publicised(city);
    let path = format!("/api/v1/rewards/{id}/objections");
    let objection = city.as_("enterprise.member").post(&path, json!({"text": "份额不符"})).expect(201).id();
    (id, objection)
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/rewards/rules", |_| Case::new("GET", "/api/v1/rewards/rules", "")),
    ("post", "/api/v1/rewards/rules", |city| {
        let mut rule = city.anonymous().get("/api/v1/rewards/rules").expect(200).body["items"][0].clone();
        rule.as_object_mut().unwrap().retain(|name, _| name != "version" && name != "valid_from");
        let body = json!({"valid_from": "2027-01-01", "rule": rule});
        Case::new("POST", "/api/v1/rewards/rules", "operator.operator").body(body)
    }),
    ("get", "/api/v1/rewards/publicity", |city| {
        publicised(city);
        Case::new("GET", "/api/v1/rewards/publicity", "")
    }),
    ("get", "/api/v1/rewards/publicity/{id}", |city| {
        Case::new("GET", format!("/api/v1/rewards/publicity/{}", publicised(city)), "")
    }),
    ("get", "/api/v1/rewards/report", |city| {
        let id = city.organisation("institute");
        Case::new("GET", format!("/api/v1/rewards/report?year=2026&institute={id}"), WRITER)
            .stranger("institute2.member")
            .stranger("government2.payer")
            .also("government.payer")
            .also("operator.auditor")
    }),
    ("post", "/api/v1/rewards", |city| {
        let body = json!({"contract_id": registered(city), "content": cash(67_900_000, 500_000)});
        Case::new("POST", "/api/v1/rewards", WRITER).body(body)
    }),
    ("get", "/api/v1/rewards", |_| Case::new("GET", "/api/v1/rewards", WRITER)),
    ("get", "/api/v1/rewards/{id}", |city| of(&drafted(city), "GET", "", WRITER).also(DECIDER)),
    ("put", "/api/v1/rewards/{id}", |city| {
        of(&drafted(city), "PUT", "", WRITER).body(json!({"content": cash(70_000_000, 600_000)}))
    }),
    ("post", "/api/v1/rewards/{id}/publicise", |city| of(&drafted(city), "POST", "/publicise", DECIDER)),
    ("post", "/api/v1/rewards/{id}/confirm", |city| {
        let id = publicised(city);
        city.clock.advance_seconds(40 * 86_400);
        of(&id, "POST", "/confirm", DECIDER)
    }),
    ("post", "/api/v1/rewards/{id}/withdraw", |city| {
        of(&drafted(city), "POST", "/withdraw", DECIDER).body(json!({"reason": "重新核算"}))
    }),
    ("post", "/api/v1/rewards/{id}/objections", |city| {
        let path = format!("/api/v1/rewards/{}/objections", publicised(city));
        Case::new("POST", path, "enterprise.member")
            .also("institute.member")
            .body(json!({"text": "份额不符"}))
    }),
    ("get", "/api/v1/rewards/{id}/objections", |city| of(&objected(city).0, "GET", "/objections", WRITER)),
    ("post", "/api/v1/rewards/{id}/objections/{objection}/answer", |city| {
        let (id, objection) = objected(city);
        let case = of(&id, "POST", &format!("/objections/{objection}/answer"), DECIDER);
        case.body(json!({"upheld": false, "answer": "经核查不成立"}))
    }),
    ("post", "/api/v1/rewards/{id}/profits", |city| {
        let id = confirmed_with(city, &own_use());
        of(&id, "POST", "/profits", DECIDER).body(json!({"year": 2024, "profit_fen": 100}))
    }),
    ("get", "/api/v1/rewards/{id}/dues", |city| of(&confirmed(city), "GET", "/dues", WRITER)),
    ("post", "/api/v1/rewards/{id}/payouts", |city| {
        let id = confirmed(city);
        let today = city.now().day().to_string();
        of(&id, "POST", "/payouts", DECIDER).body(payout(1, 100, &today))
    }),
    ("get", "/api/v1/rewards/{id}/payouts", |city| of(&confirmed(city), "GET", "/payouts", WRITER)),
];

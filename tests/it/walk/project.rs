//! Builders for the operations of projects, targets and indicators.

use serde_json::json;

use super::{Case, Entry};
use crate::project::{
    APPROVER, CITY_OFFICER, LINGSHAN_OFFICER, attainment, declaration, declared, registered_in,
};

const TARGET: &str = "/api/v1/targets/annex2-02";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/projects", |city| {
        let contract = registered_in(city, "450702");
        let body = declaration(&contract, Some("450702"));
        Case::new("POST", "/api/v1/projects", CITY_OFFICER).body(body).stranger(LINGSHAN_OFFICER)
    }),
    ("get", "/api/v1/projects", |city| {
        declared(city);
        Case::new("GET", "/api/v1/projects?unit=450721", APPROVER)
    }),
    ("get", "/api/v1/projects/{id}", |city| {
        Case::new("GET", format!("/api/v1/projects/{}", declared(city).0), APPROVER)
    }),
    ("get", "/api/v1/projects/{id}/history", |city| {
        Case::new("GET", format!("/api/v1/projects/{}/history", declared(city).0), APPROVER)
    }),
    ("post", "/api/v1/projects/{id}/withdraw", |city| {
        let contract = registered_in(city, "450702");
        let officer = city.as_(CITY_OFFICER);
        let id = officer.post("/api/v1/projects", declaration(&contract, Some("450702"))).expect(201).id();
        Case::new("POST", format!("/api/v1/projects/{id}/withdraw"), CITY_OFFICER)
            .body(json!({"reason": "重复申报"}))
            .stranger(LINGSHAN_OFFICER)
    }),
    ("get", "/api/v1/indicators", |_| Case::new("GET", "/api/v1/indicators", "")),
    ("get", "/api/v1/indicators/conversion_projects", |_| {
        Case::new("GET", "/api/v1/indicators/conversion_projects?from=2019&to=2021", "")
    }),
    ("get", "/api/v1/targets", |_| Case::new("GET", "/api/v1/targets", "")),
    ("put", "/api/v1/targets/{id}", |_| {
        Case::new("PUT", TARGET, APPROVER)
            .body(json!({"target": 2, "reason": "示例调整"}))
            .stranger("government2.approver")
    }),
    ("get", "/api/v1/targets/{id}/history", |_| Case::new("GET", format!("{TARGET}/history"), APPROVER)),
    ("get", "/api/v1/targets/{id}/attainments", |_| {
        Case::new("GET", format!("{TARGET}/attainments"), APPROVER)
    }),
    ("post", "/api/v1/targets/{id}/attainments", |_| {
        Case::new("POST", format!("{TARGET}/attainments"), APPROVER)
            .body(attainment())
            .stranger("government2.approver")
    }),
    ("post", "/api/v1/attainments/{id}/withdraw", |city| {
        let made = city.as_(APPROVER).post(&format!("{TARGET}/attainments"), attainment()).expect(201);
        Case::new("POST", format!("/api/v1/attainments/{}/withdraw", made.id()), APPROVER)
            .body(json!({"reason": "未获批准"}))
            .stranger("government2.approver")
    }),
];

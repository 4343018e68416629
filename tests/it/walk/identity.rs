//! Builders for organisations, members, sessions and keys.

use serde_json::{Value, json};

use super::{Case, Entry};
use crate::support::City;
use crate::support::city::PASSWORD;

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/organisations", |_| {
        Case::new("POST", "/api/v1/organisations", "").body(registration("1"))
    }),
    ("get", "/api/v1/organisations", |_| Case::new("GET", "/api/v1/organisations?kind=institute", "")),
    ("get", "/api/v1/organisations/own", |_| Case::new("GET", "/api/v1/organisations/own", "broker.member")),
    ("put", "/api/v1/organisations/own", |city| {
        let mut body = city.as_("broker.admin").get("/api/v1/organisations/own").expect(200).body;
        let contact = json!({"person": "示例·陈", "phone": "0777-2800001"});
        body = json!({
            "name": body["name"], "credit_code": body["credit_code"], "division": body["division"],
            "introduction": "技术转移服务（示例）", "contact": contact,
        });
        Case::new("PUT", "/api/v1/organisations/own", "broker.admin").body(body)
    }),
    ("get", "/api/v1/organisations/review", |_| {
        Case::new("GET", "/api/v1/organisations/review?state=verified", "operator.operator")
            .also("operator2.operator")
    }),
    ("get", "/api/v1/organisations/{id}", |city| {
        Case::new("GET", format!("/api/v1/organisations/{}", city.organisation("institute")), "")
    }),
    ("get", "/api/v1/organisations/{id}/review", |city| {
        let path = format!("/api/v1/organisations/{}/review", city.organisation("institute"));
        Case::new("GET", path, "operator.operator").also("operator2.operator")
    }),
    ("post", "/api/v1/organisations/{id}/verify", |city| {
        let id = register(city, "1");
        decision(&id, "verify").body(json!({}))
    }),
    ("post", "/api/v1/organisations/{id}/refuse", |city| {
        let id = register(city, "1");
        decision(&id, "refuse").body(json!({"reason": "材料不全（示例）"}))
    }),
    ("post", "/api/v1/organisations/{id}/suspend", |city| {
        let id = city.organisation("broker").to_string();
        decision(&id, "suspend").body(json!({"reason": "投诉核查中（示例）"}))
    }),
    ("post", "/api/v1/organisations/{id}/reinstate", |city| {
        let id = city.organisation("broker").to_string();
        let suspend = format!("/api/v1/organisations/{id}/suspend");
        city.as_("operator.operator").post(&suspend, json!({"reason": "示例"})).expect(200);
        decision(&id, "reinstate")
    }),
    ("get", "/api/v1/members", |_| Case::new("GET", "/api/v1/members", "institute.admin")),
    ("put", "/api/v1/members/{id}", |city| {
        let path = format!("/api/v1/members/{}", member(city, "institute", "institute.member"));
        let body = json!({"roles": ["member", "admin"]});
        Case::new("PUT", path, "institute.admin")
            .body(body)
            .stranger("institute2.admin")
            .stranger("broker.admin")
    }),
    ("delete", "/api/v1/members/{id}", |city| {
        let path = format!("/api/v1/members/{}", member(city, "institute", "institute.member"));
        Case::new("DELETE", path, "institute.admin").stranger("institute2.admin").stranger("broker.admin")
    }),
    ("get", "/api/v1/invitations", |_| Case::new("GET", "/api/v1/invitations", "institute.admin")),
    ("post", "/api/v1/invitations", |_| {
        let body = json!({"name": "示例·王", "roles": ["member"]});
        Case::new("POST", "/api/v1/invitations", "institute.admin").body(body)
    }),
    ("delete", "/api/v1/invitations/{id}", |city| {
        let id = invite(city, "institute")["id"].as_str().unwrap().to_owned();
        Case::new("DELETE", format!("/api/v1/invitations/{id}"), "institute.admin")
            .stranger("institute2.admin")
    }),
    ("post", "/api/v1/invitations/accept", |city| {
        let token = invite(city, "institute")["token"].clone();
        let account = json!({"login": "wang.new", "name": "示例·王", "password": PASSWORD});
        Case::new("POST", "/api/v1/invitations/accept", "").body(json!({"token": token, "account": account}))
    }),
    ("post", "/api/v1/auth/login", |_| {
        let body = json!({"login": "institute.member", "password": PASSWORD});
        Case::new("POST", "/api/v1/auth/login", "").body(body)
    }),
    ("post", "/api/v1/auth/refresh", |city| {
        let body = json!({"login": "institute.member", "password": PASSWORD});
        let tokens = city.anonymous().post("/api/v1/auth/login", body).expect(200).body;
        let body = json!({"refresh_token": tokens["refresh_token"]});
        Case::new("POST", "/api/v1/auth/refresh", "").body(body)
    }),
    ("post", "/api/v1/auth/logout", |_| Case::new("POST", "/api/v1/auth/logout", "financier.member")),
    ("post", "/api/v1/auth/switch", |city| {
        let body = json!({"organisation": city.organisation("institute")});
        let case = Case::new("POST", "/api/v1/auth/switch", "institute.member").body(body);
        case.stranger("institute2.member").stranger("broker.member")
    }),
    ("put", "/api/v1/auth/password", |_| {
        let body = json!({"present_password": PASSWORD, "new_password": "mangrove-and-lotus-12"});
        Case::new("PUT", "/api/v1/auth/password", "institute.member").body(body)
    }),
    ("get", "/api/v1/sessions", |_| Case::new("GET", "/api/v1/sessions", "institute.member")),
    ("delete", "/api/v1/sessions/{id}", |city| {
        let sessions = city.as_("institute.member").get("/api/v1/sessions").expect(200).body;
        let id = sessions[0]["id"].as_str().unwrap().to_owned();
        Case::new("DELETE", format!("/api/v1/sessions/{id}"), "institute.member")
            .stranger("institute.admin")
            .stranger("institute2.member")
    }),
    ("get", "/api/v1/me", |_| Case::new("GET", "/api/v1/me", "government.payer")),
    ("get", "/api/v1/api-keys", |_| Case::new("GET", "/api/v1/api-keys", "institute.admin")),
    ("post", "/api/v1/api-keys", |_| {
        let body = json!({"label": "目录同步（示例）", "scopes": ["achievement.write"], "days": 90});
        Case::new("POST", "/api/v1/api-keys", "institute.admin").body(body)
    }),
    ("delete", "/api/v1/api-keys/{id}", |city| {
        let body = json!({"label": "示例", "scopes": ["achievement.write"], "days": 1});
        let id = city.as_("institute.admin").post("/api/v1/api-keys", body).expect(201).id();
        Case::new("DELETE", format!("/api/v1/api-keys/{id}"), "institute.admin").stranger("institute2.admin")
    }),
];

/// A registration with a credit code of its own.
pub fn registration(number: &str) -> Value {
    let code = techmart::kernel::codes::CreditCode::with_checks("91459900", &format!("9000000{number}"));
    json!({
        "kind": "enterprise", "name": format!("示例新企业{number}"), "credit_code": code.unwrap(),
        "division": "450702", "contact": {"person": "示例·黄", "phone": "0777-2811111", "email": "h@example.cn"},
        "admin": {"login": format!("new.admin{number}"), "name": "示例·黄", "password": PASSWORD},
    })
}

pub fn register(city: &City, number: &str) -> String {
    let made = city.anonymous().post("/api/v1/organisations", registration(number)).expect(201);
    made.body["organisation"]["id"].as_str().unwrap().to_owned()
}

fn decision(id: &str, act: &str) -> Case {
    Case::new("POST", format!("/api/v1/organisations/{id}/{act}"), "operator.operator")
}

/// The membership of a persona, as the admin of its organisation sees it.
pub fn member(city: &City, organisation: &str, login: &str) -> String {
    let members = city.as_(&format!("{organisation}.admin")).get("/api/v1/members").expect(200).body;
    let members = members["items"].as_array().unwrap();
    members.iter().find(|member| member["login"] == login).unwrap()["id"].as_str().unwrap().to_owned()
}

pub fn invite(city: &City, organisation: &str) -> Value {
    let body = json!({"name": "示例·王", "roles": ["member"]});
    city.as_(&format!("{organisation}.admin")).post("/api/v1/invitations", body).expect(201).body
}

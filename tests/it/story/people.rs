//! The units of the story and the people who act for them, from self-registration on.

use serde_json::{Value, json};
use techmart::kernel::codes::CreditCode;

use crate::support::Client;
use crate::support::process::Installation;

pub const PASSWORD: &str = "hai-bei-lang-2026";
const OPERATOR: &str = "first-operator";

/// A unit that registers itself.
pub struct Unit {
    pub kind: &'static str,
    pub name: &'static str,
    pub authority: &'static str,
    pub serial: &'static str,
    pub division: &'static str,
    /// Login of its first admin.
    pub admin: &'static str,
    pub office_number: Option<&'static str>,
}

pub const UNIVERSITY: Unit = Unit {
    kind: "institute",
    name: "故事大学（示例）",
    authority: "12",
    serial: "00009001",
    division: "450702",
    admin: "story.university",
    office_number: None,
};

pub const ENTERPRISE: Unit = Unit {
    kind: "enterprise",
    name: "故事陶业有限公司（示例）",
    authority: "91",
    serial: "MA009002",
    division: "450721",
    admin: "story.enterprise",
    office_number: None,
};

pub const OFFICE: Unit = Unit {
    kind: "registration_office",
    name: "故事技术合同登记处（示例）",
    authority: "12",
    serial: "00009003",
    division: "450700",
    admin: "story.office",
    office_number: Some("07"),
};

pub const BUREAU: Unit = Unit {
    kind: "government",
    name: "故事科学技术局（示例）",
    authority: "11",
    serial: "00009004",
    division: "450700",
    admin: "story.bureau",
    office_number: None,
};

pub const COUNTY: Unit = Unit {
    kind: "government",
    name: "故事县科技主管部门（示例）",
    authority: "11",
    serial: "00009005",
    division: "450721",
    admin: "story.county",
    office_number: None,
};

impl Unit {
    pub fn credit_code(&self) -> String {
        CreditCode::with_checks(&format!("{}459900", self.authority), self.serial).unwrap().to_string()
    }
}

/// The operator is made on the machine, beside the running server.
pub fn operator(site: &Installation) -> Client {
    let made = site.run(&["admin", "create-operator", "--login", OPERATOR]);
    let said = String::from_utf8(made.stdout).unwrap();
    let password = said.rsplit(": ").next().unwrap().trim();
    let client = sign_in_with(site, OPERATOR, password);
    let new = json!({"present_password": password, "new_password": PASSWORD});
    client.put("/api/v1/auth/password", new).expect(204);
    sign_in(site, OPERATOR)
}

pub fn sign_in(site: &Installation, login: &str) -> Client {
    sign_in_with(site, login, PASSWORD)
}

fn sign_in_with(site: &Installation, login: &str, password: &str) -> Client {
    let body = json!({"login": login, "password": password});
    let answer = site.client(None).post("/api/v1/auth/login", body).expect(200);
    site.client(answer.body["access_token"].as_str())
}

fn account(login: &str) -> Value {
    json!({"login": login, "name": format!("{login}（示例）"), "password": PASSWORD})
}

/// The unit registers itself, waits, and is verified; its first admin, and its id.
pub fn joins(site: &Installation, operator: &Client, unit: &Unit) -> (Client, String) {
    let body = json!({
        "kind": unit.kind,
        "name": unit.name,
        "credit_code": unit.credit_code(),
        "division": unit.division,
        "contact": {"person": "示例·联系人", "phone": "0777-2800000"},
        "admin": account(unit.admin),
    });
    let registered = site.client(None).post("/api/v1/organisations", body).expect(201);
    assert_eq!(registered.body["organisation"]["state"], "pending");
    let id = registered.body["organisation"]["id"].as_str().unwrap().to_owned();
    let mut decision = json!({});
    if let Some(number) = unit.office_number {
        decision["office_number"] = json!(number);
    }
    let verified = operator.post(&format!("/api/v1/organisations/{id}/verify"), decision).expect(200);
    assert_eq!(verified.body["state"], "verified");
    (sign_in(site, unit.admin), id)
}

/// A colleague with this one role, by invitation.
pub fn colleague(site: &Installation, admin: &Client, role: &str, login: &str) -> Client {
    let invited = admin.post("/api/v1/invitations", json!({"name": "示例", "roles": [role]})).expect(201);
    let body = json!({"token": invited.body["token"], "account": account(login)});
    site.client(None).post("/api/v1/invitations/accept", body).expect(201);
    sign_in(site, login)
}

//! Contracts as tests need them, in every stage.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use techmart::identity;
use techmart::identity::model::Secret;
use techmart::identity::service::seed_user;
use techmart::kernel::actor::{OrganisationKind, Role};
use techmart::kernel::codes::CreditCode;

use super::records::{pdf, upload};
use super::{City, Client, Response};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The credit code of an organisation of the prepared city (`enterprise`, `institute2`).
pub fn credit_code(name: &str) -> String {
    let (kind, number) = name.strip_suffix('2').map_or((name, 1), |kind| (kind, 2));
    let at = OrganisationKind::ALL.iter().position(|it| it.as_str() == kind).unwrap();
    CreditCode::with_checks("91459900", &format!("{at:07}{number}")).unwrap().to_string()
}

fn side(name: &str, kind: &str, division: &str) -> Value {
    json!({
        "name": format!("示例{name}"),
        "credit_code": credit_code(name),
        "kind": kind,
        "division": division,
        "address": "钦州市示例路 1 号",
        "representative": "示例甲",
        "contact": "示例乙",
        "phone": "0777-2800009",
        "size": "small",
    })
}

/// A development contract of `institute` (450700) with `enterprise` (450702) that may be filed; no two are alike.
pub fn form() -> Value {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    json!({
        "title": format!("坭兴陶低氮窑炉研制（示例 {number}）"),
        "class": "development",
        "sub_type": "commissioned_development",
        "technical_field": "new_materials",
        "objective": "07",
        "industry": "30",
        "plan_source": "none",
        "summary": "研制低氮分级燃烧系统，并在生产窑上验证。",
        "signed_on": "2026-02-01",
        "start_on": "2026-02-01",
        "end_on": "2027-01-31",
        "written": true,
        "related_party": false,
        "seller": side("institute", "public_university", "450700"),
        "buyer": side("enterprise", "limited_liability", "450702"),
        "total_fen": 100_000_000,
        "deductions": [{"kind": "equipment", "amount_fen": 20_000_001, "note": "燃烧器"}],
        "payment": {"mode": "lump_sum"},
        "ip": [{"kind": "none"}],
        "novelty": "首次在坭兴陶窑上采用低氮分级燃烧。",
    })
}

/// Five million yuan of technical amount: large.
pub fn large_form() -> Value {
    let mut form = form();
    form["total_fen"] = json!(500_000_000);
    form["deductions"] = json!([]);
    form
}

pub fn draft_of(city: &City, form: &Value) -> String {
    draft_for(city, form, "institute.member")
}

/// A new draft with a main text of its own.
pub fn draft_for(city: &City, form: &Value, filer: &str) -> String {
    let client = city.as_(filer);
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let file = upload(&client, "合同正文.pdf", &pdf(&format!("contract text {number}"))).expect(201).id();
    let body = json!({"form": form, "attachments": [{"file": file, "kind": "main_text"}]});
    client.post("/api/v1/contracts", body).expect(201).id()
}

pub fn draft(city: &City) -> String {
    draft_of(city, &form())
}

/// One act on a contract.
pub fn act(client: &Client, id: &str, act: &str, body: Value) -> Response {
    client.post(&format!("/api/v1/contracts/{id}/{act}"), body)
}

pub fn submit(city: &City, id: &str, office: &str) -> Response {
    let office = city.organisation(office);
    act(&city.as_("institute.member"), id, "submit", json!({"office": office}))
}

pub fn submitted_of(city: &City, form: &Value) -> String {
    let id = draft_of(city, form);
    submit(city, &id, "registration_office").expect(200);
    id
}

pub fn accepted_of(city: &City, form: &Value) -> String {
    let id = submitted_of(city, form);
    act(&registrar(city), &id, "accept", json!({"opinion": "材料齐全"})).expect(200);
    id
}

pub fn accepted(city: &City) -> String {
    accepted_of(city, &form())
}

pub fn correction_requested(city: &City) -> String {
    let id = accepted(city);
    let body = json!({"corrections": [{"pointer": "/summary", "note": "请写明技术指标"}]});
    act(&registrar(city), &id, "request-correction", body).expect(200);
    id
}

pub fn registered(city: &City) -> String {
    registered_of(city, &form())
}

pub fn registered_of(city: &City, form: &Value) -> String {
    let id = accepted_of(city, form);
    act(&registrar(city), &id, "register", json!({"opinion": "准予登记"})).expect(200);
    id
}

pub fn registrar(city: &City) -> Client {
    city.as_("registration_office.registrar")
}

/// The contract as its applicant sees it.
pub fn show(city: &City, id: &str) -> Value {
    city.as_("institute.member").get(&format!("/api/v1/contracts/{id}")).expect(200).body
}

impl City {
    /// One more person in an organisation of the prepared city.
    pub fn colleague(&self, organisation: &str, login: &'static str, roles: &'static [Role]) {
        let id = self.organisation(organisation);
        let hash = self.app.gate.hash_blocking(&Secret::new(super::city::PASSWORD.into())).unwrap();
        let made = self.app.db.write_blocking("test.colleague", move |tx| {
            let organisation = identity::service::organisation(tx, id)?;
            seed_user(tx, &organisation, login, "示例同事", &hash, roles).map(|_| ())
        });
        made.unwrap();
    }

    /// Makes a person a member of one more organisation, by invitation.
    pub fn also_member(&self, persona: &str, organisation: &str) {
        let admin = self.as_(&format!("{organisation}.admin"));
        let invited =
            admin.post("/api/v1/invitations", json!({"name": "示例", "roles": ["member"]})).expect(201);
        let token = invited.body["token"].as_str().unwrap();
        self.as_(persona).post("/api/v1/invitations/accept", json!({"token": token})).expect(201);
    }

    /// A person with a second membership, acting for that organisation from now on.
    pub fn switched(&self, person: &Client, organisation: &str) -> Client {
        let to = json!({"organisation": self.organisation(organisation)});
        let tokens = person.post("/api/v1/auth/switch", to).expect(200).body;
        Client::new(&self.base, Some(tokens["access_token"].as_str().unwrap().to_owned()))
    }

    /// Ends a membership by the name that its organisation's list shows.
    pub fn leaves(&self, organisation: &str, persona: &str) {
        let admin = self.as_(&format!("{organisation}.admin"));
        let members = admin.get("/api/v1/members?limit=100").expect(200).body;
        let found = members["items"].as_array().unwrap().iter();
        let own: Vec<_> = found.filter(|it| it.to_string().contains(persona)).collect();
        assert_eq!(own.len(), 1, "{members}");
        admin.delete(&format!("/api/v1/members/{}", own[0]["id"].as_str().unwrap())).expect(204);
    }
}

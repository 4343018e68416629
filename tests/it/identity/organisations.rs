//! Rules 1 to 7.

use serde_json::json;
use techmart::identity::service;
use techmart::kernel::id::OrganisationId;

use super::login;
use crate::support::City;
use crate::walk::identity::{register, registration};

fn act(city: &City, id: &str, what: &str, body: serde_json::Value) -> crate::support::Response {
    city.as_("operator.operator").post(&format!("/api/v1/organisations/{id}/{what}"), body)
}

/// Whether an official act of this organisation would be let through.
fn verified(city: &City, login: &str) -> Result<(), String> {
    let person = city.app.gate.sign_in_as(login).unwrap().grant.person;
    let actor = techmart::kernel::actor::Actor::Person(Box::new(person));
    let asked = city.app.db.read_blocking(move |snapshot| service::require_verified(snapshot, &actor));
    asked.map_err(|refusal| refusal.code().to_owned())
}

/// Rules 1, 2 and 7: signs in while pending, acts officially once verified.
#[test]
fn an_organisation_registers_itself_and_waits_for_an_operator() {
    let city = City::new();
    let id = register(&city, "1");
    assert_eq!(login(&city, "new.admin1")["person"]["roles"], json!(["member", "admin"]));
    assert_eq!(verified(&city, "new.admin1"), Err("organisation_not_verified".into()));
    let path = format!("/api/v1/organisations/{id}");
    city.anonymous().get(&path).refused(404, "not_found");
    city.as_("new.admin1").get(&path).expect(200);
    let waiting = city.as_("operator.operator").get("/api/v1/organisations/review").expect(200).body;
    assert_eq!(waiting["items"][0]["id"], json!(id));
    assert_eq!(waiting["items"][0]["contact"]["phone"], "0777-2811111");
    let done = act(&city, &id, "verify", json!({})).expect(200);
    assert_eq!((done.body["state"].as_str(), done.header("etag")), (Some("verified"), "\"2\""));
    assert_eq!(verified(&city, "new.admin1"), Ok(()));
    let public = city.anonymous().get(&path).expect(200);
    assert_eq!(public.body["state"], "verified");
    assert!(!public.text().contains("0777") && !public.text().contains("h@example.cn"), "private contact");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let city = City::new();
    let mut body = registration("1");
    body["credit_code"] = json!("91350100M000100Y44");
    body["division"] = json!("450799");
    body["kind"] = json!("operator");
    body["contact"] = json!({"person": "", "phone": "none", "email": "none"});
    body["admin"] = json!({"login": "a b", "name": " ", "password": "password123"});
    let answer = city.anonymous().post("/api/v1/organisations", body).refused(422, "validation_failed");
    for (pointer, code) in [
        ("/credit_code", "credit_code_invalid"),
        ("/kind", "kind_not_open"),
        ("/contact/person", "required"),
        ("/contact/phone", "phone_invalid"),
        ("/contact/email", "email_invalid"),
        ("/admin/login", "login_invalid"),
        ("/admin/name", "required"),
        ("/admin/password", "password_common"),
    ] {
        assert_eq!(answer.field(pointer), Some(code), "{pointer}");
    }
    let mut body = registration("1");
    body["division"] = json!("450799");
    let answer = city.anonymous().post("/api/v1/organisations", body).refused(422, "validation_failed");
    assert_eq!(answer.field("/division"), Some("division_unknown"));
    let mut body = registration("1");
    body["extra"] = json!(1);
    city.anonymous().post("/api/v1/organisations", body).refused(400, "malformed_request");
}

/// Rule 6 (DOMAIN §7): one organisation, one code; full width and lower case are the same code.
#[test]
fn a_credit_code_is_taken_once_and_a_refusal_frees_it() {
    let city = City::new();
    let id = register(&city, "1");
    let mut again = registration("1");
    again["admin"]["login"] = json!("somebody.else");
    let code = again["credit_code"].as_str().unwrap().to_lowercase();
    again["credit_code"] = json!(format!(" {code}"));
    city.anonymous().post("/api/v1/organisations", again.clone()).refused(409, "credit_code_taken");
    act(&city, &id, "refuse", json!({"reason": "冒用他人代码（示例）"})).expect(200);
    assert_eq!(verified(&city, "new.admin1"), Err("organisation_refused".into()));
    city.anonymous().post("/api/v1/organisations", again).expect(201);
    // The refused one corrects itself, but the code is no longer free.
    let own = city.as_("new.admin1").get("/api/v1/organisations/own").expect(200).body;
    assert_eq!(own["state_reason"], "冒用他人代码（示例）");
    let profile = json!({"name": own["name"], "credit_code": own["credit_code"], "division": own["division"],
        "contact": own["contact"]});
    city.as_("new.admin1")
        .put("/api/v1/organisations/own", profile.clone())
        .refused(409, "credit_code_taken");
    let mut other = profile;
    other["credit_code"] = registration("2")["credit_code"].clone();
    let asked = city.as_("new.admin1").put("/api/v1/organisations/own", other).expect(200).body;
    assert_eq!((asked["state"].as_str(), asked["state_reason"].as_str()), (Some("pending"), Some("")));
}

/// Rule 6: what was verified is verified again.
#[test]
fn a_new_name_is_verified_again_and_a_new_phone_is_not() {
    let city = City::new();
    let admin = city.as_("broker.admin");
    let own = admin.get("/api/v1/organisations/own").expect(200);
    let version = own.header("etag").to_owned();
    let mut profile = json!({"name": own.body["name"], "credit_code": own.body["credit_code"],
        "division": own.body["division"], "contact": {"person": "示例·陈", "phone": "0777-2822222"}});
    let edited =
        admin.with("if-match", &version).put("/api/v1/organisations/own", profile.clone()).expect(200);
    assert_eq!(edited.body["state"], "verified");
    profile["name"] = json!("示例技术转移有限公司");
    admin
        .with("if-match", &version)
        .put("/api/v1/organisations/own", profile.clone())
        .refused(412, "version_mismatch");
    let edited = admin.put("/api/v1/organisations/own", profile).expect(200);
    assert_eq!(edited.body["state"], "pending");
    assert_eq!(verified(&city, "broker.admin"), Err("organisation_not_verified".into()));
}

/// Rules 2, 3 and 7: suspended people look but don't act; only the steps of the diagram exist.
#[test]
fn a_suspension_says_why_and_ends() {
    let city = City::new();
    let id = city.organisation("enterprise").to_string();
    act(&city, &id, "suspend", json!({"reason": " "})).refused(422, "validation_failed");
    act(&city, &id, "suspend", json!({"reason": "核查中（示例）"})).expect(200);
    assert_eq!(verified(&city, "enterprise.member"), Err("organisation_suspended".into()));
    city.as_("enterprise.member").get("/api/v1/me").expect(200);
    let public = city.anonymous().get(&format!("/api/v1/organisations/{id}")).expect(200);
    assert_eq!(public.body["state"], "suspended");
    assert!(!public.text().contains("核查中"), "the reason is not public");
    let listed = city.anonymous().get("/api/v1/organisations?kind=enterprise").expect(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    act(&city, &id, "verify", json!({})).refused(409, "state_conflict");
    let again =
        city.as_("operator.operator").send("POST", &format!("/api/v1/organisations/{id}/reinstate"), None);
    again.expect(200);
    assert_eq!(verified(&city, "enterprise.member"), Ok(()));
}

/// Rule 4.
#[test]
fn nobody_decides_on_their_own_organisation() {
    let city = City::new();
    let own = city.organisation("operator").to_string();
    act(&city, &own, "suspend", json!({"reason": "示例"})).refused(403, "own_organisation");
    let path = format!("/api/v1/organisations/{own}/suspend");
    city.as_("operator2.operator").post(&path, json!({"reason": "示例"})).expect(200);
}

/// Rule 5 (DOMAIN §2, the number of a registration).
#[test]
fn an_office_gets_a_number_that_no_other_office_of_the_city_has() {
    let city = City::new();
    let mut office = registration("1");
    office["kind"] = json!("registration_office");
    let made = city.anonymous().post("/api/v1/organisations", office).expect(201).body;
    let id = made["organisation"]["id"].as_str().unwrap().to_owned();
    let of = id.parse::<OrganisationId>().unwrap();
    let office = |city: &City| city.app.db.read_blocking(move |snapshot| service::office(snapshot, of));
    act(&city, &id, "verify", json!({})).refused(422, "validation_failed");
    assert_eq!(office(&city).unwrap_err().code(), "organisation_not_verified");
    act(&city, &id, "verify", json!({"office_number": "02"})).refused(409, "office_number_taken");
    act(&city, &id, "verify", json!({"office_number": "03"})).expect(200);
    assert_eq!(office(&city).unwrap().number, "03");
    let broker = city.organisation("broker");
    let none = city.app.db.read_blocking(move |snapshot| service::office(snapshot, broker)).unwrap_err();
    assert_eq!(none.code(), "not_an_office");
    let all = city.app.db.read_blocking(|snapshot| service::offices(snapshot)).unwrap();
    assert_eq!(all.iter().map(|it| it.number.as_str()).collect::<Vec<_>>(), ["01", "02", "03"]);
}

/// Lists page through without losing or repeating, and filter by kind, division and name.
#[test]
fn organisations_are_listed_in_pages() {
    let city = City::new();
    let ask = |query: &str| city.anonymous().get(&format!("/api/v1/organisations?{query}")).expect(200).body;
    let (mut seen, mut cursor) = (vec![], String::new());
    loop {
        let page = ask(&format!("limit=5{cursor}"));
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((seen.len(), distinct.len()), (14, 14));
    assert_eq!(ask("division=450721")["items"].as_array().unwrap().len(), 7);
    assert_eq!(ask("division=450700")["items"].as_array().unwrap().len(), 14);
    assert_eq!(ask("name=broker")["items"].as_array().unwrap().len(), 2);
    assert_eq!(ask("name=%25")["items"].as_array().unwrap().len(), 0);
    city.anonymous().get("/api/v1/organisations?kinds=x").refused(400, "malformed_request");
}

/// What leaves the node is the public part, and nothing before the first verification.
#[test]
fn the_change_log_publishes_only_what_is_public() {
    use techmart::changes;
    let city = City::new();
    let before = city.app.db.head();
    let id = register(&city, "1");
    act(&city, &id, "verify", json!({})).expect(200);
    let log = city.app.db.read_blocking(move |snapshot| changes::read_after(snapshot, before, 100)).unwrap();
    let of = |kind: &str| log.iter().find(|change| change.kind == kind).unwrap();
    assert!(of("organisation.registered").public.is_none());
    let public = of("organisation.verified").public.clone().unwrap();
    assert_eq!((public["state"].as_str(), public["name"].as_str()), (Some("verified"), Some("示例新企业1")));
    let everything = format!("{:?}", log.iter().map(|c| (&c.facts, &c.public)).collect::<Vec<_>>());
    for private in ["0777", "h@example.cn", "示例·黄", "new.admin1", "argon2"] {
        assert!(!everything.contains(private), "{private} is in the change log");
    }
}

//! The whole way of a case, and what it leaves behind.

use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{act, draft, form, registered, registrar, show, submit};

/// DOMAIN §2, states: draft, submitted, accepted, correction requested, resubmitted, registered, revoked; every
/// step has actor, time, opinion; the acceptance date moves on resubmission.
#[test]
fn domain_2_a_case_from_draft_to_revocation() {
    let city = City::new();
    let applicant = city.as_("institute.member");
    let id = draft(&city);
    let path = format!("/api/v1/contracts/{id}");
    let drafted = applicant.get(&path).expect(200);
    assert_eq!((drafted.header("etag"), &drafted.body["state"]), ("\"1\"", &json!("draft")));
    assert_eq!(drafted.body["technical_fen"], 79_999_999, "computed: total − deductions");
    assert_eq!(
        drafted.body["seller"]["urn"],
        format!("urn:tm:cn-450700:organisation:{}", city.organisation("institute"))
    );
    submit(&city, &id, "registration_office").expect(200);
    let accepted = act(&registrar(&city), &id, "accept", json!({"opinion": "材料齐全"})).expect(200).body;
    assert_eq!(
        (&accepted["clock"]["profile"], &accepted["clock"]["accepted_on"]),
        (&json!("2021"), &json!("2026-03-02"))
    );
    assert_eq!(
        (&accepted["clock"]["due_on"], &accepted["clock"]["days_left"]),
        (&json!("2026-04-01"), &json!(30))
    );
    let wanted = json!({"corrections": [{"pointer": "/seller/address", "note": "与营业执照不符"}], "opinion": "补正一项"});
    let asked = act(&registrar(&city), &id, "request-correction", wanted).expect(200).body;
    assert_eq!(asked["corrections"][0]["pointer"], "/seller/address");
    assert_eq!(asked["clock"]["days_left"], Value::Null, "the clock stands still");
    city.clock.advance_seconds(9 * 86_400);
    let version = correct(&city, &id);
    let again = act(
        &city.as_("institute.admin").with("if-match", &format!("\"{version}\"")),
        &id,
        "resubmit",
        json!({"opinion": "地址已更正"}),
    );
    let again = again.expect(200).body;
    assert_eq!(
        (&again["state"], &again["clock"]["accepted_on"]),
        (&json!("resubmitted"), &json!("2026-03-11"))
    );
    let done = act(&registrar(&city), &id, "register", json!({"opinion": "准予登记"})).expect(200).body;
    assert_eq!(done["registration"]["number"], "2026450701000001");
    assert_eq!(done["registration"]["registered_on"], "2026-03-11");
    let decision = json!({"ground": "fraud", "decision": "示例市科技局〔2026〕1 号决定"});
    let revoked = act(&city.as_("government.approver"), &id, "revoke", decision).expect(200).body;
    assert_eq!((&revoked["state"], &revoked["revocation"]["ground"]), (&json!("revoked"), &json!("fraud")));
    timeline_is_complete(&city, &id);
}

/// The applicant corrects the address; returns the version.
fn correct(city: &City, id: &str) -> i64 {
    let now = show(city, id);
    let mut form = now["form"].clone();
    form["seller"]["address"] = json!("钦州市示例路 2 号");
    let files: Vec<Value> = now["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| json!({"file": file["file"], "kind": file["kind"]}))
        .collect();
    let client = city.as_("institute.member").with("if-match", &format!("\"{}\"", now["version"]));
    let body = json!({"form": form, "attachments": files});
    let path = format!("/api/v1/contracts/{id}");
    let edited = client.put(&path, body.clone()).expect(200).body;
    client.put(&path, body).refused(412, "version_mismatch");
    edited["version"].as_i64().unwrap()
}

fn timeline_is_complete(city: &City, id: &str) {
    let steps =
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/timeline")).expect(200).body;
    let steps = steps["items"].as_array().unwrap();
    let kinds: Vec<_> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "created",
            "submitted",
            "accepted",
            "correction_requested",
            "edited",
            "resubmitted",
            "registered",
            "revoked"
        ]
    );
    for (at, step) in steps.iter().enumerate() {
        assert_eq!(step["position"], at + 1);
        assert!(!step["actor_name"].as_str().unwrap().is_empty() && step["at"].is_string());
    }
    assert_eq!(steps[3]["opinion"], "补正一项");
    assert_eq!(steps[3]["detail"]["corrections"][0]["note"], "与营业执照不符");
    assert_eq!(steps[4]["detail"]["changed"], json!(["/seller"]));
    assert_eq!(steps[5]["opinion"], "地址已更正");
}

/// DESIGN: every act records a change; a registered one goes to the parent without names.
#[test]
fn design_every_act_records_a_change() {
    let city = City::new();
    let id = registered(&city);
    let change = city.change(&id, "contract.registered");
    assert_eq!(change.audience.to_text(), "parent");
    let facts = &change.facts;
    assert_eq!(
        (&facts["number"], &facts["technical_fen"], &facts["total_fen"]),
        (&json!("2026450701000001"), &json!(79_999_999), &json!(100_000_000))
    );
    assert_eq!((&facts["contract"], &facts["registered_on"]), (&json!(id), &json!("2026-03-02")));
    assert_eq!(facts["office"], json!(city.organisation("registration_office")));
    let public = change.public.unwrap();
    assert_eq!(
        (&public["type"], &public["seller_division"], &public["buyer_division"]),
        (&json!("contract.v1"), &json!("450700"), &json!("450702"))
    );
    let text = public.to_string();
    assert!(!text.contains("0777") && !text.contains("示例") && !text.contains("91459900"), "{text}");
    for kind in ["contract.drafted", "contract.submitted", "contract.accepted"] {
        assert_eq!(city.change(&id, kind).audience.to_text(), "none", "{kind}");
    }
    assert!(city.trail("contract.registered").iter().any(|subject| subject.ends_with(&id)));
    act(&city.as_("institute.member"), &id, "cancel", json!({"reason": "合同解除"})).expect(200);
    let cancelled = city.change(&id, "contract.cancelled");
    assert_eq!(
        (&cancelled.public.unwrap()["state"], cancelled.facts["technical_fen"].as_i64()),
        (&json!("cancelled"), Some(79_999_999))
    );
}

/// Issue: parties, the office and supervision see a case; to everybody else it does not exist.
#[test]
fn a_case_is_seen_by_those_it_concerns() {
    let city = City::new();
    let id = draft(&city);
    let path = format!("/api/v1/contracts/{id}");
    let status = |persona: &str| city.as_(persona).get(&path).status;
    for stranger in
        ["enterprise.member", "registration_office.registrar", "operator.auditor", "government.approver"]
    {
        assert_eq!(status(stranger), 404, "a draft is its owner's: {stranger}");
    }
    submit(&city, &id, "registration_office").expect(200);
    for reader in [
        "institute.admin",
        "enterprise.member",
        "registration_office.reviewer",
        "operator.auditor",
        "government.preparer",
    ] {
        assert_eq!(status(reader), 200, "{reader}");
    }
    for stranger in [
        "institute2.member",
        "enterprise2.admin",
        "registration_office2.registrar",
        "government2.approver",
        "operator.operator",
        "financier.member",
        "broker.admin",
    ] {
        assert_eq!(status(stranger), 404, "{stranger}");
    }
    assert_eq!(status(""), 401);
    let listed = |persona: &str, list: &str| {
        let page = city.as_(persona).get(&format!("/api/v1/contracts{list}")).expect(200).body;
        page["items"].as_array().unwrap().iter().any(|item| item["id"] == json!(id))
    };
    assert!(
        listed("institute.member", "")
            && listed("enterprise.member", "")
            && !listed("enterprise2.member", "")
    );
    assert!(
        listed("registration_office.registrar", "/work-list")
            && !listed("registration_office2.registrar", "/work-list")
    );
    assert!(listed("registration_office.registrar", "/filed") && listed("operator.auditor", "/supervised"));
    assert!(listed("government.approver", "/supervised") && !listed("government2.approver", "/supervised"));
}

/// Issue: another office's case, in every act.
#[test]
fn another_offices_case_does_not_exist() {
    let city = City::new();
    let id = crate::support::contracts::accepted(&city);
    let other = city.as_("registration_office2.registrar");
    for (name, body) in [
        ("accept", json!({})),
        ("request-correction", json!({"corrections": [{"pointer": "/title", "note": "x"}]})),
        ("review", json!({"agrees": true, "opinion": "x"})),
        ("register", json!({"opinion": "x"})),
        ("refuse", json!({"grounds": ["other"], "opinion": "x"})),
    ] {
        act(&other, &id, name, body).refused(404, "not_found");
    }
    let reviewer = city.as_("registration_office2.reviewer");
    act(&reviewer, &id, "second-review", json!({"agrees": true, "opinion": "x"})).refused(404, "not_found");
    act(&city.as_("institute2.member"), &id, "withdraw", json!({})).refused(404, "not_found");
    let decision = json!({"ground": "fraud", "decision": "x"});
    act(&city.as_("government2.approver"), &id, "revoke", decision.clone()).refused(404, "not_found");
    act(&city.as_("operator.auditor"), &id, "revoke", decision).refused(403, "forbidden");
}

/// Issue: a second submission with the same key returns the first answer and does nothing.
#[test]
fn a_repeated_submission_with_the_same_key_acts_once() {
    let city = City::new();
    let id = draft(&city);
    let client = city.as_("institute.member").with("idempotency-key", "filing-1");
    let body = json!({"office": city.organisation("registration_office")});
    let first = act(&client, &id, "submit", body.clone()).expect(200);
    let second = act(&client, &id, "submit", body.clone()).expect(200);
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(show(&city, &id)["version"], 2);
    act(&city.as_("institute.member"), &id, "submit", body).refused(409, "state_conflict");
    let other = json!({"office": city.organisation("registration_office2")});
    act(&client, &id, "submit", other).refused(422, "idempotency_key_reused");
}

/// DOMAIN §2: withdrawable by the applicant until registered.
#[test]
fn domain_2_withdrawable_until_registered() {
    let city = City::new();
    let client = city.as_("institute.member");
    let waiting = crate::support::contracts::correction_requested(&city);
    let gone = act(&client, &waiting, "withdraw", json!({"reason": "另行签订"})).expect(200).body;
    assert_eq!(gone["state"], "withdrawn");
    assert_eq!(
        registrar(&city).get(&format!("/api/v1/contracts/{waiting}")).status,
        200,
        "the office keeps its file"
    );
    let done = registered(&city);
    act(&client, &done, "withdraw", json!({})).refused(409, "state_conflict");
    // What was withdrawn may be filed again.
    let mut same = form();
    same["title"] = gone["form"]["title"].clone();
    crate::support::contracts::submitted_of(&city, &same);
}

/// DOMAIN §2, who applies: the seller, at an office of its own territory. A seller at another node registers there: here
/// is no draft, and least of all of an import, but its buyer learns where; only a unit abroad leaves it to the buyer.
#[test]
fn domain_2_an_award_from_another_node_is_no_import() {
    let city = City::new();
    city.settle();
    let buyer = city.organisation("enterprise");
    let code = crate::support::contracts::credit_code("enterprise");
    let awarded = |sale: &'static str, urn: &str, seller_code: &str| {
        let here = city.app.db.read_blocking(|snapshot| Ok(snapshot.node().to_owned())).unwrap();
        let facts = json!({
            "sale": sale, "rank": 1, "price_fen": 1_000_000, "buys": true, "title": "示例揭榜项目",
            "winner": {"urn": urn, "name": "示例外地大学", "credit_code": seller_code},
            "seller": {"urn": format!("urn:tm:{here}:organisation:{buyer}"), "name": "示例enterprise", "credit_code": code},
            "contract_sub_type": "commissioned_development",
            "created_by": "01980000-0000-7000-8000-000000000001",
        });
        let subject = format!("urn:tm:{here}:test_award:{sale}");
        let written = city.app.db.write_blocking("test.award", move |tx| {
            use techmart::kernel::actor::Actor;
            use techmart::kernel::change::NewChange;
            let change = NewChange::local("challenge.selected", subject.clone(), 1, facts.clone());
            tx.record(&Actor::System("test"), change);
            Ok(())
        });
        written.unwrap();
        city.settle();
    };
    let drafts = || {
        let body = city.as_("enterprise.member").get("/api/v1/contracts").expect(200).body;
        body["items"].as_array().unwrap().clone()
    };
    let other = "urn:tm:cn-450800:organisation:01980000-0000-7000-8000-000000000002";
    awarded("01980000-0000-7000-8000-00000000000a", other, "91350100M000100Y43");
    assert_eq!(drafts(), Vec::<serde_json::Value>::new());
    let told = city.as_("enterprise.member").get("/api/v1/notices?limit=100").expect(200).text();
    assert!(told.contains("contract_award_elsewhere") && told.contains("cn-450800"), "{told}");
    awarded("01980000-0000-7000-8000-00000000000b", "", "");
    let drafts = drafts();
    let id = drafts[0]["id"].as_str().unwrap();
    let form = city.as_("enterprise.member").get(&format!("/api/v1/contracts/{id}")).expect(200).body["form"]
        .clone();
    assert_eq!((drafts.len(), &form["import"]), (1, &json!(true)));
}

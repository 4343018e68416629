//! The trail and the versions of records.

use serde_json::{Value, json};
use techmart::audit::service;
use techmart::db::Conn;
use techmart::kernel::actor::Actor;

use super::support::City;

const SUBJECT: &str = "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001";

fn person(city: &City, persona: &str) -> Actor {
    Actor::Person(Box::new(city.app.gate.sign_in_as(persona).unwrap().grant.person))
}

pub fn enter(city: &City, persona: &str, act: &'static str, detail: Value) {
    let actor = person(city, persona);
    let write = move |tx: &mut techmart::db::Tx| service::record(tx, &actor, act, SUBJECT, &detail);
    city.app.db.write_blocking("test.enter", write).unwrap();
}

fn revise(city: &City, version: i64, reason: &'static str, old: Value, new: Value) {
    let actor = person(city, "institute.member");
    let write = move |tx: &mut techmart::db::Tx| {
        service::record_revision(tx, &actor, SUBJECT, version, reason, &old, &new)
    };
    city.app.db.write_blocking("test.revise", write).unwrap();
}

#[test]
fn rule_1_an_entry_stands_and_falls_with_its_act() {
    let city = City::new();
    enter(&city, "institute.member", "test.read", json!({"part": "confidential"}));
    let actor = person(&city, "institute.member");
    let failed = city.app.db.write_blocking("test.fail", move |tx| {
        service::record(tx, &actor, "test.never", SUBJECT, &json!({}))?;
        Err::<(), _>(techmart::kernel::error::Refusal::new(&techmart::kernel::codes_common::FORBIDDEN))
    });
    assert!(failed.is_err());
    let page = city.as_("operator.auditor").get("/api/v1/audit").expect(200);
    let acts: Vec<_> = page.body["items"].as_array().unwrap().iter().map(|e| e["act"].as_str()).collect();
    assert_eq!(acts, [Some("test.read")]);
    let entry = &page.body["items"][0];
    assert_eq!(entry["detail"], json!({"part": "confidential"}));
    assert_eq!(entry["actor"]["organisation_name"], "示例institute");
    assert!(!page.text().contains("institute.member"), "rule 3: persons appear by id");
}

#[test]
fn rule_2_the_database_refuses_to_change_the_trail() {
    let city = City::new();
    enter(&city, "institute.member", "test.read", json!({}));
    revise(&city, 1, "", Value::Null, json!({"a": 1}));
    for sql in [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE revision SET reason = 'x'",
        "DELETE FROM revision",
    ] {
        let tampered = city.app.db.write_blocking("test.tamper", move |tx| {
            let conn: &mut Conn = tx;
            Ok(conn.batch(sql)?)
        });
        assert!(tampered.is_err(), "{sql}");
    }
}

#[test]
fn rule_4_a_revision_tells_who_changed_which_field_when_and_why() {
    let city = City::new();
    revise(&city, 1, " 首次发布 ", Value::Null, json!({"title": "坭兴陶", "secret": {"how": "A"}}));
    let (old, new) =
        (json!({"title": "坭兴陶", "secret": {"how": "A"}}), json!({"title": "窑", "secret": {"how": "B"}}));
    revise(&city, 2, "更正标题", old, new);
    let all =
        city.as_("operator.auditor").get(&format!("/api/v1/audit/revisions?subject={SUBJECT}")).expect(200);
    let second = &all.body["items"][1];
    assert_eq!((&second["version"], &second["reason"]), (&json!(2), &json!("更正标题")));
    assert_eq!(second["fields"][1], json!({"field": "/title", "old": "坭兴陶", "new": "窑"}));
    assert_eq!(all.body["items"][0]["reason"], "首次发布");
    let withheld =
        city.app.db.read_blocking(|s| service::revisions_without(s, SUBJECT, &["/secret"])).unwrap();
    assert!(withheld[1].fields[0].hidden && withheld[1].fields[0].new.is_null());
}

#[test]
fn rule_5_the_trail_is_filtered_and_paged_newest_first() {
    let city = City::new();
    for number in 0..5 {
        city.clock.advance_seconds(1);
        enter(&city, "institute.member", "test.read", json!({"n": number}));
    }
    enter(&city, "enterprise.member", "test.decide", json!({}));
    let auditor = city.as_("operator.auditor");
    let first = auditor.get("/api/v1/audit?act=test.read&limit=3").expect(200);
    assert!(first.header("link").contains("rel=\"next\""));
    let cursor = first.body["next"].as_str().unwrap();
    let second = auditor.get(&format!("/api/v1/audit?act=test.read&limit=3&cursor={cursor}")).expect(200);
    let numbers = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|e| e["detail"]["n"].as_i64().unwrap()).collect()
    };
    assert_eq!((numbers(&first.body), numbers(&second.body)), (vec![4, 3, 2], vec![1, 0]));
    assert!(second.body["next"].is_null());
    let of = |query: &str| {
        let page = auditor.get(&format!("/api/v1/audit?{query}")).expect(200);
        page.body["items"].as_array().unwrap().len()
    };
    let enterprise = city.organisation("enterprise");
    assert_eq!(of(&format!("organisation={enterprise}")), 1);
    assert_eq!(of(&format!("subject={SUBJECT}&from=2026-03-02&to=2026-03-02")), 6);
    assert_eq!((of("from=2026-03-03"), of("to=2026-03-01"), of("act=nothing")), (0, 0, 0));
    auditor.get("/api/v1/audit?colour=red").refused(400, "malformed_request");
    auditor.get("/api/v1/audit?cursor=x").refused(400, "cursor_invalid");
    city.as_("operator.operator").get("/api/v1/audit").refused(403, "forbidden");
}

//! Good and bad records, and who is barred.

use serde_json::{Value, json};
use techmart::credit::service::is_barred;

use super::support::City;
use super::support::contracts::credit_code;

/// A record that bars a unit through 2026.
pub fn barring(unit: &str) -> Value {
    json!({
        "credit_code": credit_code(unit),
        "unit_name": format!("示例{unit}"),
        "kind": "bad",
        "level": "seriously_untrustworthy",
        "title": "虚构技术合同骗取补助（示例）",
        "source": "示例监管局",
        "source_number": "示例〔2026〕1 号",
        "effective_on": "2026-01-01",
        "expires_on": "2026-12-31",
    })
}

/// A barring record about `enterprise`, entered by the operator.
pub fn entered(city: &City) -> String {
    city.as_("operator.operator").post("/api/v1/credit-records", barring("enterprise")).expect(201).id()
}

/// The same, with an appeal of the unit.
pub fn appealed(city: &City) -> String {
    let id = entered(city);
    let path = format!("/api/v1/credit-records/{id}/appeal");
    city.as_("enterprise.admin").post(&path, json!({"text": "事实有误"})).expect(200);
    id
}

fn barred(city: &City, unit: &str) -> bool {
    let code = credit_code(unit);
    city.app
        .db
        .read_blocking(move |s| {
            let today = s.now().day();
            is_barred(s, &code, today)
        })
        .unwrap()
}

fn listed(city: &City) -> Vec<Value> {
    city.anonymous().get("/api/v1/barred-units").expect(200).body["items"].as_array().unwrap().clone()
}

/// DOMAIN §1, credit management: a barred unit is on the public list until its last day; others are not.
#[test]
fn domain_1_barred_units_are_public_until_the_last_day() {
    let city = City::new();
    entered(&city);
    let mut mild = barring("enterprise2");
    mild["level"] = json!("untrustworthy");
    city.as_("operator.operator").post("/api/v1/credit-records", mild).expect(201);
    assert!(barred(&city, "enterprise") && !barred(&city, "enterprise2") && !barred(&city, "institute"));
    let units = listed(&city);
    assert_eq!((units.len(), &units[0]["credit_code"]), (1, &json!(credit_code("enterprise"))));
    assert_eq!((&units[0]["source"], &units[0]["to"]), (&json!("示例监管局"), &json!("2026-12-31")));
    city.clock.advance_seconds(305 * 86_400);
    assert!(!barred(&city, "enterprise") && listed(&city).is_empty(), "2027");
}

/// Rule 4: the unit appeals; somebody else answers; upheld, the record is lifted, rejected, it stands.
#[test]
fn domain_1_an_appeal_is_answered_by_somebody_else() {
    let city = City::new();
    let id = appealed(&city);
    let path = format!("/api/v1/credit-records/{id}");
    assert!(barred(&city, "enterprise"), "an appeal does not suspend");
    let answer = |upheld: bool| json!({"upheld": upheld, "text": "核实"});
    let operator = city.as_("operator.operator");
    operator.post(&format!("{path}/answer"), answer(true)).refused(403, "credit_same_person");
    let officer = city.as_("government.approver");
    let kept = officer.post(&format!("{path}/answer"), answer(false)).expect(200).body;
    assert_eq!((&kept["state"], &kept["appeal"]["text"]), (&json!("standing"), &json!("事实有误")));
    officer.post(&format!("{path}/answer"), answer(true)).refused(409, "state_conflict");
    let unit = city.as_("enterprise.admin");
    unit.post(&format!("{path}/appeal"), json!({"text": "补充证据"})).expect(200);
    officer
        .with("if-match", "\"1\"")
        .post(&format!("{path}/answer"), answer(true))
        .refused(412, "version_mismatch");
    officer.post(&format!("{path}/answer"), answer(true)).expect(200);
    assert!(!barred(&city, "enterprise") && listed(&city).is_empty());
    let own = unit.get("/api/v1/credit-records/own").expect(200).body;
    assert_eq!(
        (&own["items"][0]["state"], &own["items"][0]["answer"]["text"]),
        (&json!("lifted"), &json!("核实"))
    );
    city.as_("enterprise2.admin")
        .post(&format!("{path}/appeal"), json!({"text": "x"}))
        .refused(404, "not_found");
}

/// Rules 1, 2, 3 and 5: what may be entered, told at once.
#[test]
fn domain_1_a_record_names_its_source_and_its_days() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let mut wrong = barring("enterprise");
    wrong["credit_code"] = json!("91459900000000009X");
    wrong["source"] = json!("");
    wrong["expires_on"] = Value::Null;
    wrong["kind"] = json!("good");
    let refused = operator.post("/api/v1/credit-records", wrong).refused(422, "validation_failed");
    assert_eq!(refused.field("/credit_code"), Some("credit_unit_code_invalid"));
    assert_eq!(refused.field("/source"), Some("required"));
    assert_eq!(refused.field("/level"), Some("credit_level_mismatch"));
    assert_eq!(refused.field("/expires_on"), Some("credit_expiry_required"));
    let own = barring("government");
    city.as_("government.approver")
        .post("/api/v1/credit-records", own)
        .refused(403, "credit_own_organisation");
    let id = entered(&city);
    let path = format!("/api/v1/credit-records/{id}/lift");
    operator.post(&path, json!({"reason": " "})).refused(422, "validation_failed");
    operator.post(&path, json!({"reason": "信用修复"})).expect(200);
    operator.post(&path, json!({"reason": "信用修复"})).refused(409, "state_conflict");
    let code = credit_code("enterprise");
    let page = operator.get(&format!("/api/v1/credit-records?credit_code={code}")).expect(200).body;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

/// What other nodes are told of credit records: method, version and projection, in the order of the feed.
fn told(city: &City) -> Vec<(String, i64, Value)> {
    let read = |s: &mut techmart::db::Snapshot| techmart::changes::feed::after(s, 0, 500);
    let entries = city.app.db.read_blocking(read).unwrap().into_iter();
    let credit = entries.filter(|entry| entry.subject.contains(":credit_record:"));
    let public = |text: Option<String>| text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    credit.map(|entry| (entry.method.to_string(), entry.version, public(entry.public))).collect()
}

/// TMF-1 "What travels": credit records by level. Those that bar are told, from the first day until they are lifted or
/// over; others never are.
#[test]
fn tmf_1_what_travels_other_nodes_are_told_who_is_barred() {
    let city = City::new();
    let id = entered(&city);
    let mut mild = barring("enterprise2");
    mild["level"] = json!("untrustworthy");
    let operator = city.as_("operator.operator");
    operator.post("/api/v1/credit-records", mild).expect(201);
    let first = told(&city);
    assert_eq!((first.len(), first[0].0.as_str(), first[0].1), (1, "PUT", 1));
    assert_eq!(first[0].2["credit_code"], json!(credit_code("enterprise")));
    assert_eq!(first[0].2["level"], "seriously_untrustworthy");
    assert!(first[0].2.get("recorded_by").is_none(), "{}", first[0].2);
    operator.post(&format!("/api/v1/credit-records/{id}/lift"), json!({"reason": "核实"})).expect(200);
    let lifted = told(&city);
    assert_eq!((lifted.len(), lifted[1].0.as_str(), lifted[1].1), (2, "DELETE", 2));
}

/// The same by the clock: told on the first day, taken back after the last.
#[test]
fn tmf_1_what_travels_a_bar_is_told_from_its_first_day_to_its_last() {
    let city = City::new();
    let mut later = barring("enterprise");
    later["effective_on"] = json!("2026-06-01");
    city.as_("operator.operator").post("/api/v1/credit-records", later).expect(201);
    let methods = || told(&city).into_iter().map(|(method, ..)| method).collect::<Vec<_>>();
    city.app.run_jobs().unwrap();
    assert_eq!(methods(), Vec::<String>::new());
    for (days, expected) in [(100, vec!["PUT"]), (205, vec!["PUT", "DELETE"]), (10, vec!["PUT", "DELETE"])] {
        city.clock.advance_seconds(days * 86_400);
        city.app.run_jobs().unwrap();
        assert_eq!(methods(), expected, "after {days} days more");
    }
}

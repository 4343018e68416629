//! Conversion projects, targets and indicators over HTTP.

use serde_json::{Value, json};

use super::support::contracts::{accepted_of, act, form, registrar};
use super::support::{City, Response};

pub const CITY_OFFICER: &str = "government.county_officer";
pub const LINGSHAN_OFFICER: &str = "government2.county_officer";
pub const APPROVER: &str = "government.approver";

/// A contract registered today whose buyer is in this division.
pub fn registered_in(city: &City, buyer_division: &str) -> String {
    let mut form = form();
    form["buyer"]["division"] = json!(buyer_division);
    let id = accepted_of(city, &form);
    act(&registrar(city), &id, "register", json!({"opinion": "准予登记"})).expect(200);
    id
}

pub fn declaration(contract: &str, unit: Option<&str>) -> Value {
    json!({"contract_id": contract, "unit": unit, "mode": "joint_rd", "summary": "在示例窑厂投产"})
}

fn declare(city: &City, officer: &str, contract: &str, unit: Option<&str>) -> Response {
    city.as_(officer).post("/api/v1/projects", declaration(contract, unit))
}

/// A project of Lingshan and the contract behind it.
pub fn declared(city: &City) -> (String, String) {
    let contract = registered_in(city, "450721");
    let project = declare(city, LINGSHAN_OFFICER, &contract, None).expect(201).id();
    (project, contract)
}

fn table(city: &City, query: &str) -> Value {
    city.anonymous().get(&format!("/api/v1/indicators/conversion_projects{query}")).expect(200).body
}

/// Target and actual of a unit in a year, or of the whole year without a unit.
fn cell(table: &Value, unit: &str, year: i64) -> (i64, i64) {
    let at = table["years"].as_array().unwrap().iter().position(|y| *y == year).unwrap();
    let cell = if unit.is_empty() {
        &table["columns"][at]
    } else {
        let row = table["rows"].as_array().unwrap().iter().find(|row| row["unit"] == unit).unwrap();
        &row["cells"][at]
    };
    (cell["target"].as_i64().unwrap(), cell["actual"].as_i64().unwrap())
}

#[test]
fn annex_5_targets_with_sums_of_rows_and_columns() {
    let city = City::new();
    let table = table(&city, "");
    assert_eq!(table["years"], json!([2019, 2020, 2021]));
    let sums: Vec<i64> = [2019, 2020, 2021].map(|year| cell(&table, "", year).0).to_vec();
    assert_eq!(sums, [17, 19, 24]);
    assert_eq!((&table["total"]["target"], &table["total"]["actual"]), (&json!(60), &json!(0)));
    let rows: Vec<_> = table["rows"].as_array().unwrap().iter().map(|r| &r["total"]["target"]).collect();
    assert_eq!(rows, [10, 10, 11, 10, 9, 10]);
    assert_eq!(cell(&table, "4507Z1", 2019), (2, 0));
}

#[test]
fn rule_1_a_registered_contract_counts_once() {
    let city = City::new();
    let (project, contract) = declared(&city);
    let view = city.as_(APPROVER).get(&format!("/api/v1/projects/{project}")).expect(200);
    assert_eq!((view.header("etag"), &view.body["state"]), ("\"1\"", &json!("declared")));
    assert_eq!((&view.body["unit"], &view.body["year"]), (&json!("450721"), &json!(2026)));
    assert_eq!(view.body["contract"]["technical_fen"], 79_999_999);
    let twice = declare(&city, CITY_OFFICER, &contract, Some("450721")).refused(409, "contract_counted");
    assert_eq!(twice.body["params"]["project"], project.as_str());
    let unregistered = accepted_of(&city, &form());
    declare(&city, CITY_OFFICER, &unregistered, Some("450702")).refused(422, "contract_unknown");
    let nothing = "01980000-0000-7000-8000-000000000009";
    declare(&city, CITY_OFFICER, nothing, Some("450702")).refused(422, "contract_unknown");
}

#[test]
fn rule_2_the_year_is_that_of_the_registration_day_in_shanghai() {
    let city = City::new();
    // 31 December 16:30 UTC is 1 January in Qinzhou.
    city.clock.set("2026-12-31T16:30:00Z".parse().unwrap());
    let (project, _) = declared(&city);
    let view = city.as_(APPROVER).get(&format!("/api/v1/projects/{project}")).expect(200);
    assert_eq!(
        (&view.body["year"], &view.body["contract"]["registered_on"]),
        (&json!(2027), &json!("2027-01-01"))
    );
    assert_eq!(cell(&table(&city, ""), "450721", 2027), (0, 1));
}

#[test]
fn rules_3_and_4_an_officer_declares_what_landed_in_the_own_division() {
    let city = City::new();
    let elsewhere = registered_in(&city, "450702");
    declare(&city, LINGSHAN_OFFICER, &elsewhere, Some("450702")).refused(403, "unit_not_yours");
    declare(&city, LINGSHAN_OFFICER, &elsewhere, None).refused(422, "contract_elsewhere");
    declare(&city, CITY_OFFICER, &elsewhere, None).refused(422, "unit_unknown");
    declare(&city, CITY_OFFICER, &elsewhere, Some("450703")).refused(422, "contract_elsewhere");
    // Qinzhou Port has no code of its own: its enterprises carry one of the city's districts.
    declare(&city, CITY_OFFICER, &elsewhere, Some("4507Z1")).expect(201);
    assert_eq!(cell(&table(&city, ""), "4507Z1", 2026), (0, 1));
}

#[test]
fn rule_5_the_mode_is_one_of_the_plans_four() {
    let city = City::new();
    let contract = registered_in(&city, "450721");
    let mut body = declaration(&contract, None);
    body["mode"] = json!("gift");
    city.as_(LINGSHAN_OFFICER).post("/api/v1/projects", body.clone()).refused(400, "malformed_request");
    body["mode"] = json!("equity");
    body["summary"] = json!(" ");
    let refused = city.as_(LINGSHAN_OFFICER).post("/api/v1/projects", body).refused(422, "validation_failed");
    assert_eq!(refused.field("/summary"), Some("required"));
}

#[test]
fn rule_6_a_project_lapses_with_the_registration_and_stops_counting() {
    let city = City::new();
    let (revoked, contract) = declared(&city);
    let (cancelled, other) = declared(&city);
    let (kept, _) = declared(&city);
    assert_eq!(cell(&table(&city, ""), "450721", 2026), (0, 3));
    let decision = json!({"ground": "fraud", "decision": "示例市科技局〔2026〕1 号决定"});
    act(&city.as_(APPROVER), &contract, "revoke", decision).expect(200);
    act(&city.as_("institute.member"), &other, "cancel", json!({"reason": "合同解除"})).expect(200);
    city.settle();
    city.settle();
    let state = |id: &str| {
        let view = city.as_(CITY_OFFICER).get(&format!("/api/v1/projects/{id}")).expect(200).body;
        (view["state"].clone(), view["reason"].clone(), view["version"].clone())
    };
    assert_eq!(state(&revoked), (json!("lapsed"), json!("contract.revoked"), json!(2)));
    assert_eq!(state(&cancelled), (json!("lapsed"), json!("contract.cancelled"), json!(2)));
    assert_eq!(state(&kept), (json!("declared"), Value::Null, json!(1)));
    assert_eq!(cell(&table(&city, ""), "450721", 2026), (0, 1));
    declare(&city, LINGSHAN_OFFICER, &contract, None).refused(409, "contract_not_standing");
    let history = city.as_(APPROVER).get(&format!("/api/v1/projects/{revoked}/history")).expect(200);
    let last = &history.body["items"][1];
    assert_eq!(
        (&last["reason"], &last["actor"]["label"]),
        (&json!("contract.revoked"), &json!("system:project.contracts"))
    );
    assert_eq!(last["fields"], json!([{"field": "/state", "old": "declared", "new": "lapsed"}]));
}

#[test]
fn rule_1_a_withdrawn_declaration_may_be_made_again() {
    let city = City::new();
    let (project, contract) = declared(&city);
    let at = format!("/api/v1/projects/{project}/withdraw");
    let officer = city.as_(LINGSHAN_OFFICER);
    officer.post(&at, json!({"reason": ""})).refused(422, "validation_failed");
    officer.with("if-match", "\"7\"").post(&at, json!({"reason": "x"})).refused(412, "version_mismatch");
    let done = officer.with("if-match", "\"1\"").post(&at, json!({"reason": "重复申报"})).expect(200);
    assert_eq!((&done.body["state"], &done.body["reason"]), (&json!("withdrawn"), &json!("重复申报")));
    officer.post(&at, json!({"reason": "x"})).refused(409, "project_ended");
    assert_eq!(table(&city, "")["total"]["actual"], 0);
    declare(&city, LINGSHAN_OFFICER, &contract, None).expect(201);
    assert_eq!(cell(&table(&city, ""), "450721", 2026), (0, 1));
}

#[test]
fn rule_8_every_number_leads_to_its_records() {
    let city = City::new();
    let (first, contract) = declared(&city);
    let (second, _) = declared(&city);
    declare(&city, CITY_OFFICER, &registered_in(&city, "450702"), Some("450702")).expect(201);
    let table = table(&city, "?from=2026&to=2026");
    assert_eq!((cell(&table, "450721", 2026), cell(&table, "", 2026)), ((0, 2), (0, 3)));
    let row = table["rows"].as_array().unwrap().iter().find(|row| row["unit"] == "450721").unwrap();
    let records = row["cells"][0]["records"].as_str().unwrap();
    let page = city.as_(APPROVER).get(&format!("{records}&limit=1")).expect(200);
    let next = page.body["next"].as_str().unwrap();
    let rest = city.as_(APPROVER).get(&format!("{records}&limit=1&cursor={next}")).expect(200);
    let mut found = [&page.body, &rest.body].map(|p| p["items"][0]["id"].as_str().unwrap().to_owned());
    found.sort();
    let mut expected = [first, second];
    expected.sort();
    assert_eq!((found, &rest.body["next"]), (expected, &Value::Null));
    let number = page.body["items"][0]["contract"]["number"].as_str().unwrap();
    let of_number = city.as_(APPROVER).get(&format!("/api/v1/projects?contract_number={number}")).expect(200);
    assert_eq!(of_number.body["items"].as_array().unwrap().len(), 1);
    assert!(!contract.is_empty());
}

#[test]
fn rule_7_annexes_2_to_4_are_targets_with_their_tables() {
    let city = City::new();
    let all = city.anonymous().get("/api/v1/indicators").expect(200);
    let summary = |name: &str| {
        let items = all.body["items"].as_array().unwrap();
        items.iter().find(|item| item["indicator"] == name).unwrap()["targets"].as_i64().unwrap()
    };
    assert_eq!(summary("innovation_platforms"), 15);
    assert_eq!((summary("talent_teams"), summary("new_high_tech_enterprises")), (2, 3));
    assert_eq!((summary("total_high_tech_enterprises"), summary("conversion_projects")), (3, 18));
    let platforms = city.anonymous().get("/api/v1/targets?indicator=innovation_platforms").expect(200);
    let sum: i64 =
        platforms.body["items"].as_array().unwrap().iter().map(|t| t["target"].as_i64().unwrap()).sum();
    assert_eq!(sum, 40);
    assert_eq!(platforms.body["items"][0]["lead"], "市发展改革委");
}

#[test]
fn rule_7_a_target_changes_with_a_reason_and_its_old_number_is_kept() {
    let city = City::new();
    let approver = city.as_(APPROVER);
    let at = "/api/v1/targets/annex5-450721-2019";
    approver.put(at, json!({"target": 5, "reason": ""})).refused(422, "validation_failed");
    approver.put(at, json!({"target": -1, "reason": "x"})).refused(422, "validation_failed");
    let done =
        approver.with("if-match", "\"1\"").put(at, json!({"target": 5, "reason": "示例调整"})).expect(200);
    assert_eq!((&done.body["target"], &done.body["version"]), (&json!(5), &json!(2)));
    assert_eq!(cell(&table(&city, ""), "", 2019), (19, 0));
    let history = approver.get(&format!("{at}/history")).expect(200);
    assert_eq!(history.body["items"][0]["fields"], json!([{"field": "/target", "old": 3, "new": 5}]));
    approver.put("/api/v1/targets/nothing", json!({"target": 5, "reason": "x"})).refused(404, "not_found");
    // A second start leaves what was changed.
    city.app.db.write_blocking("test.again", techmart::project::service::ensure_shipped).unwrap();
    assert_eq!(cell(&table(&city, ""), "", 2019), (19, 0));
}

#[test]
fn rule_9_a_county_does_not_set_its_own_target() {
    let city = City::new();
    let body = json!({"target": 1, "reason": "x"});
    let at = "/api/v1/targets/annex5-450721-2019";
    city.as_("government2.approver").put(at, body).refused(403, "target_not_yours");
}

pub fn attainment() -> Value {
    json!({"on": "2019-12-31", "name": "示例孵化器", "amount": 1, "evidence": "示例〔2019〕1 号文"})
}

fn status(city: &City, id: &str) -> (i64, bool) {
    let all = city.anonymous().get("/api/v1/targets").expect(200).body;
    let target = all["items"].as_array().unwrap().iter().find(|t| t["id"] == id).unwrap().clone();
    (target["actual"].as_i64().unwrap(), target["reached"].as_bool().unwrap())
}

#[test]
fn rule_8_what_is_attained_counts_and_can_be_listed_and_taken_back() {
    let city = City::new();
    let approver = city.as_(APPROVER);
    let at = "/api/v1/targets/annex2-02/attainments";
    let made = approver.post(at, attainment()).expect(201);
    assert_eq!(status(&city, "annex2-02"), (1, true));
    approver.post(at, attainment()).refused(409, "attainment_counted");
    assert_eq!(approver.get(at).expect(200).body["items"][0]["name"], "示例孵化器");
    let withdraw = format!("/api/v1/attainments/{}/withdraw", made.id());
    let done = approver.post(&withdraw, json!({"reason": "未获批准"})).expect(200);
    assert_eq!((&done.body["state"], &done.body["reason"]), (&json!("withdrawn"), &json!("未获批准")));
    approver.post(&withdraw, json!({"reason": "x"})).refused(409, "attainment_withdrawn");
    assert_eq!(status(&city, "annex2-02"), (0, false));
    assert_eq!(approver.get(at).expect(200).body["items"], json!([]));
    approver.post(at, attainment()).expect(201);
    let mut late = attainment();
    (late["on"], late["amount"]) = (json!("2022-01-01"), json!(0));
    let refused = approver.post(at, late).refused(422, "validation_failed");
    assert_eq!(
        (refused.field("/on"), refused.field("/amount")),
        (Some("attainment_year"), Some("out_of_range"))
    );
    let conversion = "/api/v1/targets/annex5-450721-2019/attainments";
    approver.post(conversion, attainment()).refused(409, "target_by_projects");
}

#[test]
fn annex_4_a_level_is_told_by_the_latest_record_and_over_is_more_than() {
    let city = City::new();
    let record = |name: &str, on: &str, amount: i64| {
        city.clock.advance_seconds(1);
        let body = json!({"on": on, "name": name, "amount": amount, "evidence": "示例名单"});
        city.as_(APPROVER).post("/api/v1/targets/annex4-total-2019/attainments", body).expect(201);
    };
    record("年中", "2019-06-30", 80);
    record("年末", "2019-12-31", 70);
    assert_eq!(status(&city, "annex4-total-2019"), (70, false));
    record("年末更正", "2019-12-31", 71);
    assert_eq!(status(&city, "annex4-total-2019"), (71, true));
}

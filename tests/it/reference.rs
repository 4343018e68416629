//! Divisions, working days, regulation profiles and code lists over HTTP.

use serde_json::{Value, json};
use techmart::kernel::money::Fen;
use techmart::reference::service;

use super::support::City;

fn items(body: &Value) -> &Vec<Value> {
    body["items"].as_array().unwrap()
}

#[test]
fn code_lists_have_labels_in_two_languages() {
    let city = City::new();
    let all = city.anonymous().get("/api/v1/vocabulary").expect(200);
    assert!(items(&all.body).len() > 40);
    let trl = city.anonymous().get("/api/v1/vocabulary?list=trl").expect(200);
    assert_eq!(trl.body["items"][0]["items"][8], json!({"code": "9", "zh": "系统级", "en": "System"}));
    let sub = city.anonymous().get("/api/v1/vocabulary?list=contract_sub_type").expect(200);
    assert_eq!(sub.body["items"][0]["items"][0]["parent"], "development");
    city.anonymous().get("/api/v1/vocabulary?list=nothing").refused(404, "not_found");
}

#[test]
fn domain_7_units_of_qinzhou_with_zones_under_their_parent() {
    let city = City::new();
    let units = city.anonymous().get("/api/v1/divisions?plan_unit=true").expect(200);
    let names: Vec<_> = items(&units.body).iter().map(|d| d["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["灵山县", "浦北县", "钦南区", "钦北区", "钦州港区", "钦州高新区"]);
    let port = &items(&units.body)[4];
    assert_eq!(
        (&port["code"], &port["parent"], &port["level"]),
        (&json!("4507Z1"), &json!("450700"), &json!("zone"))
    );
    let under = city.anonymous().get("/api/v1/divisions?parent=450700").expect(200);
    assert_eq!(items(&under.body).len(), 6);
    let division = city.app.db.read_blocking(|s| service::division(s, "450721")).unwrap().unwrap();
    assert_eq!(division.name, "灵山县");
}

#[test]
fn a_second_start_brings_nothing_twice_and_leaves_alone_what_operators_keep() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let csv = "day,kind,name\n2026-01-01,holiday,元旦\n";
    let mine = json!({"year": 2026, "source": "示例通知", "csv": csv});
    operator.post("/api/v1/holidays/import", mine).expect(200);
    city.app.db.write_blocking("test.again", service::ensure_shipped).unwrap();
    let kept = city.anonymous().get("/api/v1/holidays?year=2026").expect(200);
    assert_eq!((&kept.body["source"], &kept.body["version"]), (&json!("示例通知"), &json!(2)));
    assert_eq!(kept.body["days"].as_array().unwrap().len(), 1);
    let divisions = city.app.db.read_blocking(|s| service::divisions(s)).unwrap();
    assert_eq!(divisions.len(), 54);
}

#[test]
fn rule_4_limits_over_http() {
    let city = City::new();
    let ask = |query: &str| city.anonymous().get(&format!("/api/v1/deadline?{query}"));
    let spring = ask("from=2026-02-13&days=1&unit=working_day").expect(200);
    assert_eq!(spring.body, json!({"day": "2026-02-14", "complete": true}), "a worked Saturday");
    let after = ask("from=2026-02-14&days=1&unit=working_day").expect(200);
    assert_eq!(after.body["day"], "2026-02-24", "Civil Code art. 203: past the holiday");
    assert_eq!(ask("from=2031-01-01&days=30&unit=calendar_day").expect(200).body["complete"], false);
    ask("from=2026-02-13&days=0&unit=working_day").refused(422, "out_of_range");
    ask("from=2026-02-13&days=1&unit=week").refused(400, "malformed_request");
}

#[test]
fn rule_6_a_calendar_is_replaced_as_a_whole_or_not_at_all() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let wrong = "day,kind,name\n2027-01-01,holiday,元旦\n2026-01-02,holiday,x\n2027-01-04,workday,x";
    let refused = operator
        .post("/api/v1/holidays/import", json!({"year": 2027, "source": " ", "csv": wrong}))
        .refused(422, "validation_failed");
    let codes: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["required", "calendar_year", "calendar_not_weekend"]);
    assert_eq!(refused.body["errors"][1]["title"], "第 3 行的日期不在 2027 年");
    city.anonymous().get("/api/v1/holidays?year=2027").refused(404, "not_found");
    let right = json!({"year": 2027, "source": "示例通知", "csv": "day,kind,name\n2027-01-01,放假,元旦\n"});
    let done = operator.post("/api/v1/holidays/import", right).expect(200);
    assert_eq!(done.header("etag"), "\"1\"");
    let deadline =
        city.anonymous().get("/api/v1/deadline?from=2026-12-31&days=1&unit=working_day").expect(200);
    assert_eq!(deadline.body, json!({"day": "2027-01-04", "complete": true}));
}

#[test]
fn domain_2_the_profile_in_force_on_a_day() {
    let city = City::new();
    let on = |day: &str| {
        let page = city.anonymous().get(&format!("/api/v1/regulation-profiles?on={day}")).expect(200);
        items(&page.body)[0].clone()
    };
    let (old, new) = (on("2020-12-31"), on("2021-01-01"));
    assert_eq!((&old["code"], &new["code"]), (&json!("2000"), &json!("2021")));
    assert_eq!(old["values"]["contract_classes"].as_array().unwrap().len(), 4);
    assert_eq!(old["values"]["law_zh"], "中华人民共和国合同法");
    assert_eq!(new["values"]["review_limit"], json!({"days": 30, "unit": "calendar_day"}));
    assert_eq!(on("2026-03-02")["code"], "2021", "the 2026 rules have no day yet");
    let service = city.app.db.read_blocking(|s| {
        let day = s.now().day();
        service::profile_on(s, day)
    });
    assert!(service.unwrap().is_large(Fen(500_000_000)));
}

#[test]
fn rule_3_an_operator_sets_and_confirms_the_2026_profile() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let at = "/api/v1/regulation-profiles/2026";
    let shipped = city.anonymous().get(at).expect(200);
    assert_eq!((&shipped.body["confirmed"], &shipped.body["effective_from"]), (&json!(false), &Value::Null));
    operator.post(&format!("{at}/confirm"), json!({"reason": "x"})).refused(409, "profile_without_day");
    let mut set = json!({"effective_from": "2026-03-01", "values": shipped.body["values"], "reason": "公报"});
    operator.with("if-match", "\"9\"").put(at, set.clone()).refused(412, "version_mismatch");
    let done = operator.with("if-match", "\"1\"").put(at, set.clone()).expect(200);
    assert_eq!((done.header("etag"), &done.body["confirmed"]), ("\"2\"", &json!(false)));
    let today = city.anonymous().get("/api/v1/regulation-profiles?on=2026-03-02").expect(200);
    assert_eq!(items(&today.body)[0]["code"], "2026");
    operator.post(&format!("{at}/confirm"), json!({"reason": "与公布文本核对"})).expect(200);
    assert_eq!(city.anonymous().get(at).expect(200).body["confirmed"], true);
    set["values"]["review_limit"]["days"] = json!(20);
    let changed = operator.put(at, set.clone()).expect(200);
    assert_eq!(changed.body["confirmed"], false, "what is changed must be confirmed again");
    let history = operator.get(&format!("{at}/history")).expect(200);
    let days: Vec<_> =
        items(&history.body).iter().map(|v| v["profile"]["values"]["review_limit"]["days"].clone()).collect();
    assert_eq!(days, [15, 15, 15, 20].map(Value::from));
    assert_eq!(items(&history.body)[2]["reason"], "与公布文本核对");
    set["effective_from"] = json!("2021-01-01");
    operator.put(at, set).refused(409, "profile_day_taken");
}

#[test]
fn rule_1_an_operator_adds_a_profile_without_a_release() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let values = city.anonymous().get("/api/v1/regulation-profiles/2021").expect(200).body["values"].clone();
    let new = json!({"code": "2030", "effective_from": "2030-01-01", "values": values, "reason": "示例"});
    let added = operator.post("/api/v1/regulation-profiles", new.clone()).expect(201);
    assert_eq!(added.header("location"), "/api/v1/regulation-profiles/2030");
    operator.post("/api/v1/regulation-profiles", new.clone()).refused(409, "profile_exists");
    let mut wrong = new;
    wrong["code"] = json!("二〇三〇");
    wrong["values"]["contract_classes"] = json!(["sale"]);
    wrong["values"]["review_limit"]["days"] = json!(0);
    wrong["values"]["competent_authority"] = json!("x");
    wrong["values"]["number_layout"] = json!("SSSSSSYYYYDDDDOO");
    wrong["values"]["contract_sub_types"] = json!(["sale"]);
    wrong["values"]["evidence"] = json!([{"class": "sale", "kinds": ["main_text", "handshake"]}]);
    let refused = operator.post("/api/v1/regulation-profiles", wrong).refused(422, "validation_failed");
    assert_eq!(refused.field("/code"), Some("profile_code"));
    assert_eq!(refused.field("/contract_classes/0"), Some("unknown_value"));
    assert_eq!(refused.field("/review_limit/days"), Some("profile_limit"));
    assert_eq!(refused.field("/competent_authority"), Some("unknown_value"));
    assert_eq!(refused.field("/number_layout"), Some("profile_number_layout"));
    for pointer in ["/contract_sub_types/0", "/evidence/0/class", "/evidence/0/kinds/1"] {
        assert_eq!(refused.field(pointer), Some("unknown_value"), "{pointer}");
    }
    city.anonymous().get("/api/v1/regulation-profiles/nothing").refused(404, "not_found");
}

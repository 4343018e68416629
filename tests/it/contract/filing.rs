//! What an application is refused for.

use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{
    accepted, accepted_of, act, correction_requested, credit_code, draft, draft_of, form, registered,
    registrar, show, submit, submitted_of,
};
use crate::support::records::{brokered, pdf, upload};

/// Issue: all errors at once, each with its field, in the user's words.
#[test]
fn every_problem_is_told_at_once_with_its_pointer() {
    let city = City::new();
    let client = city.as_("institute.member");
    let empty = client.post("/api/v1/contracts", json!({})).expect(201).id();
    let refused = submit(&city, &empty, "registration_office").refused(422, "validation_failed");
    for (pointer, code) in [
        ("/title", "required"),
        ("/class", "required"),
        ("/seller/credit_code", "contract_applicant_not_seller"),
        ("/buyer/name", "required"),
        ("/total_fen", "contract_amount_not_positive"),
        ("/written", "contract_written_form_required"),
        ("/attachments", "contract_main_text_required"),
        ("/ip", "contract_ip_required"),
        ("/office", "contract_office_of_other_territory"),
    ] {
        let codes: Vec<_> = errors(&refused.body).into_iter().filter(|(at, _)| at == pointer).collect();
        assert!(codes.iter().any(|(_, found)| found == code), "{pointer}: {codes:?}");
    }
    assert!(
        refused.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(|error| !error["title"].as_str().unwrap().is_ascii())
    );
}

fn errors(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect()
}

/// Every rule of the form, reached over HTTP.
#[test]
fn each_wrong_entry_has_its_code() {
    let city = City::new();
    let cases: &[(&str, Value, &str)] = &[
        ("/seller/credit_code", json!("91459900000000009X"), "credit_code_invalid"),
        ("/end_on", json!("2026-01-01"), "contract_dates_out_of_order"),
        ("/licence", json!({"exclusivity": "sole"}), "contract_field_not_applicable"),
        ("/end_on", json!("2026-02-28"), "contract_expired"),
        ("/class", json!("licence"), "contract_sub_type_of_other_class"),
        ("/payment/mode", json!("instalments"), "contract_instalments_required"),
        ("/payment/mode", json!("royalty"), "contract_royalty_required"),
        ("/novelty", json!(""), "contract_novelty_required"),
        ("/ip", json!([]), "contract_ip_required"),
        ("/sub_type", json!("training"), "contract_sub_type_of_other_class"),
        ("/written", json!(false), "contract_written_form_required"),
        ("/buyer/size", json!(""), "contract_unit_size_required"),
        ("/industry", json!("99"), "unknown_value"),
        ("/deductions/0/kind", json!("carrier"), "contract_carrier_not_deductible"),
        ("/deductions/0/amount_fen", json!(100_000_001), "contract_deductions_exceed_total"),
    ];
    for (pointer, value, code) in cases {
        let mut form = form();
        form["licence"] = Value::Null;
        *form.pointer_mut(pointer).unwrap() = value.clone();
        let client = city.as_("institute.member");
        let drafted = client.post("/api/v1/contracts", json!({"form": form}));
        let answer =
            if drafted.status == 201 { submit(&city, &drafted.id(), "registration_office") } else { drafted };
        let refused = answer.refused(422, "validation_failed");
        let found = errors(&refused.body);
        assert!(found.iter().any(|(_, found)| found == code), "{pointer} {value}: {found:?}");
    }
}

/// DOMAIN §2: after the contract is effective.
#[test]
fn domain_2_a_contract_of_tomorrow_is_not_filed_today() {
    let city = City::new();
    let mut form = form();
    form["signed_on"] = json!("2026-03-03");
    form["start_on"] = json!("2026-03-03");
    let id = draft_of(&city, &form);
    let refused = submit(&city, &id, "registration_office").refused(422, "validation_failed");
    assert_eq!(refused.field("/signed_on"), Some("contract_signed_in_future"));
    city.clock.advance_seconds(86_400);
    submit(&city, &id, "registration_office").expect(200);
}

/// The technical amount is never typed; unknown fields are refused.
#[test]
fn domain_2_the_technical_amount_cannot_be_typed() {
    let city = City::new();
    let mut form = form();
    form["technical_fen"] = json!(1);
    let answer = city.as_("institute.member").post("/api/v1/contracts", json!({"form": form}));
    assert_eq!(answer.status / 100, 4, "{}", answer.text());
}

/// DOMAIN §2: at an office of the seller's own territory, and a verified one.
#[test]
fn domain_2_the_office_serves_the_sellers_territory() {
    let city = City::new();
    let id = draft(&city);
    let refused = submit(&city, &id, "registration_office2").refused(422, "validation_failed");
    assert_eq!(refused.field("/office"), Some("contract_office_of_other_territory"));
    let refused = submit(&city, &id, "enterprise").refused(422, "validation_failed");
    assert_eq!(refused.field("/office"), Some("contract_office_unknown"));
    let nowhere = json!({"office": "01980000-0000-7000-8000-000000000000"});
    let refused =
        act(&city.as_("institute.member"), &id, "submit", nowhere).refused(422, "validation_failed");
    assert_eq!(refused.field("/office"), Some("contract_office_unknown"));
    submit(&city, &id, "registration_office").expect(200);
}

/// DOMAIN §2: duplicates by text and by parties, title, date and amount are stopped with a pointer to the first.
#[test]
fn domain_2_a_duplicate_is_stopped_with_a_pointer_to_the_first() {
    let city = City::new();
    let first = registered(&city);
    let number = show(&city, &first)["registration"]["number"].as_str().unwrap().to_owned();
    let same_deal = draft_of(&city, &show(&city, &first)["form"]);
    let refused = submit(&city, &same_deal, "registration_office").refused(409, "contract_duplicate_deal");
    assert!(refused.body["title"].as_str().unwrap().contains(&number), "{}", refused.text());
    let client = city.as_("institute.member");
    let text = upload(&client, "正文.pdf", &pdf("the same text")).expect(201).id();
    let again = upload(&client, "另名.pdf", &pdf("the same text")).expect(201).id();
    let with = |file: &str| json!({"form": form(), "attachments": [{"file": file, "kind": "main_text"}]});
    let one = client.post("/api/v1/contracts", with(&text)).expect(201).id();
    let two = client.post("/api/v1/contracts", with(&again)).expect(201).id();
    submit(&city, &one, "registration_office").expect(200);
    let refused = submit(&city, &two, "registration_office").refused(409, "contract_duplicate_text");
    assert!(refused.body["title"].as_str().unwrap().contains(&one), "{}", refused.text());
    // The first is withdrawn: the second may go.
    act(&client, &one, "withdraw", json!({})).expect(200);
    submit(&city, &two, "registration_office").expect(200);
}

/// A contract takes only files of its applicant.
#[test]
fn only_ones_own_files_are_attached() {
    let city = City::new();
    let foreign = upload(&city.as_("enterprise.member"), "x.pdf", &pdf("foreign")).expect(201).id();
    let own = upload(&city.as_("institute.member"), "y.pdf", &pdf("own")).expect(201).id();
    let body = |files: &[&str]| {
        let files: Vec<_> = files.iter().map(|file| json!({"file": file, "kind": "annex"})).collect();
        json!({"form": form(), "attachments": files})
    };
    let client = city.as_("institute.member");
    let refused = client.post("/api/v1/contracts", body(&[&foreign])).refused(422, "validation_failed");
    assert_eq!(refused.field("/attachments/0/file"), Some("not_found"));
    let refused = client.post("/api/v1/contracts", body(&[&own, &own])).refused(422, "validation_failed");
    assert_eq!(refused.field("/attachments/1/file"), Some("contract_attached_twice"));
    let id = client.post("/api/v1/contracts", body(&[&own])).expect(201).id();
    let path = format!("/api/v1/contracts/{id}/attachments/{own}");
    let bytes = client.get(&path).expect(200);
    assert_eq!((bytes.bytes, city.as_("enterprise.member").get(&path).status), (pdf("own"), 404));
    let refused = submit(&city, &id, "registration_office").refused(422, "validation_failed");
    assert_eq!(refused.field("/attachments"), Some("contract_main_text_required"));
}

/// The form may be changed as a draft and when asked to, at no other time, and by nobody else.
#[test]
fn a_filed_application_is_not_edited() {
    let city = City::new();
    let client = city.as_("institute.member");
    let body = |id: &str| {
        let now = show(&city, id);
        json!({"form": now["form"], "attachments": []})
    };
    let filed = submitted_of(&city, &form());
    client.put(&format!("/api/v1/contracts/{filed}"), body(&filed)).refused(409, "state_conflict");
    let asked = correction_requested(&city);
    client.put(&format!("/api/v1/contracts/{asked}"), body(&asked)).expect(200);
    let refused = act(&client, &asked, "resubmit", json!({})).refused(422, "validation_failed");
    assert_eq!(refused.field("/attachments"), Some("contract_main_text_required"));
    let path = format!("/api/v1/contracts/{asked}");
    city.as_("enterprise.member").put(&path, body(&asked)).refused(404, "not_found");
}

/// DOMAIN §2, refusal grounds: a closed list, at least one, with the reasons; corrections name fields of the form.
#[test]
fn domain_2_a_refusal_has_listed_grounds_and_a_correction_fields() {
    let city = City::new();
    let id = accepted(&city);
    let office = registrar(&city);
    let refused =
        act(&office, &id, "refuse", json!({"grounds": [], "opinion": ""})).refused(422, "validation_failed");
    assert_eq!(
        (refused.field("/grounds"), refused.field("/opinion")),
        (Some("contract_ground_required"), Some("contract_opinion_required"))
    );
    let unlisted = act(&office, &id, "refuse", json!({"grounds": ["bored"], "opinion": "x"}));
    assert_eq!(unlisted.status / 100, 4);
    let wanted = json!({"corrections": [{"pointer": "/nonsense", "note": "x"}]});
    let refused = act(&office, &id, "request-correction", wanted).refused(422, "validation_failed");
    assert_eq!(refused.field("/corrections/0/pointer"), Some("contract_correction_pointer_unknown"));
    act(&office, &id, "request-correction", json!({"corrections": []})).refused(422, "validation_failed");
    let grounds = json!({"grounds": ["not_technical", "other"], "opinion": "属于一般设备买卖"});
    let done = act(&office, &id, "refuse", grounds).expect(200).body;
    assert_eq!(
        (&done["state"], &done["refusal"]["opinion"]),
        (&json!("refused"), &json!("属于一般设备买卖"))
    );
    act(&office, &id, "register", json!({"opinion": "x"})).refused(409, "state_conflict");
    assert_eq!(done["registration"], Value::Null);
}

/// DOMAIN §2: training hangs on a registered development, transfer or licence contract.
#[test]
fn domain_2_training_hangs_on_a_registered_parent() {
    let city = City::new();
    let mut training = form();
    training["class"] = json!("service");
    training["sub_type"] = json!("training");
    training["parent_number"] = json!("2026450701000001");
    let id = draft_of(&city, &training);
    let refused = submit(&city, &id, "registration_office").refused(422, "validation_failed");
    assert_eq!(refused.field("/parent_number"), Some("contract_parent_not_found"));
    let parent = registered(&city);
    assert_eq!(show(&city, &parent)["registration"]["number"], "2026450701000001");
    submit(&city, &id, "registration_office").expect(200);
}

/// Issue: drafted from an engagement; what it knows is filled in, and its broker is not edited away (rule 13).
#[test]
fn a_draft_from_an_engagement_is_filled_in() {
    let city = City::new();
    let engagement = brokered(&city);
    let client = city.as_("institute.member");
    let drafted = client.post("/api/v1/contracts", json!({"engagement": engagement})).expect(201).body;
    assert_eq!(drafted["form"]["title"], "坭兴陶坭料近红外快速筛选方法（示例）");
    assert_eq!(drafted["form"]["seller"]["credit_code"], credit_code("institute"));
    assert_eq!(drafted["form"]["buyer"]["credit_code"], credit_code("enterprise"));
    assert_eq!(drafted["form"]["broker"]["credit_code"], credit_code("broker"));
    assert!(drafted["engagement"].as_str().unwrap().ends_with(&engagement));
    let mut form = form();
    form["broker"] = Value::Null;
    let path = format!("/api/v1/contracts/{}", drafted["id"].as_str().unwrap());
    let edited = client.put(&path, json!({"form": form})).expect(200).body;
    assert_eq!(edited["form"]["broker"]["credit_code"], credit_code("broker"));
    let stranger = city.as_("enterprise2.member");
    stranger.post("/api/v1/contracts", json!({"engagement": engagement})).refused(404, "not_found");
}

/// DOMAIN §2, correction: the corrected file may be a contract signed anew, after the first filing; validity is judged
/// by the day on which it was first filed.
#[test]
fn domain_2_a_corrected_file_may_be_signed_after_its_first_filing() {
    let city = City::new();
    let mut short = form();
    short["end_on"] = json!("2026-03-10");
    let id = accepted_of(&city, &short);
    let wanted = json!({"corrections": [{"pointer": "/signed_on", "note": "请补签"}]});
    act(&registrar(&city), &id, "request-correction", wanted).expect(200);
    city.clock.advance_seconds(5 * 86_400);
    let now = show(&city, &id);
    let files: Vec<Value> = now["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!({"file": it["file"], "kind": it["kind"]}))
        .collect();
    let signed = |day: &str| {
        let mut form = now["form"].clone();
        form["signed_on"] = json!(day);
        form["start_on"] = json!(day);
        let body = json!({"form": form, "attachments": files});
        city.as_("institute.member").put(&format!("/api/v1/contracts/{id}"), body).expect(200);
        act(&city.as_("institute.member"), &id, "resubmit", json!({"opinion": "已补签"}))
    };
    let refused = signed("2026-03-08").refused(422, "validation_failed");
    assert_eq!(refused.field("/signed_on"), Some("contract_signed_in_future"));
    signed("2026-03-06").expect(200);
    let checks = registrar(&city).get(&format!("/api/v1/contracts/{id}/checks")).expect(200).text();
    assert!(!checks.contains("contract_signed_in_future"), "{checks}");
    // The term ends while the office has the file: that does not run against the applicant.
    city.clock.advance_seconds(10 * 86_400);
    act(&registrar(&city), &id, "register", json!({"opinion": "x"})).expect(200);
}

//! Claiming, machine checks, what supervision sees.

use serde_json::{Value, json};
use techmart::kernel::actor::Role;

use crate::credit::entered;
use crate::support::City;
use crate::support::contracts::{
    accepted, accepted_of, act, correction_requested, draft_of, form, large_form, registered, registered_of,
    registrar, show, submit, submitted_of,
};
use crate::support::records::upload;

/// Issue: claim and hand over. A claimed case is decided by its handler; the second reviewer is free.
#[test]
fn issue_a_case_is_claimed_and_handed_over() {
    let city = City::new();
    city.colleague("registration_office", "second.registrar", &[Role::Registrar]);
    let id = accepted(&city);
    let (one, two) = (registrar(&city), city.as_("second.registrar"));
    let empty = || json!({});
    let own = |client: &crate::support::Client, whose: &str| -> usize {
        let page = client.get(&format!("/api/v1/contracts/work-list?handler={whose}")).expect(200).body;
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((own(&one, "nobody"), own(&one, "mine")), (1, 0));
    let claimed = act(&one, &id, "claim", empty()).expect(200).body;
    assert_eq!((own(&one, "nobody"), own(&one, "mine"), own(&two, "mine")), (0, 1, 0));
    let first = claimed["handler"]["id"].as_str().unwrap().to_owned();
    act(&one, &id, "claim", empty()).expect(200);
    act(&two, &id, "claim", empty()).refused(409, "contract_claimed_by_other");
    let body = || json!({"opinion": "准予登记"});
    act(&two, &id, "register", body()).refused(409, "contract_claimed_by_other");
    let second = {
        let other = accepted(&city);
        act(&two, &other, "claim", empty()).expect(200).body["handler"]["id"].as_str().unwrap().to_owned()
    };
    act(&two, &id, "hand-over", json!({"to": second})).refused(403, "contract_not_the_handler");
    let refused = act(&one, &id, "hand-over", json!({"to": first})).refused(422, "validation_failed");
    assert_eq!(refused.field("/to"), Some("contract_colleague_unknown"));
    act(&one, &id, "hand-over", json!({"to": second, "opinion": "休假"})).expect(200);
    act(&one, &id, "register", body()).refused(409, "contract_claimed_by_other");
    act(&two, &id, "register", body()).expect(200);
    act(&two, &id, "claim", empty()).refused(409, "contract_claim_closed");
    assert_eq!(show(&city, &id)["handler"], Value::Null, "the applicant sees the office, not its staff");
    let steps =
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/timeline")).expect(200).body;
    let kinds: Vec<_> =
        steps["items"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["created", "submitted", "accepted", "claimed", "handed_over", "registered"]);
}

fn checks(city: &City, id: &str) -> Vec<(String, String, String)> {
    let body = registrar(city).get(&format!("/api/v1/contracts/{id}/checks")).expect(200).body;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = body["items"].as_array().unwrap().iter();
    items.map(|it| (text(&it["check"]), text(&it["result"]), text(&it["code"]))).collect()
}

fn noticed(city: &City, id: &str) -> Vec<(String, String)> {
    let found = checks(city, id).into_iter();
    found.filter(|(_, result, _)| result != "passed").map(|(check, _, code)| (check, code)).collect()
}

fn pair(check: &str, code: &str) -> (String, String) {
    (check.to_owned(), code.to_owned())
}

/// Issue: checks by the machine shown beside the file: barred parties, amounts, validity, names, a similar deal.
#[test]
fn issue_machine_checks_stand_beside_the_file() {
    let city = City::new();
    let id = accepted(&city);
    let all = checks(&city, &id);
    let names: std::collections::BTreeSet<_> = all.iter().map(|(check, ..)| check.as_str()).collect();
    assert_eq!(names.len(), 11, "every check says what it found: {names:?}");
    assert_eq!(noticed(&city, &id), [], "nothing speaks against it");
    entered(&city);
    assert!(noticed(&city, &id).contains(&pair("barred_parties", "contract_party_barred")));
    let mut similar = show(&city, &id)["form"].clone();
    similar["total_fen"] = json!(500_000_000);
    similar["deductions"] = json!([]);
    similar["estimated"] = json!(true);
    similar["related_party"] = json!(true);
    let other = accepted_of(&city, &similar);
    let found = noticed(&city, &other);
    for (check, code) in [
        ("similar_deal", "contract_similar_deal"),
        ("amounts", "contract_amount_estimated"),
        ("amounts", "contract_related_parties"),
        ("amounts", "contract_second_review_required"),
    ] {
        assert!(found.contains(&pair(check, code)), "{check}: {found:?}");
    }
    city.clock.advance_seconds(400 * 86_400);
    assert!(noticed(&city, &other).contains(&pair("validity", "contract_expired")));
    // The office and supervision see them; the applicant does not, nor does another office.
    for persona in ["institute.member", "registration_office2.registrar", "enterprise2.member"] {
        city.as_(persona).get(&format!("/api/v1/contracts/{id}/checks")).refused(404, "not_found");
    }
    city.as_("operator.auditor").get(&format!("/api/v1/contracts/{id}/checks")).expect(200);
}

/// DOMAIN §2, duplicates: the same text is the same though spaced anew and written wide.
#[test]
fn domain_2_duplicates_are_found_by_the_normalised_text() {
    let city = City::new();
    let client = city.as_("institute.member");
    let with = |name: &str, text: &str| {
        let file = upload(&client, name, text.as_bytes()).expect(201).id();
        let body = json!({"form": form(), "attachments": [{"file": file, "kind": "main_text"}]});
        client.post("/api/v1/contracts", body).expect(201).id()
    };
    let one = with("a.txt", "甲方委托乙方研制 A 型窑炉，价款 1,000,000 元。");
    let two = with("b.txt", "甲方委托乙方研制Ａ型窑炉，\n价款1000000元");
    let other = with("c.txt", "甲方委托乙方研制 B 型窑炉，价款 1,000,000 元。");
    submit(&city, &one, "registration_office").expect(200);
    submit(&city, &two, "registration_office").refused(409, "contract_duplicate_text");
    submit(&city, &other, "registration_office").expect(200);
}

/// Issue: supervision view: per office volumes, median and 90th percentile days, overdue, refusals, corrections.
#[test]
fn issue_supervision_sees_its_offices() {
    let city = City::new();
    let (quick, slow, refused, waiting) =
        (accepted(&city), accepted(&city), accepted(&city), accepted(&city));
    let office = registrar(&city);
    act(&office, &quick, "register", json!({"opinion": "x"})).expect(200);
    city.clock.advance_seconds(10 * 86_400);
    act(&registrar(&city), &refused, "refuse", json!({"grounds": ["unclear", "other"], "opinion": "x"}))
        .expect(200);
    city.clock.advance_seconds(30 * 86_400);
    act(&registrar(&city), &slow, "register", json!({"opinion": "x"})).expect(200);
    let reports = |persona: &str, query: &str| {
        city.as_(persona).get(&format!("/api/v1/contracts/office-reports?{query}"))
    };
    let body = reports("government.approver", "from=2026-03-01&to=2026-12-31").expect(200).body;
    let items = body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "the city sees its own office and the county's");
    let one = &items[0];
    assert_eq!((&one["submitted"], &one["accepted"]), (&json!(4), &json!(4)));
    assert_eq!((&one["registered"], &one["refused"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&one["median_days"], &one["p90_days"], &one["decided_late"]),
        (&json!(10), &json!(40), &json!(1))
    );
    assert_eq!((&one["open_now"], &one["overdue_now"]), (&json!(1), &json!(1)));
    assert_eq!(one["registered_technical_fen"], json!(2 * 79_999_999));
    let grounds = json!([{"ground": "unclear", "count": 1}, {"ground": "other", "count": 1}]);
    assert_eq!(one["refusal_grounds"], grounds);
    let county = reports("government2.approver", "from=2026-03-01&to=2026-12-31").expect(200).body;
    assert_eq!(county["items"].as_array().unwrap().len(), 1, "a county sees its own");
    reports("government.approver", "from=2026-03-02&to=2026-03-01").refused(422, "contract_period_invalid");
    reports("government.approver", "from=2020-01-01&to=2026-03-01").refused(422, "contract_period_invalid");
    drop(waiting);
}

/// DOMAIN §2: the 2026 profile marks every case under it until an operator confirms it; a case keeps its profile.
#[test]
fn domain_2_an_unconfirmed_profile_marks_every_case() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let old = accepted(&city);
    let at = "/api/v1/regulation-profiles/2026";
    let values = city.anonymous().get(at).expect(200).body["values"].clone();
    let set = json!({"effective_from": "2026-03-02", "values": values, "reason": "公报"});
    operator.put(at, set).expect(200);
    let new = accepted(&city);
    let mark = |id: &str| {
        let page = registrar(&city).get("/api/v1/contracts/work-list").expect(200).body;
        let items = page["items"].as_array().unwrap().clone();
        items.into_iter().find(|it| it["id"] == id).unwrap()["unverified"].clone()
    };
    assert_eq!((mark(&old), mark(&new)), (json!(false), json!(true)));
    assert_eq!(show(&city, &new)["clock"]["profile"], "2026");
    assert_eq!(show(&city, &new)["clock"]["profile_confirmed"], false);
    assert_eq!(show(&city, &old)["clock"]["profile"], "2021");
    assert!(noticed(&city, &new).contains(&pair("profile", "contract_profile_unverified")));
    operator.post(&format!("{at}/confirm"), json!({"reason": "核对"})).expect(200);
    assert_eq!(mark(&new), json!(false));
}

/// DOMAIN §2: the profile in force on the acceptance date applies and stays with the case: a later edit of it is for
/// later cases.
#[test]
fn domain_2_a_later_edit_of_a_profile_does_not_touch_an_accepted_case() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let (accepted, corrected) = (accepted(&city), correction_requested(&city));
    let before = show(&city, &accepted)["clock"].clone();
    assert_eq!(before["unit"], "calendar_day");
    let at = "/api/v1/regulation-profiles/2021";
    let old = city.anonymous().get(at).expect(200).body;
    let mut values = old["values"].clone();
    values["review_limit"] = json!({"days": 3, "unit": "working_day"});
    values["review_limit_complex"] = json!({"days": 6, "unit": "working_day"});
    values["large_contract_from_fen"] = json!(1);
    values["refusal_grounds"] = json!(["other"]);
    values["number_layout"] = json!("DDDDDDOOYYYYSSSSS");
    values["names_reported"] = json!(true);
    let set = json!({"effective_from": old["effective_from"], "values": values, "reason": "修订"});
    operator.put(at, set).expect(200);
    assert_eq!(show(&city, &accepted)["clock"], before, "the limit, its unit and the mark stay");
    let page = registrar(&city).get("/api/v1/contracts/work-list").expect(200).body;
    let row =
        page["items"].as_array().unwrap().iter().find(|row| row["id"] == json!(accepted)).unwrap().clone();
    assert_eq!((&row["unit"], &row["unverified"]), (&json!("calendar_day"), &json!(false)));
    // Neither large now, nor numbered or reported another way; and what was answered goes on under the old limit.
    let done = act(&registrar(&city), &accepted, "register", json!({"opinion": "x"})).expect(200).body;
    assert_eq!(done["registration"]["number"].as_str().unwrap().len(), 16);
    let reported = city.change(&accepted, "contract.registered").public.unwrap();
    assert_eq!((&reported["seller_name"], &reported["buyer_name"]), (&json!(null), &json!(null)));
    let again =
        act(&city.as_("institute.member"), &corrected, "resubmit", json!({"opinion": "已补正"})).expect(200);
    assert_eq!(again.body["clock"]["due_on"], before["due_on"]);
    let ground = json!({"grounds": ["seal_invalid"], "opinion": "印章缺失"});
    act(&registrar(&city), &corrected, "refuse", ground).expect(200);
    let new = accepted_of(&city, &form());
    let clock = show(&city, &new)["clock"].clone();
    assert_eq!((&clock["unit"], &clock["profile_confirmed"]), (&json!("working_day"), &json!(false)));
}

/// DOMAIN §2, a regulation profile: an operator changes evidence and the number's layout without a release.
#[test]
fn domain_2_evidence_and_number_layout_come_from_the_profile() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let mut values =
        city.anonymous().get("/api/v1/regulation-profiles/2021").expect(200).body["values"].clone();
    values["number_layout"] = json!("DDDDDDOOYYYYSSSSS");
    values["evidence"] = json!([{"class": "development", "kinds": ["main_text", "approval"]}]);
    let new = json!({"code": "2026b", "effective_from": "2026-03-01", "values": values, "reason": "示例"});
    operator.post("/api/v1/regulation-profiles", new).expect(201);
    let id = draft_of(&city, &form());
    let refused = submit(&city, &id, "registration_office").refused(422, "validation_failed");
    assert_eq!(refused.field("/attachments"), Some("contract_evidence_required"));
    let client = city.as_("institute.member");
    let approval = upload(&client, "批文.txt", "示例批文".as_bytes()).expect(201).id();
    let now = show(&city, &id);
    let main = now["attachments"][0]["file"].clone();
    let files = json!([{"file": main, "kind": "main_text"}, {"file": approval, "kind": "approval"}]);
    client
        .put(&format!("/api/v1/contracts/{id}"), json!({"form": now["form"], "attachments": files}))
        .expect(200);
    submit(&city, &id, "registration_office").expect(200);
    act(&registrar(&city), &id, "accept", json!({})).expect(200);
    let done = act(&registrar(&city), &id, "register", json!({"opinion": "x"})).expect(200).body;
    assert_eq!(done["registration"]["number"], "45070001202600001");
}

/// Issue, bad input: a second submission with the same key is answered as the first; with another body, refused.
#[test]
fn issue_a_second_submission_with_the_same_key() {
    let city = City::new();
    let id = draft_of(&city, &form());
    let client = city.as_("institute.member").with("idempotency-key", "submit-0001-0001");
    let body = json!({"office": city.organisation("registration_office")});
    let first = act(&client, &id, "submit", body.clone()).expect(200);
    let again = act(&client, &id, "submit", body).expect(200);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let other = json!({"office": city.organisation("registration_office2")});
    assert_eq!(act(&client, &id, "submit", other).status, 422);
    assert_eq!(show(&city, &id)["version"], json!(2), "filed once");
}

/// Issue, bad input: another office's case is not there for whoever works elsewhere.
#[test]
fn issue_another_offices_case() {
    let city = City::new();
    let id = submitted_of(&city, &form());
    let other = city.as_("registration_office2.registrar");
    for (name, body) in [
        ("accept", json!({})),
        ("claim", json!({})),
        ("refuse", json!({"grounds": ["other"], "opinion": "x"})),
        ("register", json!({"opinion": "x"})),
    ] {
        act(&other, &id, name, body).refused(404, "not_found");
    }
    assert_eq!(show(&city, &id)["state"], "submitted");
}

/// Issue: copy from an earlier contract; the new one has days of its own.
#[test]
fn issue_a_copy_of_an_earlier_contract() {
    let city = City::new();
    let earlier = registered(&city);
    let client = city.as_("institute.member");
    let body = json!({"copy_of": earlier, "form": {"title": "第二期（示例）", "signed_on": "2026-03-01"}});
    let copy = client.post("/api/v1/contracts", body.clone()).expect(201).body;
    let old = show(&city, &earlier);
    assert_eq!(copy["form"]["title"], "第二期（示例）");
    assert_eq!(
        (&copy["form"]["seller"], &copy["form"]["novelty"]),
        (&old["form"]["seller"], &old["form"]["novelty"])
    );
    assert_eq!((&copy["form"]["end_on"], &copy["attachments"]), (&Value::Null, &json!([])));
    city.as_("enterprise.member").post("/api/v1/contracts", body).refused(404, "not_found");
    let mut brokered = form();
    let code = crate::support::contracts::credit_code("broker");
    brokered["broker"] = json!({"urn": "", "name": "示例中介", "credit_code": code});
    brokered["estimated"] = json!(true);
    let earlier = registered_of(&city, &brokered);
    let copy = client.post("/api/v1/contracts", json!({"copy_of": earlier})).expect(201).body;
    assert_eq!(
        (&copy["form"]["broker"], &copy["form"]["estimated"]),
        (&Value::Null, &json!(false)),
        "who brokered the earlier deal, and that its price was open, belong to it alone"
    );
}

/// Issue, timeline visible to the applicant; opinions before the decision are the office's, the timeline's too.
#[test]
fn issue_the_timeline_keeps_opinions_until_the_decision() {
    let city = City::new();
    let id = accepted_of(&city, &large_form());
    act(&registrar(&city), &id, "review", json!({"agrees": true, "opinion": "初审秘语"})).expect(200);
    let reviewer = city.as_("registration_office.reviewer");
    act(&reviewer, &id, "second-review", json!({"agrees": false, "opinion": "复核秘语"})).expect(200);
    let read = |persona: &str| city.as_(persona).get(&format!("/api/v1/contracts/{id}/timeline")).expect(200);
    let reviews = |persona: &str| {
        let items = read(persona).body["items"].as_array().unwrap().clone();
        let kinds = ["first_review", "second_review"].map(Value::from);
        items.into_iter().filter(|it| kinds.contains(&it["kind"])).collect::<Vec<_>>()
    };
    for persona in ["institute.member", "enterprise.member", "operator.auditor"] {
        let text = read(persona).text();
        assert!(!text.contains("秘语") && !text.contains("agrees"), "{persona}: {text}");
        assert_eq!(reviews(persona).len(), 2, "that they were given is no secret");
    }
    assert_eq!(reviews("registration_office.reviewer")[1]["detail"]["agrees"], false);
    act(&registrar(&city), &id, "review", json!({"agrees": true, "opinion": "再审"})).expect(200);
    act(&reviewer, &id, "second-review", json!({"agrees": true, "opinion": "复核同意"})).expect(200);
    act(&registrar(&city), &id, "register", json!({"opinion": "准予登记"})).expect(200);
    let all = reviews("institute.member");
    assert_eq!((all.len(), &all[1]["opinion"]), (4, &json!("复核秘语")), "after the decision they are told");
    // The same of an amendment.
    let mut form = show(&city, &id)["form"].clone();
    form["total_fen"] = json!(600_000_000);
    let asked = json!({"form": form, "reason": "扩大规模"});
    act(&city.as_("institute.member"), &id, "amendments", asked).expect(200);
    let consent = json!({"agrees": false, "opinion": "变更秘语"});
    act(&reviewer, &id, "amendments/second-review", consent).expect(200);
    let listed =
        |persona: &str| city.as_(persona).get(&format!("/api/v1/contracts/{id}/amendments")).expect(200);
    assert!(!read("institute.member").text().contains("变更秘语"));
    assert!(!listed("institute.member").text().contains("变更秘语"));
    assert!(listed("registration_office.reviewer").text().contains("变更秘语"));
    act(&registrar(&city), &id, "amendments/refuse", json!({"opinion": "依据不足"})).expect(200);
    assert!(read("institute.member").text().contains("变更秘语"));
    assert!(listed("institute.member").text().contains("变更秘语"));
}

/// DOMAIN §2, refusal grounds: the title does not match rights and duties *and was not corrected*.
#[test]
fn domain_2_a_title_is_refused_only_after_a_correction_was_asked() {
    let city = City::new();
    let id = accepted(&city);
    let refuse = || {
        let body = json!({"grounds": ["title_mismatch"], "opinion": "名称与内容不符"});
        act(&registrar(&city), &id, "refuse", body)
    };
    let refused = refuse().refused(422, "validation_failed");
    assert_eq!(refused.field("/grounds/0"), Some("contract_title_not_asked"));
    let wanted = json!({"corrections": [{"pointer": "/title", "note": "名称过宽"}]});
    act(&registrar(&city), &id, "request-correction", wanted).expect(200);
    act(&city.as_("institute.member"), &id, "resubmit", json!({"opinion": "名称无误"})).expect(200);
    refuse().expect(200);
}

/// A large contract's case may be claimed, and the second reviewer still sees it.
#[test]
fn a_claimed_large_case_has_its_second_review() {
    let city = City::new();
    let id = accepted_of(&city, &large_form());
    act(&registrar(&city), &id, "claim", json!({})).expect(200);
    let agree = || json!({"agrees": true, "opinion": "同意"});
    act(&registrar(&city), &id, "review", agree()).expect(200);
    act(&city.as_("registration_office.reviewer"), &id, "second-review", agree()).expect(200);
    act(&registrar(&city), &id, "register", json!({"opinion": "x"})).expect(200);
}

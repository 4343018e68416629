//! Large contracts, conflicts of interest, clocks.

use serde_json::json;

use crate::brokerage::{offer, terms};
use crate::support::City;
use crate::support::contracts::{
    accepted_of, act, credit_code, form, large_form, registered, registered_of, registrar, show, submit,
    submitted_of,
};
use crate::support::records::{brokered, pdf, upload};

/// DOMAIN §2: a large contract needs a second reviewer other than the first.
#[test]
fn domain_2_a_large_contract_is_seen_by_a_second_reviewer() {
    let city = City::new();
    let id = accepted_of(&city, &large_form());
    let (office, second) = (registrar(&city), city.as_("registration_office.reviewer"));
    let agree = |opinion: &str| json!({"agrees": true, "opinion": opinion});
    act(&office, &id, "register", json!({"opinion": "x"})).refused(409, "contract_first_review_required");
    act(&second, &id, "second-review", agree("x")).refused(409, "contract_first_review_required");
    let page = second.get("/api/v1/contracts/second-reviews").expect(200).body;
    assert_eq!(page["items"][0]["id"], json!(id));
    act(&office, &id, "review", agree("属于技术开发")).expect(200);
    act(&office, &id, "register", json!({"opinion": "x"})).refused(409, "contract_second_review_required");
    act(&office, &id, "second-review", agree("x")).refused(403, "forbidden");
    act(&second, &id, "second-review", json!({"agrees": false, "opinion": "金额依据不足"})).expect(200);
    act(&office, &id, "register", json!({"opinion": "x"})).refused(409, "contract_review_disagrees");
    act(&office, &id, "review", agree("补充了依据")).expect(200);
    let seen = act(&second, &id, "second-review", agree("同意")).expect(200).body;
    assert_eq!((&seen["large"], &seen["review"]["second"]["agrees"]), (&json!(true), &json!(true)));
    let applicant = city.as_("institute.member").get(&format!("/api/v1/contracts/{id}")).expect(200).body;
    assert_eq!(applicant["review"], json!(null), "opinions before the decision are the office's");
    let done = act(&office, &id, "register", json!({"opinion": "准予登记"})).expect(200).body;
    // The refused attempts took no number.
    assert_eq!(done["registration"]["number"], "2026450701000001");
}

/// DOMAIN §2: the profile stays with the case, so a case that was large when it was accepted still waits for its second
/// reviewer after every threshold was raised.
#[test]
fn domain_2_a_raised_threshold_hides_no_case_from_the_second_reviewer() {
    let city = City::new();
    let id = accepted_of(&city, &large_form());
    let profiles = city.anonymous().get("/api/v1/regulation-profiles").expect(200).body;
    for profile in profiles["items"].as_array().unwrap() {
        let mut values = profile["values"].clone();
        values["large_contract_from_fen"] = json!(900_000_000);
        let set = json!({"effective_from": profile["effective_from"], "values": values, "reason": "修订"});
        let at = format!("/api/v1/regulation-profiles/{}", profile["code"].as_str().unwrap());
        city.as_("operator.operator").put(&at, set).expect(200);
    }
    assert_eq!(show(&city, &id)["large"], json!(true));
    let reviewer = city.as_("registration_office.reviewer");
    let page = reviewer.get("/api/v1/contracts/second-reviews").expect(200).body;
    assert_eq!(page["items"][0]["id"], json!(id));
}

/// DOMAIN §2: the same person is never both reviewers, whatever roles they have.
#[test]
fn domain_2_one_person_is_not_both_reviewers() {
    use techmart::kernel::actor::Role;
    let city = City::new();
    city.colleague("registration_office", "both.hats", &[Role::Registrar, Role::Reviewer]);
    let id = accepted_of(&city, &large_form());
    let both = city.as_("both.hats");
    act(&both, &id, "review", json!({"agrees": true, "opinion": "初审同意"})).expect(200);
    let answer = act(&both, &id, "second-review", json!({"agrees": true, "opinion": "复核同意"}));
    answer.refused(403, "contract_second_reviewer_same");
}

/// DOMAIN §2: a small contract has no second review.
#[test]
fn domain_2_a_small_contract_has_no_second_review() {
    let city = City::new();
    let id = accepted_of(&city, &form());
    act(&registrar(&city), &id, "review", json!({"agrees": true, "opinion": "x"})).expect(200);
    let answer = act(
        &city.as_("registration_office.reviewer"),
        &id,
        "second-review",
        json!({"agrees": true, "opinion": "x"}),
    );
    answer.refused(409, "contract_not_large");
}

/// DESIGN, who may do what: nobody acts officially on their own organisation's case, or on a deal they brokered.
#[test]
fn design_conflicts_of_interest_are_refused() {
    let city = City::new();
    let mut own = form();
    own["buyer"]["credit_code"] = json!(credit_code("registration_office"));
    let id = submitted_of(&city, &own);
    act(&registrar(&city), &id, "accept", json!({})).refused(403, "contract_conflict_own_organisation");
    let mut brokered = form();
    let code = credit_code("registration_office");
    brokered["broker"] = json!({"urn": "", "name": "示例中介", "credit_code": code});
    let id = submitted_of(&city, &brokered);
    act(&registrar(&city), &id, "accept", json!({})).refused(403, "contract_conflict_earlier_act");
    // Nor does the authority revoke what it bought itself.
    let mut bought = form();
    bought["buyer"]["credit_code"] = json!(credit_code("government"));
    let id = registered_of(&city, &bought);
    let decision = json!({"ground": "superior_decision", "decision": "示例决定"});
    act(&city.as_("government.approver"), &id, "revoke", decision)
        .refused(403, "contract_conflict_own_organisation");
    // The official also belongs to the buyer, as another membership of the same person.
    let id = submitted_of(&city, &form());
    let registrar = registrar(&city);
    city.also_member("registration_office.registrar", "enterprise");
    act(&registrar, &id, "accept", json!({})).refused(403, "contract_conflict_own_organisation");
    // A colleague without ties takes it.
    act(&city.as_("registration_office.reviewer"), &id, "accept", json!({})).refused(403, "forbidden");
}

/// DOMAIN §2, time limit: days left by the profile, overdue first; a decided case has left the list.
#[test]
fn domain_2_the_work_list_shows_the_clock() {
    let city = City::new();
    let early = accepted_of(&city, &form());
    city.clock.advance_seconds(5 * 86_400);
    let late = accepted_of(&city, &form());
    let waiting = submitted_of(&city, &form());
    city.clock.advance_seconds(27 * 86_400);
    let page = registrar(&city).get("/api/v1/contracts/work-list").expect(200).body;
    let items = page["items"].as_array().unwrap();
    let order: Vec<_> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(
        order,
        [early.as_str(), late.as_str(), waiting.as_str()],
        "overdue first, then by what is due first; what waits for acceptance has no day yet"
    );
    assert_eq!((&items[0]["days_left"], &items[0]["overdue"]), (&json!(-2), &json!(true)));
    assert_eq!((&items[1]["days_left"], &items[1]["overdue"]), (&json!(4), &json!(false)));
    assert_eq!((&items[2]["due_on"], &items[2]["overdue"]), (&json!(null), &json!(false)));
    let first = registrar(&city).get("/api/v1/contracts/work-list?limit=1").expect(200).body;
    let next = first["next"].as_str().unwrap();
    let second =
        registrar(&city).get(&format!("/api/v1/contracts/work-list?limit=1&cursor={next}")).expect(200).body;
    assert_eq!(second["items"][0]["id"], json!(late));
    act(&registrar(&city), &early, "register", json!({"opinion": "x"})).expect(200);
    let page = registrar(&city).get("/api/v1/contracts/work-list?state=accepted").expect(200).body;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

/// DESIGN, who may do what: who acted for a broker on the deal steps aside, also after leaving the broker: by what was
/// written in the engagement, and by a mandate that nobody named.
#[test]
fn design_an_earlier_act_as_broker_outlasts_the_membership() {
    let city = City::new();
    let engagement = brokered(&city);
    let client = city.as_("institute.member");
    let official = registrar(&city);
    city.also_member("registration_office.registrar", "broker");
    let brokering = city.switched(&official, "broker");
    let message = json!({"text": "我来安排。"});
    brokering.post(&format!("/api/v1/engagements/{engagement}/messages"), message).expect(201);
    city.leaves("broker", "registration_office.registrar");
    let file = upload(&client, "正文.pdf", &pdf("from a brokered engagement")).expect(201).id();
    let files = json!([{"file": file, "kind": "main_text"}]);
    let body = json!({"engagement": engagement, "form": form(), "attachments": files});
    let id = client.post("/api/v1/contracts", body).expect(201).id();
    submit(&city, &id, "registration_office").expect(200);
    let earlier = "contract_conflict_earlier_act";
    act(&registrar(&city), &id, "accept", json!({})).refused(403, earlier);
    let free = submitted_of(&city, &form());
    act(&registrar(&city), &free, "accept", json!({})).expect(200);
    // Another deal, of which the form names neither engagement nor broker.
    let official = registrar(&city);
    city.also_member("registration_office.registrar", "broker");
    let brokering = city.switched(&official, "broker");
    let offer = offer(&city, terms());
    let mandate = brokering.post("/api/v1/brokerage/mandates", offer).expect(201).id();
    client.post(&format!("/api/v1/brokerage/mandates/{mandate}/accept"), json!({})).expect(200);
    city.leaves("broker", "registration_office.registrar");
    let mandated = submitted_of(&city, &form());
    act(&registrar(&city), &mandated, "accept", json!({})).refused(403, earlier);
    act(&registrar(&city), &free, "register", json!({"opinion": "x"})).refused(403, earlier);
}

/// DOMAIN §2, time limit: a case that the applicant corrects stays on the list and with its handler, behind all clocks.
#[test]
fn domain_2_a_case_under_correction_stays_on_the_list() {
    let city = City::new();
    let corrected = accepted_of(&city, &form());
    act(&registrar(&city), &corrected, "claim", json!({})).expect(200);
    let wanted = json!({"corrections": [{"pointer": "/summary", "note": "请写明技术指标"}]});
    act(&registrar(&city), &corrected, "request-correction", wanted).expect(200);
    let other = submitted_of(&city, &form());
    let list = |query: &str| -> Vec<String> {
        let page = registrar(&city).get(&format!("/api/v1/contracts/work-list{query}")).expect(200).body;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(list("?state=correction_requested"), [corrected.as_str()]);
    assert_eq!(list("?handler=mine"), [corrected.as_str()]);
    assert_eq!(list(""), [other.as_str(), corrected.as_str()], "the office can do nothing about it now");
}

/// DOMAIN §2, time limit: a disputed case has the longer limit, from its acceptance on.
#[test]
fn domain_2_a_disputed_case_has_the_longer_limit() {
    let city = City::new();
    profile_with(&city, |values| {
        values["review_limit"] = json!({"days": 15, "unit": "calendar_day"});
        values["review_limit_complex"] = json!({"days": 60, "unit": "calendar_day"});
    });
    let id = accepted_of(&city, &form());
    assert_eq!(show(&city, &id)["clock"]["due_on"], "2026-03-17");
    city.clock.advance_seconds(86_400);
    let dispute = |opinion: &str| act(&registrar(&city), &id, "dispute", json!({"opinion": opinion}));
    assert_eq!(
        dispute(" ").refused(422, "validation_failed").field("/opinion"),
        Some("contract_opinion_required")
    );
    let clock = dispute("权属有争议").expect(200).body["clock"].clone();
    assert_eq!((&clock["due_on"], &clock["disputed"]), (&json!("2026-05-06"), &json!(true)));
    dispute("再次").refused(409, "contract_already_disputed");
    let wanted = json!({"corrections": [{"pointer": "/summary", "note": "x"}]});
    act(&registrar(&city), &id, "request-correction", wanted).expect(200);
    let again = act(&city.as_("institute.member"), &id, "resubmit", json!({})).expect(200).body;
    assert_eq!(
        (&again["clock"]["due_on"], &again["clock"]["disputed"]),
        (&json!("2026-05-06"), &json!(true))
    );
    city.settle();
    let told = city.as_("institute.member").get("/api/v1/notices?limit=100").expect(200);
    assert!(told.text().contains("contract_disputed"), "{}", told.text());
}

/// DOMAIN §2, time limit: working days and days of rest come from a calendar that an operator keeps; where there is none
/// yet the last day is provisional, and reckoned again when the calendar comes.
#[test]
fn domain_2_a_last_day_without_a_calendar_is_provisional() {
    let city = City::new();
    profile_with(&city, |values| values["review_limit"] = json!({"days": 310, "unit": "calendar_day"}));
    let (id, decided) = (accepted_of(&city, &form()), accepted_of(&city, &form()));
    let clock = show(&city, &id)["clock"].clone();
    assert_eq!((&clock["due_on"], &clock["provisional"]), (&json!("2027-01-06"), &json!(true)));
    act(&registrar(&city), &decided, "register", json!({"opinion": "x"})).expect(200);
    city.app.run_jobs().unwrap();
    assert_eq!(show(&city, &id)["clock"], clock, "nothing is known yet");
    let csv = "day,kind,name\n2027-01-06,holiday,示例\n2027-01-07,holiday,示例\n";
    let calendar = json!({"year": 2027, "source": "示例通知", "csv": csv});
    city.as_("operator.operator").post("/api/v1/holidays/import", calendar).expect(200);
    city.clock.advance_seconds(120);
    city.app.run_jobs().unwrap();
    let after = show(&city, &id);
    assert_eq!(
        (&after["clock"]["due_on"], &after["clock"]["provisional"]),
        (&json!("2027-01-08"), &json!(false))
    );
    let steps =
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/timeline")).expect(200).body;
    let last = steps["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["detail"]["before"]), (&json!("due_reckoned"), &json!("2027-01-06")));
    city.clock.advance_seconds(120);
    city.app.run_jobs().unwrap();
    assert_eq!(show(&city, &id)["version"], after["version"], "once is enough");
    let page = registrar(&city).get("/api/v1/contracts/work-list").expect(200).body;
    assert_eq!(page["items"][0]["due_on"], "2027-01-08");
}

/// A profile in force since yesterday, like that of 2021 but for what is changed.
fn profile_with(city: &City, change: impl FnOnce(&mut serde_json::Value)) {
    let mut values =
        city.anonymous().get("/api/v1/regulation-profiles/2021").expect(200).body["values"].clone();
    change(&mut values);
    let new = json!({"code": "2026c", "effective_from": "2026-03-01", "values": values, "reason": "示例"});
    city.as_("operator.operator").post("/api/v1/regulation-profiles", new).expect(201);
}

/// For higher rooms: what an office registered over a period, and any one of it, with both amounts.
#[test]
fn the_register_of_an_office_by_period() {
    use techmart::contract::service::{registered as one, standing_in};
    use techmart::kernel::time::Day;
    let city = City::new();
    let (first, _) = (registered(&city), city.clock.advance_seconds(86_400));
    let second = registered(&city);
    let office = city.organisation("registration_office");
    let day = |text: &str| text.parse::<Day>().unwrap();
    let (from, to) = (day("2026-03-02"), day("2026-03-03"));
    let db = city.app.db.clone();
    let all = db.read_blocking(move |snapshot| standing_in(snapshot, office, from, to)).unwrap();
    let numbers: Vec<_> = all.iter().map(|it| it.number.as_str()).collect();
    assert_eq!(numbers, ["2026450701000001", "2026450701000002"]);
    assert_eq!((all[0].total.0, all[0].technical.0, all[0].id.to_string()), (100_000_000, 79_999_999, first));
    let none =
        db.read_blocking(move |snapshot| standing_in(snapshot, office, to.plus_days(1), to.plus_days(9)));
    assert!(none.unwrap().is_empty());
    act(&city.as_("institute.member"), &second, "cancel", json!({"reason": "解除"})).expect(200);
    let ids = [all[0].id, all[1].id];
    let read = move |snapshot: &mut techmart::db::Snapshot| Ok(ids.map(|id| one(snapshot, id)));
    let [standing, ended] = db.read_blocking(read).unwrap().map(|found| found.unwrap().unwrap());
    assert_eq!((&standing.number, standing.seller_division.as_str()), (&all[0].number, "450700"));
    assert_eq!((&ended.number, ended.stage.as_str()), (&all[1].number, "cancelled"));
    assert!(standing.stands() && !ended.stands());
}

/// DOMAIN §2, amounts: what is estimated is corrected before any benefit is paid, so it does not count until then; nor
/// does what was cancelled.
#[test]
fn domain_2_only_final_prices_of_contracts_that_stand_count() {
    use techmart::contract::service::standing_in;
    let city = City::new();
    let mut estimated = form();
    estimated["estimated"] = json!(true);
    let (first, ended, open) = (registered(&city), registered(&city), registered_of(&city, &estimated));
    act(&city.as_("institute.member"), &ended, "cancel", json!({"reason": "解除"})).expect(200);
    let office = city.organisation("registration_office");
    let standing = || {
        let day = "2026-03-02".parse().unwrap();
        let read = move |snapshot: &mut techmart::db::Snapshot| standing_in(snapshot, office, day, day);
        let found = city.app.db.read_blocking(read).unwrap();
        found.iter().map(|it| (it.id.to_string(), it.total.0, it.technical.0)).collect::<Vec<_>>()
    };
    assert_eq!(standing(), [(first.clone(), 100_000_000, 79_999_999)]);
    let mut last = show(&city, &open)["form"].clone();
    last["estimated"] = json!(false);
    let amendment = json!({"form": last, "reason": "价款已结算"});
    act(&city.as_("institute.member"), &open, "amendments", amendment).expect(200);
    act(&registrar(&city), &open, "amendments/approve", json!({"opinion": "同意"})).expect(200);
    let found: Vec<_> = standing().into_iter().map(|it| it.0).collect();
    assert_eq!(found, [first, open]);
}

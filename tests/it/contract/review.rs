//! Large contracts, conflicts of interest, clocks.

use serde_json::json;

use crate::support::City;
use crate::support::contracts::{
    accepted_of, act, credit_code, form, large_form, registered, registered_of, registrar, show, submitted_of,
};

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
        [waiting.as_str(), early.as_str(), late.as_str()],
        "the unaccepted, then by what is due first"
    );
    assert_eq!((&items[1]["days_left"], &items[1]["overdue"]), (&json!(-2), &json!(true)));
    assert_eq!((&items[2]["days_left"], &items[2]["overdue"]), (&json!(4), &json!(false)));
    let first = registrar(&city).get("/api/v1/contracts/work-list?limit=1").expect(200).body;
    let next = first["next"].as_str().unwrap();
    let second =
        registrar(&city).get(&format!("/api/v1/contracts/work-list?limit=1&cursor={next}")).expect(200).body;
    assert_eq!(second["items"][0]["id"], json!(early));
    act(&registrar(&city), &early, "register", json!({"opinion": "x"})).expect(200);
    let page = registrar(&city).get("/api/v1/contracts/work-list?state=accepted").expect(200).body;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
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

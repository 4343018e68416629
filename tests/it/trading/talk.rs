//! Questions, objections, corrections, rules.

use serde_json::json;

use super::super::support::City;
use super::*;

#[test]
fn a_question_is_published_with_its_answer_and_without_who_asked() {
    let city = City::new();
    let id = bidding(&city);
    let asker = city.as_(BIDDER);
    let question = asker.post(&path(&id, "/questions"), json!({"text": "年费缴至哪一年？"})).expect(201).id();
    let list = |persona: &str| {
        let body = city.as_(persona).get(&path(&id, "/questions")).expect(200);
        assert!(!body.text().contains("示例enterprise"), "{}", body.text());
        body.body["items"].as_array().unwrap().len()
    };
    assert_eq!((list(""), list(SECOND), list(BIDDER), list(SELLER)), (0, 0, 1, 1));
    let answer = format!("/api/v1/sales/questions/{question}/answer");
    city.as_(SELLER).post(&answer, json!({"text": "2030 年。"})).expect(200);
    city.as_(SELLER).post(&answer, json!({"text": "再答"})).expect(409);
    assert_eq!(list(""), 1);
}

fn answer(city: &City, objection: &str, uphold: bool, annul: bool) -> Response {
    let body = json!({"uphold": uphold, "annul": annul, "text": "经核查作出决定。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), body)
}

#[test]
fn domain_4_an_open_objection_blocks_the_award_and_its_answer_frees_it() {
    let city = City::new();
    let id = running(&city);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    let objection = objected(&city, &id);
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["result"]["price_fen"]), (&json!("ended"), &json!(100_000)));
    city.app.run_jobs().unwrap();
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["state"], "ended");
    answer(&city, &objection, false, false).expect(200);
    city.app.run_jobs().unwrap();
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["state"], "awarded");
    answer(&city, &objection, true, true).refused(409, "sale_objection_answered");
}

#[test]
fn domain_3_an_objection_blocks_the_result_of_a_negotiated_sale_and_may_annul_it() {
    let city = City::new();
    let id = super::negotiated::publicised(&city);
    let objection = objected(&city, &id);
    // Three days by profile: 5 March.
    let seen = city.as_(SECOND).get(&path(&id, "/objections")).expect(200).body;
    assert_eq!(
        (&seen["items"][0]["due_on"], &seen["items"][0]["overdue"]),
        (&json!("2026-03-05"), &json!(false))
    );
    assert_eq!(city.as_(BIDDER).get(&path(&id, "/objections")).expect(200).body["items"], json!([]));
    city.clock.set(day(&city, 16));
    let result = json!({"price_fen": 500_000});
    city.as_(SELLER).post(&path(&id, "/announce"), result).refused(409, "sale_objections_open");
    assert_eq!(
        city.as_(OPERATOR).get(&path(&id, "/objections")).expect(200).body["items"][0]["overdue"],
        true
    );
    answer(&city, &objection, true, true).expect(200);
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!(seen["state"], "annulled");
    city.as_(SECOND).post(&path(&id, "/objections"), super::objection()).refused(409, "sale_objection_late");
}

#[test]
fn an_objector_may_withdraw_and_has_three_at_most() {
    let city = City::new();
    let id = bidding(&city);
    let first = objected(&city, &id);
    objected(&city, &id);
    objected(&city, &id);
    city.as_(SECOND).post(&path(&id, "/objections"), super::objection()).refused(409, "sale_objections_max");
    let withdraw = format!("/api/v1/sales/objections/{first}/withdraw");
    city.as_(SECOND).send("POST", &withdraw, None).expect(200);
    objected(&city, &id);
}

#[test]
fn offers_are_confirmed_again_after_a_correction_of_the_words() {
    let city = City::new();
    let id = on_market(&city, "listing", listing_terms(&city, false));
    for persona in [BIDDER, SECOND] {
        enrol(&city, &id, persona);
    }
    let offer = |persona: &str, fen: i64| {
        city.as_(persona).put(&path(&id, "/offer"), json!({"price_fen": fen})).expect(200)
    };
    offer(BIDDER, 300_000);
    offer(SECOND, 250_000);
    let correct = |body: Value| city.as_(SELLER).post(&path(&id, "/corrections"), body);
    correct(json!({"reason": "无改动"})).expect(422);
    correct(json!({"ends_at": day(&city, 19), "reason": "提前"})).refused(422, "sale_correct_end");
    correct(json!({"payment": "分三期支付", "ends_at": day(&city, 25), "reason": "付款方式有误"}))
        .expect(200);
    assert_eq!(city.change(&id, "sale.corrected").facts["confirm_again"], true);
    let shown = city.anonymous().get(&path(&id, "/corrections")).expect(200).body;
    assert_eq!(shown["items"][0]["fields"], json!(["payment", "ends_at"]));
    offer(SECOND, 250_000);
    let ended = to_end(&city, &id);
    assert_eq!(ended["result"]["price_fen"], 250_000, "the higher one was not confirmed");
}

#[test]
fn a_bidding_is_corrected_before_it_begins_only() {
    let city = City::new();
    let id = bidding(&city);
    let correct = |body: Value| city.as_(SELLER).post(&path(&id, "/corrections"), body);
    correct(json!({"starts_at": day(&city, 31), "reason": "推迟"})).expect(422);
    let later = json!({"starts_at": day(&city, 31), "ends_at": day(&city, 32), "reason": "推迟"});
    correct(later).expect(200);
    to_start(&city, &id);
    correct(json!({"payment": "分期", "reason": "迟了"})).refused(422, "sale_correct_end");
}

#[test]
fn the_rules_are_dated_configuration_and_a_published_sale_keeps_its_own() {
    let city = City::new();
    let id = bidding(&city);
    let mut rules = city.anonymous().get("/api/v1/sales/rules").expect(200).body["items"][0]["rules"].clone();
    rules["notice_days"] = json!(40);
    rules["extension_seconds"] = json!(10);
    let operator = city.as_(OPERATOR);
    let set = json!({"effective_from": "2026-03-01", "confirmed": true, "rules": rules, "reason": "新规"});
    let wrong = operator.put("/api/v1/sales/rules/2026", set.clone()).expect(422);
    assert_eq!(wrong.field("/rules/extension_seconds"), Some("out_of_range"));
    let mut set = set;
    set["rules"]["extension_seconds"] = json!(600);
    operator.put("/api/v1/sales/rules/2026", set).expect(200);
    let refused = publish(&city, &drafted(&city, "online_bidding", bidding_terms(&city))).expect(422);
    assert_eq!(refused.field("/terms/mode/starts_at"), Some("sale_notice"));
    let kept = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!(kept["rules"]["extension_seconds"], 300);
}

fn uphold(city: &City, objection: &str, consequence: &str) -> Response {
    let mut body = json!({"uphold": true, "text": "经核查属实。"});
    if !consequence.is_empty() {
        body[consequence] = json!(true);
    }
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), body)
}

/// Rule 19: once there is a winner, an objection that is upheld has a consequence, and one.
#[test]
fn rule_19_an_upheld_objection_excludes_the_winner_or_annuls_the_sale() {
    let city = City::new();
    let id = with_rank_two(&city);
    let objection = objected(&city, &id);
    let nothing = uphold(&city, &objection, "").expect(422);
    assert_eq!(nothing.field("/uphold"), Some("sale_objection_consequence"));
    let both = json!({"uphold": true, "annul": true, "exclude_winner": true, "text": "x"});
    let address = format!("/api/v1/sales/objections/{objection}/answer");
    city.as_(OPERATOR).post(&address, both).expect(422);
    let dismissed = json!({"uphold": false, "exclude_winner": true, "text": "x"});
    city.as_(OPERATOR).post(&address, dismissed).expect(422);
    assert_eq!(uphold(&city, &objection, "exclude_winner").expect(200).body["state"], "upheld");
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!(
        (&seen["state"], &seen["result"]["rank"], &seen["result"]["price_fen"]),
        (&json!("awarded"), &json!(2), &json!(103_000))
    );
    // Nobody broke a word: the deposit goes back. The draft of its contract ends.
    city.app.run_jobs().unwrap();
    assert_eq!(deposits(&city, &id), [("confirmed".to_owned(), 2), ("released".to_owned(), 1)]);
    assert_eq!(city.change(&id, "sale.winner_excluded").facts["state"], "ended");
    // Before there is a winner nobody can be excluded.
    let early = bidding(&city);
    uphold(&city, &objected(&city, &early), "exclude_winner").expect(422);
    uphold(&city, &objected(&city, &early), "").expect(200);
}

/// Rule 15: what is unsold because its winner was excluded, or annulled, may be run again; without who was excluded.
#[test]
fn rule_15_what_was_annulled_or_has_lost_its_winner_is_run_again() {
    let city = City::new();
    let rerun = |id: &str| {
        let body = json!({"starts_at": day(&city, 15), "ends_at": day(&city, 16)});
        city.as_(SELLER).post(&path(id, "/rerun"), body)
    };
    let id = awarded(&city);
    uphold(&city, &objected(&city, &id), "exclude_winner").expect(200);
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("unsold"), &json!("no_acceptable_bid")));
    let second = rerun(&id).expect(201).id();
    publish(&city, &second).expect(200);
    let enrolling = |persona: &str| city.as_(persona).send("POST", &path(&second, "/enrolment"), None);
    enrolling(BIDDER).refused(403, "sale_bidder_excluded");
    enrolling(SECOND).expect(201);
    uphold(&city, &objected(&city, &second), "annul").expect(200);
    assert_eq!(rerun(&second).expect(201).body["run_number"], 3);
    city.clock.advance_seconds(31 * 86_400);
    rerun(&second).expect(409);
}

/// DOMAIN §4: an objection is answered in three days; whoever answers is reminded of it.
#[test]
fn domain_4_the_operator_is_told_of_an_objection_that_is_overdue() {
    let city = super::told::begun();
    let id = bidding(&city);
    objected(&city, &id);
    city.clock.set(city.now().plus_days(2));
    city.app.run_jobs().unwrap();
    let told = || super::told::told(&city, OPERATOR);
    assert!(told().contains(&"sale_objection_due".to_owned()), "{:?}", told());
    city.clock.set(city.now().plus_days(2));
    city.app.run_jobs().unwrap();
    city.app.run_jobs().unwrap();
    assert_eq!(told().iter().filter(|event| *event == "sale_objection_overdue").count(), 1, "{:?}", told());
}

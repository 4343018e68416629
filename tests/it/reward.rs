//! Rewards over HTTP: from a registered contract to the last payment.

use serde_json::{Value, json};
use techmart::papers::xlsx;

use super::support::City;
use super::support::contracts::{act, form, registered, show};

pub const WRITER: &str = "institute.member";
pub const DECIDER: &str = "institute.admin";

/// DOMAIN §3's example: 1 000 000 − 3 000 − 7 000 − 20 000 = 970 000; 70% = 679 000, main contributors half of it.
pub fn cash(reward_fen: i64, main_ppm: u32) -> Value {
    json!({
        "form": "cash",
        "receipts": [{"on": "2026-02-20", "amount_fen": 100_000_000, "voucher": "示例收款1号"}],
        "costs": [
            {"kind": "tax", "amount_fen": 300_000},
            {"kind": "upkeep", "amount_fen": 700_000, "note": "专利年费"},
            {"kind": "deal_cost", "amount_fen": 2_000_000},
        ],
        "reward_fen": reward_fen,
        "contributors": contributors(main_ppm),
    })
}

fn contributors(main_ppm: u32) -> Value {
    json!([
        {"rank": 1, "name": "示例甲", "role": "main", "share_ppm": main_ppm},
        {"rank": 2, "name": "示例乙", "unit": "示例学院", "role": "other", "share_ppm": 1_000_000 - main_ppm},
    ])
}

pub fn drafted_with(city: &City, content: &Value) -> String {
    let contract = registered(city);
    let body = json!({"contract_id": contract, "content": content});
    city.as_(WRITER).post("/api/v1/rewards", body).expect(201).id()
}

pub fn drafted(city: &City) -> String {
    drafted_with(city, &cash(67_900_000, 500_000))
}

pub fn decide(city: &City, id: &str, what: &str) -> super::support::Response {
    city.as_(DECIDER).send("POST", &format!("/api/v1/rewards/{id}/{what}"), None)
}

pub fn publicised(city: &City) -> String {
    let id = drafted(city);
    decide(city, &id, "publicise").expect(200);
    id
}

pub fn confirmed_with(city: &City, content: &Value) -> String {
    let id = drafted_with(city, content);
    decide(city, &id, "publicise").expect(200);
    city.clock.advance_seconds(40 * 86_400);
    decide(city, &id, "confirm").expect(200);
    id
}

pub fn confirmed(city: &City) -> String {
    confirmed_with(city, &cash(67_900_000, 500_000))
}

pub fn own_use() -> Value {
    json!({"form": "own_use", "rate_ppm": 50_000, "first_year": 2024, "years": 3, "contributors": contributors(600_000)})
}

pub fn payout(rank: i32, amount: i64, on: &str) -> Value {
    json!({"rank": rank, "amount": amount, "paid_on": on, "voucher": "示例付款1号"})
}

#[test]
fn domain_3_a_plan_of_the_worked_example_is_drawn_up() {
    let city = City::new();
    let id = drafted(&city);
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!(
        (&plan["base"], &plan["reward"], &plan["main"]),
        (&json!(97_000_000), &json!(67_900_000), &json!(33_950_000))
    );
    assert_eq!(
        (&plan["under_plan"], &plan["state"], &plan["tranche"]),
        (&json!(true), &json!("draft"), &json!(1))
    );
    assert_eq!(plan["parts"], json!([33_950_000, 33_950_000]));
    assert_eq!(plan["warnings"], json!([]));
}

#[test]
fn domain_3_a_unit_under_the_plan_is_refused_below_its_floors() {
    let city = City::new();
    let contract = registered(&city);
    let post = |content: Value| {
        city.as_(WRITER).post("/api/v1/rewards", json!({"contract_id": contract, "content": content}))
    };
    let refused = post(cash(67_899_999, 500_000)).refused(422, "reward_below_plan_floor");
    assert!(refused.text().contains("附件5") && refused.text().contains("679000.00"), "{}", refused.text());
    let refused = post(cash(67_900_000, 499_999)).refused(422, "reward_main_below_half");
    assert!(refused.text().contains("339500.00"), "{}", refused.text());
    let mut other_form = cash(67_900_000, 500_000);
    other_form["shares"] = json!(5);
    assert_eq!(post(other_form).refused(422, "validation_failed").field("/shares"), Some("reward_form_part"));
    // The same income is distributed once, whatever the tranche.
    post(cash(67_900_000, 500_000)).expect(201);
    post(cash(67_900_000, 500_000)).refused(422, "reward_voucher_used");
}

/// Art. 44: outside the plan's territory a lower agreement is lawful; the plan says so and goes on.
#[test]
fn art_44_a_lower_agreement_outside_the_plan_is_warned_of() {
    let city = City::new();
    // A rule whose plan covers another city: this institute is outside.
    let mut rule = city.anonymous().get("/api/v1/rewards/rules").expect(200).body["items"][0].clone();
    rule.as_object_mut().unwrap().retain(|name, _| name != "version" && name != "valid_from");
    rule["plan_divisions"] = json!("4501");
    let operator = city.as_("operator.operator");
    let body = |day: &str| json!({"valid_from": day, "rule": rule});
    operator.post("/api/v1/rewards/rules", body("2015-01-01")).refused(422, "validation_failed");
    operator.post("/api/v1/rewards/rules", body("2026-01-01")).expect(201);
    let id = drafted_with(&city, &cash(40_000_000, 500_000));
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!((&plan["under_plan"], &plan["rule"]), (&json!(false), &json!(2)));
    assert_eq!(plan["warnings"][0]["code"], "reward_below_law_floor");
    assert!(plan["warnings"][0]["zh"].as_str().unwrap().contains("第四十四条"));
    decide(&city, &id, "publicise").expect(200);
}

/// DOMAIN §3: cash is publicised for 15 working days, shares for 15 days, with the registration number.
#[test]
fn domain_3_a_decision_is_publicised_for_the_days_of_the_profile() {
    let city = City::new();
    let id = publicised(&city);
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    // Fifteen working days after Monday 2 March 2026.
    assert_eq!(
        (&plan["publicised_on"], &plan["publicity_ends"]),
        (&json!("2026-03-02"), &json!("2026-03-23"))
    );
    let seen = city.anonymous().get(&format!("/api/v1/rewards/publicity/{id}")).expect(200).body;
    assert_eq!(seen["contract_number"].as_str().unwrap().len(), 16);
    assert_eq!(
        (&seen["contributors"][0]["name"], &seen["contributors"][0]["part"]),
        (&json!("示例甲"), &json!(33_950_000))
    );
    assert_eq!(
        city.anonymous().get("/api/v1/rewards/publicity").expect(200).body["items"][0]["id"],
        id.as_str()
    );
    decide(&city, &id, "confirm").refused(409, "reward_publicity_running");
    city.clock.advance_seconds(22 * 86_400);
    // Names are public on the days of the publicity only.
    city.anonymous().get(&format!("/api/v1/rewards/publicity/{id}")).refused(404, "not_found");
    assert_eq!(city.anonymous().get("/api/v1/rewards/publicity").expect(200).body["items"], json!([]));
    decide(&city, &id, "confirm").expect(200);
    let equity = json!({
        "form": "equity", "company": "示例科技公司", "shares": 1000, "reward_shares": 700,
        "contributors": contributors(500_000),
    });
    let id = drafted_with(&city, &equity);
    let plan = decide(&city, &id, "publicise").expect(200).body;
    assert_eq!(plan["publicity_ends"], "2026-04-08", "fifteen calendar days after 24 March");
}

/// DOMAIN §3 (art. 45), rule 12: who drew the plan up, or changed it, is not who confirms it.
#[test]
fn domain_3_a_plan_is_confirmed_by_another_person_than_who_drew_it_up() {
    let city = City::new();
    let contract = registered(&city);
    let body = json!({"contract_id": contract, "content": cash(67_900_000, 500_000)});
    let own = city.as_(DECIDER).post("/api/v1/rewards", body).expect(201).id();
    decide(&city, &own, "publicise").expect(200);
    let changed = drafted(&city);
    let content = json!({"content": cash(70_000_000, 600_000)});
    city.as_(DECIDER).put(&format!("/api/v1/rewards/{changed}"), content).expect(200);
    decide(&city, &changed, "publicise").expect(200);
    city.clock.advance_seconds(40 * 86_400);
    for id in [&own, &changed] {
        decide(&city, id, "confirm").refused(403, "reward_own_plan");
        assert_eq!(
            city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body["state"],
            "publicised"
        );
    }
}

#[test]
fn an_open_objection_blocks_and_an_upheld_one_sends_back() {
    let city = City::new();
    let id = publicised(&city);
    let path = format!("/api/v1/rewards/{id}/objections");
    // Signed in anew each time: the days of a publicity outlast a session.
    let stranger = || city.as_("enterprise.member");
    let objection = stranger().post(&path, json!({"text": "份额与实际贡献不符"})).expect(201).id();
    city.clock.advance_seconds(22 * 86_400);
    stranger().post(&path, json!({"text": "迟到的异议"})).refused(409, "reward_objection_late");
    decide(&city, &id, "confirm").refused(409, "reward_objection_open");
    city.as_("institute2.admin").get(&path).refused(404, "not_found");
    let answer = format!("{path}/{objection}/answer");
    let admin = || city.as_(DECIDER);
    admin().post(&answer, json!({"upheld": true, "answer": "重新核定份额"})).expect(200);
    admin()
        .post(&answer, json!({"upheld": false, "answer": "再答"}))
        .refused(409, "reward_objection_answered");
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!((&plan["state"], &plan["publicity_ends"]), (&json!("draft"), &Value::Null));
    let changed = json!({"content": cash(70_000_000, 600_000)});
    city.as_(WRITER).put(&format!("/api/v1/rewards/{id}"), changed.clone()).expect(200);
    decide(&city, &id, "publicise").expect(200);
    city.as_(WRITER).put(&format!("/api/v1/rewards/{id}"), changed).refused(409, "state_conflict");
    let again = stranger().post(&path, json!({"text": "再次异议"})).expect(201).id();
    admin()
        .post(&format!("{path}/{again}/answer"), json!({"upheld": false, "answer": "经核查不成立"}))
        .expect(200);
    city.clock.advance_seconds(40 * 86_400);
    decide(&city, &id, "confirm").expect(200);
}

#[test]
fn payouts_are_tracked_and_never_beyond_what_is_due() {
    let city = City::new();
    let id = confirmed(&city);
    let path = format!("/api/v1/rewards/{id}/payouts");
    let admin = city.as_(DECIDER);
    let today = city.now().day().to_string();
    admin.post(&path, payout(1, 33_950_001, &today)).refused(409, "reward_overpaid");
    admin.post(&path, payout(3, 1, &today)).refused(404, "reward_nothing_due");
    admin.post(&path, payout(1, 1, "2026-03-02")).refused(422, "validation_failed");
    admin.post(&path, payout(1, 30_000_000, &today)).expect(201);
    admin.post(&path, payout(1, 3_950_001, &today)).refused(409, "reward_overpaid");
    admin.post(&path, payout(1, 3_950_000, &today)).expect(201);
    admin.post(&path, payout(2, 33_950_000, &today)).expect(201);
    let dues = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}/dues")).expect(200).body["items"].clone();
    assert!(dues.as_array().unwrap().iter().all(|due| due["due"] == due["paid"]), "{dues}");
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!(plan["state"], "settled");
    assert_eq!(city.as_(WRITER).get(&path).expect(200).body["items"].as_array().unwrap().len(), 3);
    admin.post(&path, payout(2, 1, &today)).refused(409, "state_conflict");
}

/// Art. 45: 5% of the yearly operating profit, for three years; what is due follows from each stated profit.
#[test]
fn art_45_own_use_pays_from_each_years_profit() {
    let city = City::new();
    let id = confirmed_with(&city, &own_use());
    let admin = city.as_(DECIDER);
    let profits = format!("/api/v1/rewards/{id}/profits");
    let state = |year: i32, fen: i64| admin.post(&profits, json!({"year": year, "profit_fen": fen}));
    let due = state(2024, 200_000_000).expect(200).body;
    assert_eq!((&due["items"][0]["due"], &due["items"][1]["due"]), (&json!(6_000_000), &json!(4_000_000)));
    state(2024, 1).refused(409, "reward_year_stated");
    // Art. 21: the report of that year has the profit and what is due of it, though nothing was paid in it.
    let report = city.as_(WRITER).get("/api/v1/rewards/report?year=2024").expect(200).body;
    let figures = ["base", "reward", "main", "paid"].map(|it| report["plans"][0][it].as_i64().unwrap());
    assert_eq!(figures, [200_000_000, 10_000_000, 6_000_000, 0]);
    state(2027, 1).refused(422, "reward_year_outside");
    state(2025, 0).expect(200);
    state(2026, 100).refused(409, "reward_year_running");
    city.clock.advance_seconds(366 * 86_400);
    let admin = city.as_(DECIDER);
    admin.post(&profits, json!({"year": 2026, "profit_fen": 100})).expect(200);
    let today = city.now().day().to_string();
    for (year, rank, amount) in [(2024, 1, 6_000_000), (2024, 2, 4_000_000), (2026, 1, 3), (2026, 2, 2)] {
        let mut body = payout(rank, amount, &today);
        body["year"] = json!(year);
        admin.post(&format!("/api/v1/rewards/{id}/payouts"), body).expect(201);
    }
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!(plan["state"], "settled");
}

#[test]
fn nothing_is_confirmed_or_paid_on_a_contract_that_ended() {
    let city = City::new();
    let contract = registered(&city);
    let body = json!({"contract_id": contract, "content": cash(67_900_000, 500_000)});
    let id = city.as_(WRITER).post("/api/v1/rewards", body.clone()).expect(201).id();
    decide(&city, &id, "publicise").expect(200);
    city.clock.advance_seconds(40 * 86_400);
    act(&city.as_(WRITER), &contract, "cancel", json!({"reason": "合同解除"})).expect(200);
    decide(&city, &id, "confirm").refused(409, "reward_contract_ended");
    let plan = city.as_(WRITER).get(&format!("/api/v1/rewards/{id}")).expect(200).body;
    assert_eq!(plan["contract_unchanged"], false);
    city.as_(WRITER).post("/api/v1/rewards", body).refused(409, "reward_contract_ended");
    let withdraw = format!("/api/v1/rewards/{id}/withdraw");
    city.as_(DECIDER).post(&withdraw, json!({"reason": "合同已注销"})).expect(200);
}

#[test]
fn only_the_seller_distributes() {
    let city = City::new();
    let contract = registered(&city);
    let body = json!({"contract_id": contract, "content": cash(67_900_000, 500_000)});
    city.as_("institute2.member").post("/api/v1/rewards", body).refused(422, "reward_contract_unknown");
    let draft = super::support::contracts::draft_of(&city, &form());
    let body = json!({"contract_id": draft, "content": cash(67_900_000, 500_000)});
    city.as_(WRITER).post("/api/v1/rewards", body).refused(422, "reward_contract_unknown");
}

/// Law art. 21: contracts by class and the distribution, without names; as JSON and as a workbook.
#[test]
fn art_21_the_yearly_report_has_figures_and_no_names() {
    let city = City::new();
    let id = confirmed(&city);
    let today = city.now().day().to_string();
    let pay = format!("/api/v1/rewards/{id}/payouts");
    city.as_(DECIDER).post(&pay, payout(1, 1_000_000, &today)).expect(201);
    let report = city.as_(WRITER).get("/api/v1/rewards/report?year=2026").expect(200);
    let body = &report.body;
    assert_eq!(
        body["contracts"][0],
        json!({"class": "development", "contracts": 1, "total_fen": 100_000_000, "technical_fen": 79_999_999})
    );
    let plan = &body["plans"][0];
    for (entry, fen) in [
        ("income_fen", 100_000_000),
        ("costs_fen", 3_000_000),
        ("base", 97_000_000),
        ("reward", 67_900_000),
        ("main", 33_950_000),
        ("people", 2),
        ("paid", 1_000_000),
    ] {
        assert_eq!(plan[entry], fen, "{entry}");
    }
    assert!(!report.text().contains("示例甲"), "no names of contributors");
    let institute = city.organisation("institute");
    let other = format!("/api/v1/rewards/report?year=2026&institute={institute}");
    assert_eq!(city.as_("government.payer").get(&other).expect(200).body["plans"], body["plans"]);
    // The county of the second government does not hold the city's institute.
    city.as_("government2.payer").get(&other).refused(404, "not_found");
    city.as_("institute2.member").get(&other).refused(404, "not_found");
    let book = city.as_("operator.auditor").get(&format!("{other}&format=xlsx")).expect(200);
    let rows = xlsx::read(&book.bytes, &xlsx::Limits::default()).unwrap();
    assert_eq!((rows[1][4].plain(), rows[1][6].plain()), ("1000000".to_owned(), "970000".to_owned()));
    assert_eq!(city.as_(WRITER).get("/api/v1/rewards/report?year=2025").expect(200).body["plans"], json!([]));
}

/// The change log and the history hold ids and figures, never names of contributors.
#[test]
fn no_name_of_a_contributor_enters_the_change_log() {
    let city = City::new();
    let id = confirmed(&city);
    let changes =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 100_000)).unwrap();
    let own: Vec<_> = changes.iter().filter(|change| change.kind.starts_with("reward_plan.")).collect();
    assert_eq!(own.len(), 3, "drafted, publicised, confirmed");
    assert!(own.iter().all(|change| !change.facts.to_string().contains("示例甲") && change.public.is_none()));
    assert!(show(&city, own[0].facts["contract"].as_str().unwrap())["id"].is_string() && !id.is_empty());
}

/// Rule 13: shares and years of profit are distributed once, like income.
#[test]
fn art_45_the_same_shares_or_years_are_not_distributed_twice() {
    let city = City::new();
    let contract = registered(&city);
    let post = |content: &Value| {
        city.as_(WRITER).post("/api/v1/rewards", json!({"contract_id": contract, "content": content}))
    };
    let equity = |company: &str| {
        json!({
            "form": "equity", "company": company, "shares": 1000, "reward_shares": 700,
            "contributors": contributors(500_000),
        })
    };
    let first = post(&equity("示例科技公司")).expect(201).id();
    let refused = post(&equity("示例科技 公司")).refused(422, "reward_shares_taken");
    assert_eq!(refused.body["params"]["tranche"], "1");
    post(&equity("示例另一公司")).expect(201);
    // Changing the plan itself is no second one.
    let path = format!("/api/v1/rewards/{first}");
    city.as_(WRITER).put(&path, json!({"content": equity("示例科技公司")})).expect(200);
    city.as_(DECIDER).post(&format!("{path}/withdraw"), json!({"reason": "撤回"})).expect(200);
    post(&equity("示例科技公司")).expect(201);
    let years = |first: i32| {
        let mut content = own_use();
        content["first_year"] = json!(first);
        content
    };
    post(&years(2024)).expect(201);
    let refused = post(&years(2026)).refused(422, "reward_years_taken");
    assert_eq!(
        (&refused.body["params"]["first"], &refused.body["params"]["last"]),
        (&json!("2026"), &json!("2026"))
    );
    post(&years(2027)).expect(201);
}

/// Rule 12: nobody answers an objection to their own plan, nor their own objection.
#[test]
fn domain_3_an_objection_is_answered_by_somebody_who_has_no_part_in_it() {
    let city = City::new();
    let answered = |plan: &str, objector: &str| {
        let path = format!("/api/v1/rewards/{plan}/objections");
        let id = city.as_(objector).post(&path, json!({"text": "份额不符"})).expect(201).id();
        let body = json!({"upheld": false, "answer": "经核查不成立"});
        city.as_(DECIDER).post(&format!("{path}/{id}/answer"), body)
    };
    let contract = registered(&city);
    let body = json!({"contract_id": contract, "content": cash(67_900_000, 500_000)});
    let own = city.as_(DECIDER).post("/api/v1/rewards", body).expect(201).id();
    decide(&city, &own, "publicise").expect(200);
    answered(&own, "enterprise.member").refused(403, "reward_own_case");
    let plan = publicised(&city);
    answered(&plan, DECIDER).refused(403, "reward_own_case");
    answered(&plan, "enterprise.member").expect(200);
}

//! Schemes and appropriations.

use serde_json::{Value, json};

use super::super::support::City;
use super::{appropriate, budget};

#[test]
fn annexes_4_and_5_all_eight_schemes_ship() {
    let city = City::new();
    let answer = city.anonymous().get("/api/v1/subsidy/schemes").expect(200);
    let found: Vec<_> = answer.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            let text = |key: &str| s[key].as_str().unwrap().to_owned();
            (text("code"), text("source"), text("beneficiary"), s["formula"].clone(), s["caps"].clone())
        })
        .collect();
    let fixed = |fen: i64| json!({"kind": "fixed", "amount_fen": fen});
    let hnte = |code: &str, yuan: i64| {
        (code.into(), "附件4 二（三）".into(), "enterprise".into(), fixed(yuan * 100), json!([]))
    };
    let expected: Vec<(String, String, String, Value, Value)> = vec![
        (
            "CONVERT".into(),
            "附件5 二（二）".into(),
            "enterprise".into(),
            json!({"kind": "award"}),
            json!([{"amount_fen": 8_000_000, "scope": "claim"}]),
        ),
        hnte("HNTE-FIRST", 50_000),
        hnte("HNTE-LAB-C", 50_000),
        hnte("HNTE-LAB-N", 500_000),
        hnte("HNTE-LAB-R", 200_000),
        hnte("HNTE-RENEW", 50_000),
        ("INCUBATOR".into(), "附件4 二（三）".into(), "incubator".into(), fixed(3_000_000), json!([])),
        (
            "REG-AGENCY".into(),
            "附件5 二（四）".into(),
            "registration_office".into(),
            json!({"kind": "rate", "rate_ppm": 500}),
            json!([]),
        ),
    ];
    assert_eq!(found, expected);
}

#[test]
fn domain_1_a_later_version_ends_the_one_before_and_never_reaches_back() {
    let city = City::new();
    let approver = city.as_("government.approver");
    let path = "/api/v1/subsidy/schemes/REG-AGENCY/versions";
    let version = |from: &str, formula: Value| {
        json!({"valid_from": from, "base": "total_amount", "title_zh": "补助", "title_en": "Subsidy",
            "source": "示例文件", "formula": formula})
    };
    let rate = json!({"kind": "rate", "rate_ppm": 400});
    let early = approver.post(path, version("2019-01-01", rate.clone()));
    assert_eq!(early.expect(422).field("/valid_from"), Some("scheme_version_date"));
    let endless = json!({"kind": "tiers", "tiers": [{"up_to_fen": 5, "rate_ppm": 1}]});
    approver.post(path, version("2027-01-01", endless)).refused(422, "scheme_formula_invalid");
    approver.post(path, version("2027-01-01", rate)).expect(201);
    let answer = city.anonymous().get("/api/v1/subsidy/schemes/REG-AGENCY").expect(200);
    assert_eq!(answer.body["items"][0]["version"], 2);
    assert_eq!(answer.body["items"][1]["valid_to"], "2026-12-31");
    city.anonymous().get("/api/v1/subsidy/schemes/NONE").refused(422, "scheme_unknown");
}

#[test]
fn domain_5_an_appropriation_is_posted_and_a_cut_takes_only_what_is_available() {
    let city = City::new();
    let made = appropriate(&city, 2026, 10_000).expect(201);
    assert_eq!(made.body["ledger_number"], 1);
    appropriate(&city, 2026, -10_001).refused(409, "appropriation_exceeded");
    appropriate(&city, 2026, -4_000).expect(201);
    let row = budget(&city, 2026);
    assert_eq!((&row["appropriated_fen"], &row["available_fen"]), (&json!(6000), &json!(6000)));
    assert_eq!(
        appropriate(&city, 2026, 0).expect(422).field("/amount_fen"),
        Some("appropriation_amount_invalid")
    );
    assert_eq!(appropriate(&city, 1999, 1).expect(422).field("/year"), Some("out_of_range"));
    let list = city.as_("operator.auditor").get("/api/v1/subsidy/appropriations?year=2026").expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
}

#[test]
fn the_same_idempotency_key_books_once() {
    let city = City::new();
    let approver = city.as_("government.approver").with("idempotency-key", "budget-2026-1");
    let body = json!({"year": 2026, "scheme": "REG-AGENCY", "amount_fen": 500, "document": "示例"});
    let first = approver.post("/api/v1/subsidy/appropriations", body.clone()).expect(201);
    let again = approver.post("/api/v1/subsidy/appropriations", body).expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(budget(&city, 2026)["available_fen"], 500);
}

#[test]
fn the_ledger_is_read_by_page_and_by_record() {
    let city = City::new();
    for fen in [100, 200, 300] {
        appropriate(&city, 2026, fen).expect(201);
    }
    let payer = city.as_("government.payer");
    let accounts = payer.get("/api/v1/ledger/accounts?year=2026").expect(200);
    let balances: Vec<_> =
        accounts.body["items"].as_array().unwrap().iter().map(|a| (&a["path"], &a["balance_fen"])).collect();
    assert_eq!(
        balances,
        [
            (&json!("appropriation/2026/REG-AGENCY"), &json!(-600)),
            (&json!("available/2026/REG-AGENCY"), &json!(600))
        ]
    );
    let id = accounts.body["items"][1]["id"].as_str().unwrap();
    let page = payer.get(&format!("/api/v1/ledger/accounts/{id}/postings?limit=2")).expect(200);
    assert_eq!(page.body["items"][0]["balance_fen"], 600);
    let next = page.body["next"].as_str().unwrap();
    let rest = payer.get(&format!("/api/v1/ledger/accounts/{id}/postings?limit=2&cursor={next}")).expect(200);
    assert_eq!((&rest.body["items"][0]["number"], &rest.body["next"]), (&json!(1), &Value::Null));
    let newest = payer.get("/api/v1/ledger/transactions?limit=1").expect(200);
    let cause = newest.body["items"][0]["cause"].as_str().unwrap();
    let of_record = payer.get(&format!("/api/v1/ledger/transactions?cause={cause}")).expect(200);
    assert_eq!(of_record.body["items"].as_array().unwrap().len(), 1);
    let second = payer.get("/api/v1/ledger/transactions/2").expect(200);
    assert_eq!(second.body["prev_hash"], payer.get("/api/v1/ledger/transactions/1").body["hash"]);
    payer.get("/api/v1/ledger/transactions/9").refused(404, "not_found");
    let yesterday = payer.get("/api/v1/ledger/accounts?effective=2026-03-01").expect(200);
    assert_eq!(yesterday.body["items"][1]["balance_fen"], 0);
}

#[test]
fn domain_5_what_a_year_leaves_goes_back_and_is_not_carried_over() {
    let city = City::new();
    let contract = super::super::support::contracts::registered(&city);
    appropriate(&city, 2026, 100_000).expect(201);
    let close = || {
        let body = json!({"scheme": "REG-AGENCY", "year": 2026});
        city.as_(super::APPROVER).post("/api/v1/subsidy/closed-years", body)
    };
    close().refused(409, "budget_year_running");
    let id = super::prepare(&city.as_(super::PREPARER), &city, super::OFFICE, 2026).expect(201).id();
    city.clock.advance_seconds(366 * 86_400);
    // Nothing is carried over because nobody has closed the year yet.
    super::step(&city, super::VERIFIER, &id, "verify").refused(409, "budget_year_over");
    let late = json!({"scheme": "REG-AGENCY", "beneficiary": city.organisation("registration_office2"),
        "period": 2026, "budget_year": 2026});
    city.as_(super::PREPARER).post("/api/v1/subsidy/batches", late).refused(409, "budget_year_over");
    let closed = close().expect(200);
    assert_eq!(closed.body["lapsed_fen"], 100_000, "what was reserved and not approved is released first");
    assert_eq!(close().expect(200).body["lapsed_fen"], 100_000, "once");
    let row = budget(&city, 2026);
    assert_eq!(
        (&row["available_fen"], &row["reserved_fen"], &row["returned_fen"]),
        (&json!(0), &json!(0), &json!(100_000))
    );
    let batch = city.as_(super::APPROVER).get(&format!("/api/v1/subsidy/batches/{id}")).expect(200);
    assert_eq!(
        (&batch.body["state"], &batch.body["steps"][1]["step"]),
        (&json!("returned"), &json!("expire"))
    );
    appropriate(&city, 2026, 1).refused(409, "budget_year_closed");
    // Appropriated anew, the batch is paid from the new year.
    appropriate(&city, 2027, 100_000).expect(201);
    let again = city
        .as_(super::PREPARER)
        .send("POST", &format!("/api/v1/subsidy/batches/{id}/prepare"), None)
        .expect(200);
    assert_eq!(again.body["budget_year"], 2027);
    assert_eq!(super::states_of_money(&city, 2027)[1], 40_000);
    super::assert_books_are_sound(&city);
    drop(contract);
}

#[test]
fn domain_5_a_commitment_expires_by_the_clock() {
    let city = City::new();
    super::super::support::contracts::registered(&city);
    let body = json!({"valid_from": "2026-01-01", "base": "technical_amount", "title_zh": "补助", "title_en": "Subsidy",
        "source": "示例文件", "formula": {"kind": "rate", "rate_ppm": 500}, "procedure": {"commitment_days": 30}});
    city.as_(super::APPROVER).post("/api/v1/subsidy/schemes/REG-AGENCY/versions", body).expect(201);
    appropriate(&city, 2026, 100_000).expect(201);
    let id = super::prepare(&city.as_(super::PREPARER), &city, super::OFFICE, 2026).expect(201).id();
    city.clock.advance_seconds(29 * 86_400);
    city.app.run_jobs().unwrap();
    assert_eq!(super::states_of_money(&city, 2026)[1], 40_000);
    // Verified on the last day, it gains no time: the days run from its preparation.
    super::step(&city, super::VERIFIER, &id, "verify").expect(200);
    assert_eq!(super::states_of_money(&city, 2026)[2], 40_000);
    city.clock.advance_seconds(2 * 86_400);
    city.app.run_jobs().unwrap();
    assert_eq!(super::states_of_money(&city, 2026)[..3], [100_000, 0, 0]);
    super::assert_books_are_sound(&city);
}

#[test]
fn design_a_county_acts_on_its_own_schemes_only() {
    let city = City::new();
    super::super::support::contracts::registered(&city);
    appropriate(&city, 2026, 100_000).expect(201);
    let county = |persona: &str| city.as_(&format!("government2.{persona}"));
    super::prepare(&county("preparer"), &city, super::OFFICE, 2026).refused(403, "scheme_not_yours");
    let money = json!({"year": 2026, "scheme": "REG-AGENCY", "amount_fen": 5, "document": "示例"});
    county("approver").post("/api/v1/subsidy/appropriations", money).refused(403, "scheme_not_yours");
    let id = super::prepare(&city.as_(super::PREPARER), &city, super::OFFICE, 2026).expect(201).id();
    for (persona, act) in [("preparer", "verify"), ("approver", "approve"), ("payer", "pay")] {
        super::step(&city, &format!("government2.{persona}"), &id, act).refused(403, "scheme_not_yours");
    }
    county("payer").get(&format!("/api/v1/subsidy/batches/{id}")).refused(404, "not_found");
    let own = json!({"code": "LINGSHAN-1", "beneficiary": "registration_office", "version": {
        "valid_from": "2026-01-01", "base": "total_amount", "title_zh": "县级补助", "title_en": "County subsidy",
        "source": "示例文件", "formula": {"kind": "steps", "from_fen": 10_000_000_000_i64, "first_fen": 3_000_000,
            "every_fen": 5_000_000_000_i64, "each_fen": 1_000_000},
        "caps": [{"amount_fen": 10_000_000, "scope": "beneficiary_year"}]}});
    let made = county("approver").post("/api/v1/subsidy/schemes", own.clone()).expect(201);
    assert_eq!(made.body["division"], "450721");
    county("approver").post("/api/v1/subsidy/schemes", own).refused(409, "scheme_exists");
}

#[test]
fn domain_5_a_county_bears_its_share_of_a_shared_scheme() {
    let city = City::new();
    let contract = super::super::support::contracts::registered(&city);
    let clones = super::Clones {
        office: "registration_office2",
        registered_on: "2026-01-05",
        series: "20264507",
        count: 1,
        technical: "20200002",
    };
    super::clone_contract(&city, &contract, &clones);
    let shares = json!([{"fund": "owner", "rate_ppm": 600_000}, {"fund": "county", "rate_ppm": 400_000}]);
    let body = json!({"valid_from": "2026-01-01", "base": "technical_amount", "title_zh": "补助", "title_en": "Subsidy",
        "source": "示例文件", "formula": {"kind": "rate", "rate_ppm": 500}, "shares": shares});
    city.as_(super::APPROVER).post("/api/v1/subsidy/schemes/REG-AGENCY/versions", body).expect(201);
    appropriate(&city, 2026, 6_060).expect(201);
    let office = "registration_office2";
    let try_it = || super::prepare(&city.as_(super::PREPARER), &city, office, 2026);
    try_it().refused(409, "appropriation_exceeded");
    let money =
        json!({"year": 2026, "scheme": "REG-AGENCY", "amount_fen": 4_040, "document": "示例县级预算"});
    let made = city.as_("government2.approver").post("/api/v1/subsidy/appropriations", money).expect(201);
    assert_eq!(made.body["scheme"], "REG-AGENCY@450721");
    let id = try_it().expect(201).id();
    for (persona, act) in [(super::VERIFIER, "verify"), (super::APPROVER, "approve"), (super::PAYER, "pay")] {
        super::step(&city, persona, &id, act).expect(200);
    }
    let list = city.as_(super::PAYER).get("/api/v1/subsidy/budgets?year=2026").expect(200);
    let paid: Vec<_> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["scheme"].clone(), row["paid_fen"].clone()))
        .collect();
    assert_eq!(paid, [(json!("REG-AGENCY"), json!(6_060)), (json!("REG-AGENCY@450721"), json!(4_040))]);
    super::assert_books_are_sound(&city);
}

//! A yearly batch from the register to the payment.

use serde_json::{Value, json};
use techmart::kernel::actor::Role;

use super::super::support::City;
use super::super::support::contracts::{act, registered};
use super::{
    APPROVER, Clones, OFFICE, PAYER, PREPARER, VERIFIER, appropriate, assert_books_are_sound, clone_contract,
    explain, lines, paid, prepare, send_back, states_of_money, step, sum, void,
};

/// A contract of 799 999.99 yuan of technical amount in the register of the first office.
const TECHNICAL_FEN: i64 = 79_999_999;

fn city_with_one(budget_fen: i64) -> (City, String) {
    let city = City::new();
    let contract = registered(&city);
    appropriate(&city, 2026, budget_fen).expect(201);
    (city, contract)
}

#[test]
fn domain_5_a_batch_is_prepared_verified_approved_and_paid_and_every_step_is_posted() {
    let (city, contract) = city_with_one(100_000_000);
    // The two amounts of DOMAIN §5, as further contracts of the office.
    let technical = "CASE n.i WHEN 1 THEN 10000000000 ELSE 1234567890 END";
    let clones =
        Clones { office: OFFICE, registered_on: "2026-01-05", series: "20264507", count: 2, technical };
    clone_contract(&city, &contract, &clones);
    let base = 10_000_000_000 + 1_234_567_890 + TECHNICAL_FEN;
    let total = (base * 500 + 500_000) / 1_000_000;
    let made = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201);
    assert_eq!((&made.body["base_fen"], &made.body["total_fen"]), (&json!(base), &json!(total)));
    let id = made.id();
    let left = 100_000_000 - total;
    assert_eq!(states_of_money(&city, 2026), [left, total, 0, 0, 0]);
    step(&city, VERIFIER, &id, "verify").expect(200);
    assert_eq!(states_of_money(&city, 2026), [left, 0, total, 0, 0]);
    step(&city, APPROVER, &id, "approve").expect(200);
    assert_eq!(states_of_money(&city, 2026), [left, 0, 0, total, 0]);
    step(&city, PAYER, &id, "pay").expect(200);
    assert_eq!(states_of_money(&city, 2026), [left, 0, 0, 0, total]);

    let shown =
        city.as_("registration_office.admin").get(&format!("/api/v1/subsidy/batches/{id}")).expect(200);
    assert_eq!(shown.body["state"], "paid");
    let steps = shown.body["steps"].as_array().unwrap();
    let booked: Vec<_> = steps.iter().map(|s| (&s["step"], s["ledger_number"].as_i64().unwrap())).collect();
    let names = ["prepare", "verify", "approve", "pay"].map(|name| json!(name));
    assert_eq!(booked.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!(booked.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [2, 3, 4, 5]);

    let all = lines(&city, &id);
    assert_eq!((all.len(), sum(&all, "amount_fen")), (3, total));
    let amounts: Vec<_> = all.iter().map(|line| line["amount_fen"].as_i64().unwrap()).collect();
    assert!(amounts.contains(&5_000_000) && amounts.contains(&617_284), "{amounts:?}");
    let why = explain(&city, &id);
    assert_eq!((&why["agrees"], &why["parts"][0]["recomputed_fen"]), (&json!(true), &json!(total)));
    assert_eq!(
        why["parts"][0]["working"][1]["exact_fen"],
        format!("{}.{:06}", base * 500 / 1_000_000, base * 500 % 1_000_000)
    );
    assert_books_are_sound(&city);
    step(&city, PAYER, &id, "pay").refused(409, "state_conflict");
    void(&city, APPROVER, &id).refused(409, "state_conflict");
}

#[test]
fn domain_5_the_four_steps_need_four_people() {
    let (city, _) = city_with_one(100_000);
    const ALL: &[Role] = &[Role::Preparer, Role::Approver, Role::Payer];
    for login in ["all-one", "all-two", "all-three"] {
        city.colleague("government", login, ALL);
    }
    let id = prepare(&city.as_("all-one"), &city, OFFICE, 2026).expect(201).id();
    step(&city, "all-one", &id, "verify").refused(403, "same_person");
    send_back(&city, "all-one", &id, "verify").refused(403, "same_person");
    step(&city, "all-two", &id, "verify").expect(200);
    for done in ["all-one", "all-two"] {
        step(&city, done, &id, "approve").refused(403, "same_person");
    }
    step(&city, "all-three", &id, "approve").expect(200);
    for done in ["all-one", "all-two", "all-three"] {
        step(&city, done, &id, "pay").refused(403, "same_person");
    }
    step(&city, PAYER, &id, "pay").expect(200);
}

#[test]
fn the_steps_come_in_their_order_and_at_the_version_that_was_seen() {
    let (city, _) = city_with_one(100_000);
    let id = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201).id();
    step(&city, APPROVER, &id, "approve").refused(409, "state_conflict");
    step(&city, PAYER, &id, "pay").refused(409, "state_conflict");
    let stale = city.as_(VERIFIER).with("if-match", "\"7\"");
    stale.post(&format!("/api/v1/subsidy/batches/{id}/verify"), json!({})).refused(412, "version_mismatch");
    let unexplained = json!({"decision": "return", "opinion": " "});
    let answer = city.as_(VERIFIER).post(&format!("/api/v1/subsidy/batches/{id}/verify"), unexplained);
    assert_eq!(answer.expect(422).field("/opinion"), Some("opinion_required"));
}

#[test]
fn domain_5_one_scheme_beneficiary_and_period_give_one_batch_whatever_the_retries() {
    let (city, _) = city_with_one(100_000);
    let (preparer, verifier) = (city.as_(PREPARER), city.as_(VERIFIER));
    let ids: Vec<String> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..6)
            .map(|n| {
                let (city, client) = (&city, if n % 3 == 2 { &verifier } else { &preparer });
                scope.spawn(move || prepare(client, city, OFFICE, 2026))
            })
            .collect();
        let answers = tries.into_iter().map(|t| t.join().unwrap());
        answers.filter(|a| a.status == 201).map(|a| a.id()).collect()
    });
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let list = preparer.get("/api/v1/subsidy/batches").expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(states_of_money(&city, 2026)[1], 40_000);
    assert_books_are_sound(&city);
    let keyed = preparer.with("idempotency-key", "batch-1");
    void(&city, APPROVER, &ids[0]).expect(200);
    let first = prepare(&keyed, &city, OFFICE, 2026).expect(201);
    step(&city, VERIFIER, &first.id(), "verify").expect(200);
    assert_eq!(prepare(&keyed, &city, OFFICE, 2026).expect(201).body, first.body, "the kept answer");
    prepare(&preparer, &city, OFFICE, 2026).refused(409, "batch_exists");
}

#[test]
fn domain_5_two_offices_cannot_spend_the_same_money() {
    let (city, contract) = city_with_one(50_000);
    let series = "20264507";
    let clones = Clones {
        office: "registration_office2",
        registered_on: "2026-02-01",
        series,
        count: 1,
        technical: "technical_fen",
    };
    clone_contract(&city, &contract, &clones);
    let (one, two) = (city.as_(PREPARER), city.as_(VERIFIER));
    let answers = std::thread::scope(|scope| {
        let first = scope.spawn(|| prepare(&one, &city, OFFICE, 2026));
        let second = scope.spawn(|| prepare(&two, &city, "registration_office2", 2026));
        [first.join().unwrap(), second.join().unwrap()]
    });
    let mut codes: Vec<_> = answers.iter().map(|a| (a.status, a.body["code"].clone())).collect();
    codes.sort_by_key(|(status, _)| *status);
    assert_eq!(codes, [(201, Value::Null), (409, json!("appropriation_exceeded"))]);
    assert_eq!(states_of_money(&city, 2026)[..2], [10_000, 40_000]);
}

#[test]
fn domain_5_a_return_or_void_releases_the_money_and_keeps_what_was_computed() {
    let (city, contract) = city_with_one(100_000);
    let id = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201).id();
    send_back(&city, VERIFIER, &id, "verify").expect(200);
    assert_eq!(states_of_money(&city, 2026), [100_000, 0, 0, 0, 0]);
    let clones = Clones {
        office: OFFICE,
        registered_on: "2026-02-02",
        series: "20264507",
        count: 1,
        technical: "2000000",
    };
    clone_contract(&city, &contract, &clones);
    let again =
        city.as_(VERIFIER).send("POST", &format!("/api/v1/subsidy/batches/{id}/prepare"), None).expect(200);
    assert_eq!((&again.body["round"], &again.body["contracts"]), (&json!(2), &json!(2)));
    assert_eq!(states_of_money(&city, 2026), [59_000, 41_000, 0, 0, 0]);
    step(&city, PREPARER, &id, "verify").expect(200);
    send_back(&city, APPROVER, &id, "approve").expect(200);
    city.as_(PREPARER).send("POST", &format!("/api/v1/subsidy/batches/{id}/prepare"), None).expect(200);
    step(&city, VERIFIER, &id, "verify").expect(200);
    step(&city, APPROVER, &id, "approve").expect(200);
    send_back(&city, PAYER, &id, "pay").expect(200);
    assert_eq!(states_of_money(&city, 2026), [100_000, 0, 0, 0, 0]);
    void(&city, APPROVER, &id).expect(200);
    let fresh = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201).id();
    assert_ne!(fresh, id);
    assert_books_are_sound(&city);
}

#[test]
fn domain_2_a_revoked_contract_is_not_counted_and_one_that_falls_away_stops_the_batch() {
    let (city, first) = city_with_one(100_000);
    let revoke = |id: &str| {
        let body = json!({"ground": "fraud", "decision": "示例决定"});
        act(&city.as_(APPROVER), id, "revoke", body).expect(200)
    };
    let second = registered(&city);
    revoke(&second);
    let id = prepare(&city.as_(PREPARER), &city, OFFICE, 2026).expect(201).id();
    let number = lines(&city, &id)[0]["number"].as_str().unwrap().to_owned();
    assert_eq!(lines(&city, &id).len(), 1);
    registered(&city);
    city.settle();
    step(&city, VERIFIER, &id, "verify").expect(200);
    revoke(&first);
    city.settle();
    let stopped = step(&city, APPROVER, &id, "approve").refused(409, "batch_outdated");
    assert_eq!(stopped.body["params"]["number"], number);
    send_back(&city, APPROVER, &id, "approve").expect(200);
    let again =
        city.as_(PREPARER).send("POST", &format!("/api/v1/subsidy/batches/{id}/prepare"), None).expect(200);
    assert_eq!(again.body["contracts"], 1);
    assert_ne!(lines(&city, &id)[0]["number"], number);
}

#[test]
fn a_beneficiary_sees_its_own_batches_only() {
    let (city, _) = city_with_one(100_000);
    let id = paid(&city);
    let (own, other) = (city.as_("registration_office.admin"), city.as_("registration_office2.admin"));
    for part in ["", "/lines", "/explain"] {
        own.get(&format!("/api/v1/subsidy/batches/{id}{part}")).expect(200);
        other.get(&format!("/api/v1/subsidy/batches/{id}{part}")).refused(404, "not_found");
    }
    assert_eq!(own.get("/api/v1/subsidy/batches").expect(200).body["items"][0]["id"], id);
    assert_eq!(other.get("/api/v1/subsidy/batches").expect(200).body["items"], json!([]));
    let urn = own.get("/api/v1/subsidy/batches").body["items"][0]["beneficiary"]["urn"].clone();
    let asked = format!("/api/v1/subsidy/batches?beneficiary={}", urn.as_str().unwrap());
    assert_eq!(other.get(&asked).expect(200).body["items"], json!([]));
    let filtered = |query: &str| city.as_(PAYER).get(&format!("/api/v1/subsidy/batches?{query}")).expect(200);
    assert_eq!(filtered("state=paid&period=2026&scheme=REG-AGENCY").body["items"][0]["id"], id);
    assert_eq!(filtered("state=prepared").body["items"], json!([]));
}

#[test]
fn what_cannot_be_prepared_says_why() {
    let (city, _) = city_with_one(10);
    let preparer = city.as_(PREPARER);
    prepare(&preparer, &city, OFFICE, 2026).refused(409, "appropriation_exceeded");
    prepare(&preparer, &city, "registration_office2", 2026).refused(422, "nothing_to_pay");
    prepare(&preparer, &city, "enterprise", 2026).refused(422, "beneficiary_not_entitled");
    let future = prepare(&preparer, &city, OFFICE, 2027).expect(422);
    assert_eq!(future.field("/period"), Some("period_in_future"));
    prepare(&preparer, &city, OFFICE, 2018).refused(422, "scheme_not_in_force");
    let body = |scheme: &str, office: &str, budget_year: i32| json!({"scheme": scheme, "beneficiary": city.organisation(office), "period": 2026, "budget_year": budget_year});
    let post = |body: Value| preparer.post("/api/v1/subsidy/batches", body);
    post(body("CONVERT", "enterprise", 2026)).refused(422, "scheme_not_yearly");
    post(body("NONE", OFFICE, 2026)).refused(422, "scheme_unknown");
    assert_eq!(
        post(body("REG-AGENCY", OFFICE, 2025)).expect(422).field("/budget_year"),
        Some("budget_year_invalid")
    );
    post(body("REG-AGENCY", OFFICE, 2027)).refused(409, "appropriation_exceeded");
    let list = preparer.get("/api/v1/subsidy/batches").expect(200);
    assert_eq!(list.body["items"], json!([]), "a refusal leaves nothing behind");
}

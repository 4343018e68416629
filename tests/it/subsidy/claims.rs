//! Claims of enterprises, from the evidence to the payout, and what becomes of them later.

use serde_json::{Value, json};

use super::super::support::City;
use super::super::support::claims::{
    CLAIMANT, approved, award, certification, claim, conversion, fund, prepare, publicised, review, step,
    submitted,
};
use super::super::support::contracts::{act, credit_code, registered};
use super::{APPROVER, PAYER, PREPARER, VERIFIER, assert_books_are_sound, explain, lines, sum};

fn amounts(city: &City, batch: &str) -> Vec<i64> {
    lines(city, batch).iter().map(|line| line["amount_fen"].as_i64().unwrap()).collect()
}

fn show(city: &City, claim: &str) -> Value {
    city.as_(CLAIMANT).get(&format!("/api/v1/subsidy/claims/{claim}")).expect(200).body
}

fn finish(city: &City, batch: &str) {
    publicised(city, batch);
    step(city, APPROVER, batch, "approve").expect(200);
    step(city, PAYER, batch, "pay").expect(200);
}

#[test]
fn annex_5_2_2_a_conversion_is_claimed_with_evidence_reviewed_and_paid() {
    let city = City::new();
    let contract = registered(&city);
    let body = conversion(&city, &contract, 12_000_000);
    let without = super::super::support::records::with(body.clone(), "evidence", json!([]));
    let answer = claim(&city, CLAIMANT, without).expect(422);
    assert_eq!(answer.field("/evidence"), Some("evidence_missing"));
    let made = claim(&city, CLAIMANT, body.clone()).expect(201);
    let id = made.id();
    assert_eq!(made.body["number"], "CONVERT-2026-000001");
    // 80 000 yuan at most, and never more than was asked for.
    let refused = award(&city, &id, 8_000_001).expect(422);
    assert_eq!(refused.field("/amount_fen"), Some("award_too_high"));
    assert_eq!(award(&city, &id, 8_000_000).expect(200).body["awarded_fen"], 8_000_000);
    fund(&city, "CONVERT", 7_999_999);
    prepare(&city, "CONVERT", 2026).refused(409, "appropriation_exceeded");
    fund(&city, "CONVERT", 1);
    let batch = prepare(&city, "CONVERT", 2026).expect(201).id();
    assert_eq!(prepare(&city, "CONVERT", 2026).expect(201).id(), batch, "a retry gets the batch");
    finish(&city, &batch);
    let shown = show(&city, &id);
    assert_eq!((&shown["batch"], &shown["batch_state"]), (&json!(batch), &json!("paid")));
    assert_eq!(explain(&city, &batch)["agrees"], true);
    assert_eq!(amounts(&city, &batch), [8_000_000]);
    prepare(&city, "CONVERT", 2026).refused(422, "nothing_to_pay");
    assert_books_are_sound(&city);
}

#[test]
fn annex_5_2_2_a_conversion_is_claimed_once_whatever_the_retries() {
    let city = City::new();
    let contract = registered(&city);
    let body = conversion(&city, &contract, 5_000_000);
    let clients: Vec<_> = (0..4).map(|_| city.as_(CLAIMANT)).collect();
    let ids: Vec<String> = std::thread::scope(|scope| {
        let send = |client: &super::super::support::Client| {
            let (client, body) = (client.clone(), body.clone());
            scope.spawn(move || client.post("/api/v1/subsidy/claims", body).expect(201).id())
        };
        let tries: Vec<_> = clients.iter().map(send).collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    award(&city, &ids[0], 5_000_000).expect(200);
    claim(&city, CLAIMANT, body).refused(409, "claim_exists");
    // The seller did not introduce it, and another enterprise did not buy it.
    let mut other = conversion(&city, &contract, 5_000_000);
    other["evidence"] = json!([]);
    let answer = claim(&city, "enterprise2.admin", other.clone()).expect(422);
    assert_eq!(answer.field("/contract"), Some("contract_not_yours"));
    claim(&city, "institute.admin", other).refused(422, "beneficiary_not_entitled");
}

#[test]
fn a_returned_claim_is_completed_and_a_withdrawn_one_may_be_made_anew() {
    let city = City::new();
    let id = submitted(&city, 5_000_000);
    review(&city, &id, json!({"verdict": "return"})).expect(422);
    review(&city, &id, json!({"verdict": "return", "opinion": "请补付款凭证"})).expect(200);
    let contract = show(&city, &id)["contract"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let again = conversion(&city, &contract, 4_000_000);
    let path = format!("/api/v1/subsidy/claims/{id}/resubmit");
    let answer = city.as_(CLAIMANT).post(&path, again.clone()).expect(200);
    assert_eq!(
        (&answer.body["state"], &answer.body["requested_fen"]),
        (&json!("submitted"), &json!(4_000_000))
    );
    city.as_(CLAIMANT).send("POST", &format!("/api/v1/subsidy/claims/{id}/withdraw"), None).expect(200);
    let anew = claim(&city, CLAIMANT, again).expect(201);
    assert_ne!(anew.id(), id);
    assert_eq!(anew.body["number"], "CONVERT-2026-000002");
}

#[test]
fn annex_4_2_3_a_reward_has_its_fixed_amount_and_is_given_once() {
    let city = City::new();
    fund(&city, "HNTE-FIRST", 100_000_000);
    fund(&city, "HNTE-RENEW", 100_000_000);
    let first = claim(&city, CLAIMANT, certification(&city, CLAIMANT, "HNTE-FIRST", "GR1")).expect(201).id();
    // First is first: another certificate is no second first.
    let second = certification(&city, CLAIMANT, "HNTE-FIRST", "GR2");
    claim(&city, CLAIMANT, second).refused(409, "claim_exists");
    assert_eq!(review(&city, &first, json!({"verdict": "award"})).expect(200).body["awarded_fen"], 5_000_000);
    for certificate in ["GR3", "gr 3", "GR4"] {
        let body = certification(&city, CLAIMANT, "HNTE-RENEW", certificate);
        claim(&city, CLAIMANT, body).expect(201);
    }
    let list = city.as_(PREPARER).get("/api/v1/subsidy/claims?scheme=HNTE-RENEW&state=submitted").expect(200);
    let renewed: Vec<String> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(renewed.len(), 2, "one certificate, however it is typed");
    for id in &renewed {
        review(&city, id, json!({"verdict": "award"})).expect(200);
    }
    let batch = prepare(&city, "HNTE-RENEW", 2026).expect(201);
    assert_eq!(batch.body["total_fen"], 10_000_000);
    assert_eq!(amounts(&city, &batch.id()), [5_000_000, 5_000_000]);
    let incubator = certification(&city, "broker.admin", "INCUBATOR", "91459900MA5EXAMPLE");
    let answer = claim(&city, "broker.admin", incubator).expect(422);
    assert_eq!(answer.field("/evidence"), Some("evidence_missing"), "its list asks for two papers");
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_further_claims_of_a_group_under_its_cap_are_lines_of_what_is_left() {
    let city = City::new();
    let body = json!({"valid_from": "2026-01-01", "base": "claim", "title_zh": "补助", "title_en": "Subsidy",
        "source": "示例文件", "formula": {"kind": "award"}, "evidence": [],
        "caps": [{"amount_fen": 8_000_000, "scope": "claim"}, {"amount_fen": 10_000_000, "scope": "group_year"}]});
    city.as_(APPROVER).post("/api/v1/subsidy/schemes/CONVERT/versions", body).expect(201);
    fund(&city, "CONVERT", 100_000_000);
    let codes = json!({"credit_codes": [credit_code("enterprise"), credit_code("enterprise2")]});
    let group = city.as_(APPROVER).put("/api/v1/subsidy/groups/示例集团", codes).expect(200);
    assert_eq!(group.body["credit_codes"].as_array().unwrap().len(), 2);
    let convert = |fen: i64| {
        let contract = registered(&city);
        let mut body = conversion(&city, &contract, fen);
        body["evidence"] = json!([]);
        let id = claim(&city, CLAIMANT, body).expect(201).id();
        award(&city, &id, fen).expect(200);
        (contract, id)
    };
    let (contract, _) = convert(7_000_000);
    let first = prepare(&city, "CONVERT", 2026).expect(201).id();
    for (persona, act) in [(VERIFIER, "verify"), (APPROVER, "approve"), (PAYER, "pay")] {
        step(&city, persona, &first, act).expect(200);
    }
    convert(6_000_000);
    convert(5_000_000);
    let second = prepare(&city, "CONVERT", 2026).expect(201).id();
    assert_eq!(amounts(&city, &second), [3_000_000, 0], "up to the cap of the group, then nothing");
    assert_eq!(explain(&city, &second)["agrees"], true);
    for (persona, act) in [(VERIFIER, "verify"), (APPROVER, "approve"), (PAYER, "pay")] {
        step(&city, persona, &second, act).expect(200);
    }
    // The first contract falls away: 6 + 5 are still above the cap, so the correction is 0.
    let revoked = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_(APPROVER), &contract, "revoke", revoked).expect(200);
    city.settle();
    let third = prepare(&city, "CONVERT", 2026).expect(201).id();
    assert_eq!(amounts(&city, &third), [0]);
    assert_eq!(lines(&city, &third)[0]["cause_kind"], "contract.revoked");
    assert_eq!(explain(&city, &third)["agrees"], true);
    assert_eq!(explain(&city, &first)["agrees"], true);
    assert_books_are_sound(&city);
}

#[test]
fn domain_5_an_award_taken_back_after_payment_is_clawed_back() {
    let city = City::new();
    let batch = approved(&city);
    step(&city, PAYER, &batch, "pay").expect(200);
    let list = city.as_(PREPARER).get("/api/v1/subsidy/claims").expect(200);
    let id = list.body["items"][0]["id"].as_str().unwrap().to_owned();
    let revoke = json!({"opinion": "虚报转化"});
    let path = format!("/api/v1/subsidy/claims/{id}/revoke");
    city.as_(APPROVER).post(&path, revoke.clone()).expect(200);
    city.as_(APPROVER).post(&path, revoke).refused(409, "state_conflict");
    city.settle();
    let back = prepare(&city, "CONVERT", 2026).expect(201);
    assert_eq!(back.body["total_fen"], -5_000_000);
    finish(&city, &back.id());
    assert_eq!(explain(&city, &back.id())["agrees"], true);
    let owed = city.as_(CLAIMANT).get("/api/v1/subsidy/clawbacks?open=true").expect(200);
    assert_eq!(owed.body["items"][0]["open_fen"], 5_000_000);
    assert_eq!(sum(&lines(&city, &batch), "amount_fen"), 5_000_000, "the closed batch stays as it is");
    assert_books_are_sound(&city);
}

#[test]
fn domain_2_a_claim_lapses_with_its_contract_before_it_is_booked() {
    let city = City::new();
    fund(&city, "CONVERT", 20_000_000);
    let contract = registered(&city);
    let id = claim(&city, CLAIMANT, conversion(&city, &contract, 5_000_000)).expect(201).id();
    award(&city, &id, 5_000_000).expect(200);
    act(&city.as_("institute.member"), &contract, "cancel", json!({"reason": "合同解除"})).expect(200);
    prepare(&city, "CONVERT", 2026).refused(422, "nothing_to_pay");
    city.settle();
    assert_eq!(show(&city, &id)["state"], "lapsed");
}

#[test]
fn a_draft_list_is_publicised_and_objections_are_answered_before_approval() {
    let city = City::new();
    fund(&city, "CONVERT", 20_000_000);
    let id = submitted(&city, 5_000_000);
    award(&city, &id, 5_000_000).expect(200);
    let batch = prepare(&city, "CONVERT", 2026).expect(201).id();
    let list = || city.anonymous().get("/api/v1/subsidy/publicity").expect(200).body["items"].clone();
    assert_eq!(list(), json!([]));
    step(&city, VERIFIER, &batch, "verify").expect(200);
    assert_eq!((&list()[0]["batch"], &list()[0]["until"]), (&json!(batch), &json!("2026-03-09")));
    let public = city.anonymous().get(&format!("/api/v1/subsidy/publicity/{batch}")).expect(200);
    let line = &public.body["items"][0];
    assert_eq!(
        (&line["beneficiary_name"], &line["amount_fen"]),
        (&json!("示例enterprise"), &json!(5_000_000))
    );
    assert!(!public.text().contains("6222000000000000001"), "no bank account before the public");
    step(&city, APPROVER, &batch, "approve").refused(409, "publicity_running");
    let object = |persona: &str| {
        let path = format!("/api/v1/subsidy/publicity/{batch}/objections");
        city.as_(persona).post(&path, json!({"reason": "该项目并未投产"}))
    };
    city.settle();
    let first = object("enterprise2.member").expect(201).id();
    city.settle();
    let told = city.as_(APPROVER).get("/api/v1/notices").expect(200).body["items"][0].clone();
    assert_eq!(told["event"], "objection_made", "who decides is told");
    assert_eq!(told["link"], format!("/api/v1/subsidy/batches/{batch}"));
    let preparer = city.as_(PREPARER).get("/api/v1/notices").expect(200);
    assert!(!preparer.text().contains("objection_made"), "who prepared the list does not answer it");
    let second = object("institute2.member").expect(201).id();
    city.clock.advance_seconds(8 * 86_400);
    object("broker.member").refused(409, "publicity_over");
    step(&city, APPROVER, &batch, "approve").refused(409, "objections_open");
    let answer = |objection: &str, uphold: bool| {
        let body = json!({"uphold": uphold, "answer": "经现场核查"});
        city.as_(APPROVER).post(&format!("/api/v1/subsidy/objections/{objection}/answer"), body)
    };
    answer(&first, false).expect(200);
    answer(&first, true).refused(409, "objection_answered");
    answer(&second, true).expect(200);
    let shown = city.as_(PAYER).get(&format!("/api/v1/subsidy/batches/{batch}")).expect(200);
    assert_eq!(shown.body["state"], "returned", "an upheld objection sends the list back");
    let kept = city.as_(PAYER).get(&format!("/api/v1/subsidy/batches/{batch}/objections")).expect(200);
    let states: Vec<_> = kept.body["items"].as_array().unwrap().iter().map(|o| o["state"].clone()).collect();
    assert!(states.contains(&json!("dismissed")) && states.contains(&json!("upheld")), "{states:?}");
    // Prepared again it is publicised anew.
    city.as_(PREPARER).send("POST", &format!("/api/v1/subsidy/batches/{batch}/prepare"), None).expect(200);
    step(&city, VERIFIER, &batch, "verify").expect(200);
    step(&city, APPROVER, &batch, "approve").refused(409, "publicity_running");
}

#[test]
fn domain_5_an_office_is_paid_on_its_claim_where_the_scheme_asks_for_one() {
    let city = City::new();
    registered(&city);
    let body = json!({"valid_from": "2026-01-01", "base": "technical_amount", "title_zh": "补助",
        "title_en": "Subsidy", "source": "示例文件", "formula": {"kind": "rate", "rate_ppm": 500},
        "procedure": {"claim_required": true}});
    city.as_(APPROVER).post("/api/v1/subsidy/schemes/REG-AGENCY/versions", body).expect(201);
    fund(&city, "REG-AGENCY", 1_000_000);
    let batch = || super::prepare(&city.as_(PREPARER), &city, super::OFFICE, 2026);
    batch().refused(409, "claim_missing");
    let wanted =
        json!({"scheme": "REG-AGENCY", "subject": "2026", "title": "年度补助申请", "event_on": "2026-03-01"});
    let id = claim(&city, "registration_office.admin", wanted).expect(201).id();
    batch().refused(409, "claim_missing");
    review(&city, &id, json!({"verdict": "award"})).expect(200);
    assert_eq!(batch().expect(201).body["total_fen"], 40_000);
}

#[test]
fn objections_to_a_list_are_one_for_each_person_bounded_and_read_by_page() {
    let city = City::new();
    fund(&city, "CONVERT", 20_000_000);
    let id = submitted(&city, 5_000_000);
    award(&city, &id, 5_000_000).expect(200);
    let batch = prepare(&city, "CONVERT", 2026).expect(201).id();
    step(&city, VERIFIER, &batch, "verify").expect(200);
    let object = |persona: &str| {
        let path = format!("/api/v1/subsidy/publicity/{batch}/objections");
        city.as_(persona).post(&path, json!({"reason": "该项目并未投产"}))
    };
    let first = object("enterprise2.member").expect(201).id();
    object("enterprise2.member").refused(409, "objection_repeated");
    let answer = format!("/api/v1/subsidy/objections/{first}/answer");
    city.as_(APPROVER).post(&answer, json!({"uphold": false, "answer": "经现场核查"})).expect(200);
    object("enterprise2.member").expect(201);
    object("institute2.member").expect(201);
    let path = format!("/api/v1/subsidy/batches/{batch}/objections");
    let page = |query: &str| city.as_(PAYER).get(&format!("{path}{query}")).expect(200).body;
    let (mut seen, mut cursor) = (vec![], String::new());
    loop {
        let found = page(&format!("?limit=2{cursor}"));
        seen.extend(found["items"].as_array().unwrap().iter().map(|it| it["id"].clone()));
        let Some(next) = found["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 3);
    seen.dedup();
    assert_eq!(seen.len(), 3, "each once");
    let many = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 497) \
         INSERT INTO subsidy_objection (id, batch, sheet, state, person, person_name, organisation, \
         organisation_name, reason, at, answer, answered_by, answered_at) \
         SELECT '01990000-0000-7000-8000-' || substr(CAST(1000000000000 + n.i AS TEXT), 2), batch, sheet, state, \
         person, person_name, organisation, organisation_name, reason, at, answer, answered_by, answered_at \
         FROM subsidy_objection, n WHERE id = '{first}'"
    );
    city.app.db.write_blocking("test.many", move |tx| Ok(tx.batch(&many)?)).unwrap();
    object("broker.member").refused(422, "too_many");
}

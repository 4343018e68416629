//! What happens to a registration: amendments, income, tax.

use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{act, form, large_form, registered, registrar, show};
use crate::support::records::{enquiry, pdf, published, upload};

fn amendments(city: &City, id: &str) -> Value {
    city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/amendments")).expect(200).body
}

/// The registered form with another amount.
fn dearer(city: &City, id: &str, total_fen: i64) -> Value {
    let mut form = show(city, id)["form"].clone();
    form["total_fen"] = json!(total_fen);
    form
}

pub fn proposed(city: &City) -> String {
    let id = registered(city);
    let body = json!({"form": dearer(city, &id, 150_000_000), "reason": "增加工作量"});
    act(&city.as_("institute.member"), &id, "amendments", body).expect(200);
    id
}

pub fn stated(city: &City) -> String {
    let id = registered(city);
    act(&city.as_("institute.member"), &id, "incomes", income(60_000_000, 50_000_000)).expect(200);
    id
}

fn income(received: i64, technical: i64) -> Value {
    json!({"from_on": "2026-02-01", "to_on": "2026-02-28", "received_fen": received, "technical_fen": technical})
}

/// DOMAIN §2, amendment: a new version with reasons, the old kept, the difference visible; old and new amounts are
/// facts for the money that follows.
#[test]
fn domain_2_an_amendment_is_the_next_edition() {
    let city = City::new();
    let id = registered(&city);
    let client = city.as_("institute.member");
    let before = client.get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    let paper = upload(&client, "补充协议.pdf", &pdf("supplement")).expect(201).id();
    let body = json!({"form": dearer(&city, &id, 150_000_000), "reason": "增加工作量", "files": [paper]});
    let asked = act(&client, &id, "amendments", body.clone()).expect(200).body;
    assert_eq!((&asked["state"], &asked["total_fen"]), (&json!("registered"), &json!(100_000_000)));
    assert_eq!(asked["attachments"][1]["kind"], "amendment");
    act(&client, &id, "amendments", body).refused(409, "contract_amendment_pending");
    let done =
        act(&registrar(&city), &id, "amendments/approve", json!({"opinion": "同意变更"})).expect(200).body;
    assert_eq!((&done["state"], &done["registration"]["edition"]), (&json!("amended"), &json!(2)));
    assert_eq!((&done["total_fen"], &done["technical_fen"]), (&json!(150_000_000), &json!(129_999_999)));
    let listed = amendments(&city, &id);
    let first = &listed["items"][0];
    assert_eq!(
        (&first["state"], &first["edition"], &first["reason"]),
        (&json!("approved"), &json!(2), &json!("增加工作量"))
    );
    assert_eq!(
        first["changes"],
        json!([{"pointer": "/total_fen", "before": 100_000_000, "after": 150_000_000}])
    );
    let verify = |view: &Value| {
        let (number, code) = (view["number"].as_str().unwrap(), view["code"].as_str().unwrap());
        city.anonymous().get(&format!("/api/v1/certificates/{number}?code={code}")).expect(200).body
    };
    let after = client.get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    assert_eq!(
        (&verify(&before)["verdict"], &verify(&after)["verdict"]),
        (&json!("amended"), &json!("valid"))
    );
    assert_eq!(verify(&before)["certificate"]["total_fen"], 100_000_000, "the old edition is kept");
    let facts = last_facts(&city, "contract.amended");
    assert_eq!(
        (&facts["technical_before_fen"], &facts["technical_fen"]),
        (&json!(79_999_999), &json!(129_999_999))
    );
    assert_eq!((&facts["total_before_fen"], &facts["total_fen"]), (&json!(100_000_000), &json!(150_000_000)));
    city.settle();
}

fn last_facts(city: &City, kind: &'static str) -> Value {
    let changes = city.app.db.read_blocking(|s| techmart::changes::read_after(s, 0, 10_000)).unwrap();
    changes.into_iter().rev().find(|change| change.kind == kind).unwrap().facts
}

/// DOMAIN §2: what an amendment may not do, told at once.
#[test]
fn domain_2_an_amendment_is_checked_like_an_application() {
    let city = City::new();
    let id = registered(&city);
    let client = city.as_("institute.member");
    let same = json!({"form": show(&city, &id)["form"], "reason": ""});
    let refused = act(&client, &id, "amendments", same).refused(422, "validation_failed");
    assert_eq!(refused.field("/reason"), Some("required"));
    assert_eq!(refused.field("/form"), Some("contract_amendment_changes_nothing"));
    let mut wrong = dearer(&city, &id, 1_000);
    wrong["class"] = json!("service");
    wrong["sub_type"] = json!("general_service");
    let refused = act(&client, &id, "amendments", json!({"form": wrong, "reason": "x"}))
        .refused(422, "validation_failed");
    assert_eq!(refused.field("/form/class"), Some("contract_amendment_of_class"));
    assert_eq!(refused.field("/form/deductions"), Some("contract_deductions_exceed_total"));
    let body = json!({"form": dearer(&city, &id, 150_000_000), "reason": "x"});
    act(&city.as_("enterprise.member"), &id, "amendments", body.clone()).refused(404, "not_found");
    act(&registrar(&city), &id, "amendments/approve", json!({"opinion": "x"}))
        .refused(409, "contract_no_amendment");
    act(&client, &id, "amendments", body).expect(200);
    let refused =
        act(&registrar(&city), &id, "amendments/refuse", json!({})).refused(422, "validation_failed");
    assert_eq!(refused.field("/opinion"), Some("contract_opinion_required"));
    act(&registrar(&city), &id, "amendments/refuse", json!({"opinion": "依据不足"})).expect(200);
    assert_eq!(
        (&show(&city, &id)["state"], &amendments(&city, &id)["items"][0]["state"]),
        (&json!("registered"), &json!("refused"))
    );
    let body = json!({"form": dearer(&city, &id, 150_000_000), "reason": "补充依据"});
    act(&client, &id, "amendments", body).expect(200);
    act(&client, &id, "amendments/withdraw", json!({})).expect(200);
    act(&client, &id, "cancel", json!({"reason": "解除"})).expect(200);
    let body = json!({"form": form(), "reason": "x"});
    act(&client, &id, "amendments", body).refused(409, "state_conflict");
}

/// DOMAIN §2: a contract that becomes large by the amendment needs a second reviewer.
#[test]
fn domain_2_an_amendment_to_a_large_contract_has_a_second_reviewer() {
    let city = City::new();
    let id = registered(&city);
    let client = city.as_("institute.member");
    let mut large = large_form();
    large["title"] = show(&city, &id)["form"]["title"].clone();
    act(&client, &id, "amendments", json!({"form": large, "reason": "扩大规模"})).expect(200);
    let approve = || json!({"opinion": "同意"});
    act(&registrar(&city), &id, "amendments/approve", approve())
        .refused(409, "contract_second_review_required");
    let consent = json!({"agrees": true, "opinion": "复核同意"});
    let reviewer = city.as_("registration_office.reviewer");
    act(&reviewer, &id, "amendments/second-review", consent).expect(200);
    act(&registrar(&city), &id, "amendments/approve", approve()).expect(200);
    let small = proposed(&city);
    let consent = json!({"agrees": true, "opinion": "x"});
    act(&reviewer, &small, "amendments/second-review", consent).refused(409, "contract_not_large");
}

/// DOMAIN §2, states: after performance, a statement of technical income verified against the contract.
#[test]
fn domain_2_technical_income_is_verified_against_the_contract() {
    let city = City::new();
    let id = stated(&city);
    let (client, office) = (city.as_("institute.member"), registrar(&city));
    let decide = |position: i32, agrees: bool, opinion: &str| {
        act(
            &office,
            &id,
            &format!("incomes/{position}/decide"),
            json!({"agrees": agrees, "opinion": opinion}),
        )
    };
    decide(1, true, " ").refused(422, "validation_failed");
    decide(9, true, "x").refused(404, "contract_no_income");
    decide(1, true, "凭证相符").expect(200);
    decide(1, true, "x").refused(409, "state_conflict");
    let facts = last_facts(&city, "contract.income_verified");
    assert_eq!(facts["verified_technical_fen"], 50_000_000);
    let refused =
        act(&client, &id, "incomes", income(40_000_001, 30_000_000)).refused(422, "validation_failed");
    assert_eq!(refused.field("/received_fen"), Some("contract_income_exceeds_contract"));
    assert_eq!(refused.field("/technical_fen"), Some("contract_income_exceeds_contract"));
    // Two statements that fit one by one, not together: the second is stopped when it is verified.
    act(&client, &id, "incomes", income(40_000_000, 20_000_000)).expect(200);
    act(&client, &id, "incomes", income(40_000_000, 20_000_000)).expect(200);
    decide(2, true, "凭证相符").expect(200);
    decide(3, true, "凭证相符").refused(422, "validation_failed");
    decide(3, false, "重复申报").expect(200);
    let body = client.get(&format!("/api/v1/contracts/{id}/incomes")).expect(200).body;
    assert_eq!(
        (&body["verified_received_fen"], &body["verified_technical_fen"]),
        (&json!(100_000_000), &json!(70_000_000))
    );
    assert_eq!(body["items"][2]["state"], "returned");
}

/// DOMAIN §2: verified income stays within the contract, also when the contract is amended: asked for and approved.
#[test]
fn domain_2_no_amendment_goes_below_verified_income() {
    let city = City::new();
    let id = stated(&city);
    let (client, office) = (city.as_("institute.member"), registrar(&city));
    let propose = |total: i64| {
        act(&client, &id, "amendments", json!({"form": dearer(&city, &id, total), "reason": "核减"}))
    };
    // Asked for while the income is only stated; verified before the office decides.
    propose(55_000_000).expect(200);
    act(&office, &id, "incomes/1/decide", json!({"agrees": true, "opinion": "相符"})).expect(200);
    let refused = act(&office, &id, "amendments/approve", json!({"opinion": "同意"}));
    let refused = refused.refused(422, "validation_failed");
    let below = Some("contract_amendment_below_income");
    assert_eq!((refused.field("/form/total_fen"), refused.field("/form/deductions")), (below, below));
    act(&office, &id, "amendments/refuse", json!({"opinion": "低于已核定收入"})).expect(200);
    let refused = propose(69_000_000).refused(422, "validation_failed");
    assert_eq!((refused.field("/form/total_fen"), refused.field("/form/deductions")), (None, below));
    propose(75_000_000).expect(200);
    act(&office, &id, "amendments/approve", json!({"opinion": "同意"})).expect(200);
}

/// DOMAIN §2, amendment: the difference is that from the edition it was asked of, whatever was approved later.
#[test]
fn domain_2_a_refused_amendment_keeps_its_own_difference() {
    let city = City::new();
    let id = proposed(&city);
    act(&registrar(&city), &id, "amendments/refuse", json!({"opinion": "依据不足"})).expect(200);
    let body = json!({"form": dearer(&city, &id, 180_000_000), "reason": "补充依据"});
    act(&city.as_("institute.member"), &id, "amendments", body).expect(200);
    act(&registrar(&city), &id, "amendments/approve", json!({"opinion": "同意"})).expect(200);
    let changes = |at: usize| amendments(&city, &id)["items"][at]["changes"].clone();
    let difference = |after: i64| json!([{"pointer": "/total_fen", "before": 100_000_000, "after": after}]);
    assert_eq!((changes(0), changes(1)), (difference(150_000_000), difference(180_000_000)));
}

/// DOMAIN §2, amendment: the agreement on it may be signed after the first filing, not after today.
#[test]
fn domain_2_an_amendment_may_be_signed_later() {
    let city = City::new();
    let id = registered(&city);
    city.clock.advance_seconds(30 * 86_400);
    let propose = |day: &str| {
        let mut form = dearer(&city, &id, 150_000_000);
        for field in ["signed_on", "start_on"] {
            form[field] = json!(day);
        }
        act(&city.as_("institute.member"), &id, "amendments", json!({"form": form, "reason": "重新签订"}))
    };
    let refused = propose("2026-04-02").refused(422, "validation_failed");
    assert_eq!(refused.field("/form/signed_on"), Some("contract_signed_in_future"));
    propose("2026-04-01").expect(200);
    act(&registrar(&city), &id, "amendments/approve", json!({"opinion": "同意"})).expect(200);
}

/// DOMAIN §2, states: income is stated after performance; the office is told, and finds what waits for it.
#[test]
fn domain_2_stated_income_reaches_the_office() {
    let city = City::new();
    let quiet = registered(&city);
    city.settle();
    let (with_income, with_amendment) = (stated(&city), proposed(&city));
    let mut early = income(1_000, 1_000);
    early["to_on"] = json!("2026-03-03");
    let refused =
        act(&city.as_("institute.member"), &quiet, "incomes", early).refused(422, "validation_failed");
    assert_eq!(refused.field("/to_on"), Some("contract_income_before_its_time"));
    city.settle();
    let told = registrar(&city).get("/api/v1/notices?limit=100").expect(200).text();
    assert!(told.contains("contract_income_stated"), "{told}");
    let pending = |what: &str| -> Vec<String> {
        let page = registrar(&city).get(&format!("/api/v1/contracts/filed?pending={what}")).expect(200).body;
        let items = page["items"].as_array().unwrap().iter();
        items.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((pending("income"), pending("amendment")), (vec![with_income.clone()], vec![with_amendment]));
    act(&registrar(&city), &with_income, "incomes/1/decide", json!({"agrees": true, "opinion": "相符"}))
        .expect(200);
    assert!(pending("income").is_empty());
}

/// DOMAIN §3, fees and tax: the card is information, by the rules of the day on which the contract was signed.
#[test]
fn domain_3_the_tax_card_of_a_contract() {
    let city = City::new();
    let id = registered(&city);
    let card = |city: &City| {
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/tax-card")).expect(200).body
    };
    let first = card(&city);
    assert!(first["notice"]["zh"].as_str().unwrap().contains("仅供参考"));
    assert_eq!((&first["vat"]["exempt"], &first["income_tax"]["applies"]), (&json!(true), &json!(false)));
    assert_eq!(
        (&first["stamp_duty"]["rate_ppm"], &first["stamp_duty"]["amount_fen"]),
        (&json!(300), &json!(30_000))
    );
    assert_eq!(
        (&first["confirmed"], &first["income_tax"]["exempt_up_to_fen"]),
        (&json!(false), &json!(500_000_000))
    );
    let rules = city.anonymous().get("/api/v1/tax-rules").expect(200).body["items"][0].clone();
    let mut values = rules["values"].clone();
    values["stamp_duty_ppm"] = json!(500);
    let set =
        |day: &str| json!({"effective_from": day, "confirmed": true, "values": values, "reason": "示例"});
    let operator = city.as_("operator.operator");
    operator.put("/api/v1/tax-rules/2026", set("2026-02-02")).expect(200);
    assert_eq!(card(&city)["rules"], "2016", "signed the day before");
    operator
        .with("if-match", "\"9\"")
        .put("/api/v1/tax-rules/2026", set("2026-02-01"))
        .refused(412, "version_mismatch");
    operator.put("/api/v1/tax-rules/2026", set("2026-02-01")).expect(200);
    let second = card(&city);
    assert_eq!((&second["rules"], &second["stamp_duty"]["amount_fen"]), (&json!("2026"), &json!(50_000)));
    let mut wrong = set("2026-02-01");
    wrong["values"]["stamp_duty_ppm"] = json!(2_000_000);
    let refused = operator.put("/api/v1/tax-rules/2026", wrong).refused(422, "validation_failed");
    assert_eq!(refused.field("/stamp_duty_ppm"), Some("tax_rate"));
}

/// DOMAIN §6, engagement: it is concluded when the contract that came from it is registered.
#[test]
fn domain_6_an_engagement_is_concluded_by_its_contract() {
    let city = City::new();
    let about = published(&city, "achievements", "institute.member");
    let engagement = city
        .as_("enterprise.member")
        .post("/api/v1/engagements", enquiry("achievements", &about))
        .expect(201)
        .id();
    let client = city.as_("institute.member");
    let answer = json!({"decision": "accepted", "text": "欢迎"});
    client.post(&format!("/api/v1/engagements/{engagement}/answer"), answer).expect(200);
    let file = upload(&client, "正文.pdf", &pdf("from an engagement")).expect(201).id();
    let body = json!({"engagement": engagement, "form": form(), "attachments": [{"file": file, "kind": "main_text"}]});
    let id = client.post("/api/v1/contracts", body).expect(201).id();
    crate::support::contracts::submit(&city, &id, "registration_office").expect(200);
    act(&registrar(&city), &id, "accept", json!({})).expect(200);
    city.settle();
    let state = || client.get(&format!("/api/v1/engagements/{engagement}")).expect(200).body;
    assert_eq!(state()["state"], "accepted", "not before it is registered");
    act(&registrar(&city), &id, "register", json!({"opinion": "x"})).expect(200);
    city.settle();
    let done = state();
    assert_eq!((&done["state"], &done["outcome"]), (&json!("concluded"), &json!("contract")));
    city.settle();
}

//! Brokerage over HTTP: mandates, what they earn, technology managers, yearly figures.

use serde_json::{Value, json};
use techmart::papers::xlsx;

use super::support::City;
use super::support::contracts::{act, credit_code, draft_for, form, registrar, submitted_of};
use super::support::records::{enquiry, published};

pub const CLIENT: &str = "institute.member";
pub const BROKER: &str = "broker.member";
pub const AGENCY: &str = "broker.admin";
const ONE_PERCENT: i64 = 1_000_000;

pub fn terms() -> Value {
    json!({"fee": {"kind": "rate", "base": "total", "rate_ppm": 10_000}, "payer": {"kind": "client"}})
}

/// A mandate that the broker offers to the institute.
pub fn offer(city: &City, terms: Value) -> Value {
    json!({
        "partner": city.organisation("institute"),
        "title": "坭兴陶成果推广委托（示例）",
        "terms": terms,
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    })
}

pub fn proposed(city: &City) -> String {
    city.as_(BROKER).post("/api/v1/brokerage/mandates", offer(city, terms())).expect(201).id()
}

pub fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/brokerage/mandates/{id}{rest}")
}

fn active_with(city: &City, terms: Value) -> String {
    let id = city.as_(BROKER).post("/api/v1/brokerage/mandates", offer(city, terms)).expect(201).id();
    city.as_(CLIENT).post(&path(&id, "/accept"), json!({})).expect(200);
    id
}

pub fn active(city: &City) -> String {
    active_with(city, terms())
}

/// A registered contract of the institute; its number.
pub fn number_of(city: &City, contract: &str) -> String {
    let found = city.as_(CLIENT).get(&format!("/api/v1/contracts/{contract}")).expect(200);
    found.body["registration"]["number"].as_str().unwrap_or_else(|| panic!("{}", found.text())).to_owned()
}

fn register(city: &City, id: &str) {
    act(&registrar(city), id, "accept", json!({"opinion": "材料齐全"})).expect(200);
    act(&registrar(city), id, "register", json!({"opinion": "准予登记"})).expect(200);
    city.settle();
}

/// A registered contract, and the number that the mandate's broker claims it by.
pub fn registered(city: &City) -> (String, String) {
    let id = submitted_of(city, &form());
    register(city, &id);
    let number = number_of(city, &id);
    (id, number)
}

pub fn claimed(city: &City) -> (String, String) {
    let id = active(city);
    let (_, number) = registered(city);
    city.as_(BROKER).post(&path(&id, "/contracts"), json!({"number": number})).expect(200);
    (id, number)
}

pub fn manager() -> Value {
    json!({
        "name": "示例经理", "certificate": "示例经理人证001", "level": "senior",
        "fields": ["new_materials", "agriculture"], "certified_on": "2024-06-30",
    })
}

fn commissions(city: &City, id: &str) -> Vec<i64> {
    let found = city.as_(BROKER).get(&path(id, "/commissions")).expect(200);
    found.body["items"].as_array().unwrap().iter().map(|line| line["amount_fen"].as_i64().unwrap()).collect()
}

#[test]
fn one_side_proposes_the_other_accepts_and_nobody_else_sees_it() {
    let city = City::new();
    let id = proposed(&city);
    city.as_(BROKER).post(&path(&id, "/accept"), json!({})).refused(403, "mandate_not_your_turn");
    city.as_("enterprise.member").get(&path(&id, "")).refused(404, "not_found");
    city.as_("broker2.member").get(&path(&id, "")).refused(404, "not_found");
    city.as_(CLIENT)
        .post(&path(&id, "/withdraw"), json!({"reason": "x"}))
        .refused(403, "mandate_not_your_turn");
    let accepted = city.as_(CLIENT).post(&path(&id, "/accept"), json!({"note": "同意"})).expect(200);
    assert_eq!((&accepted.body["state"], &accepted.body["side"]), (&json!("active"), &json!("client")));
    city.as_(CLIENT).post(&path(&id, "/decline"), json!({"reason": "x"})).refused(409, "state_conflict");
    assert_eq!(
        city.as_(CLIENT).get("/api/v1/brokerage/mandates?state=active").expect(200).body["items"][0]["id"],
        id.as_str()
    );
    city.as_(CLIENT).post(&path(&id, "/end"), json!({"reason": "合作结束"})).expect(200);
    let declined = proposed(&city);
    city.as_(CLIENT).post(&path(&declined, "/decline"), json!({"reason": "佣金过高"})).expect(200);
}

#[test]
fn a_mandate_says_everything_or_is_refused() {
    let city = City::new();
    let post = |persona: &str, body: Value| city.as_(persona).post("/api/v1/brokerage/mandates", body);
    let mut body =
        offer(&city, json!({"fee": {"kind": "tiered", "rate_ppm": 1}, "payer": {"kind": "shared"}}));
    let refused = post(BROKER, body.clone()).refused(422, "validation_failed");
    for (pointer, code) in [
        ("/fee/rate_ppm", "mandate_fee_part"),
        ("/fee/base", "required"),
        ("/fee/tiers", "required"),
        ("/payer/client_ppm", "mandate_payer_share"),
    ] {
        assert_eq!(refused.field(pointer), Some(code), "{pointer}");
    }
    body["terms"] = terms();
    body["valid_to"] = json!("2025-12-31");
    body["about"] = json!("urn:tm:cn-450700:contract:01980000-0000-7000-8000-000000000001");
    body["partner"] = json!(city.organisation("broker2"));
    let refused = post(BROKER, body).refused(422, "validation_failed");
    for (pointer, code) in
        [("/valid_to", "mandate_days"), ("/about", "mandate_about"), ("/partner", "mandate_partner")]
    {
        assert_eq!(refused.field(pointer), Some(code), "{pointer}");
    }
    // Two parties without a broker have no mandate.
    post(CLIENT, offer(&city, terms())).refused(422, "validation_failed");
}

/// An engagement that names the broker leads to a contract: it earns by itself, and follows what happens to it.
#[test]
fn a_commission_follows_the_contract_from_registration_to_its_end() {
    let city = City::new();
    let shared = json!({
        "fee": {"kind": "tiered", "base": "total", "tiers": [
            {"up_to_fen": 10_000_000, "rate_ppm": 10_000}, {"up_to_fen": 100_000_000, "rate_ppm": 5_000},
            {"rate_ppm": 1_000},
        ]},
        "payer": {"kind": "shared", "client_ppm": 600_000},
    });
    let id = active_with(&city, shared);
    let about = published(&city, "achievements", CLIENT);
    let mut ask = enquiry("achievements", &about);
    ask["broker"] = json!(city.organisation("broker"));
    let engagement = city.as_("enterprise.member").post("/api/v1/engagements", ask).expect(201).id();
    let answer = format!("/api/v1/engagements/{engagement}/answer");
    city.as_(CLIENT).post(&answer, json!({"decision": "accepted"})).expect(200);
    let client = city.as_(CLIENT);
    let file = super::support::records::upload(&client, "合同.pdf", &super::support::records::pdf("broker"))
        .expect(201)
        .id();
    let body = json!({
        "form": form(), "attachments": [{"file": file, "kind": "main_text"}], "engagement": engagement,
    });
    let contract = client.post("/api/v1/contracts", body).expect(201).id();
    super::support::contracts::submit(&city, &contract, "registration_office").expect(200);
    register(&city, &contract);
    // 100 000 at 1%, 900 000 at 0.5%: 1 000 + 4 500 yuan; the client pays 60%.
    let lines = city.as_(CLIENT).get(&path(&id, "/commissions")).expect(200).body["items"].clone();
    assert_eq!((&lines[0]["amount_fen"], &lines[0]["client_fen"]), (&json!(550_000), &json!(330_000)));
    assert_eq!(lines[0]["cause_kind"], "contract.registered");
    // Lines of one moment have no order among themselves.
    city.clock.advance_seconds(1);
    act(&client, &contract, "cancel", json!({"reason": "合同解除"})).expect(200);
    city.settle();
    city.settle();
    assert_eq!(commissions(&city, &id), [550_000, -550_000], "one line for each cause");
    let figures =
        city.as_(BROKER).get("/api/v1/brokerage/statement?year=2026").expect(200).body["figures"].clone();
    assert_eq!((&figures["deals"], &figures["commission_fen"]), (&json!(0), &json!(0)));
}

#[test]
fn a_claimed_contract_counts_when_the_client_agrees() {
    let city = City::new();
    let (id, number) = claimed(&city);
    assert!(commissions(&city, &id).is_empty());
    let agree = path(&id, &format!("/contracts/{number}/agree"));
    city.as_(BROKER).send("POST", &agree, None).refused(403, "mandate_not_your_turn");
    city.as_(CLIENT).send("POST", &agree, None).expect(200);
    assert_eq!(commissions(&city, &id), [ONE_PERCENT]);
    city.as_(CLIENT).send("POST", &agree, None).refused(409, "mandate_contract_claimed");
    let claim = json!({"number": number});
    city.as_(BROKER).post(&path(&id, "/contracts"), claim.clone()).refused(409, "mandate_contract_claimed");
    // Another mandate between the same two does not earn on it again.
    let second = active(&city);
    city.as_(BROKER).post(&path(&second, "/contracts"), claim).refused(409, "mandate_contract_claimed");
    let unknown = json!({"number": "2026450701999999"});
    city.as_(BROKER).post(&path(&id, "/contracts"), unknown).refused(422, "mandate_contract_unknown");
}

/// The registration number of an intermediary contract of which the broker is the seller.
fn intermediary_contract(city: &City) -> String {
    let mut own = form();
    own["class"] = json!("service");
    own["sub_type"] = json!("intermediary");
    own["total_fen"] = json!(5_000_000);
    own["deductions"] = json!([]);
    own["seller"]["name"] = json!("示例broker");
    own["seller"]["credit_code"] = json!(credit_code("broker"));
    own["seller"]["kind"] = json!("private");
    let contract = draft_for(city, &own, BROKER);
    let office = city.organisation("registration_office");
    act(&city.as_(BROKER), &contract, "submit", json!({"office": office})).expect(200);
    register(city, &contract);
    let found = city.as_(BROKER).get(&format!("/api/v1/contracts/{contract}")).expect(200);
    found.body["registration"]["number"].as_str().unwrap().to_owned()
}

/// An active mandate and the number of an intermediary contract to link.
pub fn with_intermediary(city: &City) -> (String, String) {
    (active(city), intermediary_contract(city))
}

#[test]
fn the_brokers_own_intermediary_contract_is_linked() {
    let city = City::new();
    let (id, number) = claimed(&city);
    let link = path(&id, "/intermediary");
    // A development contract of somebody else is not the broker's intermediary contract.
    let refused = city.as_(BROKER).post(&link, json!({"number": number})).refused(422, "validation_failed");
    assert_eq!(refused.field("/number"), Some("mandate_intermediary"));
    let number = intermediary_contract(&city);
    let linked = city.as_(BROKER).post(&link, json!({"number": number})).expect(200);
    assert_eq!(linked.body["intermediary"], number);
    city.as_(CLIENT).post(&link, json!({"number": number})).refused(403, "mandate_not_your_turn");
}

#[test]
fn domain_6_technology_managers_have_certificate_level_fields_agency_and_deals() {
    let city = City::new();
    let agency = city.as_(AGENCY);
    let id = agency.post("/api/v1/brokerage/managers", manager()).expect(201).id();
    agency.post("/api/v1/brokerage/managers", manager()).refused(409, "manager_certificate_taken");
    let mut wrong = manager();
    wrong["fields"] = json!(["no_such_field"]);
    wrong["certified_on"] = json!("2030-01-01");
    let refused =
        agency.put(&format!("/api/v1/brokerage/managers/{id}"), wrong).refused(422, "validation_failed");
    assert_eq!(refused.field("/fields/0"), Some("unknown_value"));
    assert_eq!(refused.field("/certified_on"), Some("manager_certified_later"));
    // The manager of a mandate that earns has a deal.
    let mut body = offer(&city, terms());
    body["manager"] = json!(id);
    let mandate = city.as_(BROKER).post("/api/v1/brokerage/mandates", body.clone()).expect(201).id();
    city.as_(CLIENT).post(&path(&mandate, "/accept"), json!({})).expect(200);
    let (_, number) = registered(&city);
    city.as_(BROKER).post(&path(&mandate, "/contracts"), json!({"number": number})).expect(200);
    city.as_(CLIENT).send("POST", &path(&mandate, &format!("/contracts/{number}/agree")), None).expect(200);
    let listed =
        city.anonymous().get("/api/v1/brokerage/managers?level=senior").expect(200).body["items"].clone();
    assert_eq!((&listed[0]["name"], &listed[0]["deals"]), (&json!("示例经理"), &json!(1)));
    assert_eq!(listed[0]["agency_name"], "示例broker");
    agency.send("POST", &format!("/api/v1/brokerage/managers/{id}/leave"), None).expect(200);
    assert_eq!(city.anonymous().get("/api/v1/brokerage/managers").expect(200).body["items"], json!([]));
    city.as_(BROKER).post("/api/v1/brokerage/mandates", body).refused(422, "validation_failed");
    agency.send("POST", &format!("/api/v1/brokerage/managers/{id}/leave"), None).refused(409, "manager_left");
    // The certificate is free again, at another agency too.
    city.as_("broker2.admin").post("/api/v1/brokerage/managers", manager()).expect(201);
}

#[test]
fn domain_6_the_agencys_yearly_figures_add_up() {
    let city = City::new();
    city.as_(AGENCY).post("/api/v1/brokerage/managers", manager()).expect(201);
    let id = active(&city);
    for _ in 0..2 {
        let (_, number) = registered(&city);
        city.as_(BROKER).post(&path(&id, "/contracts"), json!({"number": number})).expect(200);
        city.as_(CLIENT).send("POST", &path(&id, &format!("/contracts/{number}/agree")), None).expect(200);
    }
    let year = city.as_("government.payer").get("/api/v1/brokerage/figures?year=2026").expect(200).body;
    let row = &year["items"][0];
    for (entry, value) in [
        ("staff", 1),
        ("deals", 2),
        ("firms", 1),
        ("total_fen", 200_000_000),
        ("technical_fen", 159_999_998),
        ("commission_fen", 2 * ONE_PERCENT),
    ] {
        assert_eq!(row[entry], value, "{entry}");
    }
    let statement = city.as_(BROKER).get("/api/v1/brokerage/statement?year=2026&limit=1").expect(200).body;
    assert_eq!(statement["figures"]["name"], "示例broker");
    assert_eq!(statement["items"].as_array().unwrap().len(), 1);
    assert!(statement["next"].is_string());
    let other = format!("/api/v1/brokerage/statement?year=2026&broker={}", city.organisation("broker"));
    city.as_("broker2.member").get(&other).refused(404, "not_found");
    let book = city.as_("operator.auditor").get(&format!("{other}&format=xlsx")).expect(200);
    assert_eq!(xlsx::read(&book.bytes, &xlsx::Limits::default()).unwrap().len(), 3);
    let none = city.as_("broker2.member").get("/api/v1/brokerage/figures?year=2026").expect(200).body;
    assert_eq!(none["items"], json!([]));
    // An amendment in a later year is money of that year, and no second deal.
    let (contract, number) = registered(&city);
    city.as_(BROKER).post(&path(&id, "/contracts"), json!({"number": number})).expect(200);
    city.as_(CLIENT).send("POST", &path(&id, &format!("/contracts/{number}/agree")), None).expect(200);
    city.clock.advance_seconds(366 * 86_400);
    let mut larger =
        city.as_(CLIENT).get(&format!("/api/v1/contracts/{contract}")).expect(200).body["form"].clone();
    larger["total_fen"] = json!(150_000_000);
    let amended = json!({"form": larger, "reason": "增加工作量"});
    act(&city.as_(CLIENT), &contract, "amendments", amended).expect(200);
    act(&registrar(&city), &contract, "amendments/approve", json!({"opinion": "同意"})).expect(200);
    city.settle();
    city.settle();
    let year = city.as_("government.payer").get("/api/v1/brokerage/figures?year=2027").expect(200).body;
    let row = &year["items"][0];
    let found = ["deals", "firms", "total_fen", "commission_fen"].map(|it| row[it].as_i64().unwrap());
    assert_eq!(found, [0, 0, 0, ONE_PERCENT / 2]);
    let year = city.as_("government.payer").get("/api/v1/brokerage/figures?year=2026").expect(200).body;
    assert_eq!(year["items"][0]["deals"], 3);
}

/// A client of a deal that another client's mandate earned on before is a firm of its own first year, and a deal that
/// was taken back whole counts again when it revives.
#[test]
fn domain_6_each_client_and_each_deal_counts_in_the_year_in_which_it_brings_something() {
    let city = City::new();
    let id = active(&city);
    let (_, number) = registered(&city);
    city.as_(BROKER).post(&path(&id, "/contracts"), json!({"number": number})).expect(200);
    city.as_(CLIENT).send("POST", &path(&id, &format!("/contracts/{number}/agree")), None).expect(200);
    let mut body = offer(&city, terms());
    body["partner"] = json!(city.organisation("enterprise"));
    let other = city.as_(BROKER).post("/api/v1/brokerage/mandates", body).expect(201).id();
    city.as_("enterprise.member").post(&path(&other, "/accept"), json!({})).expect(200);
    city.as_(BROKER).post(&path(&other, "/contracts"), json!({"number": number})).expect(200);
    city.clock.advance_seconds(366 * 86_400);
    let agree = path(&other, &format!("/contracts/{number}/agree"));
    city.as_("enterprise.member").send("POST", &agree, None).expect(200);
    let figures = || {
        let year = city.as_("government.payer").get("/api/v1/brokerage/figures?year=2027").expect(200).body;
        ["deals", "firms", "commission_fen"].map(|it| year["items"][0][it].as_i64().unwrap())
    };
    assert_eq!(figures(), [0, 1, ONE_PERCENT], "a further firm, no further deal");
    let taken_back = "INSERT INTO commission (id, mandate, broker, client, contract, number, cause_seq, cause_kind, \
        base_fen, amount_fen, client_fen, day, at) \
        SELECT '01990000-0000-7000-8000-000000000001', mandate, broker, client, contract, number, cause_seq + 1000, \
        'contract.cancelled', base_fen, -amount_fen, -client_fen, '2026-12-01', at FROM commission \
        WHERE day < '2027-01-01'";
    city.app.db.write_blocking("test.taken_back", move |tx| Ok(tx.batch(taken_back)?)).unwrap();
    assert_eq!(figures(), [1, 1, ONE_PERCENT], "nothing is left of the year before");
}

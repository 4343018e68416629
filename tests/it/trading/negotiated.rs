//! Negotiated price with publicity (DOMAIN §3).

use serde_json::json;

use super::super::support::City;
use super::*;

pub fn submitted(city: &City) -> String {
    on_market(city, "negotiated", negotiated_terms(city))
}

pub fn publicised(city: &City) -> String {
    let id = submitted(city);
    city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).expect(200);
    id
}

fn announce(city: &City, id: &str, fen: i64, note: &str) -> Response {
    city.as_(SELLER).post(&path(id, "/announce"), json!({"price_fen": fen, "note": note}))
}

#[test]
fn domain_3_an_agreed_price_is_publicised_for_fifteen_days_after_approval() {
    let city = City::new();
    let id = submitted(&city);
    city.anonymous().get(&path(&id, "")).refused(404, "not_found");
    assert_eq!(
        city.as_(OPERATOR).get("/api/v1/sales/review").expect(200).body["items"][0]["id"],
        id.as_str()
    );
    city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).expect(200);
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    // Fifteen days after 2 March, to the end of the day in Qinzhou.
    assert_eq!((&seen["phase"], &seen["ends_at"]), (&json!("open"), &json!("2026-03-17T16:00:00Z")));
    announce(&city, &id, 500_000, "").refused(409, "sale_publicity_running");
    city.clock.set("2026-03-17T16:00:00Z".parse().unwrap());
    let changed = announce(&city, &id, 480_000, "").expect(422);
    assert_eq!(changed.field("/note"), Some("sale_amount_note"));
    let ended = announce(&city, &id, 480_000, "按评审意见下调").expect(200).body;
    assert_eq!((&ended["state"], &ended["result"]["price_fen"]), (&json!("awarded"), &json!(480_000)));
    assert_eq!(city.change_of(&id, "sale.awarded")["result"]["note"], "按评审意见下调");
}

#[test]
fn domain_3_a_refusal_needs_a_reason_and_can_be_mended() {
    let city = City::new();
    let id = submitted(&city);
    let operator = city.as_(OPERATOR);
    operator.post(&path(&id, "/refuse"), json!({"reason": " "})).expect(422);
    let refused = operator.post(&path(&id, "/refuse"), json!({"reason": "缺评估报告"})).expect(200).body;
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("缺评估报告")));
    assert_eq!(publish(&city, &id).expect(200).body["state"], "pending_review");
}

#[test]
fn domain_3_a_related_buyer_is_flagged_and_explained() {
    let city = City::new();
    let mut terms = negotiated_terms(&city);
    terms["related_party"] = json!(true);
    let id = drafted(&city, "negotiated", terms.clone());
    assert_eq!(publish(&city, &id).expect(422).field("/terms/mode/relation"), Some("sale_relation"));
    terms["relation"] = json!("受让方股东为第一完成人");
    let id = on_market(&city, "negotiated", terms);
    city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).expect(200);
    assert_eq!(city.change_of(&id, "sale.published")["price"]["related_party"], true);
}

#[test]
fn nobody_enrols_for_a_negotiated_sale() {
    let city = City::new();
    let id = publicised(&city);
    city.as_(SECOND).send("POST", &path(&id, "/enrolment"), None).refused(409, "sale_mode_wrong");
}

/// DOMAIN §2: a right of first refusal that nobody would ask about is not announced; its holder objects.
#[test]
fn domain_2_a_negotiated_sale_names_no_priority_holders() {
    let city = City::new();
    let mut draft = body(&city, "negotiated", negotiated_terms(&city));
    let code = buyer(&city)["credit_code"].clone();
    draft["terms"]["priority_holders"] = json!([{"name": "示例甲", "credit_code": code, "rank": 1}]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    let refused = publish(&city, &id).expect(422);
    assert_eq!(refused.field("/terms/priority_holders"), Some("sale_priority_negotiated"));
}

/// DOMAIN §3: the buyer that is publicised is a unit of the register, by its number and its code.
#[test]
fn domain_3_the_buyer_is_who_it_is_registered_as() {
    let city = City::new();
    let draft = |buyer: Value| {
        let mut terms = negotiated_terms(&city);
        terms["buyer"] = buyer;
        city.as_(SELLER).post("/api/v1/sales", body(&city, "negotiated", terms))
    };
    let own = buyer(&city);
    let mut foreign = own.clone();
    foreign["credit_code"] = json!(credit_code("enterprise2"));
    assert_eq!(draft(foreign).expect(422).field("/terms/mode/buyer/urn"), Some("sale_buyer_unknown"));
    let mut nobody = own.clone();
    nobody["urn"] = json!("urn:tm:cn-450700:organisation:01980000-0000-7000-8000-0000000000ff");
    assert_eq!(draft(nobody).expect(422).field("/terms/mode/buyer/urn"), Some("sale_buyer_unknown"));
    let mut long = own.clone();
    long["urn"] = json!("x".repeat(300));
    draft(long).expect(422);
    // By its code alone, and under another name: it is the registered unit.
    let by_code = json!({"urn": "", "name": "随便写的名称", "credit_code": own["credit_code"]});
    assert_eq!(draft(by_code).expect(201).body["terms"]["mode"]["buyer"], own);
}

/// DOMAIN §4, who may not take part; §3, the flag for related parties: what the seller itself lists is said.
#[test]
fn domain_3_a_listed_related_party_is_flagged_and_a_barred_buyer_refused() {
    let city = City::new();
    let mut draft = body(&city, "negotiated", negotiated_terms(&city));
    draft["terms"]["related_parties"] = json!([buyer(&city)["credit_code"]]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft.clone()).expect(201).id();
    assert_eq!(publish(&city, &id).expect(422).field("/terms/mode/related_party"), Some("sale_relation"));
    draft["terms"]["mode"]["related_party"] = json!(true);
    draft["terms"]["mode"]["relation"] = json!("转让方控股的公司");
    city.as_(SELLER).put(&path(&id, ""), draft).expect(200);
    publish(&city, &id).expect(200);
    bar(&city, "enterprise");
    city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).refused(403, "sale_bidder_barred");
    let second = drafted(&city, "negotiated", negotiated_terms(&city));
    publish(&city, &second).refused(403, "sale_bidder_barred");
}

//! Builders for the operations of trading.

use serde_json::json;

use super::{Case, Entry};
use crate::support::City;
use crate::trading::{
    BIDDER, OPERATOR, PAYER, SECOND, SELLER, admitted, awarded, bidding, bidding_terms, body, day, drafted,
    enrol, listing_terms, negotiated_terms, objected, objection, on_market, path, running, signed, stated,
    to_end, to_start, with_evidence,
};

/// An act of the seller on its sale.
fn own(id: &str, method: &'static str, rest: &str) -> Case {
    Case::new(method, path(id, rest), SELLER).stranger("institute2.member").stranger("enterprise.admin")
}

/// Bidding is for whoever is admitted; a second enterprise is refused for another reason than its role.
fn part(id: &str, method: &'static str, rest: &str) -> Case {
    Case::new(method, path(id, rest), BIDDER)
}

fn pending(city: &City) -> String {
    on_market(city, "negotiated", negotiated_terms(city))
}

fn deposit(city: &City) -> String {
    let id = bidding(city);
    enrol(city, &id, BIDDER);
    let list = city.as_(PAYER).get(&format!("/api/v1/sales/deposits?sale={id}")).expect(200).body;
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

fn with_bid(city: &City) -> String {
    let mut draft = body(city, "online_bidding", bidding_terms(city));
    let own = city.organisation("enterprise");
    let read = city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, own));
    let code = read.unwrap().credit_code;
    draft["terms"]["priority_holders"] = json!([{"name": "示例", "credit_code": code, "rank": 1}]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    super::super::trading::publish(city, &id).expect(200);
    for persona in [BIDDER, SECOND] {
        admitted(city, &id, persona);
    }
    to_start(city, &id);
    super::super::trading::bid(city, &id, SECOND, 100_000).expect(200);
    id
}

fn asked(city: &City) -> String {
    let question = json!({"text": "专利年费缴至哪一年？"});
    city.as_(BIDDER).post(&path(&bidding(city), "/questions"), question).expect(201).id()
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/sales", |_| Case::new("GET", "/api/v1/sales", "")),
    ("get", "/api/v1/sales/rules", |_| Case::new("GET", "/api/v1/sales/rules", "")),
    ("get", "/api/v1/sales/own", |_| Case::new("GET", "/api/v1/sales/own", SELLER)),
    ("get", "/api/v1/sales/review", |_| Case::new("GET", "/api/v1/sales/review", OPERATOR)),
    ("get", "/api/v1/sales/enrolments", |_| Case::new("GET", "/api/v1/sales/enrolments", BIDDER)),
    ("get", "/api/v1/sales/deposits", |_| Case::new("GET", "/api/v1/sales/deposits", PAYER)),
    ("post", "/api/v1/sales", |city| {
        Case::new("POST", "/api/v1/sales", SELLER).body(body(city, "listing", listing_terms(city, true)))
    }),
    ("get", "/api/v1/sales/{id}", |city| Case::new("GET", path(&bidding(city), ""), "")),
    ("put", "/api/v1/sales/{id}", |city| {
        let draft = body(city, "listing", listing_terms(city, true));
        let id = city.as_(SELLER).post("/api/v1/sales", draft.clone()).expect(201).id();
        own(&id, "PUT", "").body(draft)
    }),
    ("put", "/api/v1/sales/{id}/reserve", |city| {
        let id = drafted(city, "online_bidding", bidding_terms(city));
        own(&id, "PUT", "/reserve").body(json!({"reserve_fen": 150_000}))
    }),
    ("post", "/api/v1/sales/{id}/publish", |city| {
        own(&drafted(city, "online_bidding", bidding_terms(city)), "POST", "/publish")
    }),
    ("post", "/api/v1/sales/{id}/approve", |city| {
        Case::new("POST", path(&pending(city), "/approve"), OPERATOR)
    }),
    ("post", "/api/v1/sales/{id}/refuse", |city| {
        Case::new("POST", path(&pending(city), "/refuse"), OPERATOR).body(json!({"reason": "缺评估报告"}))
    }),
    ("post", "/api/v1/sales/{id}/withdraw", |city| {
        own(&bidding(city), "POST", "/withdraw").body(json!({"reason": "改变计划"}))
    }),
    ("post", "/api/v1/sales/{id}/enrolment", |city| {
        part(&bidding(city), "POST", "/enrolment").stranger("institute.admin")
    }),
    ("get", "/api/v1/sales/{id}/enrolment", |city| {
        part(&running(city), "GET", "/enrolment").stranger("broker.member").also(SECOND)
    }),
    ("get", "/api/v1/sales/{id}/participants", |city| {
        let case = Case::new("GET", path(&awarded(city), "/participants"), SELLER).also(OPERATOR);
        case.stranger("institute2.member").stranger(BIDDER).stranger(PAYER)
    }),
    ("get", "/api/v1/sales/{id}/bids", |city| Case::new("GET", path(&running(city), "/bids"), "")),
    ("post", "/api/v1/sales/{id}/bids", |city| {
        part(&running(city), "POST", "/bids").body(json!({"price_fen": 100_000}))
    }),
    ("put", "/api/v1/sales/{id}/maximum", |city| {
        part(&running(city), "PUT", "/maximum").body(json!({"maximum_fen": 120_000}))
    }),
    ("post", "/api/v1/sales/{id}/match", |city| part(&with_bid(city), "POST", "/match").stranger(SECOND)),
    ("put", "/api/v1/sales/{id}/offer", |city| {
        let id = on_market(city, "listing", listing_terms(city, false));
        enrol(city, &id, BIDDER);
        part(&id, "PUT", "/offer").body(json!({"price_fen": 200_000}))
    }),
    ("get", "/api/v1/sales/{id}/deposits", |city| Case::new("GET", path(&running(city), "/deposits"), PAYER)),
    ("post", "/api/v1/sales/deposits/{id}/confirm", |city| {
        let path = format!("/api/v1/sales/deposits/{}/confirm", deposit(city));
        Case::new("POST", path, PAYER).body(json!({"received_fen": 10_000, "voucher": "回单"}))
    }),
    ("post", "/api/v1/sales/{id}/suspend", |city| {
        Case::new("POST", path(&running(city), "/suspend"), OPERATOR).body(json!({"reason": "核查"}))
    }),
    ("post", "/api/v1/sales/{id}/announce", |city| {
        let id = pending(city);
        city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).expect(200);
        city.clock.set(day(city, 16));
        own(&id, "POST", "/announce").body(json!({"price_fen": 500_000}))
    }),
    ("post", "/api/v1/sales/{id}/default", |city| {
        own(&awarded(city), "POST", "/default").body(json!({"ground": "renounced", "reason": "声明放弃签约"}))
    }),
    ("get", "/api/v1/sales/{id}/default", |city| {
        let id = awarded(city);
        stated(city, &id).expect(200);
        let case = Case::new("GET", path(&id, "/default"), SELLER).also(OPERATOR).also(BIDDER);
        case.stranger(SECOND).stranger("institute2.member")
    }),
    ("post", "/api/v1/sales/{id}/default/confirm", |city| {
        let id = awarded(city);
        stated(city, &id).expect(200);
        Case::new("POST", path(&id, "/default/confirm"), OPERATOR).body(json!({"reason": "经核查属实"}))
    }),
    ("post", "/api/v1/sales/{id}/default/reject", |city| {
        let id = awarded(city);
        stated(city, &id).expect(200);
        Case::new("POST", path(&id, "/default/reject"), OPERATOR).body(json!({"reason": "已补签"}))
    }),
    ("post", "/api/v1/sales/{id}/signing", |city| {
        let case = Case::new("POST", path(&awarded(city), "/signing"), BIDDER).body(json!({}));
        case.stranger(SECOND).stranger(SELLER).stranger("institute2.member")
    }),
    ("post", "/api/v1/sales/{id}/conclude", |city| {
        let id = awarded(city);
        signed(city, &id, BIDDER).expect(200);
        own(&id, "POST", "/conclude")
    }),
    ("post", "/api/v1/sales/{id}/rerun", |city| {
        let id = bidding(city);
        to_start(city, &id);
        to_end(city, &id);
        let again = json!({"start_fen": 90_000, "starts_at": day(city, 16), "ends_at": day(city, 17)});
        own(&id, "POST", "/rerun").body(again)
    }),
    ("post", "/api/v1/sales/{id}/questions", |city| {
        part(&bidding(city), "POST", "/questions").body(json!({"text": "专利年费缴至哪一年？"}))
    }),
    ("get", "/api/v1/sales/{id}/questions", |city| Case::new("GET", path(&bidding(city), "/questions"), "")),
    ("post", "/api/v1/sales/questions/{id}/answer", |city| {
        let id = asked(city);
        let path = format!("/api/v1/sales/questions/{id}/answer");
        Case::new("POST", path, SELLER).stranger("institute2.member").body(json!({"text": "缴至 2030 年。"}))
    }),
    ("post", "/api/v1/sales/{id}/objections", |city| {
        Case::new("POST", path(&bidding(city), "/objections"), SECOND).body(objection())
    }),
    ("get", "/api/v1/sales/{id}/objections", |city| {
        let id = bidding(city);
        objected(city, &id);
        Case::new("GET", path(&id, "/objections"), SELLER).also(OPERATOR).also(SECOND)
    }),
    ("post", "/api/v1/sales/objections/{id}/answer", |city| {
        let path = format!("/api/v1/sales/objections/{}/answer", objected(city, &bidding(city)));
        Case::new("POST", path, OPERATOR).body(json!({"uphold": false, "text": "权属清晰，异议不成立。"}))
    }),
    ("get", "/api/v1/sales/objections/{id}/files/{file}", |city| {
        let (objection, file) = with_evidence(city, &bidding(city));
        let path = format!("/api/v1/sales/objections/{objection}/files/{file}");
        Case::new("GET", path, SECOND)
            .also(SELLER)
            .also(OPERATOR)
            .stranger(BIDDER)
            .stranger("institute2.member")
    }),
    ("post", "/api/v1/sales/objections/{id}/withdraw", |city| {
        let path = format!("/api/v1/sales/objections/{}/withdraw", objected(city, &bidding(city)));
        Case::new("POST", path, SECOND).stranger(SELLER).stranger(BIDDER)
    }),
    ("post", "/api/v1/sales/{id}/corrections", |city| {
        own(&bidding(city), "POST", "/corrections").body(json!({"payment": "分两期支付", "reason": "补充"}))
    }),
    ("get", "/api/v1/sales/{id}/corrections", |city| {
        Case::new("GET", path(&bidding(city), "/corrections"), "")
    }),
    ("put", "/api/v1/sales/rules/{code}", |city| {
        let shipped =
            city.anonymous().get("/api/v1/sales/rules").expect(200).body["items"][0]["rules"].clone();
        let body = json!({"effective_from": "2027-01-01", "confirmed": true, "rules": shipped, "reason": "新规施行"});
        Case::new("PUT", "/api/v1/sales/rules/2027", OPERATOR).body(body)
    }),
    ("get", "/api/v1/sales/{id}/confirmation", |city| {
        Case::new("GET", path(&awarded(city), "/confirmation"), "")
    }),
];

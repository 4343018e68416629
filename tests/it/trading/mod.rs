//! Trading: sales in their modes, from the draft to what comes of them.

mod award;
mod bidding;
mod breach;
pub mod challenge;
mod histories;
mod killed;
mod listing;
pub mod live;
mod negotiated;
mod notice;
mod ranking;
mod rerun;
mod signing;
mod talk;
mod ties;
pub mod told;
mod watch;

use serde_json::{Value, json};
use techmart::kernel::time::UtcTime;

use super::support::contracts::credit_code;
use super::support::records::{pdf, published, upload};
use super::support::{City, Response};

pub const SELLER: &str = "institute.member";
pub const BIDDER: &str = "enterprise.member";
pub const SECOND: &str = "enterprise2.member";
pub const THIRD: &str = "broker.member";
pub const PAYER: &str = "government.payer";
pub const OPERATOR: &str = "operator.operator";

pub fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/sales/{id}{rest}")
}

/// A sale of a published achievement of the seller, in this mode and on these terms.
pub fn body(city: &City, mode: &str, terms: Value) -> Value {
    let node = city.app.db.settings().node.clone();
    let about = format!("urn:tm:{node}:achievement:{}", published(city, "achievements", SELLER));
    json!({
        "mode": mode,
        "title": "坭料快速筛选方法专利权转让（示例）",
        "lots": [{"about": about}],
        "terms": {
            "description": "发明专利一件及其技术秘密，随附图纸与工艺文件。",
            "payment": "签约后十日内一次付清。",
            "contract_sub_type": "patent_transfer",
            "mode": terms,
        },
    })
}

pub fn day(city: &City, days: i64) -> UtcTime {
    city.now().plus_days(days)
}

/// Start 1 000 yuan, increment 10 yuan, deposit 100 yuan; begins in 30 days, for a day.
pub fn bidding_terms(city: &City) -> Value {
    json!({
        "kind": "bidding",
        "start_fen": 100_000,
        "increment_fen": 1_000,
        "deposit_fen": 10_000,
        "starts_at": day(city, 30),
        "ends_at": day(city, 31),
    })
}

pub fn listing_terms(city: &City, fixed: bool) -> Value {
    json!({"kind": "listing", "price_fen": 200_000, "fixed": fixed, "ends_at": day(city, 20)})
}

/// The buyer is the first enterprise.
pub fn negotiated_terms(city: &City) -> Value {
    json!({
        "kind": "negotiated",
        "price_fen": 500_000,
        "buyer": buyer(city),
        "related_party": false,
        "price_basis": "资产评估报告（示例）",
    })
}

pub fn buyer(city: &City) -> Value {
    let id = city.organisation("enterprise");
    let read = city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, id));
    serde_json::to_value(read.unwrap()).unwrap()
}

/// Puts a unit on the list of the seriously untrustworthy.
pub fn bar(city: &City, organisation: &str) {
    let record = json!({
        "credit_code": credit_code(organisation), "unit_name": "示例单位", "kind": "bad",
        "level": "seriously_untrustworthy", "title": "示例", "source": "示例", "source_number": "示例1号",
        "effective_on": "2026-03-02", "expires_on": "2031-03-01",
    });
    city.as_(OPERATOR).post("/api/v1/credit-records", record).expect(201);
}

pub fn drafted(city: &City, mode: &str, terms: Value) -> String {
    let body = body(city, mode, terms);
    city.as_(SELLER).post("/api/v1/sales", body).expect(201).id()
}

pub fn publish(city: &City, id: &str) -> Response {
    city.as_(SELLER).send("POST", &path(id, "/publish"), None)
}

pub fn on_market(city: &City, mode: &str, terms: Value) -> String {
    let id = drafted(city, mode, terms);
    publish(city, &id).expect(200);
    id
}

/// A published bidding; still in its time of notice.
pub fn bidding(city: &City) -> String {
    on_market(city, "online_bidding", bidding_terms(city))
}

/// Enrols a persona's organisation; the answer.
pub fn enrol(city: &City, id: &str, persona: &str) -> Value {
    city.as_(persona).send("POST", &path(id, "/enrolment"), None).expect(201).body
}

/// The finance side finds the transfer by its reference and confirms it.
pub fn pay(city: &City, enrolment: &Value) {
    let reference = &enrolment["deposit"]["reference"];
    let payer = city.as_(PAYER);
    let list = payer.get("/api/v1/sales/deposits?state=instructed&limit=100").expect(200);
    let row =
        list.body["items"].as_array().unwrap().iter().find(|row| &row["reference"] == reference).unwrap();
    let receipt = json!({"received_fen": row["amount_fen"], "voucher": "银行回单 0001"});
    let path = format!("/api/v1/sales/deposits/{}/confirm", row["id"].as_str().unwrap());
    payer.post(&path, receipt).expect(200);
}

/// Enrolled and paid; returns the alias.
pub fn admitted(city: &City, id: &str, persona: &str) -> String {
    let enrolment = enrol(city, id, persona);
    pay(city, &enrolment);
    enrolment["alias"].as_str().unwrap().to_owned()
}

pub fn bid(city: &City, id: &str, persona: &str, fen: i64) -> Response {
    city.as_(persona).post(&path(id, "/bids"), json!({"price_fen": fen}))
}

pub fn maximum(city: &City, id: &str, persona: &str, fen: i64) -> Response {
    city.as_(persona).put(&path(id, "/maximum"), json!({"maximum_fen": fen}))
}

pub fn match_highest(city: &City, id: &str, persona: &str) -> Response {
    city.as_(persona).send("POST", &path(id, "/match"), None)
}

/// Moves the clock; the platform gave its signs of life meanwhile.
pub fn travel(city: &City, to: UtcTime) {
    city.clock.set(to);
    city.app.db.write_blocking("test.beat", move |tx| beat(tx, to)).unwrap();
}

/// As the heartbeat would have left every running sale at this moment, or at its end.
fn beat(conn: &mut techmart::db::Conn, to: UtcTime) -> Result<(), techmart::kernel::error::Refusal> {
    use diesel::prelude::*;
    use diesel::sql_types::Timestamp;
    let sql =
        "UPDATE sale_run SET beat_at = CASE WHEN ends_at < $1 THEN ends_at ELSE $1 END WHERE starts_at <= $1";
    diesel::sql_query(sql).bind::<Timestamp, _>(*to.naive()).execute(conn)?;
    Ok(())
}

/// To the first second of the bidding.
pub fn to_start(city: &City, id: &str) {
    let start = city.anonymous().get(&path(id, "")).expect(200).body["starts_at"].as_str().unwrap().parse();
    travel(city, start.unwrap());
}

/// Past the end; the job decides.
pub fn to_end(city: &City, id: &str) -> Value {
    let end: UtcTime =
        city.anonymous().get(&path(id, "")).expect(200).body["ends_at"].as_str().unwrap().parse().unwrap();
    travel(city, end.plus_seconds(1));
    city.app.run_jobs().unwrap();
    city.anonymous().get(&path(id, "")).expect(200).body
}

/// A bidding that has begun, with two admitted bidders.
pub fn running(city: &City) -> String {
    let id = bidding(city);
    for persona in [BIDDER, SECOND] {
        admitted(city, &id, persona);
    }
    to_start(city, &id);
    id
}

/// Awarded to the first bidder at 1 050 yuan, the second at 1 020.
pub fn awarded(city: &City) -> String {
    let id = running(city);
    bid(city, &id, SECOND, 102_000).expect(200);
    bid(city, &id, BIDDER, 105_000).expect(200);
    assert_eq!(to_end(city, &id)["state"], "awarded");
    id
}

/// Awarded to the first bidder at 1 050 yuan where rank two follows: the second at 1 030, then the third at 1 020.
pub fn with_rank_two(city: &City) -> String {
    let mut terms = bidding_terms(city);
    terms["rank_two_follows"] = json!(true);
    let id = on_market(city, "online_bidding", terms);
    for persona in [BIDDER, SECOND, THIRD] {
        admitted(city, &id, persona);
    }
    to_start(city, &id);
    for (persona, fen) in [(THIRD, 102_000), (SECOND, 103_000), (BIDDER, 105_000)] {
        bid(city, &id, persona, fen).expect(200);
    }
    assert_eq!(to_end(city, &id)["state"], "awarded");
    id
}

/// The winner confirms that it has signed.
pub fn signed(city: &City, id: &str, winner: &str) -> Response {
    city.as_(winner).post(&path(id, "/signing"), json!({}))
}

/// Both sides say that the contract is signed.
pub fn concluded(city: &City, id: &str, winner: &str) -> Value {
    signed(city, id, winner).expect(200);
    city.as_(SELLER).send("POST", &path(id, "/conclude"), None).expect(200).body
}

/// The seller states that the winner will not sign.
pub fn stated(city: &City, id: &str) -> Response {
    let statement = json!({"ground": "renounced", "reason": "书面声明放弃签约"});
    city.as_(SELLER).post(&path(id, "/default"), statement)
}

/// The operator decides what was stated.
pub fn decided(city: &City, id: &str, step: &str) -> Response {
    city.as_(OPERATOR).post(&path(id, &format!("/default/{step}")), json!({"reason": "经核查属实"}))
}

/// Stated and confirmed.
pub fn defaulted(city: &City, id: &str) -> Response {
    stated(city, id).expect(200);
    decided(city, id, "confirm")
}

pub fn objection() -> Value {
    json!({
        "about": "rights",
        "reason": "该专利为共有，未经共有人同意。",
        "evidence": "专利登记簿副本（示例）。",
        "remedy": "annul",
    })
}

/// An objection by the second enterprise.
pub fn objected(city: &City, id: &str) -> String {
    city.as_(SECOND).post(&path(id, "/objections"), objection()).expect(201).id()
}

/// An objection by the second enterprise whose evidence is an uploaded file alone.
pub fn with_evidence(city: &City, id: &str) -> (String, String) {
    let objector = city.as_(SECOND);
    let file = upload(&objector, "证据.pdf", &pdf("evidence")).expect(201).id();
    let mut objection = objection();
    objection["evidence"] = json!("");
    objection["files"] = json!([file]);
    (objector.post(&path(id, "/objections"), objection).expect(201).id(), file)
}

/// What the deposits of a sale come to: (state, count).
pub fn deposits(city: &City, id: &str) -> Vec<(String, i64)> {
    let body = city.as_(PAYER).get(&path(id, "/deposits")).expect(200).body;
    let row = |row: &Value| (row["state"].as_str().unwrap().to_owned(), row["count"].as_i64().unwrap());
    body["totals"].as_array().unwrap().iter().map(row).collect()
}

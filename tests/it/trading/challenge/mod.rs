//! Open challenges (揭榜挂帅), DOMAIN §4: how each step is reached.

mod argue;
mod course;
mod propose;
mod select;

use serde_json::{Value, json};

use crate::support::records::{published, urn, with};
use crate::support::{City, Client, Response};

pub const HOLDER: &str = "enterprise.member";
pub const BIDDER: &str = "institute.member";
pub const OTHER: &str = "institute2.member";
pub const ORGANISER: &str = "government.preparer";

const DAY_SECONDS: i64 = 86_400;

pub fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/challenges/{id}{rest}")
}

/// Complete; every name is an example.
pub fn content() -> Value {
    json!({
        "title": "镍锰酸锂量产工艺揭榜挂帅（示例）",
        "requirements": "单体电压不低于四点七伏，循环一千次容量保持率不低于八成。",
        "conditions": "国内高校、科研院所和企业均可揭榜；赏金按节点支付。",
        "bounty_fen": 100_000_000,
        "deadline": "2026-04-01",
    })
}

pub fn plan() -> Value {
    json!({
        "summary": "掺杂与表面包覆并用。",
        "approach": "先固相法小试，再中试放大；电解液另配成膜添加剂。",
        "team": "示例团队，十二人，其中高级职称五人。",
        "months": 12,
        "price_fen": 90_000_000,
    })
}

pub fn agreement() -> Value {
    json!({
        "price_fen": 88_000_000,
        "paper": "技术开发合同（示例）2026-07",
        "signed_on": "2026-04-10",
        "milestones": [
            {"title": "小试样品", "due_on": "2026-08-31", "amount_fen": 30_000_000},
            {"title": "中试验收", "due_on": "2027-03-31", "amount_fen": 58_000_000},
        ],
    })
}

pub fn post(city: &City, persona: &str, id: &str, rest: &str, body: Value) -> Response {
    city.as_(persona).post(&path(id, rest), body)
}

/// Step 1: collected about a published demand of `enterprise`.
pub fn collected(city: &City) -> String {
    let demand = published(city, "demands", HOLDER);
    let body = json!({"demand": demand, "content": content()});
    city.as_(HOLDER).post("/api/v1/challenges", body).expect(201).id()
}

/// Step 2: before the experts.
pub fn submitted(city: &City) -> String {
    let id = collected(city);
    post(city, HOLDER, &id, "/submit", json!({})).expect(200);
    id
}

pub fn opinion(expert: &str, verdict: &str) -> Value {
    json!({"expert": expert, "unit": "示例科研院", "verdict": verdict, "opinion": "指标明确，确属难题。"})
}

/// Three experts, two of whom pass it.
pub fn argued(city: &City) -> String {
    let id = submitted(city);
    for (expert, verdict) in [("专家甲", "pass"), ("专家乙", "reject"), ("专家丙", "pass")] {
        post(city, ORGANISER, &id, "/opinions", opinion(expert, verdict)).expect(201);
    }
    id
}

pub fn passed(city: &City) -> String {
    let id = argued(city);
    post(city, ORGANISER, &id, "/conclude", json!({"opinion": "同意发榜"})).expect(200);
    id
}

/// Step 3: on the market until 2026-04-01.
pub fn open(city: &City) -> String {
    let id = passed(city);
    post(city, ORGANISER, &id, "/publish", json!({"deadline": "2026-04-01"})).expect(200);
    id
}

/// Published, with a proposal of `institute`.
pub fn proposed(city: &City) -> (String, String) {
    let id = open(city);
    let proposal = post(city, BIDDER, &id, "/proposals", plan()).expect(201).id();
    (id, proposal)
}

/// Step 4: two proposals, and the last day is over.
pub fn closed(city: &City) -> (String, String) {
    let (id, proposal) = proposed(city);
    post(city, OTHER, &id, "/proposals", with(plan(), "price_fen", json!(95_000_000))).expect(201);
    city.clock.advance_seconds(31 * DAY_SECONDS);
    city.app.run_jobs().unwrap();
    (id, proposal)
}

/// Step 5: the first proposal is selected.
pub fn selected(city: &City) -> String {
    let (id, proposal) = closed(city);
    let choice = json!({"proposal": proposal, "opinion": "路线可行，报价合理"});
    post(city, HOLDER, &id, "/select", choice).expect(200);
    id
}

pub fn offered(city: &City) -> (String, i64) {
    let id = selected(city);
    let offer = post(city, HOLDER, &id, "/agreement", agreement()).expect(200);
    (id, offer.body["version"].as_i64().unwrap())
}

/// Step 6: signed by both.
pub fn signed(city: &City) -> String {
    let (id, version) = offered(city);
    post(city, BIDDER, &id, "/agreement/confirm", json!({"version": version})).expect(200);
    id
}

pub fn handed_in(city: &City) -> String {
    let id = signed(city);
    post(city, BIDDER, &id, "/milestones/1/submit", json!({"report": "小试已成"})).expect(200);
    id
}

/// Step 7: every milestone accepted.
pub fn evaluated(city: &City) -> String {
    let id = signed(city);
    for number in [1, 2] {
        let milestone = format!("/milestones/{number}");
        post(city, BIDDER, &id, &format!("{milestone}/submit"), json!({"report": "已完成"})).expect(200);
        let accepted = json!({"accepted": true, "opinion": "符合要求"});
        post(city, HOLDER, &id, &format!("{milestone}/review"), accepted).expect(200);
    }
    id
}

pub fn evaluation(result: &str) -> Value {
    json!({"result": result, "score": 88, "opinion": "达到全部指标", "evaluated_on": "2026-04-01"})
}

/// The same, with a passed evaluation.
pub fn passed_evaluation(city: &City) -> String {
    let id = evaluated(city);
    post(city, ORGANISER, &id, "/evaluations", evaluation("passed")).expect(201);
    id
}

fn stage(client: &Client, id: &str) -> String {
    client.get(&path(id, "")).expect(200).body["stage"].as_str().unwrap().to_owned()
}

fn demand_of(city: &City, id: &str) -> Value {
    let demand = city.as_(HOLDER).get(&path(id, "")).expect(200).body["demand"].clone();
    city.as_(HOLDER).get(&format!("/api/v1/demands/{}", demand.as_str().unwrap())).expect(200).body
}

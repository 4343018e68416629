//! Linked groups: one cap for all members, whoever enters, leaves, or gives back.

use serde_json::{Value, json};

use super::super::support::City;
use super::super::support::claims::{award, claim, fund, prepare, step};
use super::super::support::contracts::credit_code;
use super::{APPROVER, PAYER, VERIFIER, assert_books_are_sound, explain, lines};

const A: &str = "enterprise.admin";
const B: &str = "enterprise2.admin";
const AWARD: i64 = 8_000_000;
const CAP: i64 = 10_000_000;

/// A scheme of the city that awards events, with a cap for a linked group's year.
fn city() -> City {
    let city = City::new();
    let version = json!({"valid_from": "2026-01-01", "base": "event", "title_zh": "示例补助",
        "title_en": "Example", "source": "示例文件", "formula": {"kind": "award"},
        "caps": [{"amount_fen": CAP, "scope": "group_year"}]});
    let body = json!({"code": "LINKED", "beneficiary": "enterprise", "version": version});
    city.as_(APPROVER).post("/api/v1/subsidy/schemes", body).expect(201);
    fund(&city, "LINKED", 100_000_000);
    city
}

fn link(city: &City, persona: &str, members: &[&str]) -> super::Response {
    let codes: Vec<String> = members.iter().map(|it| credit_code(it)).collect();
    city.as_(persona).put("/api/v1/subsidy/groups/示例集团", json!({"credit_codes": codes}))
}

/// An awarded claim.
fn awarded(city: &City, persona: &str, subject: &str, fen: i64) -> String {
    let body = json!({"scheme": "LINKED", "subject": subject, "title": "示例事项", "event_on": "2026-02-01",
        "requested_fen": fen});
    let id = claim(city, persona, body).expect(201).id();
    award(city, &id, fen).expect(200);
    id
}

/// Prepares and pays what is awarded; the lines.
fn pay(city: &City) -> Vec<Value> {
    city.settle();
    let batch = prepare(city, "LINKED", 2026).expect(201).id();
    for (persona, act) in [(VERIFIER, "verify"), (APPROVER, "approve"), (PAYER, "pay")] {
        step(city, persona, &batch, act).expect(200);
    }
    assert_eq!(explain(city, &batch)["agrees"], true);
    assert_books_are_sound(city);
    lines(city, &batch)
}

fn amounts(lines: &[Value]) -> Vec<i64> {
    lines.iter().map(|line| line["amount_fen"].as_i64().unwrap()).collect()
}

fn revoke(city: &City, claim: &str) {
    let path = format!("/api/v1/subsidy/claims/{claim}/revoke");
    city.as_(APPROVER).post(&path, json!({"opinion": "虚报"})).expect(200);
}

#[test]
fn domain_5_what_a_member_cannot_give_back_the_others_of_its_group_do() {
    let city = city();
    link(&city, APPROVER, &["enterprise", "enterprise2"]).expect(200);
    let (one, other) = (awarded(&city, A, "E1", AWARD), awarded(&city, B, "E2", AWARD));
    assert_eq!(amounts(&pay(&city)), [5_000_000, 5_000_000]);
    revoke(&city, &one);
    revoke(&city, &other);
    let lines = pay(&city);
    assert_eq!(amounts(&lines), [-2_000_000, -8_000_000], "one line for each cause");
    let mut shares: Vec<i64> = amounts(lines[1]["shares"].as_array().unwrap());
    shares.sort_unstable();
    assert_eq!((&lines[0]["shares"], shares), (&json!([]), vec![-5_000_000, -3_000_000]));
    let owed = city.as_(PAYER).get("/api/v1/subsidy/clawbacks?open=true").expect(200);
    let owed: Vec<i64> =
        owed.body["items"].as_array().unwrap().iter().map(|it| it["open_fen"].as_i64().unwrap()).collect();
    assert_eq!(owed, [5_000_000, 5_000_000], "each what it was paid");
    let budgets = city.as_(PAYER).get("/api/v1/subsidy/budgets?year=2026").expect(200);
    let all = budgets.body["items"].as_array().unwrap();
    let row = all.iter().find(|row| row["scheme"] == "LINKED").unwrap();
    assert_eq!((&row["paid_fen"], &row["clawback_receivable_fen"]), (&json!(0), &json!(CAP)));
}

#[test]
fn domain_5_a_cap_does_not_begin_anew_for_whoever_enters_or_leaves_a_group() {
    let city = city();
    awarded(&city, A, "E1", AWARD);
    assert_eq!(amounts(&pay(&city)), [AWARD]);
    link(&city, APPROVER, &["enterprise", "enterprise2"]).expect(200);
    awarded(&city, A, "E2", AWARD);
    assert_eq!(amounts(&pay(&city)), [CAP - AWARD], "with what was booked before the group");
    awarded(&city, B, "E3", AWARD);
    assert_eq!(amounts(&pay(&city)), [0], "a member has what the group leaves");
    link(&city, APPROVER, &[]).expect(200);
    awarded(&city, A, "E4", AWARD);
    awarded(&city, B, "E5", AWARD);
    assert_eq!(amounts(&pay(&city)), [0, 0], "who leaves brings along what is booked");
}

/// Enterprises that were linked after they had more than the cap: nothing is taken back for that, and a small
/// correction takes back no more than its own.
#[test]
fn domain_5_linking_takes_nothing_back() {
    let city = city();
    awarded(&city, A, "E1", AWARD);
    let small = awarded(&city, A, "E2", 1_000_000);
    awarded(&city, B, "E3", AWARD);
    assert_eq!(amounts(&pay(&city)), [AWARD, 1_000_000, AWARD]);
    link(&city, APPROVER, &["enterprise", "enterprise2"]).expect(200);
    awarded(&city, B, "E4", AWARD);
    assert_eq!(amounts(&pay(&city)), [0]);
    revoke(&city, &small);
    assert_eq!(amounts(&pay(&city)), [-1_000_000]);
}

#[test]
fn design_a_linked_group_is_kept_by_its_authority_and_counts_for_its_schemes() {
    let city = city();
    let county = "government2.approver";
    assert_eq!(link(&city, county, &["enterprise", "enterprise2"]).expect(200).body["division"], "450721");
    awarded(&city, A, "E1", AWARD);
    awarded(&city, B, "E2", AWARD);
    assert_eq!(amounts(&pay(&city)), [AWARD, AWARD], "a county says nothing about the city's schemes");
    let taken = link(&city, APPROVER, &["enterprise"]).expect(200);
    assert_eq!(taken.body["division"], "450721", "the city is above the county");
    let path = "/api/v1/subsidy/groups/示例城市集团";
    let codes = json!({"credit_codes": [credit_code("enterprise2")]});
    city.as_(APPROVER).put(path, codes.clone()).expect(200);
    city.as_(county).put(path, json!({"credit_codes": []})).refused(403, "group_not_yours");
    link(&city, county, &["enterprise2"]).refused(403, "group_not_yours");
}

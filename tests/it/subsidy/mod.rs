//! Subsidies over HTTP: schemes, budgets, and batches from the register to the payment.

mod batch;
mod budget;
mod claims;
mod corrections;
mod groups;
mod large;
mod paying;
mod proof;
mod random;
mod treasury;
mod whole;

use serde_json::{Value, json};
use techmart::ledger::service::{Outcome, verify};
use techmart::subsidy::service::BookOutcome;

use super::support::{City, Client, Response};

const OFFICE: &str = "registration_office";
const PREPARER: &str = "government.preparer";
/// The second preparer, who verifies.
const VERIFIER: &str = "government.preparer.second";
const APPROVER: &str = "government.approver";
const PAYER: &str = "government.payer";

fn appropriate(city: &City, year: i32, fen: i64) -> Response {
    let body =
        json!({"year": year, "scheme": "REG-AGENCY", "amount_fen": fen, "document": "示例预算〔2026〕1号"});
    city.as_(APPROVER).post("/api/v1/subsidy/appropriations", body)
}

/// The execution of REG-AGENCY's budget of a year.
fn budget(city: &City, year: i32) -> Value {
    let answer = city.as_(PAYER).get(&format!("/api/v1/subsidy/budgets?year={year}")).expect(200);
    let items = answer.body["items"].as_array().unwrap();
    items.iter().find(|row| row["scheme"] == "REG-AGENCY").cloned().unwrap_or(Value::Null)
}

/// available, reserved, committed, approved, paid
fn states_of_money(city: &City, year: i32) -> [i64; 5] {
    let row = budget(city, year);
    ["available_fen", "reserved_fen", "committed_fen", "approved_fen", "paid_fen"]
        .map(|column| row[column].as_i64().unwrap())
}

fn prepare(client: &Client, city: &City, office: &str, period: i32) -> Response {
    let body = json!({"scheme": "REG-AGENCY", "beneficiary": city.organisation(office), "period": period});
    client.post("/api/v1/subsidy/batches", body)
}

fn step(city: &City, persona: &str, batch: &str, act: &str) -> Response {
    city.as_(persona).post(&format!("/api/v1/subsidy/batches/{batch}/{act}"), json!({}))
}

fn send_back(city: &City, persona: &str, batch: &str, act: &str) -> Response {
    let body = json!({"decision": "return", "opinion": "请核对第三份合同"});
    city.as_(persona).post(&format!("/api/v1/subsidy/batches/{batch}/{act}"), body)
}

fn void(city: &City, persona: &str, batch: &str) -> Response {
    let body = json!({"opinion": "编制有误"});
    city.as_(persona).post(&format!("/api/v1/subsidy/batches/{batch}/void"), body)
}

/// A batch of the first office for 2026, paid.
fn paid(city: &City) -> String {
    let id = prepare(&city.as_(PREPARER), city, OFFICE, 2026).expect(201).id();
    step(city, VERIFIER, &id, "verify").expect(200);
    step(city, APPROVER, &id, "approve").expect(200);
    step(city, PAYER, &id, "pay").expect(200);
    id
}

/// All lines of a batch.
fn lines(city: &City, batch: &str) -> Vec<Value> {
    let client = city.as_("operator.auditor");
    let mut all = vec![];
    let mut cursor = String::new();
    loop {
        let page =
            client.get(&format!("/api/v1/subsidy/batches/{batch}/lines?limit=100{cursor}")).expect(200);
        all.extend(page.body["items"].as_array().unwrap().iter().cloned());
        match page.body["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn sum(lines: &[Value], column: &str) -> i64 {
    lines.iter().map(|line| line[column].as_i64().unwrap()).sum()
}

fn explain(city: &City, batch: &str) -> Value {
    city.as_("operator.auditor")
        .get(&format!("/api/v1/subsidy/batches/{batch}/explain?limit=100"))
        .expect(200)
        .body
}

fn assert_books_are_sound(city: &City) {
    let outcome = city.app.db.read_blocking(|snapshot| verify(snapshot)).unwrap();
    assert!(matches!(outcome, Outcome::Proved(_)), "{outcome:?}");
    let outcome = city.app.db.read_blocking(|snapshot| {
        let node = snapshot.node().to_owned();
        techmart::subsidy::service::verify(snapshot, &node)
    });
    let outcome = outcome.unwrap();
    assert!(matches!(outcome, BookOutcome::Proved(_)), "{outcome:?}");
}

/// A clone of a registered contract: the register grows faster than offices can fill it.
struct Clones<'a> {
    office: &'a str,
    registered_on: &'a str,
    /// Eight digits: year and division, ahead of the office's two.
    series: &'a str,
    count: u32,
    /// SQL for the technical amount of clone number `i`.
    technical: &'a str,
}

const COPIED: &str = "version, applicant, created_by, state, title, class, sub_type, technical_field, seller_urn, \
    seller_name, seller_code, seller_division, buyer_urn, buyer_name, buyer_code, buyer_division, total_fen, \
    deal_key, profile, accepted_on, due_on, engagement, created_at, updated_at";

/// Puts clones of the contract into the register. What the columns say stands in the documents too.
fn clone_contract(city: &City, contract: &str, clones: &Clones) {
    let Clones { office, registered_on, series, count, technical } = clones;
    let office = city.organisation(office);
    let (head, tail) = series.split_at(4);
    let serial = "substr(CAST(1000000 + n.i AS TEXT), 2)";
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO contract (id, office, number, registered_on, technical_fen, form, casework, {COPIED}) \
         SELECT '0199{tail}-{head}-7000-8000-000000' || {serial}, '{office}', '{series}99' || {serial}, \
         '{registered_on}', {technical}, \
         replace(form, '\"total_fen\":100000000', '\"total_fen\":' || CAST({technical} + 20000001 AS TEXT)), \
         replace(replace(replace(casework, number, '{series}99' || {serial}), '2026-03-02', '{registered_on}'), \
         office, '{office}'), {COPIED} FROM contract, n WHERE contract.id = '{contract}'"
    );
    city.app.db.write_blocking("test.clone", move |tx| Ok(tx.batch(&sql)?)).unwrap();
}

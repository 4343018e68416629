//! The platform's main job from end to end: the real program over HTTP, from organisations that register
//! themselves to a subsidy that is paid and a project that is counted, with two kills on the way.

mod papers;
mod people;

use serde_json::{Value, json};

use crate::support::process::{Installation, eventually};
use crate::support::records::{achievement, pdf, upload};
use crate::support::{Client, Response};
use people::{BUREAU, COUNTY, ENTERPRISE, OFFICE, UNIVERSITY, colleague, joins, operator};

/// Technical amounts whose 0.5‰ ends in half a fen each: 40 000.5 and 30 000.5.
const FIRST_TECHNICAL_FEN: i64 = 80_001_000;
const SECOND_TECHNICAL_FEN: i64 = 60_001_000;
/// Of the sum, rounded once: 70 001 and not 40 001 + 30 001. Equal remainders: the lower number gets the fen.
const SUBSIDY_FEN: i64 = 70_001;
const LINES_FEN: [i64; 2] = [40_001, 30_000];
const APPROPRIATION_FEN: i64 = 10_000_000;

struct Cast {
    operator: Client,
    university: Client,
    enterprise: Client,
    office: String,
    registrar: Client,
    preparer: Client,
    verifier: Client,
    approver: Client,
    payer: Client,
    county: Client,
}

fn cast(site: &Installation) -> Cast {
    let operator = operator(site);
    let (university, _) = joins(site, &operator, &UNIVERSITY);
    let (enterprise, _) = joins(site, &operator, &ENTERPRISE);
    let (office_admin, office) = joins(site, &operator, &OFFICE);
    let (bureau, _) = joins(site, &operator, &BUREAU);
    let (county_admin, _) = joins(site, &operator, &COUNTY);
    Cast {
        university,
        enterprise,
        office,
        registrar: colleague(site, &office_admin, "registrar", "story.registrar"),
        preparer: colleague(site, &bureau, "preparer", "story.preparer"),
        verifier: colleague(site, &bureau, "preparer", "story.verifier"),
        approver: colleague(site, &bureau, "approver", "story.approver"),
        payer: colleague(site, &bureau, "payer", "story.payer"),
        county: colleague(site, &county_admin, "county_officer", "story.county_officer"),
        operator,
    }
}

#[test]
fn from_a_posted_achievement_to_a_paid_subsidy() {
    let mut site = Installation::new();
    site.start();
    let cast = cast(&site);
    let achievement = posted(&site, &cast);
    let engagement = engaged(&cast, &achievement);
    let (first, year) = registered_over_a_kill(&mut site, &cast, &engagement);
    let second = drafted(&cast, papers::contract("故事技术秘密许可（示例）", SECOND_TECHNICAL_FEN, 0), None);
    submit(&cast, &second, "story-submit-2").expect(200);
    registered(&cast, &second);
    papers::verified(&site, &cast.university, &first, FIRST_TECHNICAL_FEN);
    let batch = subsidised(&site, &cast, year);
    paid_over_a_kill(&mut site, &cast, &batch);
    counted(&cast, &first, year);
    site.run(&["verify"]);
}

/// Written, reviewed by a second person, and found by a stranger's words.
fn posted(site: &Installation, cast: &Cast) -> String {
    let mut body = achievement();
    body["title"] = json!("坭兴陶窑变釉料低温烧成方法（示例）");
    let id = cast.university.post("/api/v1/achievements", body).expect(201).id();
    let act = |client: &Client, act: &str, body: Value| {
        client.post(&format!("/api/v1/achievements/{id}/{act}"), body)
    };
    let anonymous = site.client(None);
    anonymous.get(&format!("/api/v1/achievements/{id}")).expect(404);
    cast.university.send("POST", &format!("/api/v1/achievements/{id}/submit"), None).expect(200);
    act(&cast.university, "publish", json!({"opinion": "自审"})).expect(403);
    act(&cast.operator, "publish", json!({"opinion": "材料齐全"})).expect(200);
    let shown = anonymous.get(&format!("/api/v1/achievements/{id}")).expect(200);
    assert!(!shown.text().contains("MARKER-SECRET-FORMULA"), "the confidential part is not public");
    eventually("the achievement is found", || {
        let found = anonymous.get("/api/v1/search?q=%E7%AA%91%E5%8F%98%20%E9%87%8A%E6%96%99");
        let items = found.body["items"].as_array()?.clone();
        items.iter().any(|item| item.to_string().contains(&id)).then_some(())
    });
    id
}

/// An enquiry, its acceptance, the confidential part behind an undertaking, a word, and the end: a contract.
fn engaged(cast: &Cast, achievement: &str) -> String {
    let open = format!("/api/v1/achievements/{achievement}/confidential");
    let contact = json!({"name": "示例戊", "phone": "0777-2800003"});
    let about =
        cast.enterprise.get(&format!("/api/v1/achievements/{achievement}")).expect(200).body["urn"].clone();
    let enquiry = json!({"about": about, "text": "希望在两条窑上试用", "contact": contact});
    let made = cast.enterprise.post("/api/v1/engagements", enquiry).expect(201);
    let path = format!("/api/v1/engagements/{}", made.id());
    cast.university
        .post(&format!("{path}/answer"), json!({"decision": "accepted", "text": "欢迎"}))
        .expect(200);
    assert!(cast.enterprise.get(&open).status >= 403, "the confidential part is not the enquirer's to take");
    assert!(cast.enterprise.get(&format!("{path}/confidential")).status >= 403, "nor before the undertaking");
    let shown = cast.enterprise.get(&format!("{path}/confidentiality")).expect(200).body;
    let accepted = json!({"sha256": shown["sha256"]});
    cast.enterprise.post(&format!("{path}/confidentiality"), accepted).expect(200);
    let opened = cast.enterprise.get(&format!("{path}/confidential")).expect(200);
    assert!(opened.text().contains("MARKER-SECRET-FORMULA"));
    cast.enterprise.post(&format!("{path}/messages"), json!({"text": "配方可行，请寄样"})).expect(201);
    let ended = cast.university.post(&format!("{path}/conclude"), json!({"outcome": "contract"})).expect(200);
    assert_eq!(ended.body["outcome"], "contract");
    made.id()
}

/// A draft with the contract's text; from an engagement, or free.
fn drafted(cast: &Cast, form: Value, engagement: Option<&str>) -> String {
    let text = pdf(&format!("合同正文：{}", form["title"]));
    let file = upload(&cast.university, "合同正文.pdf", &text).expect(201).id();
    let mut body = json!({"form": form, "attachments": [{"file": file, "kind": "main_text"}]});
    if let Some(engagement) = engagement {
        body["engagement"] = json!(engagement);
    }
    cast.university.post("/api/v1/contracts", body).expect(201).id()
}

fn submit(cast: &Cast, contract: &str, key: &str) -> Response {
    let client = cast.university.with("idempotency-key", key);
    client.post(&format!("/api/v1/contracts/{contract}/submit"), json!({"office": cast.office}))
}

/// Accepted and registered; its number and the year.
fn registered(cast: &Cast, contract: &str) -> (String, i32) {
    let act = |act: &str| {
        let path = format!("/api/v1/contracts/{contract}/{act}");
        cast.registrar.post(&path, json!({"opinion": "材料齐全"})).expect(200).body
    };
    act("accept");
    let done = act("register");
    assert_eq!(done["state"], "registered");
    let number = done["registration"]["number"].as_str().unwrap().to_owned();
    let year = number[..4].parse().unwrap();
    assert!(done["registration"]["registered_on"].as_str().unwrap().starts_with(&number[..4]));
    (number, year)
}

/// The application is acknowledged and the process dies. It is there after the restart, and the client that
/// repeats itself gets the same answer.
fn registered_over_a_kill(site: &mut Installation, cast: &Cast, engagement: &str) -> (String, i32) {
    let form = papers::contract("坭兴陶低温烧成委托开发（示例）", FIRST_TECHNICAL_FEN, 19_999_000);
    let contract = drafted(cast, form, Some(engagement));
    let acknowledged = submit(cast, &contract, "story-submit-1").expect(200);
    assert_eq!(acknowledged.body["technical_fen"], FIRST_TECHNICAL_FEN);
    site.kill();
    site.start();
    let repeated = submit(cast, &contract, "story-submit-1").expect(200);
    assert_eq!(repeated.body, acknowledged.body);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    let (number, year) = registered(cast, &contract);
    assert!(number.ends_with("450707000001"), "{number}");
    (contract, year)
}

/// 0.5‰ of both technical amounts to the fen, prepared and checked by two people.
fn subsidised(site: &Installation, cast: &Cast, year: i32) -> String {
    let budget = json!({
        "year": year, "scheme": "REG-AGENCY", "amount_fen": APPROPRIATION_FEN, "document": "示例预算〔1〕号",
    });
    cast.approver.post("/api/v1/subsidy/appropriations", budget).expect(201);
    let wanted = json!({"scheme": "REG-AGENCY", "beneficiary": cast.office, "period": year});
    let made = cast.preparer.post("/api/v1/subsidy/batches", wanted).expect(201);
    let (batch, path) = (made.id(), format!("/api/v1/subsidy/batches/{}", made.id()));
    let lines = cast.preparer.get(&format!("{path}/lines")).expect(200).body;
    let amounts: Vec<i64> =
        lines["items"].as_array().unwrap().iter().map(|line| line["amount_fen"].as_i64().unwrap()).collect();
    assert_eq!(amounts, LINES_FEN);
    assert_eq!(cast.approver.get(&path).expect(200).body["total_fen"], SUBSIDY_FEN);
    let agree = || json!({"decision": "agree", "opinion": "无异议"});
    let own = cast.preparer.post(&format!("{path}/verify"), agree());
    assert!(matches!(own.status, 403 | 409), "nobody checks their own work: {}", own.text());
    cast.verifier.post(&format!("{path}/verify"), agree()).expect(200);
    assert_eq!(cast.verifier.post(&format!("{path}/approve"), agree()).status, 403);
    cast.approver.post(&format!("{path}/approve"), agree()).expect(200);
    assert_eq!(site.client(None).get(&path).status, 401);
    batch
}

/// Paid once, whatever happens to the process; every fen is where it belongs.
fn paid_over_a_kill(site: &mut Installation, cast: &Cast, batch: &str) {
    let path = format!("/api/v1/subsidy/batches/{batch}");
    let payer = cast.payer.with("idempotency-key", "story-pay");
    let pay = || payer.post(&format!("{path}/pay"), json!({"opinion": "已拨付"}));
    let paid = pay().expect(200);
    assert_eq!(paid.body["state"], "paid");
    site.kill();
    site.start();
    assert_eq!(pay().expect(200).body, paid.body);
    let steps = cast.payer.get(&path).expect(200).body["steps"].clone();
    let steps = steps.as_array().unwrap();
    let people: std::collections::BTreeSet<_> =
        steps.iter().map(|step| step["person"].as_str().unwrap()).collect();
    assert_eq!((steps.len(), people.len()), (4, 4), "four steps by four people: {steps:?}");
    let year = paid.body["budget_year"].as_i64().unwrap();
    let budgets = cast.payer.get(&format!("/api/v1/subsidy/budgets?year={year}")).expect(200).body;
    let budget = budgets["items"].as_array().unwrap().iter().find(|it| it["scheme"] == "REG-AGENCY").unwrap();
    assert_eq!(budget["appropriated_fen"], APPROPRIATION_FEN);
    assert_eq!(budget["paid_fen"], SUBSIDY_FEN);
    assert_eq!(budget["available_fen"], APPROPRIATION_FEN - SUBSIDY_FEN);
    for waiting in ["reserved_fen", "committed_fen", "approved_fen", "clawback_receivable_fen"] {
        assert_eq!(budget[waiting], 0, "{waiting}");
    }
    balanced(&cast.payer);
}

/// Every transaction, and all accounts together, sum to zero.
fn balanced(reader: &Client) {
    let sum = |items: &Value, entry: &str| -> i64 {
        items.as_array().unwrap().iter().map(|item| item[entry].as_i64().unwrap()).sum()
    };
    let transactions = reader.get("/api/v1/ledger/transactions?limit=100").expect(200).body;
    for transaction in transactions["items"].as_array().unwrap() {
        assert_eq!(sum(&transaction["postings"], "amount_fen"), 0, "{transaction}");
    }
    let accounts = reader.get("/api/v1/ledger/accounts?limit=100").expect(200).body;
    assert_eq!(sum(&accounts["items"], "balance_fen"), 0);
}

/// The county's officer declares what landed in the county; the plan's table counts it and leads to the record.
fn counted(cast: &Cast, contract: &str, year: i32) {
    let body = json!({"contract_id": contract, "mode": "joint_rd", "summary": "在示例窑厂投产"});
    let project = cast.county.post("/api/v1/projects", body).expect(201).body;
    assert_eq!((&project["unit"], &project["year"]), (&json!("450721"), &json!(year)));
    let table = cast.county.get("/api/v1/indicators/conversion_projects").expect(200).body;
    let at = table["years"].as_array().unwrap().iter().position(|it| *it == year).unwrap();
    let row = table["rows"].as_array().unwrap().iter().find(|row| row["unit"] == "450721").unwrap();
    let cell = &row["cells"][at];
    assert_eq!((&cell["actual"], &table["columns"][at]["actual"]), (&json!(1), &json!(1)));
    let records = cast.county.get(cell["records"].as_str().unwrap()).expect(200).body;
    assert_eq!(records["items"][0]["id"], project["id"]);
    assert_eq!(records["items"][0]["contract"]["technical_fen"], FIRST_TECHNICAL_FEN);
}

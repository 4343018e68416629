//! Builders for the operations on subsidies.

use serde_json::json;

use super::{Case, Entry};
use crate::support::contracts::{credit_code, registered};
use crate::support::records::upload;
use crate::support::{City, claims};

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/subsidy/schemes", |_| Case::new("GET", "/api/v1/subsidy/schemes", "")),
    ("get", "/api/v1/subsidy/schemes/{code}", |_| Case::new("GET", "/api/v1/subsidy/schemes/CONVERT", "")),
    ("post", "/api/v1/subsidy/schemes/{code}/versions", |_| {
        Case::new("POST", "/api/v1/subsidy/schemes/REG-AGENCY/versions", "government.approver").body(json!({
            "valid_from": "2027-01-01", "base": "total_amount", "title_zh": "技术合同认定登记补助",
            "title_en": "Subsidy for registering technical contracts", "source": "示例文件",
            "formula": {"kind": "rate", "rate_ppm": 400},
        }))
    }),
    ("post", "/api/v1/subsidy/schemes", |_| {
        Case::new("POST", "/api/v1/subsidy/schemes", "government.approver").body(json!({
            "code": "EXAMPLE-1", "beneficiary": "enterprise",
            "version": {
                "valid_from": "2026-01-01", "base": "event", "title_zh": "示例补助", "title_en": "Example",
                "source": "示例文件", "formula": {"kind": "fixed", "amount_fen": 100},
            },
        }))
    }),
    ("post", "/api/v1/subsidy/closed-years", |city| {
        city.clock.advance_seconds(366 * 86_400);
        Case::new("POST", "/api/v1/subsidy/closed-years", "government.approver")
            .stranger("government2.approver")
            .body(json!({"scheme": "REG-AGENCY", "year": 2026}))
    }),
    ("get", "/api/v1/subsidy/clawbacks", |_| {
        Case::new("GET", "/api/v1/subsidy/clawbacks", "government.payer")
            .also("operator.auditor")
            .also("registration_office.admin")
    }),
    ("get", "/api/v1/subsidy/clawbacks/{id}", |city| {
        let id = clawback(city);
        Case::new("GET", format!("/api/v1/subsidy/clawbacks/{id}"), "government.approver")
            .also("operator.auditor")
            .also("registration_office.admin")
            .stranger("registration_office2.admin")
            .stranger("government2.approver")
    }),
    ("post", "/api/v1/subsidy/clawbacks/{id}/repayments", |city| {
        let id = clawback(city);
        Case::new("POST", format!("/api/v1/subsidy/clawbacks/{id}/repayments"), "government.payer")
            .stranger("government2.payer")
            .body(json!({"amount_fen": 5, "paid_on": "2027-03-03", "reference": "示例缴款书"}))
    }),
    ("post", "/api/v1/subsidy/claims", |city| {
        let contract = registered(city);
        Case::new("POST", "/api/v1/subsidy/claims", claims::CLAIMANT)
            .body(claims::conversion(city, &contract, 5_000_000))
    }),
    ("get", "/api/v1/subsidy/claims", |city| {
        claims::submitted(city, 5_000_000);
        Case::new("GET", "/api/v1/subsidy/claims", "government.preparer").also(claims::CLAIMANT)
    }),
    ("get", "/api/v1/subsidy/claims/{id}", |city| claim_read(city, "")),
    ("get", "/api/v1/subsidy/claims/{id}/evidence/{file}", |city| {
        let id = claims::submitted(city, 5_000_000);
        let shown = city.as_(claims::CLAIMANT).get(&format!("/api/v1/subsidy/claims/{id}")).expect(200);
        let file = shown.body["evidence"][0]["file"].as_str().unwrap().to_owned();
        claim_case(&id, &format!("/evidence/{file}"))
    }),
    ("post", "/api/v1/subsidy/claims/{id}/resubmit", |city| {
        let contract = registered(city);
        let body = claims::conversion(city, &contract, 5_000_000);
        let id = claims::claim(city, claims::CLAIMANT, body.clone()).expect(201).id();
        claims::review(city, &id, json!({"verdict": "return", "opinion": "请补正"})).expect(200);
        Case::new("POST", format!("/api/v1/subsidy/claims/{id}/resubmit"), claims::CLAIMANT)
            .stranger("enterprise2.admin")
            .body(body)
    }),
    ("post", "/api/v1/subsidy/claims/{id}/withdraw", |city| {
        let id = claims::submitted(city, 5_000_000);
        Case::new("POST", format!("/api/v1/subsidy/claims/{id}/withdraw"), claims::CLAIMANT)
            .stranger("enterprise2.admin")
    }),
    ("post", "/api/v1/subsidy/claims/{id}/review", |city| {
        let id = claims::submitted(city, 5_000_000);
        Case::new("POST", format!("/api/v1/subsidy/claims/{id}/review"), "government.preparer")
            .stranger("government2.preparer")
            .body(json!({"verdict": "award", "amount_fen": 5_000_000}))
    }),
    ("post", "/api/v1/subsidy/claims/{id}/revoke", |city| {
        let id = claims::submitted(city, 5_000_000);
        claims::award(city, &id, 5_000_000).expect(200);
        Case::new("POST", format!("/api/v1/subsidy/claims/{id}/revoke"), "government.approver")
            .stranger("government2.approver")
            .body(json!({"opinion": "虚报"}))
    }),
    ("get", "/api/v1/subsidy/groups", |_| {
        Case::new("GET", "/api/v1/subsidy/groups", "government.preparer").also("operator.auditor")
    }),
    ("put", "/api/v1/subsidy/groups/{name}", |city| {
        let members = json!({"credit_codes": [credit_code("enterprise")]});
        city.as_("government.approver").put("/api/v1/subsidy/groups/example", members).expect(200);
        Case::new("PUT", "/api/v1/subsidy/groups/example", "government.approver")
            .stranger("government2.approver")
            .body(json!({"credit_codes": []}))
    }),
    ("get", "/api/v1/subsidy/publicity", |_| Case::new("GET", "/api/v1/subsidy/publicity", "")),
    ("get", "/api/v1/subsidy/publicity/{batch}", |city| {
        Case::new("GET", format!("/api/v1/subsidy/publicity/{}", publicised(city)), "")
    }),
    ("post", "/api/v1/subsidy/publicity/{batch}/objections", |city| {
        let batch = publicised(city);
        Case::new("POST", format!("/api/v1/subsidy/publicity/{batch}/objections"), "enterprise2.member")
            .body(json!({"reason": "示例异议"}))
    }),
    ("get", "/api/v1/subsidy/batches/{id}/objections", |city| read(city, "/objections")),
    ("post", "/api/v1/subsidy/objections/{id}/answer", |city| {
        let batch = publicised(city);
        let path = format!("/api/v1/subsidy/publicity/{batch}/objections");
        let id = city.as_("enterprise2.member").post(&path, json!({"reason": "示例异议"})).expect(201).id();
        Case::new("POST", format!("/api/v1/subsidy/objections/{id}/answer"), "government.approver")
            .stranger("government2.approver")
            .body(json!({"uphold": false, "answer": "示例答复"}))
    }),
    ("post", "/api/v1/subsidy/batches/{id}/payment-orders", |city| {
        Case::new("POST", address(&claims::approved(city), "payment-orders"), "government.payer")
            .stranger("government2.payer")
    }),
    ("get", "/api/v1/subsidy/batches/{id}/payment-file", |city| {
        Case::new("GET", address(&ordered(city), "payment-file"), "government.payer")
            .stranger("government2.payer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/payment-results", |city| {
        let id = ordered(city);
        let row = json!({"instruction": format!("{id}-000"), "outcome": "paid", "amount_fen": 5_000_000,
            "paid_on": "2026-03-10", "reference": "示例流水1"});
        Case::new("POST", address(&id, "payment-results"), "government.payer")
            .stranger("government2.payer")
            .body(json!({"rows": [row]}))
    }),
    ("post", "/api/v1/subsidy/batches/{id}/payment-results/import", |city| {
        let id = ordered(city);
        let text = format!(
            "拨付指令号,拨付结果,实拨金额（元）,拨付日期,财政流水号\n{id}-000,成功,50000.00,2026-03-10,CZ-1\n"
        );
        let file = upload(&city.as_("government.payer"), "结果.csv", text.as_bytes()).expect(201).id();
        Case::new("POST", address(&id, "payment-results/import"), "government.payer")
            .stranger("government2.payer")
            .body(json!({"file": file}))
    }),
    ("get", "/api/v1/subsidy/batches/{id}/payment-results", |city| read(city, "/payment-results")),
    ("post", "/api/v1/subsidy/appropriations", |_| {
        Case::new("POST", "/api/v1/subsidy/appropriations", "government.approver").body(json!({
            "year": 2026, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算",
        }))
    }),
    ("get", "/api/v1/subsidy/appropriations", |_| {
        Case::new("GET", "/api/v1/subsidy/appropriations?year=2026", "government.payer")
            .also("operator.auditor")
    }),
    ("get", "/api/v1/subsidy/budgets", |_| {
        Case::new("GET", "/api/v1/subsidy/budgets?year=2026", "government.preparer").also("operator.auditor")
    }),
    ("post", "/api/v1/subsidy/batches", |city| {
        registered_with_budget(city);
        let office = city.organisation("registration_office");
        Case::new("POST", "/api/v1/subsidy/batches", "government.preparer")
            .body(json!({"scheme": "REG-AGENCY", "beneficiary": office, "period": 2026}))
    }),
    ("get", "/api/v1/subsidy/batches", |city| {
        prepared(city);
        Case::new("GET", "/api/v1/subsidy/batches", "government.payer")
            .also("operator.auditor")
            .also("registration_office.admin")
    }),
    ("get", "/api/v1/subsidy/batches/{id}", |city| read(city, "")),
    ("get", "/api/v1/subsidy/batches/{id}/lines", |city| read(city, "/lines")),
    ("get", "/api/v1/subsidy/batches/{id}/explain", |city| read(city, "/explain")),
    ("post", "/api/v1/subsidy/batches/{id}/prepare", |city| {
        let id = prepared(city);
        let back = json!({"decision": "return", "opinion": "请核对"});
        city.as_("government.preparer.second").post(&address(&id, "verify"), back).expect(200);
        Case::new("POST", address(&id, "prepare"), "government.preparer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/verify", |city| {
        // The stranger is the person who prepared it.
        act(&prepared(city), "verify", "government.preparer.second").stranger("government.preparer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/approve", |city| {
        let id = prepared(city);
        step(city, &id, "verify", "government.preparer.second");
        act(&id, "approve", "government.approver")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/pay", |city| {
        let id = prepared(city);
        step(city, &id, "verify", "government.preparer.second");
        step(city, &id, "approve", "government.approver");
        act(&id, "pay", "government.payer")
    }),
    ("post", "/api/v1/subsidy/batches/{id}/void", |city| {
        Case::new("POST", address(&prepared(city), "void"), "government.approver")
            .body(json!({"opinion": "编制有误"}))
    }),
];

fn registered_with_budget(city: &City) {
    registered(city);
    let body = json!({"year": 2026, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算"});
    city.as_("government.approver").post("/api/v1/subsidy/appropriations", body).expect(201);
}

/// A batch that `government.preparer` prepared.
fn prepared(city: &City) -> String {
    registered_with_budget(city);
    let office = city.organisation("registration_office");
    let body = json!({"scheme": "REG-AGENCY", "beneficiary": office, "period": 2026});
    city.as_("government.preparer").post("/api/v1/subsidy/batches", body).expect(201).id()
}

/// A batch whose payments were ordered.
fn ordered(city: &City) -> String {
    let id = claims::approved(city);
    city.as_("government.payer").send("POST", &address(&id, "payment-orders"), None).expect(200);
    id
}

fn claim_case(id: &str, part: &str) -> Case {
    Case::new("GET", format!("/api/v1/subsidy/claims/{id}{part}"), "government.preparer")
        .also("operator.auditor")
        .also(claims::CLAIMANT)
        .stranger("enterprise2.admin")
        .stranger("government2.preparer")
}

fn claim_read(city: &City, part: &str) -> Case {
    claim_case(&claims::submitted(city, 5_000_000), part)
}

/// A batch of one claim whose list is before the public.
fn publicised(city: &City) -> String {
    claims::fund(city, "CONVERT", 10_000_000);
    let claim = claims::submitted(city, 5_000_000);
    claims::award(city, &claim, 5_000_000).expect(200);
    let batch = claims::prepare(city, "CONVERT", 2026).expect(201).id();
    step(city, &batch, "verify", "government.preparer.second");
    batch
}

/// What the office owes back after its contract was revoked.
fn clawback(city: &City) -> String {
    let contract = registered(city);
    let money = |year: i32| json!({"year": year, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算"});
    city.as_("government.approver").post("/api/v1/subsidy/appropriations", money(2026)).expect(201);
    let pay = |period: i32| {
        let office = city.organisation("registration_office");
        let body = json!({"scheme": "REG-AGENCY", "beneficiary": office, "period": period});
        let id = city.as_("government.preparer").post("/api/v1/subsidy/batches", body).expect(201).id();
        step(city, &id, "verify", "government.preparer.second");
        step(city, &id, "approve", "government.approver");
        step(city, &id, "pay", "government.payer");
    };
    pay(2026);
    let revoked = json!({"ground": "fraud", "decision": "示例决定"});
    city.as_("government.approver")
        .post(&format!("/api/v1/contracts/{contract}/revoke"), revoked)
        .expect(200);
    city.settle();
    city.clock.advance_seconds(366 * 86_400);
    pay(2027);
    let list = city.as_("government.payer").get("/api/v1/subsidy/clawbacks").expect(200);
    list.body["items"][0]["id"].as_str().unwrap().to_owned()
}

fn address(id: &str, act: &str) -> String {
    format!("/api/v1/subsidy/batches/{id}/{act}")
}

fn step(city: &City, id: &str, act: &str, persona: &str) {
    city.as_(persona).post(&address(id, act), json!({})).expect(200);
}

fn act(id: &str, act: &str, permitted: &str) -> Case {
    Case::new("POST", address(id, act), permitted).body(json!({}))
}

/// The government, the auditors and the beneficiary itself.
fn read(city: &City, part: &str) -> Case {
    let id = prepared(city);
    Case::new("GET", format!("/api/v1/subsidy/batches/{id}{part}"), "government.approver")
        .also("operator.auditor")
        .also("registration_office.admin")
        .stranger("registration_office2.admin")
        .stranger("enterprise.admin")
}

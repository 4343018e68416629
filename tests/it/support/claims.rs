//! Claims as tests need them.

use serde_json::{Value, json};

use super::contracts::registered;
use super::records::{pdf, upload};
use super::{City, Client, Response};

pub const CLAIMANT: &str = "enterprise.admin";

fn file(client: &Client, name: &str) -> String {
    upload(client, &format!("{name}.pdf"), &pdf(name)).expect(201).id()
}

/// A conversion of this contract that `enterprise` bought, with the evidence that the scheme asks for.
pub fn conversion(city: &City, contract: &str, requested_fen: i64) -> Value {
    let client = city.as_(CLAIMANT);
    let (voucher, proof) =
        (file(&client, &format!("付款凭证{contract}")), file(&client, &format!("转化{contract}")));
    json!({
        "scheme": "CONVERT",
        "contract": contract,
        "title": "坭兴陶低氮窑炉转化应用（示例）",
        "event_on": "2026-03-01",
        "requested_fen": requested_fen,
        "bank": "示例银行钦州分行",
        "bank_account": "6222000000000000001",
        "evidence": [{"item": "付款凭证", "file": voucher}, {"item": "转化应用证明", "file": proof}],
    })
}

/// A certification of this number by the persona.
pub fn certification(city: &City, persona: &str, scheme: &str, certificate: &str) -> Value {
    let paper = file(&city.as_(persona), certificate);
    json!({
        "scheme": scheme,
        "subject": certificate,
        "title": "高新技术企业认定（示例）",
        "event_on": "2026-02-01",
        "evidence": [{"item": "高新技术企业证书", "file": paper}],
    })
}

pub fn claim(city: &City, persona: &str, body: Value) -> Response {
    city.as_(persona).post("/api/v1/subsidy/claims", body)
}

/// A submitted conversion claim of `enterprise`.
pub fn submitted(city: &City, requested_fen: i64) -> String {
    let contract = registered(city);
    claim(city, CLAIMANT, conversion(city, &contract, requested_fen)).expect(201).id()
}

pub fn review(city: &City, claim: &str, body: Value) -> Response {
    city.as_("government.preparer").post(&format!("/api/v1/subsidy/claims/{claim}/review"), body)
}

pub fn award(city: &City, claim: &str, fen: i64) -> Response {
    review(city, claim, json!({"verdict": "award", "amount_fen": fen}))
}

pub fn fund(city: &City, scheme: &str, fen: i64) {
    let year = if city.now().rfc3339().starts_with("2027") { 2027 } else { 2026 };
    let body = json!({"year": year, "scheme": scheme, "amount_fen": fen, "document": "示例预算"});
    city.as_("government.approver").post("/api/v1/subsidy/appropriations", body).expect(201);
}

/// A batch of the awarded claims of a scheme.
pub fn prepare(city: &City, scheme: &str, period: i32) -> Response {
    let body = json!({"scheme": scheme, "period": period});
    city.as_("government.preparer").post("/api/v1/subsidy/batches", body)
}

pub fn step(city: &City, persona: &str, batch: &str, act: &str) -> Response {
    city.as_(persona).post(&format!("/api/v1/subsidy/batches/{batch}/{act}"), json!({}))
}

/// Verified, and the week before the public is over.
pub fn publicised(city: &City, batch: &str) {
    step(city, "government.preparer.second", batch, "verify").expect(200);
    city.clock.advance_seconds(8 * 86_400);
}

/// An approved batch of one awarded conversion of 50 000 yuan.
pub fn approved(city: &City) -> String {
    fund(city, "CONVERT", 20_000_000);
    let claim = submitted(city, 5_000_000);
    award(city, &claim, 5_000_000).expect(200);
    let batch = prepare(city, "CONVERT", 2026).expect(201).id();
    publicised(city, &batch);
    step(city, "government.approver", &batch, "approve").expect(200);
    batch
}

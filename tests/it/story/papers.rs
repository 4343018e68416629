//! The contracts of the story and what is proved of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::{Value, json};

use super::people::{ENTERPRISE, UNIVERSITY, Unit};
use crate::support::Client;
use crate::support::process::Installation;

fn side(unit: &Unit, kind: &str) -> Value {
    json!({
        "name": unit.name,
        "credit_code": unit.credit_code(),
        "kind": kind,
        "division": unit.division,
        "address": "钦州市示例路 1 号",
        "representative": "示例甲",
        "contact": "示例乙",
        "phone": "0777-2800009",
        "size": "small",
    })
}

/// A development contract between the two, for this technical amount and this much equipment.
pub fn contract(title: &str, technical_fen: i64, equipment_fen: i64) -> Value {
    let deductions = match equipment_fen {
        0 => json!([]),
        amount => json!([{"kind": "equipment", "amount_fen": amount, "note": "窑炉测温设备"}]),
    };
    json!({
        "title": title,
        "class": "development",
        "sub_type": "commissioned_development",
        "technical_field": "new_materials",
        "objective": "07",
        "industry": "30",
        "plan_source": "none",
        "summary": "研制窑变釉料的低温烧成工艺，并在生产窑上验证。",
        "signed_on": "2026-02-01",
        "start_on": "2026-02-01",
        "end_on": "2099-12-31",
        "written": true,
        "related_party": false,
        "seller": side(&UNIVERSITY, "public_university"),
        "buyer": side(&ENTERPRISE, "limited_liability"),
        "total_fen": technical_fen + equipment_fen,
        "deductions": deductions,
        "payment": {"mode": "lump_sum"},
        "ip": [{"kind": "none"}],
        "novelty": "首次在坭兴陶窑上低温烧成窑变釉。",
    })
}

/// Anybody who has the paper can check it: number and code lead to the statement, and the platform's published
/// key to its signature.
pub fn verified(site: &Installation, owner: &Client, contract: &str, technical_fen: i64) {
    let paper = owner.get(&format!("/api/v1/contracts/{contract}/certificate")).expect(200).body;
    let (number, code) = (paper["number"].as_str().unwrap(), paper["code"].as_str().unwrap());
    assert_eq!(paper["certificate"]["technical_fen"], technical_fen);
    let anybody = site.client(None);
    let path = format!("/api/v1/certificates/{number}?code={code}");
    let checked = anybody.get(&path).expect(200).body;
    assert_eq!((&checked["verdict"], &checked["certificate"]), (&json!("valid"), &paper["certificate"]));
    anybody.get(&format!("/api/v1/certificates/{number}?code=wrong")).expect(404);
    let page = anybody.get(&format!("/verify/{number}?code={code}")).expect(200);
    assert!(page.text().contains(number) && page.header("content-type").starts_with("text/html"));
    signed(&anybody, checked["jws"].as_str().unwrap(), &checked["certificate"]);
}

fn signed(anybody: &Client, jws: &str, certificate: &Value) {
    let parts: Vec<&str> = jws.split('.').collect();
    let [head, payload, signature] = parts[..] else { panic!("not a compact JWS: {jws}") };
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let header: Value = serde_json::from_slice(&decode(head)).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    let keys = anybody.get("/.well-known/jwks.json").expect(200).body;
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let key: [u8; 32] = decode(key["x"].as_str().unwrap()).try_into().unwrap();
    let signature = Signature::from_slice(&decode(signature)).unwrap();
    let said = format!("{head}.{payload}");
    VerifyingKey::from_bytes(&key).unwrap().verify(said.as_bytes(), &signature).expect("the signature holds");
    let canonical = serde_json_canonicalizer::to_vec(certificate).unwrap();
    assert_eq!(decode(payload), canonical);
}

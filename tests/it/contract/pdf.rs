//! The certificate as a PDF, judged by other people's programs.

use serde_json::json;

use crate::support::City;
use crate::support::contracts::{act, form, registered, registered_of};
use crate::support::tools;

const OWNER: &str = "institute.member";

fn pdf(city: &City, id: &str) -> Vec<u8> {
    let answer = city.as_(OWNER).get(&format!("/api/v1/contracts/{id}/certificate.pdf")).expect(200);
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.header("content-disposition").starts_with("attachment"), "{:?}", answer.headers);
    assert!(answer.bytes.starts_with(b"%PDF-1.7"));
    answer.bytes
}

fn text_of(city: &City, bytes: &[u8]) -> Option<String> {
    let dir = city.dir.path();
    std::fs::write(dir.join("c.pdf"), bytes).unwrap();
    tools::run("pdftotext", &["-layout", "c.pdf", "-"], dir)
}

/// Issue 4, done when: its text extracts (pdftotext) in Chinese and its QR reads back (zbarimg).
#[test]
fn the_text_extracts_in_chinese_and_the_qr_code_reads_back() {
    let city = City::new();
    let id = registered(&city);
    let view = city.as_(OWNER).get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    let bytes = pdf(&city, &id);
    assert!(bytes.len() < 300_000, "{} bytes: the face is cut down to what the paper uses", bytes.len());
    let number = view["number"].as_str().unwrap();
    if let Some(text) = text_of(&city, &bytes) {
        let title = form()["title"].as_str().unwrap().to_owned();
        for word in ["技术合同登记证明", number, &title[..12], "799,999.99", "不是电子印章", "登记机构签章处"]
        {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
    let dir = city.dir.path();
    if tools::run("pdftoppm", &["-r", "150", "-png", "c.pdf", "page"], dir).is_some()
        && let Some(read) = tools::run("zbarimg", &["--raw", "-q", "page-1.png"], dir)
    {
        assert_eq!(read.trim(), view["verify_url"]);
    }
}

/// Issue 4: a revoked certificate shows what became of it, to its holder and to whoever has number and code.
#[test]
fn what_became_of_a_registration_stands_on_the_paper() {
    let city = City::new();
    let id = registered(&city);
    let view = city.as_(OWNER).get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    let (number, code) = (view["number"].as_str().unwrap(), view["code"].as_str().unwrap());
    let before = pdf(&city, &id);
    assert_eq!(before, pdf(&city, &id), "the same paper every time");
    let decision = json!({"ground": "duplicate", "decision": "示例决定"});
    act(&city.as_("government.payer"), &id, "revoke", decision).expect(200);
    let public = format!("/api/v1/certificates/{number}/paper.pdf");
    let after = city.anonymous().get(&format!("{public}?code={code}")).expect(200).bytes;
    assert_ne!(before, after);
    if let Some(text) = text_of(&city, &after) {
        assert!(text.contains("登记已撤销"), "{text}");
    }
    city.anonymous().get(&format!("{public}?code=AAAA")).refused(404, "certificate_not_found");
}

/// DESIGN, dependencies: a missing glyph refuses with a clear problem, never a box on an official paper.
#[test]
fn a_character_outside_the_list_refuses_the_paper() {
    let city = City::new();
    let mut form = form();
    form["title"] = json!("\u{2A6D6}陶工艺示例");
    let id = registered_of(&city, &form);
    let path = format!("/api/v1/contracts/{id}/certificate.pdf");
    let refused = city.as_(OWNER).get(&path).refused(422, "paper_glyph_missing");
    assert!(refused.text().contains("U+2A6D6"), "{}", refused.text());
}

/// Issue 4: verification by the file itself, offline with the published keys and online with what became of it.
#[test]
fn a_certificate_is_verified_by_its_file() {
    let city = City::new();
    let id = registered(&city);
    let view = city.as_(OWNER).get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    let check = |file: &serde_json::Value| city.anonymous().post("/api/v1/certificates/check", file.clone());
    assert_eq!(check(&view).expect(200).body, view);
    let mut forged = view.clone();
    forged["certificate"]["total_fen"] = json!(1);
    check(&forged).refused(422, "certificate_differs");
    let mut broken = view.clone();
    broken["jws"] = json!("a.b.c");
    check(&broken).refused(422, "certificate_signature_invalid");
    let decision = json!({"ground": "duplicate", "decision": "示例决定"});
    act(&city.as_("government.payer"), &id, "revoke", decision).expect(200);
    assert_eq!(check(&view).expect(200).body["verdict"], "revoked");
    offline(&city, &view, &forged);
}

/// The command line, with nothing but files.
fn offline(city: &City, view: &serde_json::Value, forged: &serde_json::Value) {
    let dir = city.dir.path();
    let keys = city.anonymous().get("/.well-known/jwks.json").expect(200).bytes;
    for (name, bytes) in [
        ("c.json", view.to_string().into_bytes()),
        ("forged.json", forged.to_string().into_bytes()),
        ("keys.json", keys),
        ("none.json", b"{\"keys\":[]}".to_vec()),
    ] {
        std::fs::write(dir.join(name), bytes).unwrap();
    }
    let run = |file: &str, keys: &str, more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_techmart"))
            .args(["verify", "certificate", file, "--keys", keys])
            .args(more)
            .current_dir(dir)
            .env_clear()
            .output()
            .unwrap()
    };
    let good = run("c.json", "keys.json", &[]);
    let said = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(good.status.success(), "{said}{}", String::from_utf8_lossy(&good.stderr));
    assert!(
        said.contains("2026450701000001") && said.contains("not proven: that the registration still stands")
    );
    assert!(!run("forged.json", "keys.json", &[]).status.success());
    assert!(!run("c.json", "none.json", &[]).status.success());
    assert!(!run("c.json", "keys.json", &["--pin", "another"]).status.success());
}

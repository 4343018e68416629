//! The certificate as a PDF, judged by other people's programs.

use serde_json::json;

use crate::support::City;
use crate::support::contracts::{act, draft_of, form, registered, registered_of, registrar, show, submit};
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

/// DESIGN, dependencies: a missing glyph refuses with a clear problem, never a box on an official paper; the applicant
/// learns it when filing, with the characters, not when the paper is wanted.
#[test]
fn a_character_outside_the_list_is_told_when_filing() {
    let city = City::new();
    let mut form = form();
    form["title"] = json!("\u{2A6D6}陶工艺示例");
    form["buyer"]["name"] = json!("示例鋰业");
    let id = draft_of(&city, &form);
    let refused = submit(&city, &id, "registration_office").refused(422, "validation_failed");
    assert_eq!(refused.field("/title"), Some("contract_not_printable"));
    assert_eq!(refused.field("/buyer/name"), Some("contract_not_printable"));
    let text = refused.text();
    for char in ["U+2A6D6", "鋰（U+92F0）"] {
        assert!(text.contains(char), "{char} in {text}");
    }
    form["title"] = json!("CO₂ 与 Fe³⁺ 吸附，10⁶ ㎡ 示例");
    form["buyer"]["name"] = json!("示例锂业");
    let id = registered_of(&city, &form);
    if let Some(text) = text_of(&city, &pdf(&city, &id)) {
        for word in ["CO₂", "Fe³⁺", "10⁶", "㎡"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}

/// DOMAIN §2, amendment: the paper says which edition it is and since when; art. 862: a licence says how exclusive it is.
#[test]
fn domain_2_the_paper_names_its_edition_and_the_licence() {
    let city = City::new();
    let mut licence = form();
    licence["class"] = json!("licence");
    licence["sub_type"] = json!("know_how_licence");
    licence["ip"] = json!([{"kind": "know_how", "title": "示例工艺"}]);
    licence["licence"] = json!({"exclusivity": "sole"});
    licence["novelty"] = json!("");
    let id = registered_of(&city, &licence);
    let html = |city: &City| {
        city.as_(OWNER).get(&format!("/api/v1/contracts/{id}/certificate/paper")).expect(200).text()
    };
    let first = html(&city);
    assert!(first.contains("（排他许可）") && !first.contains("变更登记日期"), "{first}");
    city.clock.advance_seconds(86_400);
    let mut dearer = show(&city, &id)["form"].clone();
    dearer["total_fen"] = json!(150_000_000);
    act(&city.as_(OWNER), &id, "amendments", json!({"form": dearer, "reason": "增加工作量"})).expect(200);
    act(&registrar(&city), &id, "amendments/approve", json!({"opinion": "同意"})).expect(200);
    let second = html(&city);
    assert!(second.contains("第 2 版") && second.contains("变更登记日期：2026 年 3 月 3 日"), "{second}");
    if let Some(text) = text_of(&city, &pdf(&city, &id)) {
        let bare: String = text.split_whitespace().collect();
        assert!(bare.contains("第2版变更登记日期：2026年3月3日") && bare.contains("排他许可"), "{text}");
    }
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

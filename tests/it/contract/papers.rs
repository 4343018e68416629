//! The certificate: signed JSON, the page, the QR code, public verification.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{accepted, accepted_of, act, form, registered, registrar};
use crate::support::records::form as multipart;

fn certificate(city: &City, id: &str) -> Value {
    city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body
}

/// Issue: signed JSON (平台校验签名), and what is signed is exactly what is shown.
#[test]
fn the_certificate_is_signed_by_the_node() {
    use techmart::proof::model::Purpose;
    let city = City::new();
    let id = registered(&city);
    let view = certificate(&city, &id);
    let jws = view["jws"].as_str().unwrap();
    let signed = city.app.gate.keys().verify(Purpose::Certificate, "certificate+jws", jws).unwrap();
    let signed: Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(signed, view["certificate"]);
    assert_eq!(
        (&signed["number"], &signed["technical_fen"]),
        (&json!("2026450701000001"), &json!(79_999_999))
    );
    assert!(signed["notice"].as_str().unwrap().contains("不是电子印章"));
    let code = view["code"].as_str().unwrap();
    let link = format!("https://techmart.example/verify/2026450701000001?code={code}");
    assert_eq!(view["verify_url"], link);
    assert_eq!(certificate(&city, &id), view, "the same certificate every time");
    let parts: Vec<&str> = jws.split('.').collect();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("certificate+jws")));
    verifies_with_the_published_keys(&city, &parts, header["kid"].as_str().unwrap());
}

/// As somebody with nothing but the published keys would check it.
fn verifies_with_the_published_keys(city: &City, parts: &[&str], kid: &str) {
    let keys = city.anonymous().get("/.well-known/jwks.json").expect(200).body;
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public: [u8; 32] = bytes(key["x"].as_str().unwrap()).try_into().unwrap();
    let public = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&bytes(parts[2])).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    public.verify_strict(signed.as_bytes(), &signature).unwrap();
}

/// DOMAIN §2: a revoked certificate verifies as revoked; so does a cancelled one as cancelled.
#[test]
fn domain_2_a_revoked_certificate_verifies_as_revoked() {
    let city = City::new();
    let (revoked, cancelled) = (registered(&city), registered(&city));
    let verify = |view: &Value| {
        let path = format!(
            "/api/v1/certificates/{}?code={}",
            view["number"].as_str().unwrap(),
            view["code"].as_str().unwrap()
        );
        city.anonymous().get(&path).expect(200).body
    };
    let (one, two) = (certificate(&city, &revoked), certificate(&city, &cancelled));
    assert_eq!(verify(&one)["verdict"], "valid");
    assert_eq!(verify(&one)["certificate"], one["certificate"]);
    let decision = json!({"ground": "duplicate", "decision": "示例决定"});
    act(&city.as_("government.payer"), &revoked, "revoke", decision).expect(200);
    act(&city.as_("institute.member"), &cancelled, "cancel", json!({"reason": "合同解除"})).expect(200);
    assert_eq!(
        (&verify(&one)["verdict"], &verify(&one)["ended_on"]),
        (&json!("revoked"), &json!("2026-03-02"))
    );
    assert_eq!(verify(&two)["verdict"], "cancelled");
    let page = city.anonymous().get(&format!(
        "/verify/{}?code={}",
        one["number"].as_str().unwrap(),
        one["code"].as_str().unwrap()
    ));
    assert!(page.expect(200).text().contains("登记已撤销"));
}

/// Numbers can be counted through, codes cannot: without the code there is nothing to see.
#[test]
fn a_certificate_opens_only_with_its_code() {
    let city = City::new();
    let view = certificate(&city, &registered(&city));
    let other = certificate(&city, &registered(&city));
    let number = view["number"].as_str().unwrap();
    let code = view["code"].as_str().unwrap();
    assert_eq!(code.len(), 12);
    let get = |path: String| city.anonymous().get(&path);
    for wrong in ["", "AAAAAAAAAAAA", other["code"].as_str().unwrap()] {
        get(format!("/api/v1/certificates/{number}?code={wrong}")).refused(404, "certificate_not_found");
    }
    get(format!("/api/v1/certificates/{number}")).refused(404, "certificate_not_found");
    get(format!("/api/v1/certificates/nonsense?code={code}")).refused(404, "certificate_not_found");
    get(format!("/api/v1/certificates/{number}?code={}", code.to_lowercase())).expect(200);
    let page = get(format!("/verify/{number}?code=wrong"));
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.text().contains("没有与该编号和校验码相符的登记证明"));
    let script = get("/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E?code=x".into());
    assert!(script.status == 404 && !script.text().contains("<script>"), "{}", script.text());
}

/// At the desk anybody verifies by number and code, or by the file; what is no certificate is told on the page.
#[test]
fn the_desk_verifies_by_number_and_by_file() {
    let city = City::new();
    let id = registered(&city);
    let view = certificate(&city, &id);
    let desk = city.anonymous().get("/verify").expect(200).text();
    assert!(desk.contains("name=\"code\"") && desk.contains("type=\"file\""));
    let (number, code) = (view["number"].as_str().unwrap(), view["code"].as_str().unwrap());
    let found = city.anonymous().get(&format!("/verify?number={number}&code={code}")).expect(200).text();
    assert!(found.contains("核验通过"));
    let send = |bytes: &[u8]| {
        let (kind, body) = multipart("certificate.json", bytes);
        city.anonymous().send("POST", "/verify", Some((&kind, body)))
    };
    assert!(send(view.to_string().as_bytes()).expect(200).text().contains("核验通过"));
    let mut changed = view.clone();
    changed["certificate"]["total_fen"] = json!(1);
    assert!(send(changed.to_string().as_bytes()).expect(422).text().contains("文件被改动过"));
    assert!(send(b"%PDF-1.7 not JSON").expect(422).text().contains("不是登记证明的 JSON 文件"));
    let endless = vec![b' '; 300_000];
    assert!(send(&endless).expect(422).text().contains("不是登记证明的 JSON 文件"));
    let decision = json!({"ground": "duplicate", "decision": "示例决定"});
    act(&city.as_("government.payer"), &id, "revoke", decision).expect(200);
    assert!(send(view.to_string().as_bytes()).expect(200).text().contains("登记已撤销"));
}

/// The page has what the certificate says, escaped, and its QR code leads to the verification.
#[test]
fn the_page_prints_and_its_qr_code_reads() {
    let city = City::new();
    let mut form = form();
    form["title"] = json!("低氮窑炉 <b>“甲&乙”</b>（示例）");
    let id = accepted_of(&city, &form);
    act(&registrar(&city), &id, "register", json!({"opinion": "x"})).expect(200);
    let view = certificate(&city, &id);
    let page =
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/certificate/paper")).expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    let html = page.text();
    assert!(html.contains("技术合同认定登记证明") && html.contains("2026450701000001"));
    assert!(
        html.contains("1,000,000.00 元") && html.contains("799,999.99 元") && html.contains("研究开发人")
    );
    assert!(html.contains("不是电子印章") && html.contains("示例registration_office"));
    assert!(!html.contains("<b>") && html.contains("&#60;b&#62;"), "escaped");
    assert_eq!(read_qr(&html), view["verify_url"].as_str().unwrap());
    let pending = accepted(&city);
    let none = city.as_("institute.member").get(&format!("/api/v1/contracts/{pending}/certificate/paper"));
    none.refused(409, "state_conflict");
    city.as_("enterprise2.member")
        .get(&format!("/api/v1/contracts/{id}/certificate/paper"))
        .refused(404, "not_found");
}

/// Paints the SVG's squares on a grid and reads the code from it.
fn read_qr(html: &str) -> String {
    let svg = &html[html.find("<svg").unwrap()..html.find("</svg>").unwrap()];
    let attribute = |name: &str| {
        let at = svg.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        svg[at..].split('"').next().unwrap().to_owned()
    };
    let size: usize = attribute("width").parse().unwrap();
    let mut dark = vec![false; size * size];
    // `M x y h w v h H x V y` for every dark module.
    for square in attribute("d").split('M').filter(|part| !part.is_empty()) {
        let numbers: Vec<usize> =
            square.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let (x, y, width, height) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        for row in y..y + height {
            dark[row * size + x..row * size + x + width].fill(true);
        }
    }
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(
            size,
            size,
            |x, y| if dark[y * size + x] { 0 } else { 255 },
        );
    let grids = image.detect_grids();
    grids[0].decode().unwrap().1
}

//! The RFC's key and signature, and every way in which a message can be wrong.

use super::http_signature::*;
use super::jws::{PublicKey, Signer};
use super::structured::{self, Member};

const NOW: i64 = 1_800_000_000;
const NONCE: &str = "a-nonce-of-sixteen-or-more";
const BODY: &[u8] = br#"{"node":"cn-450721","head":42}"#;
const URI: &str = "https://market.qinzhou.example/federation/v1/hints";

fn signer() -> Signer {
    Signer::from_seed(&[1; 32]).unwrap()
}

fn request(body: &[u8]) -> Request<'_> {
    Request { method: "POST", target_uri: URI, content_type: Some("application/json"), body }
}

fn signed() -> SignedHeaders {
    sign_request(&signer(), &request(BODY), NOW, NONCE)
}

/// What the receiver finds.
fn check(
    request: &Request<'_>,
    headers: &SignedHeaders,
    now: i64,
    key: &PublicKey,
) -> Result<(), SignatureError> {
    Claim::read(headers, now)?.verify_request(request, headers, key)
}

fn refused(request: &Request<'_>, headers: &SignedHeaders) -> SignatureError {
    check(request, headers, NOW, signer().public()).unwrap_err()
}

/// RFC 9421 B.2.6: the published base, key and signature.
#[test]
fn the_published_ed25519_signature_is_ours() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let der = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF").unwrap();
    let signer = Signer::from_seed(der[der.len() - 32..].try_into().unwrap()).unwrap();
    let input = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
                 ;created=1618884473;keyid=\"test-key-ed25519\"";
    let members = structured::dictionary(&format!("sig-b26={input}")).unwrap();
    let Member::List(names, parameters) = &members[0].1 else { panic!() };
    assert_eq!(structured::inner_list(names, parameters), input);
    let base = format!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
         \"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n\
         \"@signature-params\": {input}"
    );
    let published =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    let signature = signer.sign_bytes(base.as_bytes());
    assert_eq!(STANDARD.encode(signature), published);
    assert!(signer.public().verify_bytes(base.as_bytes(), &signature));
}

/// RFC 9530 B: the digests of its examples.
#[test]
fn the_published_digest_is_ours() {
    assert_eq!(
        content_digest(b"{\"hello\": \"world\"}\n"),
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    );
}

/// TMF-1 §14.
#[test]
fn a_signed_request_is_taken() {
    let headers = signed();
    let claim = Claim::read(&headers, NOW + 299).unwrap();
    assert_eq!((claim.nonce.as_str(), claim.expires), (NONCE, NOW + 300));
    assert_eq!(claim.keyid, signer().public().kid());
    assert_eq!(check(&request(BODY), &headers, NOW, signer().public()), Ok(()));
    let empty = Request { method: "GET", content_type: None, ..request(b"") };
    let headers = sign_request(&signer(), &empty, NOW, NONCE);
    assert_eq!(check(&empty, &headers, NOW, signer().public()), Ok(()));
    assert_eq!(refused(&request(b""), &headers), SignatureError::NotCovered, "a type that was not signed");
}

#[test]
fn a_forged_request_is_refused() {
    let headers = signed();
    let method = Request { method: "PUT", ..request(BODY) };
    assert_eq!(refused(&method, &headers), SignatureError::BadSignature);
    let kind = Request { content_type: Some("text/plain"), ..request(BODY) };
    assert_eq!(refused(&kind, &headers), SignatureError::BadSignature);
    let flipped = headers.signature.replacen(|c: char| c.is_ascii_digit(), "x", 1);
    assert_eq!(
        refused(&request(BODY), &SignedHeaders { signature: flipped, ..headers }),
        SignatureError::BadSignature
    );
}

#[test]
fn a_request_to_another_host_is_refused() {
    for uri in [
        "https://market.beihai.example/federation/v1/hints",
        "http://market.qinzhou.example/federation/v1/hints",
        "https://market.qinzhou.example/federation/v1/hints?x=1",
        "https://market.qinzhou.example/federation/v1/feed",
    ] {
        let other = Request { target_uri: uri, ..request(BODY) };
        assert_eq!(refused(&other, &signed()), SignatureError::BadSignature, "{uri}");
    }
}

/// RFC 9421 §7.2.8: the signature covers the field, not the body; both are asked.
#[test]
fn a_body_that_is_not_the_digests_is_refused() {
    assert_eq!(refused(&request(b"{}"), &signed()), SignatureError::WrongDigest);
    let digest = content_digest(b"{}");
    let changed = SignedHeaders { content_digest: digest, ..signed() };
    assert_eq!(refused(&request(b"{}"), &changed), SignatureError::BadSignature);
    let weak = SignedHeaders { content_digest: "md5=:AA==:".into(), ..signed() };
    assert_eq!(refused(&request(BODY), &weak), SignatureError::BadSignature);
}

#[test]
fn a_truncated_body_is_refused() {
    for length in 0..BODY.len() {
        assert_eq!(refused(&request(&BODY[..length]), &signed()), SignatureError::WrongDigest);
    }
}

#[test]
fn a_truncated_field_is_refused() {
    let whole = signed();
    for length in 0..whole.signature_input.len() {
        let signature_input = whole.signature_input[..length].to_owned();
        refused(&request(BODY), &SignedHeaders { signature_input, ..whole.clone() });
    }
    for length in 0..whole.signature.len() {
        let signature = whole.signature[..length].to_owned();
        refused(&request(BODY), &SignedHeaders { signature, ..whole.clone() });
    }
}

/// Somebody else's key over the same request, whichever key id it names.
#[test]
fn a_request_signed_again_by_another_is_refused() {
    let thief = Signer::from_seed(&[2; 32]).unwrap();
    let again = sign_request(&thief, &request(BODY), NOW, NONCE);
    assert_eq!(refused(&request(BODY), &again), SignatureError::BadSignature);
    let named = again.signature_input.replace(thief.public().kid(), signer().public().kid());
    let named = SignedHeaders { signature_input: named, ..again };
    assert_eq!(refused(&request(BODY), &named), SignatureError::BadSignature);
}

#[test]
fn an_expired_request_is_refused() {
    let late = check(&request(BODY), &signed(), NOW + 300, signer().public());
    assert_eq!(late, Err(SignatureError::Expired));
}

#[test]
fn a_request_of_a_clock_too_far_ahead_is_refused() {
    let early = |now| check(&request(BODY), &signed(), now, signer().public());
    assert_eq!(early(NOW - AHEAD_SECONDS_MAX), Ok(()));
    assert_eq!(early(NOW - AHEAD_SECONDS_MAX - 1), Err(SignatureError::NotYet));
}

#[test]
fn a_life_of_more_than_300_seconds_is_refused() {
    let with = |created: i64, expires: i64| {
        let signature_input = signed()
            .signature_input
            .replace(&format!("created={NOW}"), &format!("created={created}"))
            .replace(&format!("expires={}", NOW + 300), &format!("expires={expires}"));
        Claim::read(&SignedHeaders { signature_input, ..signed() }, NOW).map(|_| ()).unwrap_err()
    };
    assert_eq!(with(NOW, NOW + 301), SignatureError::BadLife);
    assert_eq!(with(NOW, NOW), SignatureError::BadLife);
    assert_eq!(with(-999_999_999_999_999, 999_999_999_999_999), SignatureError::BadLife);
}

#[test]
fn a_signature_that_covers_too_little_is_refused() {
    for name in ["\"@method\" ", "\"@target-uri\" ", "\"content-type\" ", " \"content-digest\""] {
        let signature_input = signed().signature_input.replace(name, "");
        let headers = SignedHeaders { signature_input, ..signed() };
        assert_eq!(refused(&request(BODY), &headers), SignatureError::NotCovered, "{name}");
    }
}

#[test]
fn what_the_profile_does_not_know_is_refused() {
    let change = |from: &str, to: &str| {
        let signature_input = signed().signature_input.replace(from, to);
        assert_ne!(signature_input, signed().signature_input, "{from}");
        refused(&request(BODY), &SignedHeaders { signature_input, ..signed() })
    };
    assert_eq!(change("tag=\"tmf-1\"", "tag=\"tmf-2\""), SignatureError::Missing);
    assert_eq!(change("tag=\"tmf-1\"", "tag=\"tmf-1\";alg=\"hmac-sha256\""), SignatureError::Malformed);
    assert_eq!(change("tag=\"tmf-1\"", "tag=\"tmf-1\";x"), SignatureError::Malformed);
    assert_eq!(change("\"@method\"", "\"@method\" \"date\""), SignatureError::Malformed);
    assert_eq!(change("\"@method\"", "\"@method\" \"@method\""), SignatureError::Malformed);
    assert_eq!(change("\"@method\"", "\"@method\" \"@method\";req"), SignatureError::Malformed);
    assert_eq!(change(&format!("nonce=\"{NONCE}\""), "nonce=\"short\""), SignatureError::Malformed);
    assert_eq!(change(&format!("nonce=\"{NONCE}\";"), ""), SignatureError::Malformed);
    let twice = signed();
    let signature_input =
        format!("{}, other{}", twice.signature_input, twice.signature_input.trim_start_matches("tmf"));
    assert_eq!(
        refused(&request(BODY), &SignedHeaders { signature_input, ..twice }),
        SignatureError::Malformed
    );
}

/// Another signature beside ours does no harm.
#[test]
fn signatures_of_others_are_passed_over() {
    let ours = signed();
    let headers = SignedHeaders {
        signature_input: format!("proxy=(\"@authority\");created=1;keyid=\"p\", {}", ours.signature_input),
        signature: format!("proxy=:AAAA:, {}", ours.signature),
        ..ours
    };
    assert_eq!(check(&request(BODY), &headers, NOW, signer().public()), Ok(()));
}

fn answer(body: &[u8]) -> Response<'_> {
    Response { status: 200, content_type: Some("application/json"), body }
}

fn check_answer(
    response: &Response<'_>,
    headers: &SignedHeaders,
    asked: &SignedHeaders,
) -> Result<(), SignatureError> {
    let claim = Claim::read(headers, NOW)?;
    claim.verify_response(response, headers, &request(BODY), asked, signer().public())
}

fn signed_answer() -> SignedHeaders {
    let claim = Claim::read(&signed(), NOW).unwrap();
    sign_response(&signer(), &answer(b"[]"), &request(BODY), &signed(), &claim, NOW)
}

#[test]
fn a_signed_answer_is_taken_and_a_changed_one_refused() {
    let (asked, headers) = (signed(), signed_answer());
    assert_eq!(check_answer(&answer(b"[]"), &headers, &asked), Ok(()));
    assert_eq!(check_answer(&answer(b"[1]"), &headers, &asked), Err(SignatureError::WrongDigest));
    let status = Response { status: 410, ..answer(b"[]") };
    assert_eq!(check_answer(&status, &headers, &asked), Err(SignatureError::BadSignature));
    let bare = SignedHeaders {
        signature_input: headers.signature_input.replace(" \"content-digest\";req", ""),
        ..headers
    };
    assert_eq!(check_answer(&answer(b"[]"), &bare, &asked), Err(SignatureError::NotCovered));
}

/// An old answer to the same question is not an answer to this one.
#[test]
fn an_answer_to_another_request_is_refused() {
    let later = sign_request(&signer(), &request(BODY), NOW, "another-nonce-of-this-node");
    assert_eq!(check_answer(&answer(b"[]"), &signed_answer(), &later), Err(SignatureError::OtherRequest));
    let elsewhere = Request { target_uri: "https://market.qinzhou.example/x", ..request(BODY) };
    let claim = Claim::read(&signed_answer(), NOW).unwrap();
    let refused =
        claim.verify_response(&answer(b"[]"), &signed_answer(), &elsewhere, &signed(), signer().public());
    assert_eq!(refused, Err(SignatureError::BadSignature));
}

/// The messages that the Python library http-message-signatures signed (tests/federation/http_signatures.py).
#[test]
fn what_another_implementation_signed_verifies() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/http-signatures.json")).unwrap();
    let key: [u8; 32] = hex::decode(file["public_key"].as_str().unwrap()).unwrap().try_into().unwrap();
    let (key, now) = (PublicKey::from_bytes(key), file["now"].as_i64().unwrap());
    for case in file["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let field = |of: &str, name: &str| case[of][name].as_str().map(str::to_owned);
        let headers = |of: &str| SignedHeaders {
            content_digest: field(of, "Content-Digest").unwrap(),
            signature_input: field(of, "Signature-Input").unwrap(),
            signature: field(of, "Signature").unwrap(),
        };
        let kind = field("request_headers", "Content-Type");
        let request = Request {
            method: text("method"),
            target_uri: text("target_uri"),
            content_type: kind.as_deref(),
            body: text("body").as_bytes(),
        };
        let asked = headers("request_headers");
        assert_eq!(check(&request, &asked, now, &key), Ok(()), "{}", text("target_uri"));
        let kind = field("response_headers", "Content-Type");
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let response = Response { status, content_type: kind.as_deref(), body: text("answer").as_bytes() };
        let given = headers("response_headers");
        let claim = Claim::read(&given, now).unwrap();
        assert_eq!(claim.verify_response(&response, &given, &request, &asked, &key), Ok(()));
    }
}

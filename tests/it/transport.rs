//! Signed messages between nodes (TMF-1 rule 14): what a neighbour signed is taken once, everything else refused.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use serde_json::{Value, json};
use techmart::federation::transport::{Asked, Looking, PeerKeys, SignedPeer, Standing, Transport};
use techmart::http::{Answer, Authenticator, BodyKey, EdgeSettings, EdgeState, Reply, layer};
use techmart::kernel::permission::Permission;
use techmart::kernel::random::SystemRandom;
use techmart::kv::Kv;
use techmart::proof::http_signature::{Response as SignedResponse, SignatureError, SignedHeaders};
use techmart::proof::model::Purpose;
use techmart::proof::{KeyRing, Keys, PublicKey, Signer};

use crate::support::{City, Client, Response};

const OWN: &str = "https://market.qinzhou.example";
const COUNTY: &str = "cn-450721";

fn signer(byte: u8) -> Signer {
    Signer::from_seed(&[byte; 32]).unwrap()
}

fn keys(byte: u8) -> Keys {
    let mut ring = KeyRing::default();
    ring.add_signer(Purpose::Node, signer(byte));
    Keys::new(ring)
}

/// The county has the keys 1 and 2, while it rotates; 3 it revoked; 4 is a suspended neighbour's.
struct Pinned;

impl PeerKeys for Pinned {
    fn standing(&self, keyid: &str) -> Looking {
        let known = (1..=4_u8).find(|byte| signer(*byte).public().kid() == keyid);
        let standing = match known {
            Some(byte @ (1 | 2)) => {
                Standing::Good { node: COUNTY.into(), key: signer(byte).public().clone() }
            }
            Some(3) => Standing::Revoked,
            Some(_) => Standing::Suspended,
            None => Standing::Unknown,
        };
        Box::pin(std::future::ready(Ok(standing)))
    }
}

async fn echo(peer: SignedPeer) -> Answer {
    let (node, length) = (peer.node.clone(), peer.body().len());
    peer.edge
        .read(Permission::Peer, move |_, actor| {
            Reply::ok(&json!({"node": node, "actor": actor.label(), "bytes": length}))
        })
        .await
}

/// Also the other side's errors move a cursor: they are signed as well.
async fn gone(peer: SignedPeer) -> Answer {
    drop(peer);
    Err(techmart::kernel::error::Refusal::new(&techmart::kernel::codes_common::CONFLICT))
}

/// A node of its own beside a city, whose database and clock it uses.
struct Node {
    city: City,
    base: String,
    handle: actix_web::dev::ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Node {
    fn new() -> Self {
        let city = City::new();
        let (db, gate) = (city.app.db.clone(), city.app.gate.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let kv = match crate::support::database::redis_url() {
                    Some(url) => Kv::redis(&url).await.unwrap(),
                    None => Kv::in_process(),
                };
                let settings =
                    EdgeSettings { base_url: OWN.into(), requests_per_minute: 0, trust_forwarded_for: false };
                let authenticator: Arc<dyn Authenticator> = Arc::new(gate);
                let (settings, body_key) = (Arc::new(settings), BodyKey::new([0; 32]));
                let edge = EdgeState { db, authenticator, kv, settings, body_key };
                let transport = Transport::new(&format!("{OWN}/"), keys(9), Arc::new(Pinned));
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(web::Data::new(edge.clone()))
                        .app_data(web::Data::new(transport.clone()))
                        .wrap(from_fn(layer::around))
                        .route("/federation/v1/echo", web::post().to(echo))
                        .route("/federation/v1/echo", web::get().to(echo))
                        .route("/federation/v1/gone", web::get().to(gone))
                });
                let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = told.recv().unwrap();
        Self { city, base, handle, thread: Some(thread) }
    }

    fn ask(&self, byte: u8, method: &str, path: &str, body: Option<&str>) -> Asked {
        let county = Transport::new("https://market.county.example", keys(byte), Arc::new(Pinned));
        let content = body.map(|body| ("application/json", body.as_bytes().to_vec()));
        let uri = format!("{OWN}{path}");
        county.ask(method, &uri, content, self.city.now(), &SystemRandom).unwrap()
    }

    fn hint(&self) -> Asked {
        self.ask(1, "POST", "/federation/v1/echo?x=%E9%92%A6", Some(r#"{"head":7}"#))
    }

    /// Sends it, to this node whatever the address says.
    fn send(&self, asked: &Asked) -> Response {
        let mut client = Client::new(&self.base, None);
        for (name, value) in asked.headers.pairs() {
            client = client.with(name, value);
        }
        let path = &asked.target_uri[asked.target_uri[8..].find('/').unwrap() + 8..];
        let content = asked.content_type.as_deref().map(|kind| (kind, asked.body.clone()));
        client.send(&asked.method, path, content)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn refused(response: Response, because: &str) {
    let response = response.refused(401, "signature_refused");
    assert_eq!(response.body["params"]["reason"], because, "{}", response.text());
}

/// The answer as the asking node verifies it.
fn verified(node: &Node, asked: &Asked, response: &Response) -> Result<(), SignatureError> {
    let headers = SignedHeaders::read(|name| Some(response.header(name)).filter(|value| !value.is_empty()));
    let kind = Some(response.header("content-type")).filter(|kind| !kind.is_empty());
    let signed = SignedResponse { status: response.status, content_type: kind, body: &response.bytes };
    let find = |kid: &str| Some(signer(9).public().clone()).filter(|key: &PublicKey| key.kid() == kid);
    asked.verify(&signed, &headers.expect("the answer is signed"), node.city.now(), find).map(|_| ())
}

/// TMF-1 §14.
#[test]
fn what_a_neighbour_signed_is_taken_and_the_answer_is_signed() {
    let node = Node::new();
    let asked = node.hint();
    let answer = node.send(&asked).expect(200);
    assert_eq!(answer.body, json!({"node": COUNTY, "actor": "node:cn-450721", "bytes": 10}));
    assert_eq!(verified(&node, &asked, &answer), Ok(()));
    let other = node.hint();
    assert_eq!(verified(&node, &other, &answer), Err(SignatureError::OtherRequest));
    let read = node.ask(1, "GET", "/federation/v1/echo", None);
    let answer = node.send(&read).expect(200);
    assert_eq!(verified(&node, &read, &answer), Ok(()));
}

/// TMF-1 §6: a problem moves the other side's cursor; nobody on the way may make one up.
#[test]
fn problems_are_signed_too() {
    let node = Node::new();
    let asked = node.ask(1, "GET", "/federation/v1/gone", None);
    let answer = node.send(&asked).refused(409, "conflict");
    assert_eq!(verified(&node, &asked, &answer), Ok(()));
}

#[test]
fn an_unsigned_request_is_refused() {
    let node = Node::new();
    let client = Client::new(&node.base, None);
    client.get("/federation/v1/echo").refused(401, "signature_missing");
    // No person's permission helps.
    let operator = Client::new(&node.base, node.city.as_("operator.operator").token);
    operator.get("/federation/v1/echo").refused(401, "signature_missing");
}

#[test]
fn a_replayed_request_is_refused() {
    let node = Node::new();
    let asked = node.hint();
    node.send(&asked).expect(200);
    node.send(&asked).refused(401, "signature_replayed");
    node.city.clock.advance_seconds(299);
    node.send(&asked).refused(401, "signature_replayed");
    node.send(&node.hint()).expect(200);
}

#[test]
fn an_expired_request_is_refused() {
    let node = Node::new();
    let asked = node.hint();
    node.city.clock.advance_seconds(300);
    refused(node.send(&asked), "expired");
}

#[test]
fn a_forged_request_is_refused() {
    let node = Node::new();
    let mut asked = node.hint();
    asked.target_uri = format!("{OWN}/federation/v1/echo?x=other");
    refused(node.send(&asked), "bad_signature");
    let mut asked = node.hint();
    asked.content_type = Some("application/cloudevents+json".into());
    refused(node.send(&asked), "bad_signature");
}

#[test]
fn a_request_with_another_body_is_refused() {
    let node = Node::new();
    let mut asked = node.hint();
    asked.body = br#"{"head":8}"#.to_vec();
    refused(node.send(&asked), "wrong_digest");
}

#[test]
fn a_truncated_request_is_refused() {
    let node = Node::new();
    let mut asked = node.hint();
    asked.body.truncate(4);
    refused(node.send(&asked), "wrong_digest");
}

/// What was signed for another node is worth nothing here, whatever `Host` says.
#[test]
fn a_request_for_another_host_is_refused() {
    let node = Node::new();
    let county = Transport::new("https://market.county.example", keys(1), Arc::new(Pinned));
    let uri = "https://market.beihai.example/federation/v1/echo";
    let asked = county.ask("GET", uri, None, node.city.now(), &SystemRandom).unwrap();
    refused(node.send(&asked), "bad_signature");
}

#[test]
fn a_request_signed_again_by_another_is_refused() {
    let node = Node::new();
    let mut asked = node.hint();
    let stranger = node.ask(7, "POST", "/federation/v1/echo?x=%E9%92%A6", Some(r#"{"head":7}"#));
    node.send(&stranger).refused(401, "peer_unknown");
    // The stranger's signature under the neighbour's key id.
    let own_id = |byte: u8| signer(byte).public().kid().to_owned();
    asked.headers = stranger.headers;
    asked.headers.signature_input = asked.headers.signature_input.replace(&own_id(7), &own_id(1));
    refused(node.send(&asked), "bad_signature");
}

/// Two keys live while rotating; a revoked one is refused before any cryptography: even a signature that is
/// plainly none is answered with the revocation.
#[test]
fn keys_rotate_and_a_revoked_one_is_refused_first() {
    let node = Node::new();
    for byte in [1, 2] {
        node.send(&node.ask(byte, "GET", "/federation/v1/echo", None)).expect(200);
    }
    let mut revoked = node.ask(3, "POST", "/federation/v1/echo", Some("{}"));
    revoked.body = b"another".to_vec();
    node.send(&revoked).refused(401, "peer_key_revoked");
    node.send(&node.ask(4, "GET", "/federation/v1/echo", None)).refused(403, "peer_suspended");
}

/// Where it is installed: a Python library verifies what we sign (tests/federation/http_signatures.py); what it
/// signed is tested beside the signatures.
#[test]
fn another_implementation_verifies_ours() {
    let Some(python) = std::env::var_os("TECHMART_TEST_HTTPSIG_PYTHON") else {
        println!("skipped: TECHMART_TEST_HTTPSIG_PYTHON names no Python with http-message-signatures");
        return;
    };
    let node = Node::new();
    let asked = [node.hint(), node.ask(1, "GET", "/federation/v1/gone", None)];
    // One key on both sides: the script asks for one.
    let same = |asked: &Asked| {
        let ours = Transport::new(OWN, keys(9), Arc::new(Pinned));
        let content = asked.content_type.as_deref().map(|kind| (kind, asked.body.clone()));
        ours.ask(&asked.method, &asked.target_uri, content, node.city.now(), &SystemRandom).unwrap()
    };
    let fields = |headers: &SignedHeaders, kind: Option<&str>| {
        let mut fields = json!({
            "Content-Digest": headers.content_digest,
            "Signature-Input": headers.signature_input,
            "Signature": headers.signature,
        });
        if let Some(kind) = kind {
            fields["Content-Type"] = json!(kind);
        }
        fields
    };
    let cases: Vec<Value> = asked
        .iter()
        .map(same)
        .map(|asked| {
            use techmart::proof::http_signature::{Claim, sign_response};
            let claim = Claim::read(&asked.headers, node.city.now().seconds()).unwrap();
            let kind = Some("application/problem+json; charset=utf-8");
            let response = SignedResponse { status: 409, content_type: kind, body: br#"{"code":"x"}"# };
            let now = node.city.now().seconds();
            let given = sign_response(&signer(9), &response, &asked.request(), &asked.headers, &claim, now);
            json!({
                "method": asked.method, "target_uri": asked.target_uri,
                "body": String::from_utf8_lossy(&asked.body),
                "request_headers": fields(&asked.headers, asked.content_type.as_deref()),
                "status": 409, "answer": r#"{"code":"x"}"#, "response_headers": fields(&given, kind),
            })
        })
        .collect();
    let public = hex::encode(signer(9).public().bytes());
    let file = json!({"public_key": public, "now": node.city.now().seconds(), "cases": cases});
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/federation/http_signatures.py");
    let input = node.city.dir.path().join("signed.json");
    std::fs::write(&input, file.to_string()).unwrap();
    let mut command = std::process::Command::new(python);
    let run = command.args([script, "verify"]).stdin(std::fs::File::open(&input).unwrap()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).starts_with("2 requests"));
}

/// Rule 14: the document that neighbours pin keys from.
#[test]
fn the_node_publishes_its_keys() {
    let city = City::new();
    let told = city.anonymous().get("/.well-known/tmf").expect(200).body;
    assert_eq!((told["node"].as_str(), told["epoch"].as_i64()), (Some("cn-450700"), Some(1)));
    assert_eq!(told["base_url"], "https://techmart.example");
    let mut keys = told["keys"].as_array().unwrap().iter();
    let before = keys.find(|key| key["purpose"] == "node").unwrap()["kid"].as_str().unwrap().to_owned();
    city.app.gate.rotate_key(Purpose::Node).unwrap();
    let told = city.anonymous().get("/.well-known/tmf").expect(200).body;
    let node_keys: Vec<_> =
        told["keys"].as_array().unwrap().iter().filter(|key| key["purpose"] == "node").collect();
    assert_eq!(node_keys.len(), 2, "two live while rotating");
    let state = |kid: &str| node_keys.iter().find(|key| key["kid"] == kid).unwrap()["state"].clone();
    assert_eq!(state(&before), "retired");
    assert!(node_keys.iter().all(|key| key["jwk"]["d"].is_null()));
    city.app.gate.revoke_key(&before).unwrap();
    let told = city.anonymous().get("/.well-known/tmf").expect(200);
    let told = told.body["keys"].to_string();
    assert!(!told.contains(&before), "a revoked key is not published");
}

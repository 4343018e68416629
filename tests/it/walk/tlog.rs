//! Builders for the proofs over the feed, and for the outlet for libraries.

use techmart::federation::tlog::note::{Checkpoint, Kind, VerifierKey};
use techmart::federation::tlog::service;
use techmart::proof::Signer;

use super::{Case, Entry};
use crate::support::City;
use crate::support::contracts::registered;
use crate::support::records::published;

/// What everybody may read, once an event is signed for.
fn signed(city: &City, path: &str) -> Case {
    published(city, "achievements", "institute.member");
    city.settle();
    city.app.run_jobs().unwrap();
    Case::new("GET", path, "")
}

fn shown(city: &City, old: u64, root: u8) -> Vec<u8> {
    let signer = Signer::from_seed(&[5; 32]).unwrap();
    let origin = service::origin("cn-450721", 1);
    let keys = vec![VerifierKey::new(&origin, Kind::Log, signer.public().clone())];
    city.app.db.write_blocking("test.trust", move |tx| service::trust(tx, "cn-450721", 1, &keys)).unwrap();
    let note = Checkpoint { origin, size: 1, root: [root; 32] }.sign(&signer);
    format!("old {old}\n\n{}", note.text()).into_bytes()
}

fn submission(city: &City) -> Case {
    Case::new("POST", "/tlog/add-checkpoint", "").raw("text/plain", shown(city, 0, 1))
}

/// A county that has shown two trees of one size.
fn named(city: &City) -> Case {
    for (old, root, status) in [(0, 1, 200), (1, 2, 409)] {
        let body = shown(city, old, root);
        city.anonymous().send("POST", "/tlog/add-checkpoint", Some(("text/plain", body))).expect(status);
    }
    let body = serde_json::json!({"epoch": 1, "ground": "restored", "reason": "恢复备份（示例）"});
    Case::new("POST", "/api/v1/federation/logs/cn-450721/settlements", "operator.operator").body(body)
}

fn certificate(city: &City) -> Case {
    let path = format!("/api/v1/contracts/{}/certificate", registered(city));
    let shown = city.as_("institute.member").get(&path).expect(200).body;
    city.app.run_jobs().unwrap();
    let (number, code) = (shown["number"].as_str().unwrap(), shown["code"].as_str().unwrap());
    Case::new("GET", format!("/api/v1/certificates/{number}/proof?code={code}"), "")
}

pub const CASES: &[Entry] = &[
    ("get", "/tlog/checkpoint", |city| signed(city, "/tlog/checkpoint")),
    ("get", "/tlog/tile/{path}", |city| signed(city, "/tlog/tile/0/000.p/1")),
    ("get", "/tlog/neighbours", |_| Case::new("GET", "/tlog/neighbours", "")),
    ("post", "/tlog/add-checkpoint", submission),
    ("post", "/api/v1/federation/logs/{node}/settlements", named),
    ("get", "/api/v1/federation/log-settlements", |_| {
        Case::new("GET", "/api/v1/federation/log-settlements", "operator.operator")
    }),
    ("get", "/api/v1/proofs/events/{sequence}", |city| signed(city, "/api/v1/proofs/events/1")),
    ("get", "/api/v1/proofs/consistency", |city| signed(city, "/api/v1/proofs/consistency?old=0&new=1")),
    ("get", "/api/v1/certificates/{number}/proof", certificate),
    ("get", "/oai", |_| Case::new("GET", "/oai?verb=Identify", "")),
    ("post", "/oai", |_| {
        Case::new("POST", "/oai", "").raw("application/x-www-form-urlencoded", b"verb=Identify".to_vec())
    }),
    ("get", "/oai/tm.xsd", |_| Case::new("GET", "/oai/tm.xsd", "")),
];

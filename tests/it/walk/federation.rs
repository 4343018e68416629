//! Builders for the operations between nodes, and for what everybody may ask of this one.

use serde_json::{Value, json};
use techmart::federation::model::Role;
use techmart::federation::service::peers;
use techmart::federation::transport::{NoNeighbours, Transport};
use techmart::kernel::actor::Actor;
use techmart::kernel::random::SystemRandom;
use techmart::proof::model::Purpose;
use techmart::proof::{KeyRing, Keys, Signer};
use techmart::replica::model::Aside;
use techmart::replica::service as replica;

use super::{Case, Entry};
use crate::federation::peers::entered;
use crate::support::City;

const OPERATOR: &str = "operator.operator";
pub const NEIGHBOUR: &str = "cn-999999";
/// As tests/it/support has it.
const BASE: &str = "https://techmart.example";

pub fn signer() -> Signer {
    Signer::from_seed(&[7; 32]).unwrap()
}

/// The fields that the neighbour signs a request with.
pub fn signature(city: &City, method: &str, path: &str, body: Option<&Value>) -> Vec<(&'static str, String)> {
    let mut ring = KeyRing::default();
    ring.add_signer(Purpose::Node, signer());
    let transport =
        Transport::new("https://neighbour.example", Keys::new(ring), std::sync::Arc::new(NoNeighbours));
    let content = body.map(|body| ("application/json", body.to_string().into_bytes()));
    let uri = format!("{BASE}{path}");
    let asked = transport.ask(method, &uri, content, city.now(), &SystemRandom).unwrap();
    asked.headers.pairs().map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// A neighbour that both sides confirmed.
pub fn confirmed(city: &City) {
    let outbound = city.app.outbound.clone();
    let join = move |tx: &mut techmart::db::Tx| {
        let new = peers::NewPeer {
            node: NEIGHBOUR.into(),
            name: "示例".into(),
            base_url: "https://neighbour.example".into(),
            role: Role::Peer,
            keys: vec![hex::encode(signer().public().bytes())],
        };
        peers::add(tx, &Actor::System("test"), &outbound, &new)?;
        peers::confirm(tx, NEIGHBOUR, Role::Peer)
    };
    city.app.db.write_blocking("test.join", join).unwrap();
}

pub fn asked(method: &'static str, path: &str) -> Case {
    Case::new(method, path, "").signed()
}

fn managed(city: &City, method: &'static str, rest: &str) -> Case {
    let node = entered(city);
    Case::new(method, format!("/api/v1/federation/peers/{node}{rest}"), OPERATOR)
}

fn set_aside(city: &City) -> String {
    let keep = |tx: &mut techmart::db::Tx| {
        replica::keep_aside(tx, "cn-450721", "urn:x", Aside::Malformed, "{}")?;
        let page = techmart::kernel::page::PageQuery::new(None, None)?;
        Ok(replica::asides(tx, &page)?.items[0].id.to_string())
    };
    city.app.db.write_blocking("test.aside", keep).unwrap().value
}

/// A record of the county, as it came.
fn came(city: &City) -> &'static str {
    const URN: &str = "urn:tm:cn-450721:achievement:01980000-0000-7000-8000-000000000001";
    let canonical = "{\"title\":\"示例\"}".to_owned();
    let event = techmart::replica::model::Event {
        origin: "cn-450721".into(),
        epoch: 1,
        seq: 1,
        hops: 1,
        subject: URN.into(),
        version: 1,
        method: techmart::kernel::change::Method::Put,
        event_type: "cn.techmart.achievement.v1".into(),
        time: city.now(),
        audience: techmart::kernel::change::Audience::Public,
        reason: None,
        data: Some(techmart::kernel::change::RelayedData {
            hash: techmart::kernel::leaf::data_hash(canonical.as_bytes()),
            canonical,
            salt: vec![1; 32],
        }),
    };
    let intake = techmart::replica::model::Intake {
        via: "cn-450721".into(),
        ..techmart::replica::model::Intake::default()
    };
    let take = move |tx: &mut techmart::db::Tx| replica::take(tx, &intake, std::slice::from_ref(&event));
    city.app.db.write_blocking("test.take", take).unwrap();
    URN
}

pub const CASES: &[Entry] = &[
    ("get", "/federation/status", |_| Case::new("GET", "/federation/status", "")),
    ("get", "/.well-known/tmf", |_| Case::new("GET", "/.well-known/tmf", "")),
    ("get", "/federation/v1/feed", |city| {
        confirmed(city);
        asked("GET", "/federation/v1/feed?after=0")
    }),
    ("get", "/federation/v1/snapshot", |city| {
        confirmed(city);
        asked("GET", "/federation/v1/snapshot")
    }),
    ("get", "/federation/v1/digest", |city| {
        confirmed(city);
        asked("GET", "/federation/v1/digest")
    }),
    ("post", "/federation/v1/confirm", |city| {
        confirmed(city);
        asked("POST", "/federation/v1/confirm").body(json!({"node": NEIGHBOUR, "you_are": "peer"}))
    }),
    ("post", "/federation/v1/hints", |city| {
        confirmed(city);
        asked("POST", "/federation/v1/hints").body(json!({"node": NEIGHBOUR, "head": 1}))
    }),
    ("get", "/api/v1/federation/peers", |_| Case::new("GET", "/api/v1/federation/peers", OPERATOR)),
    ("post", "/api/v1/federation/peers", |_| {
        let body = crate::federation::peers::new_peer("cn-450721");
        Case::new("POST", "/api/v1/federation/peers", OPERATOR).body(body)
    }),
    ("get", "/api/v1/federation/peers/{node}", |city| managed(city, "GET", "")),
    ("delete", "/api/v1/federation/peers/{node}", |city| managed(city, "DELETE", "")),
    ("post", "/api/v1/federation/peers/{node}/suspend", |city| managed(city, "POST", "/suspend")),
    ("post", "/api/v1/federation/peers/{node}/resume", |city| {
        let case = managed(city, "POST", "/resume");
        let suspend =
            |tx: &mut techmart::db::Tx| peers::suspend(tx, &Actor::System("test"), "cn-450721", None);
        city.app.db.write_blocking("test.suspend", suspend).unwrap();
        case
    }),
    ("post", "/api/v1/federation/peers/{node}/resync", |city| managed(city, "POST", "/resync")),
    ("post", "/api/v1/federation/peers/{node}/keys", |city| {
        let key = hex::encode(signer().public().bytes());
        managed(city, "POST", "/keys").body(json!({ "key": key }))
    }),
    ("delete", "/api/v1/federation/peers/{node}/keys/{kid}", |city| {
        let node = entered(city);
        let shown = city.as_(OPERATOR).get(&format!("/api/v1/federation/peers/{node}")).expect(200).body;
        let kid = shown["peer"]["keys"][0]["kid"].as_str().unwrap().to_owned();
        Case::new("DELETE", format!("/api/v1/federation/peers/{node}/keys/{kid}"), OPERATOR)
    }),
    ("put", "/api/v1/federation/peers/{node}/hidden", |city| {
        managed(city, "PUT", "/hidden").body(json!({"hidden": ["demand"]}))
    }),
    ("get", "/api/v1/federation/status", |_| Case::new("GET", "/api/v1/federation/status", "")),
    ("get", "/api/v1/federation/policy", |_| Case::new("GET", "/api/v1/federation/policy", "")),
    ("get", "/api/v1/federation/quarantine", |_| Case::new("GET", "/api/v1/federation/quarantine", OPERATOR)),
    ("post", "/api/v1/federation/quarantine/{id}/resolve", |city| {
        let path = format!("/api/v1/federation/quarantine/{}/resolve", set_aside(city));
        Case::new("POST", path, OPERATOR)
    }),
    ("post", "/api/v1/federation/erasures", |city| {
        let id = crate::support::records::published(city, "achievements", "institute.member");
        let body = json!({"urn": format!("urn:tm:cn-450700:achievement:{id}"), "reason": "本人要求（示例）"});
        Case::new("POST", "/api/v1/federation/erasures", OPERATOR).body(body)
    }),
    ("get", "/api/v1/replicas", |_| Case::new("GET", "/api/v1/replicas", "")),
    ("get", "/api/v1/replicas/{urn}", |city| {
        Case::new("GET", format!("/api/v1/replicas/{}", came(city)), "")
    }),
];

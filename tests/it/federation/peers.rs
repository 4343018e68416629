//! Joining: both sides confirm, suspend, rotate keys, remove.

use serde_json::json;
use techmart::federation::model::{Role, State};
use techmart::federation::service::peers;
use techmart::kernel::change::Audience;

use super::network::{CITY, COUNTY, Network, Node};
use crate::support::{City, Client};

fn state(node: &Node, of: &str) -> State {
    let of = of.to_owned();
    node.city().app.db.read_blocking(move |snapshot| peers::find(snapshot, &of)).unwrap().state
}

#[test]
fn both_sides_confirm_and_agree_on_their_places() {
    let (city, county) = (Node::new(CITY, 70), Node::new(COUNTY, 71));
    city.enter(&county, Role::Child);
    assert!(city.settle(COUNTY).is_err(), "the county has not entered the city");
    assert_eq!(state(&city, COUNTY), State::Invited);
    county.enter(&city, Role::Child);
    let refused = county.settle(CITY).unwrap_err();
    assert!(refused.to_string().contains("peer_role_mismatch"), "{refused}");
    let remove = |tx: &mut techmart::db::Tx| {
        peers::remove(tx, &techmart::kernel::actor::Actor::System("test"), CITY, None)
    };
    county.city().app.db.write_blocking("test.remove", remove).unwrap();
    county.enter(&city, Role::Parent);
    county.settle(CITY).unwrap();
    assert_eq!((state(&city, COUNTY), state(&county, CITY)), (State::Confirmed, State::Confirmed));
}

#[test]
fn a_suspended_neighbour_reads_nothing_and_goes_on_where_it_stood() {
    let network = Network::new(72);
    let system = techmart::kernel::actor::Actor::System("test");
    let act = |suspend: bool| {
        let actor = system.clone();
        let act = move |tx: &mut techmart::db::Tx| match suspend {
            true => peers::suspend(tx, &actor, COUNTY, None),
            false => peers::resume(tx, &actor, COUNTY, None),
        };
        network.city.city().app.db.write_blocking("test.suspend", act).unwrap();
    };
    act(true);
    network.city.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    assert!(network.county.settle(CITY).is_err());
    act(false);
    network.settle();
    assert!(network.county.replica(&network.city.urn("achievement", 1)).is_some());
    assert_eq!(network.county.sync(CITY).generation, 1, "no further snapshot was needed");
}

#[test]
fn two_keys_live_while_rotating_and_a_revoked_one_is_refused() {
    let network = Network::new(73);
    let system = techmart::kernel::actor::Actor::System("test");
    let old = network.county.key();
    network.county.city().app.gate.rotate_key(techmart::proof::model::Purpose::Node).unwrap();
    let new = network.county.key();
    assert_ne!(old, new);
    assert!(network.county.settle(CITY).is_err(), "the city does not know the new key");
    let (actor, key) = (system.clone(), new);
    let add = move |tx: &mut techmart::db::Tx| peers::add_key(tx, &actor, COUNTY, &key);
    let peer = network.city.city().app.db.write_blocking("test.key", add).unwrap().value;
    network.settle();
    let kid = peer.keys[1].kid.clone();
    let revoke = move |tx: &mut techmart::db::Tx| peers::revoke_key(tx, &system, COUNTY, &kid);
    network.city.city().app.db.write_blocking("test.key", revoke).unwrap();
    let refused = network.county.settle(CITY).unwrap_err();
    assert!(refused.to_string().contains("unsigned"), "refused before anything is signed: {refused}");
}

pub fn new_peer(node: &str) -> serde_json::Value {
    json!({
        "node": node, "name": "示例县", "base_url": "https://county.example", "role": "child",
        "keys": ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
    })
}

/// Enters a neighbour over the API: for the permission walk too.
pub fn entered(city: &City) -> &'static str {
    operator(city).post("/api/v1/federation/peers", new_peer(COUNTY)).expect(201);
    COUNTY
}

fn operator(city: &City) -> Client {
    city.as_("operator.operator")
}

#[test]
fn an_operator_enters_suspends_and_removes_over_the_api() {
    let city = City::new();
    let operator = operator(&city);
    let path = format!("/api/v1/federation/peers/{COUNTY}");
    entered(&city);
    operator.post("/api/v1/federation/peers", new_peer(COUNTY)).refused(409, "peer_exists");
    for (field, value, code) in [
        ("base_url", "http://county.example", "address_refused"),
        ("base_url", "https://127.0.0.1", "address_refused"),
        ("node", "cn-450700", "peer_self"),
        ("node", "X!", "validation_failed"),
    ] {
        let mut wrong = new_peer("cn-450722");
        wrong[field] = json!(value);
        let refused = operator.post("/api/v1/federation/peers", wrong);
        assert_eq!(refused.body["code"], code, "{field} {value}");
    }
    assert_eq!(operator.post(&format!("{path}/suspend"), json!({})).expect(200).body["state"], "suspended");
    operator.post(&format!("{path}/suspend"), json!({})).refused(409, "state_conflict");
    assert_eq!(operator.get(&path).expect(200).body["peer"]["state"], "suspended");
    let hidden = operator.put(&format!("{path}/hidden"), json!({"hidden": ["demand"]})).expect(200).body;
    assert_eq!(hidden["hidden"], json!(["demand"]));
    assert_eq!(operator.delete(&path).expect(200).body["state"], "removed");
    assert_eq!(operator.get(&path).status, 404);
    let status = city.anonymous().get("/api/v1/federation/status").expect(200).body;
    assert_eq!((status["node"].as_str(), status["peers"].as_array().unwrap().len()), (Some("cn-450700"), 0));
}

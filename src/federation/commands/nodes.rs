//! Whose keys are known, and which way leads to a node: from what is pinned and what neighbours countersign.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::chain::{self, Pinned, Statement};
use super::rules;
use crate::db::Conn;
use crate::federation::model::{Peer, Role};
use crate::federation::service::feed::Ways;
use crate::federation::service::peers;
use crate::kernel::error::Refusal;
use crate::proof::model::Purpose;
use crate::proof::{KeyRing, PublicKey};
use crate::replica::model::State as ReplicaState;
use crate::replica::service as replica;

/// The entity under which a node states the keys of its parent and children.
pub const STATEMENT_ENTITY: &str = "node_keys";
pub const STATEMENT_TYPE: &str = "cn.techmart.node_keys.v1";
pub const STATEMENT_KIND: &str = "tmf-node-keys+jws";
/// Statements that are read: two for each of many nodes.
const STATEMENTS_MAX: i64 = 20_000;

/// A statement as a replica holds it: what it claims to say, and the signed text.
struct Signed {
    node: String,
    relation: String,
    text: String,
}

/// The neighbours that were not removed. What is pinned of one whose link is suspended stays believed: what is told it
/// waits in the feed, and nothing that it is told is lost.
pub fn neighbours(conn: &mut Conn) -> Result<Vec<Peer>, Refusal> {
    peers::all(conn)
}

pub fn pinned_keys(peer: &Peer) -> Vec<PublicKey> {
    let living = peer.keys.iter().filter(|key| key.revoked_at.is_none());
    living.filter_map(|key| key.bytes()).map(PublicKey::from_bytes).collect()
}

/// The keys of a node, the first one to encrypt to; none while no chain leads to it.
pub fn keys_of(conn: &mut Conn, own: &str, target: &str) -> Result<Option<Vec<PublicKey>>, Refusal> {
    let pinned: Vec<Pinned> = neighbours(conn)?
        .iter()
        .map(|peer| Pinned { node: peer.node.clone(), relation: peer.role, keys: pinned_keys(peer) })
        .collect();
    if let Some(near) = pinned.iter().find(|near| near.node == target) {
        return Ok(Some(near.keys.clone()).filter(|keys| !keys.is_empty()));
    }
    let statements = statements(conn)?;
    let useful = |signed: &Signed| {
        signed.relation == "parent" || signed.node == target || chain::is_above(&signed.node, target)
    };
    let check = |signed: &Signed, keys: &[PublicKey]| {
        if !useful(signed) {
            return None;
        }
        let mut ring = KeyRing::default();
        keys.iter().for_each(|key| ring.add_public(Purpose::Node, key.clone()));
        let text = ring.verify(Purpose::Node, STATEMENT_KIND, &signed.text).ok()?;
        let statement: Statement = serde_json::from_slice(&text).ok()?;
        let stated: Option<Vec<PublicKey>> = statement.keys.iter().map(|key| public_key(key)).collect();
        Some((statement, stated.filter(|keys| !keys.is_empty())?))
    };
    Ok(chain::keys_of(own, target, &pinned, &statements, check))
}

/// The same as a ring that verifies what the node signed.
pub fn ring_of(conn: &mut Conn, own: &str, target: &str) -> Result<Option<KeyRing>, Refusal> {
    let keys = keys_of(conn, own, target)?;
    Ok(keys.map(|keys| {
        let mut ring = KeyRing::default();
        keys.into_iter().for_each(|key| ring.add_public(Purpose::Node, key));
        ring
    }))
}

fn public_key(text: &str) -> Option<PublicKey> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(PublicKey::from_bytes(bytes))
}

fn statements(conn: &mut Conn) -> Result<BTreeMap<String, Vec<Signed>>, Refusal> {
    let mut by_node: BTreeMap<String, Vec<Signed>> = BTreeMap::new();
    let types = [STATEMENT_TYPE];
    let filter = replica::Filter {
        event_types: Some(&types),
        state: Some(ReplicaState::Live),
        ..replica::Filter::default()
    };
    for record in replica::after(conn, &filter, "", STATEMENTS_MAX)? {
        let Some(public) = record.public.as_deref() else { continue };
        let Ok(public) = serde_json::from_str::<Value>(public) else { continue };
        let text = |name: &str| public[name].as_str().unwrap_or_default().to_owned();
        let signed = Signed { node: text("node"), relation: text("relation"), text: text("statement") };
        by_node.entry(record.origin).or_default().push(signed);
    }
    Ok(by_node)
}

/// The neighbour to which a command for `to` is handed, now or once the link is resumed; none where no way is known.
pub fn next_hop(conn: &mut Conn, to: &str) -> Result<Option<Peer>, Refusal> {
    let (near, ways) = (neighbours(conn)?, Ways::load(conn)?);
    let known: Vec<(String, Role)> = near.iter().map(|peer| (peer.node.clone(), peer.role)).collect();
    let next = rules::next_hop(to, &known, ways.to(to));
    Ok(next.and_then(|node| near.into_iter().find(|peer| peer.node == node)))
}

//! Publishing what differs (rule 1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::store::{self, Published};
use crate::db::Tx;
use crate::federation::commands::chain::Statement;
use crate::federation::commands::nodes::{self, STATEMENT_ENTITY, STATEMENT_KIND};
use crate::federation::commands::wire::digest;
use crate::federation::model::{Peer, Role};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::project;
use crate::project::service::TargetStatus;
use crate::proof::model::Purpose;
use crate::proof::{KeyRing, Keys};

const ACTOR: Actor = Actor::System("federation.report");
const STATEMENTS: &str = "node_keys:";

/// A projection under its own lasting name.
struct Projection<'a> {
    name: String,
    entity: &'static str,
    kind: &'static str,
    audience: Audience,
    /// Given its URN.
    document: &'a dyn Fn(&str) -> Value,
}

/// Publishes it if it differs; its URN.
fn publish(tx: &mut Tx, of: &Projection<'_>) -> Result<String, Refusal> {
    let known = store::published(tx, &of.name)?;
    let id = known.as_ref().map_or_else(|| tx.new_id(), |known| known.id);
    let urn = tx.urn(of.entity, id);
    let document = (of.document)(&urn);
    let digest = digest(&document)?;
    if known.as_ref().is_some_and(|known| known.digest == digest) {
        return Ok(urn);
    }
    let version = known.map_or(1, |known| known.version + 1);
    let published_at = tx.now();
    store::put(tx, &Published { name: of.name.clone(), id, version, digest, published_at })?;
    let change =
        NewChange::published(of.kind, urn.clone(), version, of.audience.clone(), json!({}), document);
    tx.record(&ACTOR, change);
    Ok(urn)
}

/// A published projection that no longer holds.
fn withdraw(tx: &mut Tx, name: &str, entity: &str, kind: &'static str) -> Result<(), Refusal> {
    let Some(known) = store::published(tx, name)?.filter(|known| !known.digest.is_empty()) else {
        return Ok(());
    };
    let (version, published_at) = (known.version + 1, tx.now());
    store::put(tx, &Published { version, published_at, digest: String::new(), ..known.clone() })?;
    let urn = tx.urn(entity, known.id);
    tx.record(&ACTOR, NewChange::deleted(kind, urn, version, Audience::Public, json!({})));
    Ok(())
}

/// The keys of parent and children as they were pinned, signed: `node_keys.v1` (rule 2).
pub fn statements(tx: &mut Tx, keys: &Keys) -> Result<(), Refusal> {
    let ring = keys.ring();
    let near = nodes::neighbours(tx)?;
    let kin: Vec<&Peer> = near.iter().filter(|peer| peer.role != Role::Peer).collect();
    for peer in &kin {
        statement(tx, &ring, peer)?;
    }
    for name in store::living(tx, STATEMENTS)? {
        if kin.iter().all(|peer| name != format!("{STATEMENTS}{}", peer.node)) {
            withdraw(tx, &name, STATEMENT_ENTITY, "node_keys.withdrawn")?;
        }
    }
    Ok(())
}

fn statement(tx: &mut Tx, ring: &KeyRing, peer: &Peer) -> Result<(), Refusal> {
    let by = tx.node().to_owned();
    let keys = nodes::pinned_keys(peer);
    let said = Statement {
        by: by.clone(),
        node: peer.node.clone(),
        relation: peer.role.as_str().to_owned(),
        keys: keys.iter().map(|key| URL_SAFE_NO_PAD.encode(key.bytes())).collect(),
    };
    let text = serde_json::to_vec(&said).map_err(Refusal::internal)?;
    let signed = ring.signer(Purpose::Node)?.sign(STATEMENT_KIND, &text).map_err(Refusal::internal)?;
    let document = |urn: &str| {
        json!({
            "schema": "node_keys.v1",
            "id": urn,
            "by": by,
            "node": said.node,
            "relation": said.relation,
            "statement": signed,
        })
    };
    let name = format!("{STATEMENTS}{}", peer.node);
    let (entity, kind, audience) = (STATEMENT_ENTITY, "node_keys.published", Audience::Public);
    publish(tx, &Projection { name, entity, kind, audience, document: &document })?;
    Ok(())
}

/// Targets of the plan, and what stands behind each: `target.v1` and `actual.v1` (rule 3).
pub fn targets(tx: &mut Tx) -> Result<(), Refusal> {
    for status in project::service::targets(tx, None)? {
        let urn = target(tx, &status)?;
        actual(tx, &status, &urn)?;
    }
    Ok(())
}

fn target(tx: &mut Tx, status: &TargetStatus) -> Result<String, Refusal> {
    let it = &status.target;
    let document = |urn: &str| {
        json!({
            "schema": "target.v1",
            "id": urn,
            "key": it.id,
            "annex": it.annex,
            "indicator": it.indicator,
            "unit": it.unit.as_str(),
            "from_year": it.from_year,
            "to_year": it.to_year,
            "target": it.target,
            "comparison": it.comparison,
            "measure": it.measure,
            "title": it.title,
        })
    };
    let name = format!("target:{}", it.id);
    let (entity, kind, audience) = ("target", "target.published", Audience::Parent);
    publish(tx, &Projection { name, entity, kind, audience, document: &document })
}

fn actual(tx: &mut Tx, status: &TargetStatus, target: &str) -> Result<(), Refusal> {
    let it = &status.target;
    let document = |urn: &str| {
        json!({
            "schema": "actual.v1",
            "id": urn,
            "target": target,
            "key": it.id,
            "indicator": it.indicator,
            "unit": it.unit.as_str(),
            "from_year": it.from_year,
            "to_year": it.to_year,
            "actual": status.actual,
            "reached": status.reached,
        })
    };
    let name = format!("actual:{}", it.id);
    let (entity, kind, audience) = ("actual", "actual.published", Audience::Parent);
    publish(tx, &Projection { name, entity, kind, audience, document: &document })?;
    Ok(())
}

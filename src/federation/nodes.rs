//! What nodes say of themselves: the record that every node publishes.

use serde_json::{Value, json};

use crate::changes;
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::replica::service::node_urn;

pub const ENTITY: &str = "node";
const SCHEMA: &str = "node.v1";
const ACTOR: Actor = Actor::System("federation");

/// Publishes what this node is, unless that is what it published last.
pub fn ensure(tx: &mut Tx, base_url: &str) -> Result<(), Refusal> {
    let subject = node_urn(tx.node());
    let public = json!({ "schema": SCHEMA, "id": subject, "node": tx.node(), "base_url": base_url });
    let prefix = format!("urn:tm:{}:{ENTITY}:", tx.node());
    let last = changes::feed::own_versions(tx, &prefix, "", 1)?;
    let seqs: Vec<i64> = last.iter().map(|(_, seq, _)| *seq).collect();
    let entry = changes::feed::by_seq(tx, &seqs)?.pop();
    let said = entry.as_ref().and_then(|entry| entry.public.as_deref());
    let said: Option<Value> = said.and_then(|text| serde_json::from_str(text).ok());
    if said.as_ref() == Some(&public) {
        return Ok(());
    }
    let version = entry.map_or(1, |entry| entry.version + 1);
    let facts = json!({ "base_url": base_url });
    let change = NewChange::published("node.published", subject, version, Audience::Public, facts, public);
    tx.record(&ACTOR, change);
    Ok(())
}

//! What nodes say of themselves: the record that every node publishes, and the way home that others' records give.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::changes;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn, urn};
use crate::replica;
use crate::replica::model::{Replica, State};

pub const ENTITY: &str = "node";
const SCHEMA: &str = "node.v1";
const ACTOR: Actor = Actor::System("federation");
const UUID_BYTES: usize = 16;

/// A node has one such record, so its name is made of the node's id.
pub fn urn_of(node: &str) -> String {
    let digest = Sha256::digest(node);
    let mut bytes = [0; UUID_BYTES];
    bytes.iter_mut().zip(digest).for_each(|(byte, of_digest)| *byte = of_digest);
    let id: Id<()> = Id::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid());
    urn(node, ENTITY, id)
}

/// Publishes what this node is, unless that is what it published last.
pub fn ensure(tx: &mut Tx, base_url: &str) -> Result<(), Refusal> {
    let subject = urn_of(tx.node());
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

/// Where the nodes of some records are reached.
pub struct Homes(HashMap<String, String>);

impl Homes {
    pub fn of_origins<'a>(conn: &mut Conn, origins: impl Iterator<Item = &'a str>) -> Result<Self, Refusal> {
        let urns: Vec<String> = origins.collect::<BTreeSet<_>>().into_iter().map(urn_of).collect();
        let live = replica::service::load(conn, &urns)?.into_iter().filter(|it| it.state == State::Live);
        let pairs = live.filter_map(|it| Some((base_url(it.public.as_deref()?)?, it.origin)));
        Ok(Self(pairs.map(|(base, origin)| (origin, base)).collect()))
    }

    /// The record's address at the node that owns it.
    pub fn of(&self, replica: &Replica) -> Option<String> {
        let base = self.0.get(&replica.origin)?;
        let (_, entity, id) = parse_urn(&replica.subject)?;
        match entity {
            "achievement" => Some(format!("{base}/api/v1/achievements/{id}")),
            "demand" => Some(format!("{base}/api/v1/demands/{id}")),
            "organisation" => Some(format!("{base}/api/v1/organisations/{id}")),
            _ => None,
        }
    }
}

/// Only what may stand in a link.
fn base_url(public: &str) -> Option<String> {
    let public: Value = serde_json::from_str(public).ok()?;
    let base = public["base_url"].as_str()?;
    let web = base.starts_with("https://") || base.starts_with("http://");
    let plain = base.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    (web && plain && base.len() <= 300).then(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_one_name_and_a_link_that_may_be_shown() {
        assert_eq!(urn_of("cn-450700"), urn_of("cn-450700"));
        assert!(
            parse_urn(&urn_of("cn-450700"))
                .is_some_and(|(node, entity, _)| (node, entity) == ("cn-450700", "node"))
        );
        assert!(base_url(r#"{"base_url":"https://a.example"}"#).is_some());
        for bad in ["javascript:alert(1)", "https://a b", "https://\"x"] {
            assert!(base_url(&json!({ "base_url": bad }).to_string()).is_none(), "{bad}");
        }
    }
}

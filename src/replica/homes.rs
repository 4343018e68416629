//! Where the nodes of replicas are reached: every node publishes one record of itself. It is read when somebody asks,
//! because it may come later than what it owns, and change.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::model::State;
use super::store;
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn, urn};

const NODE: &str = "node";
const UUID_BYTES: usize = 16;
const BASE_URL_BYTES_MAX: usize = 300;

/// Below a node's address: where its records are shown, by their type.
const PLACES: &[(&str, &str)] = &[
    ("achievement", "/api/v1/achievements/"),
    ("demand", "/api/v1/demands/"),
    ("organisation", "/api/v1/organisations/"),
    ("sale", "/api/v1/sales/"),
    ("challenge", "/api/v1/challenges/"),
];

/// A node has one record of itself, so its name is made of the node's id.
pub fn node_urn(node: &str) -> String {
    let digest = Sha256::digest(node);
    let mut bytes = [0; UUID_BYTES];
    bytes.iter_mut().zip(digest).for_each(|(byte, of_digest)| *byte = of_digest);
    let id: Id<()> = Id::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid());
    urn(node, NODE, id)
}

/// Where the nodes of some records are reached.
#[derive(Default)]
pub struct Homes(HashMap<String, String>);

impl Homes {
    pub fn of_origins<'a>(conn: &mut Conn, origins: impl Iterator<Item = &'a str>) -> Result<Self, Refusal> {
        let urns: Vec<String> = origins.collect::<BTreeSet<_>>().into_iter().map(node_urn).collect();
        let live = store::load(conn, &urns)?.into_iter().filter(|it| it.state == State::Live);
        let pairs = live.filter_map(|it| Some((base_url(it.public.as_deref()?)?, it.origin)));
        Ok(Self(pairs.map(|(base, origin)| (origin, base)).collect()))
    }

    /// A record's address at the node that owns it.
    pub fn of(&self, subject: &str) -> Option<String> {
        let (node, entity, id) = parse_urn(subject)?;
        let base = self.0.get(node)?;
        let (_, place) = PLACES.iter().find(|(of, _)| *of == entity)?;
        Some(format!("{base}{place}{id}"))
    }
}

/// Only what may stand in a link.
fn base_url(public: &str) -> Option<String> {
    let public: Value = serde_json::from_str(public).ok()?;
    let base = public["base_url"].as_str()?;
    let web = base.starts_with("https://") || base.starts_with("http://");
    let plain = base.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    (web && plain && base.len() <= BASE_URL_BYTES_MAX).then(|| base.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_node_has_one_name_and_a_link_that_may_be_shown() {
        assert_eq!(node_urn("cn-450700"), node_urn("cn-450700"));
        assert!(
            parse_urn(&node_urn("cn-450700"))
                .is_some_and(|(node, entity, _)| (node, entity) == ("cn-450700", "node"))
        );
        assert!(base_url(r#"{"base_url":"https://a.example"}"#).is_some());
        for bad in ["javascript:alert(1)", "https://a b", "https://\"x"] {
            assert!(base_url(&json!({ "base_url": bad }).to_string()).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_dealt_in_has_an_address_at_its_node() {
        let homes = Homes([("cn-450721".to_owned(), "https://county.example".to_owned())].into());
        let id = "01980000-0000-7000-8000-000000000001";
        for (entity, place) in
            [("achievement", "achievements"), ("sale", "sales"), ("challenge", "challenges")]
        {
            let home = homes.of(&format!("urn:tm:cn-450721:{entity}:{id}"));
            assert_eq!(home, Some(format!("https://county.example/api/v1/{place}/{id}")));
        }
        assert_eq!(homes.of(&format!("urn:tm:cn-450700:achievement:{id}")), None);
        assert_eq!(homes.of(&format!("urn:tm:cn-450721:node_keys:{id}")), None);
    }
}

//! Hashes of a change: what the proof tree (RFC 6962) and other platforms check.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::id::parse_urn;
use super::time::UtcTime;

/// What identifies an event of the feed.
pub struct Leaf<'a> {
    pub epoch: i64,
    pub feed_seq: i64,
    pub origin: &'a str,
    /// `cn.techmart.achievement.v1`; none for the one that the subject's entity has.
    pub event_type: Option<&'a str>,
    pub subject: &'a str,
    pub version: i64,
    pub method: &'a str,
    pub time: UtcTime,
    /// SHA-256(salt ‖ data hash); none where the event carries no data.
    pub commitment: Option<[u8; 32]>,
}

impl Leaf<'_> {
    /// RFC 6962 leaf over the JCS of the event. The data enter only as a salted hash, so that an erased event
    /// keeps its leaf and tells nothing.
    pub fn hash(&self) -> serde_json::Result<[u8; 32]> {
        Ok(Sha256::new().chain_update([0_u8]).chain_update(canonical(&self.entry())?).finalize().into())
    }

    /// What the leaf is made of; its canonical form is hashed.
    pub fn entry(&self) -> Value {
        let own = || event_type(self.subject);
        json!({
            "epoch": self.epoch,
            "feed_seq": self.feed_seq,
            "origin": self.origin,
            "type": self.event_type.map_or_else(own, str::to_owned),
            "subject": self.subject,
            "version": self.version,
            "method": self.method,
            "time": self.time.rfc3339(),
            "data": self.commitment.map(hex::encode),
        })
    }
}

/// The type of a record's events, by the entity in its URN.
pub fn event_type(subject: &str) -> String {
    let entity = parse_urn(subject).map_or("record", |(_, entity, _)| entity);
    format!("cn.techmart.{entity}.v1")
}

/// RFC 8785.
pub fn canonical(value: &Value) -> serde_json::Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(value)
}

pub fn data_hash(canonical: &[u8]) -> [u8; 32] {
    Sha256::digest(canonical).into()
}

pub fn commitment(salt: &[u8], data_hash: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(data_hash).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(version: i64, commitment: Option<[u8; 32]>) -> [u8; 32] {
        let subject = "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001";
        let (origin, time) = ("cn-450700", UtcTime::from_seconds(0));
        let (epoch, feed_seq, event_type, method) = (1, 1, None, "PUT");
        let leaf = Leaf { epoch, feed_seq, origin, event_type, subject, version, method, time, commitment };
        leaf.hash().unwrap()
    }

    #[test]
    fn every_part_of_an_event_is_in_its_leaf() {
        assert_eq!(leaf(1, None), leaf(1, None));
        assert_ne!(leaf(1, None), leaf(2, None));
        assert_ne!(leaf(1, None), leaf(1, Some([0; 32])));
        assert_ne!(commitment(b"a", b"b"), commitment(b"b", b"b"));
    }

    #[test]
    fn canonical_json_sorts_its_names() {
        assert_eq!(canonical(&json!({"b": 1, "a": "坭兴陶"})).unwrap(), r#"{"a":"坭兴陶","b":1}"#.as_bytes());
    }
}

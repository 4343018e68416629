//! The words of the change log: what a room records beside the rows that it writes.

use serde_json::Value;

use super::actor::words;
use super::time::UtcTime;

words! {
    /// Whether the subject still exists after the change (TMF-1 rule 3).
    Method { Put = "PUT", Delete = "DELETE" }
}

/// Who outside may ever see a change. Fixed when written and carried along (TMF-1 rule 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Nobody outside this node: the change has no feed number.
    None,
    Public,
    Parent,
    Nodes(Vec<String>),
}

impl Audience {
    pub fn to_text(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Public => "public".into(),
            Self::Parent => "parent".into(),
            Self::Nodes(nodes) => format!("nodes:{}", nodes.join(",")),
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self::None),
            "public" => Some(Self::Public),
            "parent" => Some(Self::Parent),
            _ => text.strip_prefix("nodes:").map(|n| Self::Nodes(n.split(',').map(str::to_owned).collect())),
        }
    }

    pub const fn is_outside(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// A change as a room records it.
#[derive(Clone, Debug)]
pub struct NewChange {
    /// `achievement.published`: the noun of the room, a dot, a past participle.
    pub kind: &'static str,
    /// URN of the record.
    pub subject: String,
    /// The record's version after the change.
    pub version: i64,
    pub method: Method,
    pub audience: Audience,
    /// A small document for local followers; never secrets or free text about persons.
    pub facts: Value,
    /// The complete published projection at this version; present exactly when the audience is outside and
    /// the method is PUT.
    pub public: Option<Value>,
    /// Where the change came from, if it is not this node's own.
    pub relay: Option<Box<Relay>>,
}

/// What a change that was taken over from another node keeps of its origin (TMF-1 rule 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    pub origin: String,
    /// The neighbour that it came from.
    pub via: String,
    pub epoch: i64,
    pub seq: i64,
    /// Links that it has travelled until here.
    pub hops: i32,
    pub time: UtcTime,
    /// `cn.techmart.achievement.v1`, as the origin said.
    pub event_type: String,
    /// Why a record is gone, where that matters: `erasure`.
    pub reason: Option<String>,
    pub data: Option<RelayedData>,
}

/// The projection as it came: canonical text, with the hash and the salt of its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayedData {
    pub canonical: String,
    pub hash: [u8; 32],
    pub salt: Vec<u8>,
}

impl NewChange {
    /// A change that concerns this node alone.
    pub fn local(kind: &'static str, subject: String, version: i64, facts: Value) -> Self {
        let audience = Audience::None;
        Self { kind, subject, version, method: Method::Put, audience, facts, public: None, relay: None }
    }

    /// A change of a record that others may see, with its whole published projection.
    pub fn published(
        kind: &'static str,
        subject: String,
        version: i64,
        audience: Audience,
        facts: Value,
        public: Value,
    ) -> Self {
        let (method, public) = (Method::Put, Some(public));
        Self { kind, subject, version, method, audience, facts, public, relay: None }
    }

    /// A published record that others may no longer see.
    pub fn deleted(
        kind: &'static str,
        subject: String,
        version: i64,
        audience: Audience,
        facts: Value,
    ) -> Self {
        Self { kind, subject, version, method: Method::Delete, audience, facts, public: None, relay: None }
    }

    /// A change of another node's record, taken over here; with an audience outside it is passed on.
    pub fn relayed(
        kind: &'static str,
        subject: String,
        version: i64,
        method: Method,
        audience: Audience,
        relay: Relay,
    ) -> Self {
        let relay = audience.is_outside().then(|| Box::new(relay));
        Self { kind, subject, version, method, audience, facts: Value::Null, public: None, relay }
    }
}

/// A change as it stands in the log.
#[derive(Clone, Debug)]
pub struct Change {
    pub seq: i64,
    pub feed_seq: Option<i64>,
    pub at: UtcTime,
    pub kind: String,
    pub subject: String,
    pub version: i64,
    pub method: Method,
    pub actor: String,
    pub audience: Audience,
    pub facts: Value,
    pub public: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_reads_back() {
        let nodes = Audience::Nodes(vec!["cn-450721".into(), "cn-450722".into()]);
        for audience in [Audience::None, Audience::Public, Audience::Parent, nodes] {
            assert_eq!(Audience::from_text(&audience.to_text()), Some(audience));
        }
        assert_eq!(Audience::from_text("everyone"), None);
    }
}

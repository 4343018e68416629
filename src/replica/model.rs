//! Events of other nodes and the records that they left here.

use std::collections::BTreeMap;

use crate::kernel::actor::words;
use crate::kernel::change::{Audience, Method, RelayedData};
use crate::kernel::id::ids;
use crate::kernel::time::UtcTime;

/// Why a record is gone.
pub const ERASURE: &str = "erasure";
/// Why a record is gone from those to whom it was passed on: the hub may no longer see it.
pub const WITHDRAWN: &str = "withdrawn";

words! {
    /// How a replica stands.
    #[schema(as = ReplicaState)]
    State {
        Live = "live",
        Deleted = "deleted",
        Erased = "erased",
        // This node may no longer see it.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why an event was set aside.
    #[schema(as = QuarantineReason)]
    Aside {
        // The same epoch and version with other data.
        Equivocation = "equivocation",
        // The data don't fit their hash, or the event its leaf.
        HashMismatch = "hash_mismatch",
        // Not about a record of its origin.
        NotItsOwn = "not_its_own",
        // It cannot be read.
        Malformed = "malformed",
    }
}

/// An event as it came from a neighbour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub origin: String,
    pub epoch: i64,
    /// The origin's number; 0 where a snapshot and no feed told of it.
    pub seq: i64,
    /// Links that it has travelled to this node.
    pub hops: i32,
    pub subject: String,
    pub version: i64,
    pub method: Method,
    pub event_type: String,
    pub time: UtcTime,
    pub audience: Audience,
    pub reason: Option<String>,
    /// None for a DELETE, and for a PUT whose data were erased since.
    pub data: Option<RelayedData>,
}

impl Event {
    pub fn is_erasure(&self) -> bool {
        self.method == Method::Delete && self.reason.as_deref() == Some(ERASURE)
    }
}

/// What is known of a subject, as far as an event is judged by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub epoch: i64,
    pub version: i64,
    pub state: State,
    pub hash: Option<Vec<u8>>,
    /// The neighbour by which it is held, and the links that it came.
    pub via: String,
    pub hops: i32,
}

/// A further neighbour that gives a record which is held by the way of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub subject: String,
    pub via: String,
    pub hops: i32,
    pub generation: i64,
}

/// A record of another node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    pub subject: String,
    pub origin: String,
    /// The neighbour that it came from.
    pub via: String,
    pub epoch: i64,
    pub version: i64,
    pub event_type: String,
    pub state: State,
    pub audience: Audience,
    pub hops: i32,
    /// Canonical text of the published projection.
    pub public: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub data_hash: Option<Vec<u8>>,
    pub origin_seq: i64,
    /// The origin's time.
    pub changed_at: UtcTime,
    pub received_at: UtcTime,
    /// The snapshot in which it was seen last.
    pub generation: i64,
}

/// A record of another node without its data: as much as says who may see it, and what a digest says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub subject: String,
    pub origin: String,
    pub via: String,
    pub audience: Audience,
    pub hops: i32,
    pub version: i64,
    pub state: State,
    pub data_hash: Option<Vec<u8>>,
}

ids! {
    QuarantineId of Quarantined;
}

/// An event that was not applied.
#[derive(Clone, Debug)]
pub struct SetAside {
    pub id: QuarantineId,
    pub peer: String,
    pub subject: String,
    pub reason: Aside,
    /// As it came, cut to what is worth looking at.
    pub event: String,
    pub at: UtcTime,
    pub resolved_at: Option<UtcTime>,
}

/// Where a slice of events comes from and how it is taken.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// The neighbour.
    pub via: String,
    /// Whether this node has other neighbours, to whom what is public is passed on.
    pub is_hub: bool,
    /// The snapshot that the events are lines of; 0 for the feed.
    pub generation: i64,
    /// In a new epoch the snapshot of a restored node replaces what is here of that node: its epoch.
    pub replaces: Option<i64>,
    /// The neighbours from which anything is taken, each with its newest snapshot.
    pub living: BTreeMap<String, i64>,
}

/// What a slice did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub written: usize,
    /// Seen before, or older than what is here.
    pub passed_over: usize,
    pub set_aside: Vec<(String, Aside)>,
}

/// A line of the digest: subjects behind `after` up to `through` (TMF-1 rule 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub after: String,
    pub through: String,
    pub count: i64,
    pub hash: [u8; 32],
}

/// What a digest says of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub subject: String,
    pub version: i64,
    pub gone: bool,
    pub data_hash: Option<Vec<u8>>,
}

//! The neighbours of this node and how far each was followed.

use serde::{Deserialize, Serialize};

use crate::kernel::actor::words;
use crate::kernel::id::ids;
use crate::kernel::time::UtcTime;
use crate::replica::model::{Aside, Event};

ids! {
    SettlementId of SettlementKind;
}

words! {
    /// What a neighbour is to this node in the tree.
    #[schema(as = PeerRole)]
    Role { Parent = "parent", Child = "child", Peer = "peer" }
}

impl Role {
    /// What this node is to a neighbour of this role.
    pub const fn other(self) -> Self {
        match self {
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Peer => Self::Peer,
        }
    }
}

words! {
    /// How a neighbour stands.
    #[schema(as = PeerState)]
    State {
        // Entered here; it has not confirmed yet.
        Invited = "invited",
        Confirmed = "confirmed",
        Suspended = "suspended",
        Removed = "removed",
    }
}

/// A key of a neighbour, pinned when it was entered or rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// The 32 bytes of an ed25519 public key, hexadecimal.
    pub public: String,
    pub added_at: UtcTime,
    pub revoked_at: Option<UtcTime>,
}

impl PinnedKey {
    pub fn bytes(&self) -> Option<[u8; 32]> {
        hex::decode(&self.public).ok()?.try_into().ok()
    }
}

/// A neighbour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub node: String,
    pub version: i64,
    pub name: String,
    pub base_url: String,
    pub role: Role,
    pub state: State,
    pub keys: Vec<PinnedKey>,
    /// Types that it may not see, beyond what the policy says of its role.
    pub hidden: Vec<String>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Peer {
    /// A pinned key that was not revoked.
    pub fn key(&self, kid: &str) -> Option<&PinnedKey> {
        self.keys.iter().find(|key| key.kid == kid && key.revoked_at.is_none())
    }
}

words! {
    /// What the follower of a neighbour is at.
    #[schema(as = SyncStage)]
    Stage {
        Feed = "feed",
        // Taking a snapshot: at first, and when the cursor was lost.
        Snapshot = "snapshot",
        // Marking what the snapshot did not name.
        Sweep = "sweep",
        // The neighbour lost numbers: nothing is read until it begins a new epoch or a resync is ordered.
        Stopped = "stopped",
    }
}

/// Where the neighbour's feed is read on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    pub epoch: i64,
    pub seq: i64,
    pub view: String,
}

/// How far a neighbour was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sync {
    pub node: String,
    pub stage: Stage,
    pub cursor: Cursor,
    /// The last number that the neighbour was heard to have.
    pub head: i64,
    pub generation: i64,
    /// Where the snapshot being taken began.
    pub as_of: Cursor,
    /// The last subject that was taken of the snapshot or swept.
    pub after_subject: String,
    pub failures: i32,
    pub last_error: Option<String>,
    pub last_error_at: Option<UtcTime>,
    pub last_ok_at: Option<UtcTime>,
    /// The origin's time of the last event taken.
    pub last_event_at: Option<UtcTime>,
    pub behind_since: Option<UtcTime>,
    pub applied: i64,
    /// How far the neighbour has confirmed this node's feed.
    pub acked_seq: i64,
    pub hinted_seq: i64,
    pub compared_at: Option<UtcTime>,
}

impl Sync {
    pub fn lag_events(&self) -> i64 {
        (self.head.max(self.hinted_seq) - self.cursor.seq).max(0)
    }

    /// Since when it has been behind, in seconds; 0 when it is not.
    pub fn lag_seconds(&self, now: UtcTime) -> i64 {
        self.behind_since.map_or(0, |since| (now.seconds() - since.seconds()).max(0))
    }
}

/// One number of a neighbour's feed, as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Not for this node's eyes.
    Stub,
    Event(Box<Event>),
    /// It could not be read or does not fit its hashes.
    Bad {
        subject: String,
        reason: Aside,
        raw: String,
    },
}

/// A page of a neighbour's feed whose numbers were checked.
#[derive(Clone, Debug)]
pub struct FeedPage {
    pub epoch: i64,
    pub view: String,
    pub head: i64,
    /// Consecutive from the cursor on.
    pub events: Vec<Received>,
}

/// A part of a neighbour's snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotPart {
    pub as_of: Cursor,
    pub lines: Vec<Received>,
    /// The last subject of this part; none at the end.
    pub next: Option<String>,
}

words! {
    /// What somebody has to look at.
    #[schema(as = FederationAlarm)]
    Alarm {
        // Two stories about one thing.
        Equivocation = "equivocation",
        // A number is missing in the feed.
        Gap = "gap",
        // Events were set aside.
        Quarantine = "quarantine",
        // The neighbour has fewer numbers than it has told, in no newer epoch.
        LostNumbers = "lost_numbers",
        // The neighbour was restored from a backup.
        EpochChanged = "epoch_changed",
        // It has not been reached for long.
        Unreachable = "unreachable",
        // The nightly comparison found differences.
        Divergence = "divergence",
        // The neighbour says that this node has shown two histories.
        Accused = "accused",
    }
}

words! {
    /// How a node was found to have shown two histories.
    LogFault {
        // Two trees of one size, both signed.
        SplitView = "split_view",
        // A tree that does not continue an earlier one, both signed.
        Rewritten = "rewritten",
    }
}

words! {
    /// Why a node that had shown two histories is an open case no more.
    #[schema(as = LogSettledBy)]
    SettledBy {
        // It is in a newer epoch: another log, which is watched from its first leaf.
        NewEpoch = "new_epoch",
        // A restore without a new epoch was explained: the log is watched anew as it now stands.
        Restored = "restored",
    }
}

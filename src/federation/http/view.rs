//! Neighbours and their records as they are shown.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::federation::model::{Peer, PinnedKey, Role, Stage, State, Sync};
use crate::federation::policy::{Row, TABLE};
use crate::federation::service::status::{Followed, Status};
use crate::federation::tlog::watch::Seen;
use crate::kernel::time::UtcTime;
use crate::replica::model::{Aside, QuarantineId, Replica, SetAside, State as ReplicaState};

#[derive(Serialize, ToSchema)]
pub struct PeerView {
    node: String,
    version: i64,
    name: String,
    base_url: String,
    #[schema(inline)]
    role: Role,
    #[schema(inline)]
    state: State,
    keys: Vec<PeerKeyView>,
    /// Types that it may not see, beyond the policy.
    hidden: Vec<String>,
    created_at: UtcTime,
    updated_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct PeerKeyView {
    kid: String,
    /// The 32 bytes of the ed25519 key, hexadecimal.
    public: String,
    added_at: UtcTime,
    revoked_at: Option<UtcTime>,
}

impl From<PinnedKey> for PeerKeyView {
    fn from(it: PinnedKey) -> Self {
        Self { kid: it.kid, public: it.public, added_at: it.added_at, revoked_at: it.revoked_at }
    }
}

impl From<Peer> for PeerView {
    fn from(it: Peer) -> Self {
        Self {
            node: it.node,
            version: it.version,
            name: it.name,
            base_url: it.base_url,
            role: it.role,
            state: it.state,
            keys: it.keys.into_iter().map(PeerKeyView::from).collect(),
            hidden: it.hidden,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PeerList {
    pub items: Vec<FollowedView>,
}

/// A neighbour and how it is followed.
#[derive(Serialize, ToSchema)]
pub struct FollowedView {
    peer: PeerView,
    sync: Option<SyncView>,
    last_error: Option<String>,
    last_error_at: Option<UtcTime>,
    log: Option<PeerLogView>,
    /// Why the last look at its log failed.
    log_error: Option<String>,
}

/// What this node has seen of a neighbour's log (TMF-1 rule 13).
#[derive(Serialize, ToSchema)]
#[schema(as = PeerLog)]
pub struct PeerLogView {
    epoch: i64,
    /// Leaves of the newest checkpoint that was seen.
    size: i64,
    seen_at: UtcTime,
    /// `split_view`, `rewritten`: it has shown two histories; the notes that prove it stand at `/tlog/neighbours`.
    fault: Option<String>,
    fault_at: Option<UtcTime>,
    /// When a case of two histories was settled last; all of them stand at `/tlog/neighbours`.
    settled_at: Option<UtcTime>,
    looked_at: Option<UtcTime>,
    /// Whether the last look failed.
    failing: bool,
    /// Leaves of the newest checkpoint of this node that it cosigned.
    cosigned_size: i64,
    cosigned_at: Option<UtcTime>,
}

impl From<&Seen> for PeerLogView {
    fn from(it: &Seen) -> Self {
        Self {
            epoch: it.epoch,
            size: it.size,
            seen_at: it.seen_at,
            fault: it.fault.clone(),
            fault_at: it.fault_at,
            settled_at: it.settled_at,
            looked_at: it.looked_at,
            failing: it.failures > 0,
            cosigned_size: it.cosigned_size,
            cosigned_at: it.cosigned_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PeerSync)]
pub struct SyncView {
    #[schema(inline)]
    stage: Stage,
    epoch: i64,
    /// The last number taken of its feed.
    cursor: i64,
    /// The last number that it was heard to have.
    head: i64,
    lag_events: i64,
    lag_seconds: i64,
    /// The origin's time of the last event taken.
    last_event_at: Option<UtcTime>,
    last_ok_at: Option<UtcTime>,
    failures: i32,
    /// Events taken in all.
    applied: i64,
    /// How far it has confirmed this node's feed.
    acked: i64,
    compared_at: Option<UtcTime>,
    /// Events set aside that wait for somebody to look at them.
    set_aside: i64,
    /// The revision of what it may see here (`TM-View`).
    view: String,
}

impl SyncView {
    fn of(sync: &Sync, now: UtcTime, set_aside: i64, view: String) -> Self {
        Self {
            stage: sync.stage,
            epoch: sync.cursor.epoch,
            cursor: sync.cursor.seq,
            head: sync.head,
            lag_events: sync.lag_events(),
            lag_seconds: sync.lag_seconds(now),
            last_event_at: sync.last_event_at,
            last_ok_at: sync.last_ok_at,
            failures: sync.failures,
            applied: sync.applied,
            acked: sync.acked_seq,
            compared_at: sync.compared_at,
            set_aside,
            view,
        }
    }
}

impl FollowedView {
    pub fn of(it: Followed, now: UtcTime) -> Self {
        let sync = it.sync.as_ref().map(|sync| SyncView::of(sync, now, it.set_aside, it.view));
        Self {
            sync,
            log: it.log.as_ref().map(PeerLogView::from),
            log_error: it.log.and_then(|log| log.last_error),
            last_error: it.sync.as_ref().and_then(|sync| sync.last_error.clone()),
            last_error_at: it.sync.and_then(|sync| sync.last_error_at),
            peer: PeerView::from(it.peer),
        }
    }
}

/// What anybody may know of the network: no addresses, keys or errors.
#[derive(Serialize, ToSchema)]
#[schema(as = FederationStatus)]
pub struct StatusView {
    node: String,
    epoch: i64,
    /// The last number of this node's feed.
    head: i64,
    now: UtcTime,
    peers: Vec<StatusPeerView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FederationStatusPeer)]
pub struct StatusPeerView {
    node: String,
    name: String,
    #[schema(inline)]
    role: Role,
    #[schema(inline)]
    state: State,
    sync: Option<SyncView>,
    /// Whether the last attempt failed.
    failing: bool,
    log: Option<PeerLogView>,
}

impl From<Status> for StatusView {
    fn from(it: Status) -> Self {
        let now = it.now;
        let peer = |it: Followed| StatusPeerView {
            failing: it.sync.as_ref().is_some_and(|sync| sync.failures > 0),
            sync: it.sync.as_ref().map(|sync| SyncView::of(sync, now, it.set_aside, it.view.clone())),
            log: it.log.as_ref().map(PeerLogView::from),
            node: it.peer.node,
            name: it.peer.name,
            role: it.peer.role,
            state: it.peer.state,
        };
        let peers = it.peers.into_iter().map(peer).collect();
        Self { node: it.node, epoch: it.epoch, head: it.head, now, peers }
    }
}

/// Which neighbours may see which type at all; the audience of each change narrows it further.
#[derive(Serialize, ToSchema)]
#[schema(as = FederationPolicy)]
pub struct PolicyView {
    items: Vec<PolicyRowView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FederationPolicyRow)]
pub struct PolicyRowView {
    r#type: &'static str,
    #[schema(inline)]
    roles: Vec<Role>,
    /// The type that it says more about: hidden with it.
    part_of: Option<&'static str>,
}

impl PolicyView {
    pub fn table() -> Self {
        let row =
            |row: &Row| PolicyRowView { r#type: row.entity, roles: row.roles.to_vec(), part_of: row.part_of };
        Self { items: TABLE.iter().map(row).collect() }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = QuarantinedEvent)]
pub struct SetAsideView {
    #[schema(value_type = String, format = "uuid")]
    pub id: QuarantineId,
    peer: String,
    subject: String,
    #[schema(inline)]
    reason: Aside,
    /// As it came, cut to what is worth looking at.
    event: String,
    at: UtcTime,
    resolved_at: Option<UtcTime>,
}

impl From<SetAside> for SetAsideView {
    fn from(it: SetAside) -> Self {
        Self {
            id: it.id,
            peer: it.peer,
            subject: it.subject,
            reason: it.reason,
            event: it.event,
            at: it.at,
            resolved_at: it.resolved_at,
        }
    }
}

/// A record of another node, as it was published there.
#[derive(Serialize, ToSchema)]
pub struct ReplicaView {
    urn: String,
    /// The node that owns it; only there it changes.
    origin: String,
    /// Where it lives; none while that node's address is unknown here.
    home: Option<String>,
    r#type: String,
    version: i64,
    #[schema(inline)]
    state: ReplicaState,
    /// The published projection.
    #[schema(value_type = Object)]
    data: Option<Value>,
    /// The owner's time of this version.
    changed_at: UtcTime,
    received_at: UtcTime,
}

impl ReplicaView {
    pub fn of(it: Replica, home: Option<String>) -> Self {
        Self {
            urn: it.subject,
            origin: it.origin,
            home,
            r#type: it.event_type,
            version: it.version,
            state: it.state,
            data: it.public.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            changed_at: it.changed_at,
            received_at: it.received_at,
        }
    }
}

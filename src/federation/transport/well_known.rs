//! What a node tells everybody of itself: who it is, its keys, and where to ask.

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{SignedPeer, Transport};
use crate::changes;
use crate::federation::tlog::service::own_keys;
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::leaf::canonical;
use crate::kernel::permission::Permission;
use crate::proof::KeyRing;
use crate::proof::model::Purpose;

/// The name of the protocol that this node speaks.
const PROTOCOL: &str = "tmf-1";
/// `typ` of the header of `statement`.
pub const STATEMENT_KIND: &str = "tmf-keys+jws";

#[derive(Serialize, ToSchema)]
pub struct NodeView {
    protocol: &'static str,
    /// `cn-450700`
    node: String,
    /// Grows with each restore from a backup.
    epoch: i64,
    base_url: String,
    keys: Vec<NodeKeyView>,
    /// The log over the feed, as C2SP writes verifier keys: `name+id+key`.
    log_keys: Vec<String>,
    /// What this node cosigns its neighbours' logs with.
    witness_keys: Vec<String>,
    /// The same two lists with node and epoch, signed with the active key of purpose `node` (compact JWS), so that
    /// who has pinned that key believes them.
    statement: String,
    /// Addresses below `base_url` by what is asked there.
    endpoints: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct NodeKeyView {
    /// Its RFC 7638 thumbprint.
    kid: String,
    /// `node` signs messages.
    purpose: &'static str,
    /// `active` signs; `retired` still verifies while it is being replaced.
    state: &'static str,
    /// The key itself (RFC 8037).
    #[schema(value_type = Object)]
    jwk: Value,
}

/// What this node publishes of its keys; pinned by its neighbours when they are added.
const PURPOSES: &[Purpose] = &[Purpose::Node, Purpose::Checkpoint, Purpose::Witness];

fn keys(ring: &KeyRing) -> Vec<NodeKeyView> {
    let views = ring.published(PURPOSES).into_iter().map(|(purpose, key, active)| NodeKeyView {
        kid: key.kid().to_owned(),
        purpose: purpose.code(),
        state: if active { "active" } else { "retired" },
        jwk: key.jwk(),
    });
    views.collect()
}

fn endpoints() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("feed", "/federation/v1/feed"),
        ("snapshot", "/federation/v1/snapshot"),
        ("hints", "/federation/v1/hints"),
        ("digest", "/federation/v1/digest"),
        ("commands", "/federation/v1/commands"),
        ("checkpoint", "/tlog/checkpoint"),
        ("add-checkpoint", "/tlog/add-checkpoint"),
        ("oai-pmh", "/oai"),
    ])
}

/// Who this node is, its public keys, and where its neighbours ask what. A neighbour that signs its question gets a
/// signed answer.
#[utoipa::path(
    tag = "federation", operation_id = "federation_well_known",
    responses((status = 200, body = NodeView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/.well-known/tmf")]
pub async fn well_known(_signs: Option<SignedPeer>, edge: Edge, transport: web::Data<Transport>) -> Answer {
    let ring = transport.keys().ring();
    let base_url = transport.own_uri("");
    edge.read(Permission::Public, move |snapshot, _| {
        let epoch = changes::head(snapshot)?.epoch;
        let node = snapshot.node().to_owned();
        let (log_keys, witness_keys) = own_keys(&node, epoch, &ring);
        let stated = json!({
            "node": node, "epoch": epoch, "log_keys": log_keys, "witness_keys": witness_keys,
        });
        let stated = canonical(&stated).map_err(Refusal::internal)?;
        let statement =
            ring.signer(Purpose::Node)?.sign(STATEMENT_KIND, &stated).map_err(Refusal::internal)?;
        let (keys, endpoints, protocol) = (keys(&ring), endpoints(), PROTOCOL);
        Reply::ok(&NodeView {
            protocol,
            node,
            epoch,
            base_url,
            keys,
            log_keys,
            witness_keys,
            statement,
            endpoints,
        })
    })
    .await
}

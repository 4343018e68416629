//! What a node tells everybody of itself: who it is, its keys, and where to ask.

use std::collections::BTreeMap;

use actix_web::{get, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Transport;
use crate::changes;
use crate::http::{Answer, Edge, Reply};
use crate::kernel::permission::Permission;
use crate::proof::KeyRing;
use crate::proof::model::Purpose;

/// The name of the protocol that this node speaks.
const PROTOCOL: &str = "tmf-1";

#[derive(Serialize, ToSchema)]
pub struct NodeView {
    protocol: &'static str,
    /// `cn-450700`
    node: String,
    /// Grows with each restore from a backup.
    epoch: i64,
    base_url: String,
    keys: Vec<NodeKeyView>,
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
const PURPOSES: &[Purpose] = &[Purpose::Node];

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
    ])
}

/// Who this node is, its public keys, and where its neighbours ask what.
#[utoipa::path(
    tag = "federation", operation_id = "federation_well_known",
    responses((status = 200, body = NodeView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/.well-known/tmf")]
pub async fn well_known(edge: Edge, transport: web::Data<Transport>) -> Answer {
    let ring = transport.keys().ring();
    let base_url = transport.own_uri("");
    edge.read(Permission::Public, move |snapshot, _| {
        let epoch = changes::head(snapshot)?.epoch;
        let node = snapshot.node().to_owned();
        let (keys, endpoints) = (keys(&ring), endpoints());
        Reply::ok(&NodeView { protocol: PROTOCOL, node, epoch, base_url, keys, endpoints })
    })
    .await
}

//! Looking after the neighbours of this node.

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{FollowedView, PeerList, PeerView, PolicyView, StatusView};
use crate::federation::model::{Peer, Role};
use crate::federation::service::peers::{self, NewPeer};
use crate::federation::service::status;
use crate::http::outbound::Outbound;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

pub fn routes(routes: &mut Routes) {
    routes.service(list).service(add).service(show).service(suspend).service(resume).service(remove);
    routes.service(add_key).service(revoke_key).service(hide).service(resync);
    routes.service(read_status).service(policy);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPeer)]
struct PeerInput {
    /// Its id on the network, such as `cn-450721`.
    node: String,
    name: String,
    base_url: String,
    /// What it is to this node.
    #[schema(inline)]
    role: Role,
    /// Its public keys (ed25519, base64url or hexadecimal), as its operator told them.
    keys: Vec<String>,
}

fn reply(peer: Peer) -> Result<Reply, Refusal> {
    let version = peer.version;
    Ok(Reply::ok(&PeerView::from(peer))?.version(version))
}

/// The neighbours, and how far each was followed.
#[utoipa::path(
    tag = "federation", operation_id = "peers", responses((status = 200, body = PeerList)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/peers")]
async fn list(edge: Edge) -> Answer {
    edge.read(Permission::FederationManage, |snapshot, _| {
        let status = status::status(snapshot)?;
        let now = status.now;
        Reply::ok(&PeerList { items: status.peers.into_iter().map(|it| FollowedView::of(it, now)).collect() })
    })
    .await
}

/// Enters a neighbour; it is followed once its operator has entered this node too.
#[utoipa::path(
    tag = "federation", operation_id = "peer_add",
    request_body = PeerInput, responses((status = 201, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/peers")]
async fn add(edge: Edge, input: Input<PeerInput>, outbound: Data<Outbound>) -> Answer {
    edge.write("federation.peer_add", Permission::FederationManage, input, move |tx, actor, body| {
        let new = NewPeer {
            node: body.node.clone(),
            name: body.name.clone(),
            base_url: body.base_url.clone(),
            role: body.role,
            keys: body.keys.clone(),
        };
        let peer = peers::add(tx, actor, &outbound, &new)?;
        let (at, version) = (format!("/api/v1/federation/peers/{}", peer.node), peer.version);
        Ok(Reply::created(at, &PeerView::from(peer))?.version(version))
    })
    .await
}

/// One neighbour.
#[utoipa::path(
    tag = "federation", operation_id = "peer", responses((status = 200, body = FollowedView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/peers/{node}")]
async fn show(edge: Edge, node: Path<String>) -> Answer {
    edge.read(Permission::FederationManage, move |snapshot, _| {
        let (peer, now) = (peers::find(snapshot, &node)?, snapshot.now());
        let version = peer.version;
        Ok(Reply::ok(&FollowedView::of(status::one(snapshot, peer)?, now))?.version(version))
    })
    .await
}

/// Nothing is read from the neighbour and nothing given to it until it is resumed.
#[utoipa::path(
    tag = "federation", operation_id = "peer_suspend", responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/peers/{node}/suspend")]
async fn suspend(edge: Edge, node: Path<String>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("federation.peer_suspend", Permission::FederationManage, move |tx, actor| {
        reply(peers::suspend(tx, actor, &node, expected)?)
    })
    .await
}

/// Asks the neighbour for confirmation again, and goes on where it stood.
#[utoipa::path(
    tag = "federation", operation_id = "peer_resume", responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/peers/{node}/resume")]
async fn resume(edge: Edge, node: Path<String>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("federation.peer_resume", Permission::FederationManage, move |tx, actor| {
        reply(peers::resume(tx, actor, &node, expected)?)
    })
    .await
}

/// It is a neighbour no more; what came from it stays.
#[utoipa::path(
    tag = "federation", operation_id = "peer_remove", responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[delete("/federation/peers/{node}")]
async fn remove(edge: Edge, node: Path<String>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("federation.peer_remove", Permission::FederationManage, move |tx, actor| {
        reply(peers::remove(tx, actor, &node, expected)?)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPeerKey)]
struct KeyInput {
    /// ed25519, base64url or hexadecimal, as the neighbour's operator told it.
    key: String,
}

/// Pins a further key of the neighbour: two live while it rotates.
#[utoipa::path(
    tag = "federation", operation_id = "peer_key_add",
    request_body = KeyInput, responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/peers/{node}/keys")]
async fn add_key(edge: Edge, node: Path<String>, input: Input<KeyInput>) -> Answer {
    edge.write("federation.peer_key_add", Permission::FederationManage, input, move |tx, actor, body| {
        reply(peers::add_key(tx, actor, &node, &body.key)?)
    })
    .await
}

/// Nothing that this key signs is taken any more.
#[utoipa::path(
    tag = "federation", operation_id = "peer_key_revoke", responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[delete("/federation/peers/{node}/keys/{kid}")]
async fn revoke_key(edge: Edge, path: Path<(String, String)>) -> Answer {
    let (node, kid) = path.into_inner();
    edge.act("federation.peer_key_revoke", Permission::FederationManage, move |tx, actor| {
        reply(peers::revoke_key(tx, actor, &node, &kid)?)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HiddenTypes)]
struct HiddenInput {
    /// Types of the policy's table that the neighbour may not see.
    hidden: Vec<String>,
}

/// What the neighbour may not see, beyond the policy; it takes the snapshot of what it may see anew.
#[utoipa::path(
    tag = "federation", operation_id = "peer_hide",
    request_body = HiddenInput, responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[put("/federation/peers/{node}/hidden")]
async fn hide(edge: Edge, node: Path<String>, input: Input<HiddenInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("federation.peer_hide", Permission::FederationManage, input, move |tx, actor, body| {
        reply(peers::hide(tx, actor, &node, expected, &body.hidden)?)
    })
    .await
}

/// Takes everything of the neighbour again from a snapshot.
#[utoipa::path(
    tag = "federation", operation_id = "peer_resync", responses((status = 200, body = PeerView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/peers/{node}/resync")]
async fn resync(edge: Edge, node: Path<String>) -> Answer {
    edge.act("federation.peer_resync", Permission::FederationManage, move |tx, actor| {
        reply(peers::resync(tx, actor, &node)?)
    })
    .await
}

/// How this node stands among its neighbours: heads, cursors, lag.
#[utoipa::path(
    tag = "federation", operation_id = "federation_status", responses((status = 200, body = StatusView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/federation/status")]
async fn read_status(edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| Reply::ok(&StatusView::from(status::status(snapshot)?))).await
}

/// Which neighbours may see which type of record.
#[utoipa::path(
    tag = "federation", operation_id = "federation_policy", responses((status = 200, body = PolicyView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/federation/policy")]
async fn policy(edge: Edge) -> Answer {
    edge.read(Permission::Public, |_, _| Reply::ok(&PolicyView::table())).await
}

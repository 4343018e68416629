//! Checkpoints, tiles and proofs for everybody; cosigning for neighbours.

use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpResponse, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::bids;
use super::codes::{CONSISTENCY_REFUSED, TILE_NOT_FOUND};
use super::note::NOTE_BYTES_MAX;
use super::service::{self, Cosigned, Inclusion, Submission};
use super::settle::{self, Settlement};
use super::settle_http::{self, SettledCaseView};
use super::store::{self, Neighbour};
use super::tree::parse_path;
use crate::contract::service as contracts;
use crate::federation::transport::SignedPeer;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::codes_common::PAYLOAD_TOO_LARGE;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::proof::Keys;
use crate::proof::merkle::Hash;

/// The kind that tlog-witness asks for where the old size is another one.
const SIZE_KIND: &str = "text/x.tlog.size";
const TEXT: &str = "text/plain; charset=utf-8";
const HASH_BYTES: usize = 32;

/// Addresses that C2SP names.
pub fn routes(routes: &mut Routes) {
    routes.service(show_checkpoint).service(show_tile).service(add_checkpoint).service(show_neighbours);
}

/// Proofs, below the API's prefix.
pub fn api_routes(routes: &mut Routes) {
    routes.service(prove_consistency).service(prove_event).service(prove_certificate);
    bids::routes(routes);
    settle_http::routes(routes);
}

/// The newest signed checkpoint of the tree over the feed, with the cosignatures of neighbours. A neighbour that signs
/// its question gets a signed answer: nobody between can make this node guilty of another history.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_checkpoint",
    responses((status = 200, content_type = "text/plain", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/tlog/checkpoint")]
pub async fn show_checkpoint(_signs: Option<SignedPeer>, edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| Reply::text(TEXT, service::newest(snapshot)?)).await
}

/// Hashes of the tree: `0/x001/x234/067`, or the first ones of a tile that still grows: `0/000.p/17`.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_tile",
    params(("path" = String, Path, description = "level/index[.p/width], as C2SP tlog-tiles writes it")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/tlog/tile/{path:.*}")]
pub async fn show_tile(edge: Edge, path: Path<String>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let unknown = || Refusal::new(&TILE_NOT_FOUND);
        let (level, index, width) = parse_path(&path).ok_or_else(unknown)?;
        let held = store::tile(snapshot, level, index)?.ok_or_else(unknown)?;
        let bytes = usize::try_from(width).map_err(Refusal::internal)? * HASH_BYTES;
        let served = held.get(..bytes).ok_or_else(unknown)?;
        Reply::bytes("application/octet-stream", served.to_vec())
    })
    .await
}

/// Cosigns a neighbour's checkpoint that continues what was seen of it (C2SP tlog-witness). The body is text:
/// `old SIZE`, the consistency proof, an empty line, the checkpoint. What a checkpoint must be signed with is known
/// of neighbours; nothing else authenticates.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_add_checkpoint",
    request_body(content_type = "text/plain", content = String),
    responses(
        (status = 200, content_type = "text/plain", body = String, description = "The witness's signature line"),
        (status = 409, content_type = "text/x.tlog.size", body = String, description = "The size that was seen last"),
    ),
    extensions(("x-permission" = json!("public")))
)]
#[post("/tlog/add-checkpoint")]
pub async fn add_checkpoint(edge: Edge, keys: Data<Keys>, body: Bytes) -> Answer {
    edge.permit(Permission::Public)?;
    if body.len() > NOTE_BYTES_MAX {
        return Err(Refusal::new(&PAYLOAD_TOO_LARGE).with("max_bytes", NOTE_BYTES_MAX));
    }
    let asked = Submission::parse(&String::from_utf8_lossy(&body))?;
    let ring = keys.ring();
    let command = move |tx: &mut crate::db::Tx| service::cosign_for(tx, &ring, &asked);
    match edge.db().write("tlog.add_checkpoint", command).await?.value {
        Cosigned::Line(line) => Ok(HttpResponse::Ok().content_type(TEXT).body(line)),
        Cosigned::Conflict(seen) | Cosigned::Split(seen) => {
            Ok(HttpResponse::Conflict().content_type(SIZE_KIND).body(format!("{seen}\n")))
        }
        Cosigned::Inconsistent => Err(Refusal::new(&CONSISTENCY_REFUSED)),
    }
}

#[derive(Serialize, ToSchema)]
pub struct NeighbourLogView {
    node: String,
    origin: String,
    epoch: i64,
    size: i64,
    /// The newest checkpoint that was seen, as it was signed; empty before the first.
    checkpoint: String,
    seen_at: UtcTime,
    /// `split_view`, `rewritten`: the node has shown two histories.
    fault: Option<String>,
    fault_at: Option<UtcTime>,
    /// The notes that prove it.
    evidence: Option<String>,
    /// Cases that were settled, the newest first.
    settled: Vec<SettledCaseView>,
}

impl NeighbourLogView {
    fn of(row: Neighbour, settled: Vec<Settlement>) -> Self {
        let settled = settled.into_iter().map(SettledCaseView::from).collect();
        let Neighbour { origin, node, epoch, keys: _, size, note, seen_at, fault, fault_at, evidence } = row;
        Self { node, origin, epoch, size, checkpoint: note, seen_at, fault, fault_at, evidence, settled }
    }
}

/// What this node has seen of its neighbours' logs, and which of them have shown two histories.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_neighbours",
    responses((status = 200, body = Vec<NeighbourLogView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/tlog/neighbours")]
pub async fn show_neighbours(_signs: Option<SignedPeer>, edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| {
        let mut seen = Vec::new();
        for row in service::neighbours(snapshot)? {
            let settled = settle::settled(snapshot, &row.origin)?;
            seen.push(NeighbourLogView::of(row, settled));
        }
        Reply::ok(&seen)
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct InclusionView {
    /// Counted from 0.
    index: u64,
    size: u64,
    /// RFC 6962 leaf hash, base64.
    leaf: String,
    /// RFC 6962 §2.1.1, base64, from the leaf to the root.
    path: Vec<String>,
    /// The signed checkpoint of the tree of this size, with cosignatures.
    checkpoint: String,
    /// `entry` (its canonical JSON is the leaf), `salt` and `data`; null where the content is not for everybody.
    #[schema(value_type = Object)]
    event: Option<Value>,
    /// The same proof as a text (C2SP tlog-proof).
    proof: String,
}

fn encoded(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| STANDARD.encode(hash)).collect()
}

impl From<Inclusion> for InclusionView {
    fn from(proved: Inclusion) -> Self {
        let (proof, path) = (proved.text(), encoded(&proved.path));
        let leaf = STANDARD.encode(proved.leaf);
        let Inclusion { index, size, checkpoint, event, .. } = proved;
        Self { index, size, leaf, path, checkpoint, event, proof }
    }
}

/// The proof that an event of the feed is in the tree.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_event_proof",
    responses((status = 200, body = InclusionView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/proofs/events/{sequence}")]
pub async fn prove_event(edge: Edge, sequence: Path<i64>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::ok(&InclusionView::from(service::prove_event(snapshot, *sequence)?))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sizes {
    old: u64,
    new: u64,
}

#[derive(Serialize, ToSchema)]
pub struct ConsistencyView {
    old: u64,
    new: u64,
    /// RFC 6962 §2.1.2, base64.
    path: Vec<String>,
}

/// The proof that the tree of a size begins with the tree of a smaller size; signed where a neighbour signs its
/// question.
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_consistency_proof", params(Sizes),
    responses((status = 200, body = ConsistencyView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/proofs/consistency")]
pub async fn prove_consistency(_signs: Option<SignedPeer>, edge: Edge, sizes: Query<Sizes>) -> Answer {
    let Sizes { old, new } = sizes.into_inner();
    edge.read(Permission::Public, move |snapshot, _| {
        let path = encoded(&service::consistency(snapshot, old, new)?);
        Reply::ok(&ConsistencyView { old, new, path })
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CodeAsk {
    /// As printed on the certificate.
    code: String,
}

/// The proof that the registration which a certificate states is in the tree: to be kept beside the certificate
/// and checked offline (`techmart verify proof`).
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_certificate_proof", params(CodeAsk),
    responses((status = 200, body = InclusionView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/certificates/{number}/proof")]
pub async fn prove_certificate(edge: Edge, number: Path<String>, ask: Query<CodeAsk>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let certified = contracts::verify(snapshot, &number, &ask.code)?;
        let subject = snapshot.urn("contract", certified.record.id);
        let edition = i64::from(certified.edition.edition);
        let stated =
            |data: &Value| data["edition"].as_i64() == Some(edition) && data["state"] == "registered";
        let event = service::event_of(snapshot, &subject, stated)?;
        // Who has the code has the certificate, and so may see what was registered.
        Reply::ok(&InclusionView::from(service::prove(snapshot, &event, true)?))
    })
    .await
}

//! The receipt of a sealed bid, joined with the log. A deposit is no event: it would tell that somebody bid. At the
//! deadline one event publishes the root over all envelopes; so the proof leads from the envelope to that root, and
//! from that event to a signed checkpoint. It is given from the opening on, when every envelope is public.

use actix_web::get;
use actix_web::web::{Path, Query};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::InclusionView;
use super::service;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;
use crate::trading::service::{InTree, bid_in_box};

pub fn routes(routes: &mut Routes) {
    routes.service(prove_bid);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EnvelopeAsk {
    /// SHA-256 of the envelope as the receipt names it, hexadecimal.
    envelope: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedBidProof)]
pub struct BidProofView {
    sealed: InBoxView,
    /// The event of the deadline, which publishes the root over all envelopes.
    #[serde(flatten)]
    event: InclusionView,
}

/// Where the envelope lies in the tree over all envelopes of the box (RFC 6962 §2.1.1).
#[derive(Serialize, ToSchema)]
#[schema(as = SealedBidInBox)]
pub struct InBoxView {
    /// As it lay in the box, base64url: the receipt names its SHA-256, and its leaf is SHA-256(0x00 ‖ envelope).
    envelope: String,
    slot: u64,
    size: u64,
    /// base64, from the leaf to the root.
    path: Vec<String>,
}

impl From<InTree> for InBoxView {
    fn from(it: InTree) -> Self {
        Self {
            envelope: URL_SAFE_NO_PAD.encode(&it.envelope),
            slot: it.slot,
            size: it.size,
            path: it.path.iter().map(|hash| STANDARD.encode(hash)).collect(),
        }
    }
}

/// The proof that the envelope of a receipt was in the box when it was closed, and that the box was published then:
/// from the opening on. To be kept beside the receipt and checked offline (`techmart verify proof`).
#[utoipa::path(
    tag = "tlog", operation_id = "tlog_sealed_bid_proof", params(("sale" = SaleId, Path), EnvelopeAsk),
    responses((status = 200, body = BidProofView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/proofs/sealed-bids/{sale}")]
pub async fn prove_bid(edge: Edge, sale: Path<SaleId>, ask: Query<EnvelopeAsk>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let in_box = bid_in_box(snapshot, actor, *sale, &ask.envelope)?;
        let (subject, root) = (snapshot.urn("sealed_tender", *sale), hex::encode(in_box.root));
        // That of the deadline: before anybody could open anything.
        let closing = |data: &Value| data["root"] == root && data["opened_at"].is_null();
        let event = service::event_of(snapshot, &subject, closing)?;
        let event = InclusionView::from(service::prove(snapshot, &event, true)?);
        Reply::ok(&BidProofView { sealed: InBoxView::from(in_box), event })
    })
    .await
}

//! A bidder's envelope and its receipt. These two leave no trace: see [`Edge::write_unseen`].

use actix_web::{get, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ReceiptView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::identity::Gate;
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;
use crate::trading::sealed::service;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedEnvelope)]
pub struct Envelope {
    /// 4096 bytes in base64url, sealed by the bidder's own client (docs/sealed-bids.md, /seal.js, `techmart seal`).
    envelope: String,
}

/// Deposits the envelope of the caller's organisation and answers with a signed receipt. The same envelope again
/// gets the same receipt; another one replaces it where the tender's setup says so.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = Envelope,
    responses((status = 200, body = ReceiptView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[put("/sales/{id}/sealed/envelope")]
pub async fn deposit(
    edge: Edge,
    gate: web::Data<Gate>,
    id: web::Path<SaleId>,
    input: Input<Envelope>,
) -> Answer {
    let (secrets, keys) = (gate.secrets().clone(), gate.keys().clone());
    edge.write_unseen(Permission::SaleBid, input, move |tx, actor, body| {
        let envelope = service::envelope_of(&body.envelope)?;
        Reply::ok(&ReceiptView::from(service::deposit(tx, actor, &secrets, &keys, *id, &envelope)?))
    })
    .await
}

/// The receipt of the envelope that lies in the box for the caller's organisation.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = ReceiptView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[get("/sales/{id}/sealed/envelope")]
pub async fn own_receipt(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    let (secrets, keys) = (gate.secrets().clone(), gate.keys().clone());
    edge.read_unseen(Permission::SaleBid, move |snapshot, actor| {
        Reply::ok(&ReceiptView::from(service::receipt(snapshot, actor, &secrets, &keys, *id)?))
    })
    .await
}

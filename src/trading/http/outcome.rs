//! What a sale comes to, and what follows.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::drafts::{SaleReason, reply, with_reason};
use super::view::SaleView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;
use crate::trading::sealed::service as sealed;
use crate::trading::service::{self, Again};

/// Suspends a running bidding, with the reason; the time is given back after at least 30 minutes' notice.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/suspend")]
pub async fn suspend(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    let step = service::suspend_by_decision;
    with_reason(edge, "sale.suspend", Permission::SaleReview, *id, input, step).await
}

/// Declares a tender failed that its officers have not opened in their days: the box is dropped unread, and it may be run
/// again.
#[utoipa::path(
    tag = "trading",
    operation_id = "fail_tender",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/sealed/fail")]
pub async fn fail_tender(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    with_reason(edge, "sealed.fail", Permission::SaleReview, *id, input, sealed::fail).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NegotiatedResult {
    /// The final amount; it may differ from the published one, with a note that says why.
    price_fen: Fen,
    #[serde(default)]
    note: String,
}

/// Announces the result of a negotiated sale, after its publicity and with no objection open.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = NegotiatedResult,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/announce")]
pub async fn announce(edge: Edge, id: web::Path<SaleId>, input: Input<NegotiatedResult>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.announce", Permission::SaleWrite, input, move |tx, actor, input| {
        let sale = service::announce(tx, actor, *id, expected, input.price_fen, &input.note)?;
        reply(tx, sale, true)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleSigning {
    /// Of the operator: the contract that was seen.
    #[serde(default)]
    note: String,
}

/// The winner confirms that the contract is signed; the seller then concludes. For a winner without an account here the
/// operator does, with a note.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleSigning,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/signing")]
pub async fn confirm_signing(edge: Edge, id: web::Path<SaleId>, input: Input<SaleSigning>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.confirm_signing", Permission::Session, input, move |tx, actor, input| {
        let sale = service::confirm_signing(tx, actor, *id, expected, &input.note)?;
        reply(tx, sale, false)
    })
    .await
}

/// The contract is signed, as the winner has confirmed: the lots are traded, the winner's deposit counts to the price.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/conclude")]
pub async fn conclude(edge: Edge, id: web::Path<SaleId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("sale.conclude", Permission::SaleWrite, move |tx, actor| {
        let sale = service::conclude(tx, actor, *id, expected)?;
        reply(tx, sale, true)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleRerun {
    /// Start, asked or least price, at most 20 % below the earlier one; as it was, if it is not named.
    #[serde(default)]
    start_fen: Option<Fen>,
    /// Of a bidding.
    #[serde(default)]
    starts_at: Option<UtcTime>,
    ends_at: UtcTime,
}

/// Draws up the next run of a bidding, a listing or a tender that came to nothing.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleRerun,
    responses((status = 201, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/rerun")]
pub async fn rerun(edge: Edge, id: web::Path<SaleId>, input: Input<SaleRerun>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.rerun", Permission::SaleWrite, input, move |tx, actor, input| {
        let SaleRerun { start_fen: price, starts_at, ends_at } = *input;
        let sale = service::rerun(tx, actor, *id, expected, Again { price, starts_at, ends_at })?;
        let at = format!("/api/v1/sales/{}", sale.id);
        Ok(Reply::created(at, &SaleView::acted(sale, true, tx.now()))?.version(1))
    })
    .await
}

/// The confirmation of the result (成交确认书), written by itself: canonical JSON, as it was signed off.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, content_type = "application/json", body = serde_json::Value)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/confirmation")]
pub async fn confirmation(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let found = service::confirmation(snapshot, *id)?;
        Reply::text("application/json; charset=utf-8", found.body)
    })
    .await
}

//! Taking part: enrolment, bids, maxima, matches, offers.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::bidding_view::{BidAnswer, BidView, EnrolmentView, OfferView, ParticipantView, SaleParticipants};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::identity::Gate;
use crate::kernel::money::Fen;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;
use crate::trading::rules::book::Ask;
use crate::trading::service;

/// Enrols one's organisation under an alias; where a deposit is asked for, it is instructed with its reference.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 201, body = EnrolmentView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[post("/sales/{id}/enrolment")]
pub async fn enrol(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.act("sale.enrol", Permission::SaleBid, move |tx, actor| {
        let enrolled = service::enrol(tx, actor, *id)?;
        Reply::created(format!("/api/v1/sales/{id}/enrolment"), &EnrolmentView::of(&enrolled, tx.now()))
    })
    .await
}

/// One's own part in a sale: alias, deposit, bids and their state, the secret maximum.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = EnrolmentView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[get("/sales/{id}/enrolment")]
pub async fn enrolment(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    let secrets = gate.secrets().clone();
    edge.read(Permission::SaleBid, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::enrolment(snapshot, actor, &secrets, *id)?;
        Reply::ok(&EnrolmentView::of(&found, now))
    })
    .await
}

/// The sales that one's organisation takes part in, the newest first.
#[utoipa::path(
    tag = "trading",
    params(Paging),
    responses((status = 200, body = Page<EnrolmentView>)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[get("/sales/enrolments")]
pub async fn enrolments(edge: Edge, gate: web::Data<Gate>, paging: web::Query<Paging>) -> Answer {
    let (page, secrets) = (paging.into_inner().query()?, gate.secrets().clone());
    edge.read(Permission::SaleBid, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::enrolments(snapshot, actor, &secrets, &page)?;
        Reply::page(&found.map(|it| EnrolmentView::of(&it, now)))
    })
    .await
}

/// Who took part in a sale, for its seller and the operator: after the end.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleParticipants)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/{id}/participants")]
pub async fn participants(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let (bidders, named) = service::participants(snapshot, actor, *id)?;
        let items = bidders.into_iter().map(|it| ParticipantView::of(it, named));
        Reply::ok(&SaleParticipants { items: items.collect() })
    })
    .await
}

/// The bids of a sale by alias, the newest first.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path), Paging),
    responses((status = 200, body = Page<BidView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/bids")]
pub async fn bids(edge: Edge, id: web::Path<SaleId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, _| {
        let found = service::bids(snapshot, *id, &page)?;
        Reply::page(&found.map(|(line, alias)| BidView::of(&line, alias)))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BidInput {
    price_fen: Fen,
}

/// Bids. A bid cannot be taken back; it lapses when it is outbid.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = BidInput,
    responses((status = 200, body = BidAnswer)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[post("/sales/{id}/bids")]
pub async fn bid(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>, input: Input<BidInput>) -> Answer {
    let secrets = gate.secrets().clone();
    edge.write("sale.bid", Permission::SaleBid, input, move |tx, actor, input| {
        Reply::ok(&BidAnswer::from(service::bid(tx, actor, &secrets, *id, Ask::Bid(input.price_fen))?))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaximumInput {
    maximum_fen: Fen,
}

/// Sets or raises one's secret maximum, up to which the platform bids: one increment above the second-highest maximum.
/// The server can read it (it bids by it); it is sealed at rest and shown to nobody else. It is never lowered. An
/// Idempotency-Key is not taken, because even a kept hash could be guessed back.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = MaximumInput,
    responses((status = 200, body = BidAnswer)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[put("/sales/{id}/maximum")]
pub async fn maximum(
    edge: Edge,
    gate: web::Data<Gate>,
    id: web::Path<SaleId>,
    input: Input<MaximumInput>,
) -> Answer {
    let secrets = gate.secrets().clone();
    edge.write_secret("sale.maximum", Permission::SaleBid, input, move |tx, actor, input| {
        Reply::ok(&BidAnswer::from(service::bid(tx, actor, &secrets, *id, Ask::UpTo(input.maximum_fen))?))
    })
    .await
}

/// A priority holder matches the highest price, once.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = BidAnswer)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[post("/sales/{id}/match")]
pub async fn match_highest(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    let secrets = gate.secrets().clone();
    edge.act("sale.match", Permission::SaleBid, move |tx, actor| {
        Reply::ok(&BidAnswer::from(service::bid(tx, actor, &secrets, *id, Ask::Match)?))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferInput {
    price_fen: Fen,
    #[serde(default)]
    note: String,
}

/// Offers in a listing, or raises one's offer; the same offer again confirms it after a correction.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = OfferInput,
    responses((status = 200, body = OfferView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[put("/sales/{id}/offer")]
pub async fn offer(edge: Edge, id: web::Path<SaleId>, input: Input<OfferInput>) -> Answer {
    edge.write_secret("sale.offer", Permission::SaleBid, input, move |tx, actor, input| {
        Reply::ok(&OfferView::from(service::offer(tx, actor, *id, input.price_fen, &input.note)?))
    })
    .await
}

//! The committee, its scores, and what came out of the box.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::{InclusionView, OpeningView};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::id::UserId;
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;
use crate::trading::sealed::model::SheetRow;
use crate::trading::sealed::service;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedCommittee)]
pub struct Committee {
    /// Users of this platform: at least five, an odd number, none of the tenderer's or a bidder's.
    members: Vec<UserId>,
}

/// Names the evaluation committee, until the first scores are in; later fills the seats that were vacated, with everybody
/// else where they sit.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = Committee,
    responses((status = 204)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[put("/sales/{id}/sealed/committee")]
pub async fn name_committee(edge: Edge, id: web::Path<SaleId>, input: Input<Committee>) -> Answer {
    edge.write("sealed.name_committee", Permission::SaleWrite, input, move |tx, actor, body| {
        let tender = service::name_committee(tx, actor, *id, &body.members)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedVacancy)]
pub struct Vacancy {
    /// The member that does not hand in its points.
    member: UserId,
    reason: String,
}

/// Vacates the seat of a member of an opened tender that has not scored; the tenderer then fills that seat by naming the
/// committee again.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = Vacancy,
    responses((status = 204)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/sealed/committee/vacate")]
pub async fn vacate_seat(edge: Edge, id: web::Path<SaleId>, input: Input<Vacancy>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sealed.vacate_seat", Permission::SaleReview, input, move |tx, actor, body| {
        let tender = service::vacate(tx, actor, *id, expected, body.member, &body.reason)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedPoints)]
pub struct Points {
    /// One row for each bid that counts.
    rows: Vec<SheetRow>,
}

/// A member hands in its points, once. The last member's make the ranking.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = Points,
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/sales/{id}/sealed/scores")]
pub async fn score(edge: Edge, id: web::Path<SaleId>, input: Input<Points>) -> Answer {
    edge.write("sealed.score", Permission::Session, input, move |tx, actor, body| {
        let tender = service::score(tx, actor, *id, &body.rows)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

/// Every bid in the clear, the shares and the key, the scores and the ranking: from the opening on.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = OpeningView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/sealed/opening")]
pub async fn opening(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        Reply::ok(&OpeningView::from(&service::opening(snapshot, actor, *id)?))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProofQuery {
    /// SHA-256 of the envelope as the receipt names it.
    envelope: String,
}

/// The proof that an envelope was in the box when it was closed: from the opening on.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path), ProofQuery),
    responses((status = 200, body = InclusionView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/sealed/proof")]
pub async fn proof(edge: Edge, id: web::Path<SaleId>, query: web::Query<ProofQuery>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        Reply::ok(&InclusionView::from(service::proof(snapshot, actor, *id, &query.envelope)?))
    })
    .await
}

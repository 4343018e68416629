//! Drawing up, publishing and taking back.

use actix_web::{post, put, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SaleView;
use crate::db::Tx;
use crate::http::{Answer, Edge, Input, Reply};
use crate::identity::Gate;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::proof::SecretBox;
use crate::trading::model::{Lot, Mode, Sale, SaleId, Terms};
use crate::trading::service::{self, SaleDraft};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleInput {
    mode: Mode,
    title: String,
    lots: Vec<Lot>,
    terms: Terms,
}

impl SaleInput {
    fn draft(&self) -> SaleDraft {
        SaleDraft {
            mode: self.mode,
            title: self.title.clone(),
            lots: self.lots.clone(),
            terms: self.terms.clone(),
        }
    }
}

pub(super) fn reply(tx: &Tx, sale: Sale, own: bool) -> Result<Reply, Refusal> {
    let version = sale.version;
    Ok(Reply::ok(&SaleView::acted(sale, own, tx.now()))?.version(version))
}

/// The answer to a step with a reason: the sale as its seller sees it where it is the seller's step.
pub(super) async fn with_reason(
    edge: Edge,
    operation: &'static str,
    permission: Permission,
    id: SaleId,
    input: Input<SaleReason>,
    step: fn(&mut Tx, &Actor, SaleId, Option<i64>, &str) -> Result<Sale, Refusal>,
) -> Answer {
    let (expected, own) = (edge.expected_version()?, permission == Permission::SaleWrite);
    edge.write(operation, permission, input, move |tx, actor, input| {
        let sale = step(tx, actor, id, expected, &input.reason)?;
        reply(tx, sale, own)
    })
    .await
}

/// The answer to a step that puts a sale before the public, whose reserve is looked at.
async fn before_public(
    edge: Edge,
    operation: &'static str,
    permission: Permission,
    (id, gate): (SaleId, web::Data<Gate>),
    step: fn(&mut Tx, &Actor, &SecretBox, SaleId, Option<i64>) -> Result<Sale, Refusal>,
) -> Answer {
    let (expected, own) = (edge.expected_version()?, permission == Permission::SaleWrite);
    edge.act(operation, permission, move |tx, actor| {
        let sale = step(tx, actor, gate.secrets(), id, expected)?;
        reply(tx, sale, own)
    })
    .await
}

/// Draws up a sale of one's own published achievements, or of the solution of one's own demand.
#[utoipa::path(
    tag = "trading",
    request_body = SaleInput,
    responses((status = 201, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales")]
pub async fn create(edge: Edge, input: Input<SaleInput>) -> Answer {
    edge.write("sale.create", Permission::SaleWrite, input, |tx, actor, input| {
        let sale = service::create(tx, actor, &input.draft())?;
        let at = format!("/api/v1/sales/{}", sale.id);
        Ok(Reply::created(at, &SaleView::acted(sale, true, tx.now()))?.version(1))
    })
    .await
}

/// Changes a draft.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleInput,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[put("/sales/{id}")]
pub async fn edit(edge: Edge, id: web::Path<SaleId>, input: Input<SaleInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.edit", Permission::SaleWrite, input, move |tx, actor, input| {
        let sale = service::edit(tx, actor, *id, expected, &input.draft())?;
        reply(tx, sale, true)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleReserve {
    /// None removes it.
    #[serde(default)]
    reserve_fen: Option<Fen>,
}

/// Sets the secret reserve of a draft. It is sealed at rest and in no answer before the end; an Idempotency-Key is not
/// taken, because even a kept hash could be guessed back.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleReserve,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[put("/sales/{id}/reserve")]
pub async fn reserve(
    edge: Edge,
    gate: web::Data<Gate>,
    id: web::Path<SaleId>,
    input: Input<SaleReserve>,
) -> Answer {
    let (expected, secrets) = (edge.expected_version()?, gate.secrets().clone());
    edge.write_secret("sale.reserve", Permission::SaleWrite, input, move |tx, actor, input| {
        let sale = service::set_reserve(tx, actor, &secrets, *id, expected, input.reserve_fen)?;
        reply(tx, sale, true)
    })
    .await
}

/// Publishes a sale; a negotiated one goes to the operator for approval first.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/publish")]
pub async fn publish(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    before_public(edge, "sale.publish", Permission::SaleWrite, (*id, gate), service::publish).await
}

/// Approves a negotiated sale: its publicity begins.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/approve")]
pub async fn approve(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    before_public(edge, "sale.approve", Permission::SaleReview, (*id, gate), service::approve).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleReason {
    pub reason: String,
}

/// Refuses a negotiated sale; the seller may mend it and publish again.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/refuse")]
pub async fn refuse(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    with_reason(edge, "sale.refuse", Permission::SaleReview, *id, input, service::refuse).await
}

/// Takes a sale back, before the first bid.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/withdraw")]
pub async fn withdraw(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    with_reason(edge, "sale.withdraw", Permission::SaleWrite, *id, input, service::withdraw).await
}

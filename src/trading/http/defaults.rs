//! The winner's default: stated by one person, decided by another.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drafts::{SaleReason, with_reason};
use super::view::SaleView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::trading::model::{DefaultGround, DefaultState, DefaultStatement, SaleId};
use crate::trading::service;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleDefaultInput {
    ground: DefaultGround,
    reason: String,
}

/// A statement that the winner defaults, and what was decided.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleDefault)]
pub struct DefaultView {
    sale: SaleId,
    number: i32,
    state: DefaultState,
    /// Rank of the winner that it is about.
    rank: i32,
    ground: DefaultGround,
    reason: String,
    stated_at: UtcTime,
    decision: String,
    decided_at: Option<UtcTime>,
}

impl From<DefaultStatement> for DefaultView {
    fn from(it: DefaultStatement) -> Self {
        Self {
            sale: it.sale,
            number: it.number,
            state: it.state,
            rank: it.place + 1,
            ground: it.ground,
            reason: it.reason,
            stated_at: it.stated_at,
            decision: it.decision,
            decided_at: it.decided_at,
        }
    }
}

fn reply(it: DefaultStatement) -> Result<Reply, Refusal> {
    Reply::ok(&DefaultView::from(it))
}

/// States that the winner defaults: by the seller, or by the operator, where another person then decides it. The winner
/// is told, and may object.
#[utoipa::path(
    tag = "trading",
    operation_id = "state_default",
    params(("id" = SaleId, Path)),
    request_body = SaleDefaultInput,
    responses((status = 200, body = DefaultView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/default")]
pub async fn state(edge: Edge, id: web::Path<SaleId>, input: Input<SaleDefaultInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.default_state", Permission::Session, input, move |tx, actor, input| {
        reply(service::state_default(tx, actor, *id, expected, input.ground, &input.reason)?)
    })
    .await
}

/// The last statement of a default, for the seller, the operator and the winner.
#[utoipa::path(
    tag = "trading",
    operation_id = "read_default",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = DefaultView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/{id}/default")]
pub async fn stated(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| reply(service::default_of(snapshot, actor, *id)?))
        .await
}

/// Confirms the default, by another person than who stated it: the deposit is forfeited; rank two follows where that was
/// announced.
#[utoipa::path(
    tag = "trading",
    operation_id = "confirm_default",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/default/confirm")]
pub async fn confirm(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    let step = service::confirm_default;
    with_reason(edge, "sale.default", Permission::SaleReview, *id, input, step).await
}

/// Rejects the statement: the sale stands as it stood.
#[utoipa::path(
    tag = "trading",
    operation_id = "reject_default",
    params(("id" = SaleId, Path)),
    request_body = SaleReason,
    responses((status = 200, body = DefaultView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/{id}/default/reject")]
pub async fn reject(edge: Edge, id: web::Path<SaleId>, input: Input<SaleReason>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.default_reject", Permission::SaleReview, input, move |tx, actor, input| {
        reply(service::reject_default(tx, actor, *id, expected, &input.reason)?)
    })
    .await
}

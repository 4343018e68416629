//! Objections, profits of own use, what is due and what was paid.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{DueView, ObjectionView, PayoutView};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::money::Fen;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reward::model::{ObjectionId, PlanId};
use crate::reward::service::{self, NewPayout};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRewardObjection)]
pub struct NewObjection {
    text: String,
}

/// Objects to a plan while it is publicised.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    request_body = NewObjection,
    responses((status = 201, body = ObjectionView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/rewards/{id}/objections")]
pub async fn raise_objection(edge: Edge, id: web::Path<PlanId>, input: Input<NewObjection>) -> Answer {
    edge.write("reward.object", Permission::Session, input, move |tx, actor, input| {
        let made = service::object(tx, actor, *id, &input.text)?;
        let at = format!("/api/v1/rewards/{}/objections", made.plan);
        Ok(Reply::created(at, &ObjectionView::from(made))?.version(1))
    })
    .await
}

/// The objections to a plan, the oldest first.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path), Paging),
    responses((status = 200, body = Page<ObjectionView>)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[get("/rewards/{id}/objections")]
pub async fn objections(edge: Edge, id: web::Path<PlanId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::RewardWrite, move |snapshot, actor| {
        Reply::page(&service::objections(snapshot, actor, *id, &page)?.map(ObjectionView::from))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardObjectionAnswer)]
pub struct ObjectionAnswer {
    /// An upheld objection sends the plan back.
    upheld: bool,
    answer: String,
}

/// Answers an objection.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path), ("objection" = ObjectionId, Path)),
    request_body = ObjectionAnswer,
    responses((status = 200, body = ObjectionView)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/objections/{objection}/answer")]
pub async fn answer(
    edge: Edge,
    path: web::Path<(PlanId, ObjectionId)>,
    input: Input<ObjectionAnswer>,
) -> Answer {
    let expected = edge.expected_version()?;
    let (id, objection) = path.into_inner();
    edge.write("reward.answer", Permission::RewardDecide, input, move |tx, actor, input| {
        let after = service::answer(tx, actor, id, objection, expected, input.upheld, &input.answer)?;
        let version = after.version;
        Ok(Reply::ok(&ObjectionView::from(after))?.version(version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardYearProfit)]
pub struct YearProfit {
    year: i32,
    profit_fen: Fen,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardDueList)]
struct DueList {
    items: Vec<DueView>,
}

/// States a year's operating profit of own or joint use; from it follows what is due.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    request_body = YearProfit,
    responses((status = 200, body = DueList)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/profits")]
pub async fn state_profit(edge: Edge, id: web::Path<PlanId>, input: Input<YearProfit>) -> Answer {
    edge.write("reward.state_profit", Permission::RewardDecide, input, move |tx, actor, input| {
        let (plan, dues) = service::state_profit(tx, actor, *id, input.year, input.profit_fen)?;
        let items = dues.into_iter().map(|due| DueView::of(&plan, due)).collect();
        Reply::ok(&DueList { items })
    })
    .await
}

/// What is due to whom, and how much of it was paid.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    responses((status = 200, body = DueList)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[get("/rewards/{id}/dues")]
pub async fn list_dues(edge: Edge, id: web::Path<PlanId>) -> Answer {
    edge.read(Permission::RewardWrite, move |snapshot, actor| {
        let (plan, dues) = service::dues(snapshot, actor, *id)?;
        let items = dues.into_iter().map(|due| DueView::of(&plan, due)).collect();
        Reply::ok(&DueList { items })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRewardPayout)]
pub struct PayoutInput {
    /// The contributor's rank.
    rank: i32,
    /// The year of profit, of own use only.
    #[serde(default)]
    year: i32,
    /// Fen, or shares of an equity reward.
    amount: Fen,
    paid_on: Day,
    voucher: String,
}

/// Records a payment to a contributor.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    request_body = PayoutInput,
    responses((status = 201, body = PayoutView)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/payouts")]
pub async fn pay(edge: Edge, id: web::Path<PlanId>, input: Input<PayoutInput>) -> Answer {
    edge.write("reward.pay", Permission::RewardDecide, input, move |tx, actor, input| {
        let new = NewPayout {
            year: input.year,
            rank: input.rank,
            amount: input.amount,
            paid_on: input.paid_on,
            voucher: input.voucher.clone(),
        };
        let made = service::pay(tx, actor, *id, &new)?;
        Reply::created(format!("/api/v1/rewards/{}/payouts", made.plan), &PayoutView::from(made))
    })
    .await
}

/// What was paid, the oldest first.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path), Paging),
    responses((status = 200, body = Page<PayoutView>)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[get("/rewards/{id}/payouts")]
pub async fn payouts(edge: Edge, id: web::Path<PlanId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::RewardWrite, move |snapshot, actor| {
        Reply::page(&service::payouts(snapshot, actor, *id, &page)?.map(PayoutView::from))
    })
    .await
}

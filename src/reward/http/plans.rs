//! Plans of an institute.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::{PlanLine, PlanView};
use crate::contract::model::ContractId;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::reward::form::ContentForm;
use crate::reward::model::{PlanId, PlanState};
use crate::reward::service::{self, Draft, Seen};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRewardPlan)]
pub struct NewPlan {
    contract_id: ContractId,
    content: ContentForm,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardPlanChange)]
pub struct PlanChange {
    content: ContentForm,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardWithdrawal)]
pub struct WithdrawReason {
    reason: String,
}

fn draft(form: &ContentForm) -> Result<Draft, Refusal> {
    let (content, contributors) = form.read()?;
    Ok(Draft { content, contributors })
}

fn reply(seen: &Seen) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&PlanView::from(seen))?.version(seen.plan.version))
}

/// Draws a distribution plan up for a registered contract of which the institute is the seller.
#[utoipa::path(
    tag = "reward",
    request_body = NewPlan,
    responses((status = 201, body = PlanView)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[post("/rewards")]
pub async fn create(edge: Edge, input: Input<NewPlan>) -> Answer {
    edge.write("reward.create", Permission::RewardWrite, input, |tx, actor, input| {
        let seen = service::create(tx, actor, input.contract_id, &draft(&input.content)?)?;
        let at = format!("/api/v1/rewards/{}", seen.plan.id);
        Ok(Reply::created(at, &PlanView::from(&seen))?.version(1))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlansQuery {
    state: Option<PlanState>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The plans of one's own institute, the newest first.
#[utoipa::path(
    tag = "reward",
    params(PlansQuery),
    responses((status = 200, body = Page<PlanLine>)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[get("/rewards")]
pub async fn list(edge: Edge, query: web::Query<PlansQuery>) -> Answer {
    let PlansQuery { state, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::RewardWrite, move |snapshot, actor| {
        let found = service::plans(snapshot, actor, state, &page)?;
        Reply::page(&found.map(|plan| PlanLine::from(&plan)))
    })
    .await
}

#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanView)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[get("/rewards/{id}")]
pub async fn get(edge: Edge, id: web::Path<PlanId>) -> Answer {
    edge.read(Permission::RewardWrite, move |snapshot, actor| reply(&service::plan(snapshot, actor, *id)?))
        .await
}

/// Changes a draft; it takes the contract's present edition.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    request_body = PlanChange,
    responses((status = 200, body = PlanView)),
    extensions(("x-permission" = json!("reward.write")))
)]
#[put("/rewards/{id}")]
pub async fn edit(edge: Edge, id: web::Path<PlanId>, input: Input<PlanChange>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("reward.edit", Permission::RewardWrite, input, move |tx, actor, input| {
        reply(&service::edit(tx, actor, *id, expected, &draft(&input.content)?)?)
    })
    .await
}

/// Publicises a plan for the days of the profile in force.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanView)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/publicise")]
pub async fn publicise(edge: Edge, id: web::Path<PlanId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("reward.publicise", Permission::RewardDecide, move |tx, actor| {
        reply(&service::publicise(tx, actor, *id, expected)?)
    })
    .await
}

/// Confirms a plan when its days are over and no objection is open.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanView)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/confirm")]
pub async fn confirm(edge: Edge, id: web::Path<PlanId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("reward.confirm", Permission::RewardDecide, move |tx, actor| {
        reply(&service::confirm(tx, actor, *id, expected)?)
    })
    .await
}

/// Takes a plan back before it is confirmed.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    request_body = WithdrawReason,
    responses((status = 200, body = PlanView)),
    extensions(("x-permission" = json!("reward.decide")))
)]
#[post("/rewards/{id}/withdraw")]
pub async fn withdraw(edge: Edge, id: web::Path<PlanId>, input: Input<WithdrawReason>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("reward.withdraw", Permission::RewardDecide, input, move |tx, actor, input| {
        reply(&service::withdraw(tx, actor, *id, expected, &input.reason)?)
    })
    .await
}

//! The rule, what is publicised, and the yearly report.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{PublicPlan, ReportView, RuleView};
use crate::http::{Answer, Edge, Input, Paging, Reply, TableFormat};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reward::form::RuleForm;
use crate::reward::model::PlanId;
use crate::reward::{service, sheets};

#[derive(Serialize, ToSchema)]
#[schema(as = RewardRuleList)]
struct RuleList {
    items: Vec<RuleView>,
}

/// The rules of distribution, every version.
#[utoipa::path(
    tag = "reward",
    responses((status = 200, body = RuleList)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/rewards/rules")]
pub async fn rules(edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| {
        let items = service::rules_in_force(snapshot)?.into_iter().map(RuleView::from).collect();
        Reply::ok(&RuleList { items })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRewardRule)]
pub struct NewRule {
    /// The first day of the new rule; plans that were drawn up before keep theirs.
    valid_from: Day,
    rule: RuleForm,
}

/// Publishes a later rule of distribution.
#[utoipa::path(
    tag = "reward",
    request_body = NewRule,
    responses((status = 201, body = RuleView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[post("/rewards/rules")]
pub async fn publish_rule(edge: Edge, input: Input<NewRule>) -> Answer {
    edge.write("reward.publish_rule", Permission::ReferenceManage, input, |tx, actor, input| {
        let rule = service::publish_rule(tx, actor, input.valid_from, &input.rule)?;
        Reply::created("/api/v1/rewards/rules", &RuleView::from(rule))
    })
    .await
}

/// The reward decisions that are publicised today, the newest first.
#[utoipa::path(
    tag = "reward",
    params(Paging),
    responses((status = 200, body = Page<PublicPlan>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/rewards/publicity")]
pub async fn publicised(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::page(&service::publicised(snapshot, &page)?.map(PublicPlan::from))
    })
    .await
}

/// One reward decision while it is publicised.
#[utoipa::path(
    tag = "reward",
    params(("id" = PlanId, Path)),
    responses((status = 200, body = PublicPlan)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/rewards/publicity/{id}")]
pub async fn publicised_plan(edge: Edge, id: web::Path<PlanId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let today = snapshot.now().day();
        Reply::ok(&PublicPlan::from(service::publicised_plan(snapshot, today, *id)?))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    year: i32,
    /// One's own institute when absent.
    institute: Option<OrganisationId>,
    format: Option<TableFormat>,
}

/// The yearly report of an institute on what it converted and distributed (art. 21): figures, no names.
#[utoipa::path(
    tag = "reward",
    params(ReportQuery),
    responses((status = 200, body = ReportView)),
    extensions(("x-permission" = json!("reward.report")))
)]
#[get("/rewards/report")]
pub async fn report(edge: Edge, query: web::Query<ReportQuery>) -> Answer {
    edge.read_slow(Permission::RewardReport, move |snapshot, actor| {
        let report = service::report(snapshot, actor, query.institute, query.year)?;
        let name = format!("{}年度科技成果转化报告", report.year);
        let format = query.format.unwrap_or(TableFormat::Json);
        format.reply(&name, || Reply::ok(&ReportView::from(&report)), || sheets::report(&report))
    })
    .await
}

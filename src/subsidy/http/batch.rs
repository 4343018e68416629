//! Batches: prepare, verify, approve, pay, return, void; and reading them.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::explained::ExplanationView;
use super::view::{BatchDetail, BatchView, LineView};
use crate::http::Paging;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::subsidy::model::{BatchFilter, BatchId, BatchState, Decision, StepKind};
use crate::subsidy::service::{self, Question, StepCommand, Target, prepare};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    /// Code of the scheme.
    scheme: String,
    /// The registration office whose contracts count; none: the awarded claims of all beneficiaries.
    #[serde(default)]
    beneficiary: Option<OrganisationId>,
    /// The year in which the contracts were registered; of claims the last year that is taken in.
    period: i32,
    /// The year whose appropriation pays; when absent the period itself, or the present year once that is over.
    #[serde(default)]
    budget_year: Option<i32>,
}

impl BatchInput {
    fn target(&self) -> Target {
        Target::New(Question {
            scheme: self.scheme.clone(),
            beneficiary: self.beneficiary,
            period: self.period,
            budget_year: self.budget_year,
        })
    }
}

/// Prepares the yearly batch of a registration office: one for each scheme, office and year, whatever the
/// retries. Reserves its total.
#[utoipa::path(
    tag = "subsidy",
    request_body = BatchInput,
    responses((status = 201, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.prepare")))
)]
#[post("/subsidy/batches")]
pub async fn create(edge: Edge, input: Input<BatchInput>) -> Answer {
    edge.permit(Permission::SubsidyPrepare)?;
    let staged = prepare::stage(edge.db(), edge.actor(), &input.parse()?.target()).await?;
    edge.write("subsidy.batch.prepare", Permission::SubsidyPrepare, input, move |tx, actor, input| {
        let batch = prepare::prepare(tx, actor, &input.target(), &staged, None)?;
        let (address, version) = (format!("/api/v1/subsidy/batches/{}", batch.id), batch.version);
        Ok(Reply::created(address, &BatchView::from(batch))?.version(version))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BatchQuery {
    scheme: Option<String>,
    period: Option<i32>,
    state: Option<BatchState>,
    /// URN of the beneficiary; a beneficiary sees its own batches only.
    beneficiary: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Batches, the newest first.
#[utoipa::path(
    operation_id = "batch_list",
    tag = "subsidy",
    params(BatchQuery),
    responses((status = 200, body = Page<BatchView>)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches")]
pub async fn list(edge: Edge, query: web::Query<BatchQuery>) -> Answer {
    let BatchQuery { scheme, period, state, beneficiary, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let filter = BatchFilter { scheme, period, state, beneficiary };
        let rows = service::list(snapshot, actor, filter, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(BatchView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &BatchView| view.id))
    })
    .await
}

/// A batch with everything that people did with it.
#[utoipa::path(
    operation_id = "batch_show",
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    responses((status = 200, body = BatchDetail)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches/{id}")]
pub async fn find(edge: Edge, id: web::Path<BatchId>) -> Answer {
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let found = service::find(snapshot, actor, *id)?;
        let version = found.batch.version;
        Ok(Reply::ok(&BatchDetail::from(found))?.version(version))
    })
    .await
}

/// The lines of a batch: its contracts by registration number, then the corrections of earlier years.
#[utoipa::path(
    operation_id = "batch_lines",
    tag = "subsidy",
    params(("id" = BatchId, Path), Paging),
    responses((status = 200, body = Page<LineView>)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches/{id}/lines")]
pub async fn lines(edge: Edge, id: web::Path<BatchId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let rows = service::lines(snapshot, actor, *id, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(LineView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &LineView| view.position))
    })
    .await
}

/// Computes a batch again from the inputs that its lines keep, and shows the working.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path), Paging),
    responses((status = 200, body = ExplanationView)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches/{id}/explain")]
pub async fn explain(edge: Edge, id: web::Path<BatchId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read_slow(Permission::SubsidyRead, move |snapshot, actor| {
        let explanation = service::explain(snapshot, actor, *id)?;
        Reply::ok(&ExplanationView::cut(explanation, page.after()?, page.limit))
    })
    .await
}

/// Prepares a returned batch again, from the register as it now is.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.prepare")))
)]
#[post("/subsidy/batches/{id}/prepare")]
pub async fn prepare_again(edge: Edge, id: web::Path<BatchId>) -> Answer {
    edge.permit(Permission::SubsidyPrepare)?;
    let expected = edge.expected_version()?;
    let target = Target::Again(*id);
    let staged = prepare::stage(edge.db(), edge.actor(), &target).await?;
    edge.act("subsidy.batch.prepare_again", Permission::SubsidyPrepare, move |tx, actor| {
        let batch = prepare::prepare(tx, actor, &target, &staged, expected)?;
        let version = batch.version;
        Ok(Reply::ok(&BatchView::from(batch))?.version(version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepInput {
    /// `agree` when absent.
    #[serde(default = "agree")]
    decision: Decision,
    /// Required for a return.
    #[serde(default)]
    opinion: String,
}

const fn agree() -> Decision {
    Decision::Agree
}

async fn take(
    edge: Edge,
    id: BatchId,
    input: Input<StepInput>,
    step: StepKind,
    operation: &'static str,
    permission: Permission,
) -> Answer {
    let expected_version = edge.expected_version()?;
    edge.write(operation, permission, input, move |tx, actor, input| {
        let (decision, opinion) = (input.decision, input.opinion.clone());
        let command = StepCommand { batch: id, step, decision, opinion, expected_version };
        let batch = service::take(tx, actor, &command)?;
        let version = batch.version;
        Ok(Reply::ok(&BatchView::from(batch))?.version(version))
    })
    .await
}

/// A second preparer checks a prepared batch: agrees, which commits its money, or returns it.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = StepInput,
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.prepare")))
)]
#[post("/subsidy/batches/{id}/verify")]
pub async fn verify(edge: Edge, id: web::Path<BatchId>, input: Input<StepInput>) -> Answer {
    let permission = Permission::SubsidyPrepare;
    take(edge, *id, input, StepKind::Verify, "subsidy.batch.verify", permission).await
}

/// Approves a verified batch, or returns it.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = StepInput,
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/batches/{id}/approve")]
pub async fn approve(edge: Edge, id: web::Path<BatchId>, input: Input<StepInput>) -> Answer {
    let permission = Permission::SubsidyApprove;
    take(edge, *id, input, StepKind::Approve, "subsidy.batch.approve", permission).await
}

/// Pays an approved batch, or returns it.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = StepInput,
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[post("/subsidy/batches/{id}/pay")]
pub async fn pay(edge: Edge, id: web::Path<BatchId>, input: Input<StepInput>) -> Answer {
    let permission = Permission::SubsidyPay;
    take(edge, *id, input, StepKind::Pay, "subsidy.batch.pay", permission).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidInput {
    /// Why.
    opinion: String,
}

/// Ends a batch that is not paid, for good: its money is available again.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = VoidInput,
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/batches/{id}/void")]
pub async fn void(edge: Edge, id: web::Path<BatchId>, input: Input<VoidInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("subsidy.batch.void", Permission::SubsidyApprove, input, move |tx, actor, input| {
        let batch = service::void(tx, actor, *id, &input.opinion, expected)?;
        let version = batch.version;
        Ok(Reply::ok(&BatchView::from(batch))?.version(version))
    })
    .await
}

//! Draft lists before the public, and objections to them.

use actix_web::web::Path;
use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::money::Fen;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, BatchRecord, LineKind, LineRecord, ObjectionId, ObjectionRecord, ObjectionState, PayeeRecord,
};
use crate::subsidy::service;

#[derive(Serialize, ToSchema)]
pub struct PublicityView {
    pub batch: BatchId,
    scheme: String,
    period: i32,
    publicised_on: Option<Day>,
    /// The last day on which objections are taken.
    until: Option<Day>,
    lines: i32,
    total_fen: Fen,
}

impl From<BatchRecord> for PublicityView {
    fn from(batch: BatchRecord) -> Self {
        Self {
            batch: batch.id,
            scheme: batch.scheme,
            period: batch.period,
            publicised_on: batch.publicised_on,
            until: batch.publicity_until,
            lines: batch.sheet.contracts.saturating_add(batch.sheet.corrections),
            total_fen: batch.sheet.total,
        }
    }
}

/// The draft lists that are before the public, the newest first.
#[utoipa::path(
    tag = "subsidy",
    params(Paging),
    responses((status = 200, body = Page<PublicityView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/subsidy/publicity")]
pub async fn lists(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, _| {
        let rows = service::publicised(snapshot, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(PublicityView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &PublicityView| view.batch))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct PublicLineView {
    pub position: i32,
    kind: LineKind,
    period: i32,
    /// Of the contract's registration or of the claim.
    number: String,
    beneficiary_name: String,
    base_fen: Fen,
    amount_fen: Fen,
}

impl PublicLineView {
    fn new(line: LineRecord, payees: &[PayeeRecord]) -> Self {
        let payee = payees.iter().find(|payee| payee.party.urn == line.beneficiary);
        Self {
            position: line.position,
            kind: line.kind,
            period: line.period,
            number: line.number,
            beneficiary_name: payee.map(|payee| payee.party.name.clone()).unwrap_or_default(),
            base_fen: line.base,
            amount_fen: line.amount,
        }
    }
}

/// The lines of a draft list.
#[utoipa::path(
    operation_id = "draft_lines",
    tag = "subsidy",
    params(("batch" = BatchId, Path), Paging),
    responses((status = 200, body = Page<PublicLineView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/subsidy/publicity/{batch}")]
pub async fn lines(edge: Edge, batch: Path<BatchId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, _| {
        let (rows, payees) = service::publicised_lines(snapshot, *batch, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(|line| PublicLineView::new(line, &payees)).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &PublicLineView| view.position))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct ObjectionView {
    id: ObjectionId,
    batch: BatchId,
    state: ObjectionState,
    person_name: String,
    organisation_name: String,
    reason: String,
    at: UtcTime,
    answer: String,
    answered_at: Option<UtcTime>,
}

impl From<ObjectionRecord> for ObjectionView {
    fn from(it: ObjectionRecord) -> Self {
        Self {
            id: it.id,
            batch: it.batch,
            state: it.state,
            person_name: it.person_name,
            organisation_name: it.organisation_name,
            reason: it.reason,
            at: it.at,
            answer: it.answer,
            answered_at: it.answered_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionInput {
    reason: String,
}

/// Objects to a draft list while it is before the public.
#[utoipa::path(
    tag = "subsidy",
    params(("batch" = BatchId, Path)),
    request_body = ObjectionInput,
    responses((status = 201, body = ObjectionView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/subsidy/publicity/{batch}/objections")]
pub async fn object_to(edge: Edge, batch: Path<BatchId>, input: Input<ObjectionInput>) -> Answer {
    edge.write("subsidy.object", Permission::Session, input, move |tx, actor, input| {
        let made = service::object(tx, actor, *batch, &input.reason)?;
        let address = format!("/api/v1/subsidy/publicity/{}", made.batch);
        Reply::created(address, &ObjectionView::from(made))
    })
    .await
}

/// The objections to a batch's lists and their answers, the oldest first.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path), Paging),
    responses((status = 200, body = Page<ObjectionView>)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches/{id}/objections")]
pub async fn objections(edge: Edge, id: Path<BatchId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let rows = service::objections(snapshot, actor, *id, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(ObjectionView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &ObjectionView| view.id))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    /// Whether the objection is right: the list then goes back to be prepared again.
    uphold: bool,
    answer: String,
}

/// Answers an objection.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ObjectionId, Path)),
    request_body = AnswerInput,
    responses((status = 200, body = ObjectionView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/objections/{id}/answer")]
pub async fn answer(edge: Edge, id: Path<ObjectionId>, input: Input<AnswerInput>) -> Answer {
    edge.write("subsidy.objection.answer", Permission::SubsidyApprove, input, move |tx, actor, input| {
        let answered = service::answer(tx, actor, *id, input.uphold, &input.answer)?;
        Reply::ok(&ObjectionView::from(answered))
    })
    .await
}

//! Questions, objections, corrections, and the rules of selling.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::drafts::reply;
use super::reading::TradingProfileView;
use super::view::SaleView;
use crate::files::model::FileId;
use crate::files::{Cached, Vault, download};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::Setting;
use crate::trading::model::{
    Correction, Objection, ObjectionAbout, ObjectionId, ObjectionRemedy, ObjectionState, Question,
    QuestionId, Rules, SaleId,
};
use crate::trading::service::{self, NewObjection, ObjectionAnswer, SaleCorrection};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleWords {
    text: String,
}

/// A question and its answer; who asked is not told.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleQuestion)]
pub struct QuestionView {
    id: QuestionId,
    text: String,
    asked_at: UtcTime,
    answer: Option<String>,
    answered_at: Option<UtcTime>,
}

impl From<Question> for QuestionView {
    fn from(it: Question) -> Self {
        let (answer, answered_at) = it.answer.unzip();
        Self { id: it.id, text: it.text, asked_at: it.asked_at, answer, answered_at }
    }
}

/// Asks the seller.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleWords,
    responses((status = 201, body = QuestionView)),
    extensions(("x-permission" = json!("sale.bid")))
)]
#[post("/sales/{id}/questions")]
pub async fn ask(edge: Edge, id: web::Path<SaleId>, input: Input<SaleWords>) -> Answer {
    edge.write("sale.ask", Permission::SaleBid, input, move |tx, actor, input| {
        let asked = service::ask(tx, actor, *id, &input.text)?;
        Reply::created(format!("/api/v1/sales/{id}/questions"), &QuestionView::from(asked))
    })
    .await
}

/// Questions that were answered, the oldest first; the seller sees all, an asker its own too.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path), Paging),
    responses((status = 200, body = Page<QuestionView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/questions")]
pub async fn questions(edge: Edge, id: web::Path<SaleId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, actor| {
        Reply::page(&service::questions(snapshot, actor, *id, &page)?.map(QuestionView::from))
    })
    .await
}

/// Answers a question, for everybody.
#[utoipa::path(
    tag = "trading",
    params(("id" = QuestionId, Path)),
    request_body = SaleWords,
    responses((status = 200, body = QuestionView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/questions/{id}/answer")]
pub async fn answer_question(edge: Edge, id: web::Path<QuestionId>, input: Input<SaleWords>) -> Answer {
    edge.write("sale.answer", Permission::SaleWrite, input, move |tx, actor, input| {
        Reply::ok(&QuestionView::from(service::answer(tx, actor, *id, &input.text)?))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleObjectionInput {
    about: ObjectionAbout,
    reason: String,
    /// In words; absent where files say it.
    #[serde(default)]
    evidence: String,
    /// Uploaded files of one's own organisation.
    #[serde(default)]
    files: Vec<FileId>,
    remedy: ObjectionRemedy,
}

/// An objection. Who made it is told to its maker alone: it may be a bidder.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleObjection)]
pub struct ObjectionView {
    id: ObjectionId,
    version: i64,
    sale: SaleId,
    state: ObjectionState,
    about: ObjectionAbout,
    reason: String,
    evidence: String,
    files: Vec<FileId>,
    remedy: ObjectionRemedy,
    made_at: UtcTime,
    /// The last day for the answer.
    due_on: Day,
    overdue: bool,
    answer: String,
    answered_at: Option<UtcTime>,
}

impl ObjectionView {
    fn of(it: Objection, now: UtcTime) -> Self {
        Self {
            overdue: it.state == ObjectionState::Open && now.day() > it.due_on,
            id: it.id,
            version: it.version,
            sale: it.sale,
            state: it.state,
            about: it.about,
            reason: it.reason,
            evidence: it.evidence,
            files: it.files,
            remedy: it.remedy,
            made_at: it.made_at,
            due_on: it.due_on,
            answer: it.answer,
            answered_at: it.answered_at,
        }
    }
}

/// Objects to a sale: what, why, on which evidence, and the remedy asked for.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleObjectionInput,
    responses((status = 201, body = ObjectionView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/objections")]
pub async fn raise_objection(edge: Edge, id: web::Path<SaleId>, input: Input<SaleObjectionInput>) -> Answer {
    edge.write("sale.object", Permission::Session, input, move |tx, actor, input| {
        let new = NewObjection {
            about: input.about,
            reason: input.reason.clone(),
            evidence: input.evidence.clone(),
            files: input.files.clone(),
            remedy: input.remedy,
        };
        let made = service::object(tx, actor, *id, &new)?;
        Reply::created(format!("/api/v1/sales/{id}/objections"), &ObjectionView::of(made, tx.now()))
    })
    .await
}

/// Objections to a sale, the newest first: all for its seller and the operator, one's own for others.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path), Paging),
    responses((status = 200, body = Page<ObjectionView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/{id}/objections")]
pub async fn objections(edge: Edge, id: web::Path<SaleId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Session, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::objections(snapshot, actor, *id, &page)?;
        Reply::page(&found.map(|it| ObjectionView::of(it, now)))
    })
    .await
}

/// The bytes of a file that is evidence, for whoever sees its objection.
#[utoipa::path(
    tag = "trading",
    operation_id = "sale_objection_file",
    params(("id" = ObjectionId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/objections/{id}/files/{file}")]
pub async fn objection_file(
    edge: Edge,
    path: web::Path<(ObjectionId, FileId)>,
    vault: web::Data<Vault>,
) -> Answer {
    edge.permit(Permission::Session)?;
    let ((id, file), actor) = (path.into_inner(), edge.actor().clone());
    let found = edge.db().read(move |snapshot| service::objection_file(snapshot, &actor, id, file)).await?;
    download(&vault, &found, Cached::Never).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleObjectionAnswer {
    uphold: bool,
    /// The sale is taken back; only where the objection is upheld.
    #[serde(default)]
    annul: bool,
    /// The winner falls out, and the next rank follows where it may; only where the objection is upheld. Once there is a
    /// winner an objection that is upheld names this or `annul`.
    #[serde(default)]
    exclude_winner: bool,
    text: String,
}

/// Answers an objection; what it blocked goes on, or the winner is excluded, or the sale is annulled.
#[utoipa::path(
    tag = "trading",
    params(("id" = ObjectionId, Path)),
    request_body = SaleObjectionAnswer,
    responses((status = 200, body = ObjectionView)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[post("/sales/objections/{id}/answer")]
pub async fn answer_objection(
    edge: Edge,
    id: web::Path<ObjectionId>,
    input: Input<SaleObjectionAnswer>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.objection_answer", Permission::SaleReview, input, move |tx, actor, input| {
        let SaleObjectionAnswer { uphold, annul, exclude_winner, .. } = *input;
        let given = ObjectionAnswer { uphold, annul, exclude_winner, text: input.text.clone() };
        let answered = service::answer_objection(tx, actor, *id, expected, &given)?;
        let version = answered.version;
        Ok(Reply::ok(&ObjectionView::of(answered, tx.now()))?.version(version))
    })
    .await
}

/// Takes one's own objection back.
#[utoipa::path(
    tag = "trading",
    params(("id" = ObjectionId, Path)),
    responses((status = 200, body = ObjectionView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/objections/{id}/withdraw")]
pub async fn withdraw_objection(edge: Edge, id: web::Path<ObjectionId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("sale.objection_withdraw", Permission::Session, move |tx, actor| {
        let it = service::withdraw_objection(tx, actor, *id, expected)?;
        let version = it.version;
        Ok(Reply::ok(&ObjectionView::of(it, tx.now()))?.version(version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleCorrectionInput {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    conditions: Option<String>,
    #[serde(default)]
    payment: Option<String>,
    /// Later than it was; of a bidding.
    #[serde(default)]
    starts_at: Option<UtcTime>,
    /// Later than it was.
    #[serde(default)]
    ends_at: Option<UtcTime>,
    reason: String,
}

/// Corrects a published sale: its words, or its times to later. Offers made on the old words are to be confirmed.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    request_body = SaleCorrectionInput,
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/corrections")]
pub async fn correct(edge: Edge, id: web::Path<SaleId>, input: Input<SaleCorrectionInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.correct", Permission::SaleWrite, input, move |tx, actor, input| {
        let change = SaleCorrection {
            description: input.description.clone(),
            conditions: input.conditions.clone(),
            payment: input.payment.clone(),
            starts_at: input.starts_at,
            ends_at: input.ends_at,
            reason: input.reason.clone(),
        };
        let sale = service::correct(tx, actor, *id, expected, &change)?;
        reply(tx, sale, true)
    })
    .await
}

/// What was changed after publication.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleCorrection)]
pub struct CorrectionView {
    position: i32,
    reason: String,
    fields: Vec<String>,
    at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct SaleCorrections {
    items: Vec<CorrectionView>,
}

/// What was corrected, the oldest first.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleCorrections)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/corrections")]
pub async fn corrections(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let view = |it: Correction| CorrectionView {
            position: it.position,
            reason: it.reason,
            fields: it.fields,
            at: it.at,
        };
        let items = service::corrections(snapshot, actor, *id)?.into_iter().map(view).collect();
        Reply::ok(&SaleCorrections { items })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TradingRulesInput {
    effective_from: Day,
    /// The operator vouches for the values.
    confirmed: bool,
    rules: Rules,
    reason: String,
}

impl From<&TradingRulesInput> for Setting<Rules> {
    fn from(input: &TradingRulesInput) -> Self {
        let (effective_from, confirmed) = (input.effective_from, input.confirmed);
        Self { effective_from, confirmed, values: input.rules.clone(), reason: input.reason.clone() }
    }
}

/// Adds a set of rules of selling, or changes one; published sales keep theirs.
#[utoipa::path(
    tag = "trading",
    params(("code" = String, Path)),
    request_body = TradingRulesInput,
    responses((status = 200, body = TradingProfileView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[put("/sales/rules/{code}")]
pub async fn set_rules(edge: Edge, code: web::Path<String>, input: Input<TradingRulesInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.rules", Permission::ReferenceManage, input, move |tx, actor, input| {
        let found = service::set_rules(tx, actor, &code, expected, &input.into())?;
        let version = found.version;
        Ok(Reply::ok(&TradingProfileView::from(found))?.version(version))
    })
    .await
}

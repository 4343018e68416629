//! Steps 5 to 7.

use actix_web::web::{Data, Path};
use actix_web::{get, post};

use super::acted;
use super::body::{
    ChallengeAgreementBody, ChallengeConfirmation, ChallengeEvaluationBody, ChallengeMilestoneReport,
    ChallengeMilestoneReview, ChallengeReason, ChallengeWords,
};
use super::view::{
    ChallengeEvaluationList, ChallengeEvaluationView, ChallengeMilestoneList, ChallengeMilestoneView,
    ChallengeView,
};
use crate::files::model::FileId;
use crate::files::{Cached, Vault, download};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::permission::Permission;
use crate::trading::challenge::model::ChallengeId;
use crate::trading::challenge::service;

/// Offers the agreement with its milestones (step 5), by either side; offering again replaces it.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_offer",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeAgreementBody,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/agreement")]
pub async fn offer(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeAgreementBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.offer", Permission::ChallengeWrite, input, move |tx, actor, body| {
        service::offer(tx, actor, *id, expected, &body.command())?;
        acted(tx, actor, *id)
    })
    .await
}

/// Signs what the other side offered: the milestones begin.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_confirm",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeConfirmation,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/agreement/confirm")]
pub async fn confirm(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeConfirmation>) -> Answer {
    edge.write("challenge.confirm", Permission::ChallengeWrite, input, move |tx, actor, body| {
        service::confirm(tx, actor, *id, body.version)?;
        acted(tx, actor, *id)
    })
    .await
}

/// Steps back before the signing: the review is open again.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_decline",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeReason,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/agreement/decline")]
pub async fn decline(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeReason>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.decline", Permission::ChallengeWrite, input, move |tx, actor, body| {
        service::decline(tx, actor, *id, expected, &body.reason)?;
        acted(tx, actor, *id)
    })
    .await
}

/// The milestones of the agreement, for both sides and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_milestones",
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeMilestoneList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/milestones")]
pub async fn milestones(edge: Edge, id: Path<ChallengeId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let today = snapshot.now().day();
        let found = service::milestones(snapshot, actor, *id)?.into_iter();
        let items = found.map(|milestone| ChallengeMilestoneView::of(milestone, today)).collect();
        Reply::ok(&ChallengeMilestoneList { items })
    })
    .await
}

/// Hands a milestone in (step 6), by the bidder; again after it was returned.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_hand_in",
    params(("id" = ChallengeId, Path), ("number" = i32, Path)),
    request_body = ChallengeMilestoneReport,
    responses((status = 200, body = ChallengeMilestoneView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/milestones/{number}/submit")]
pub async fn hand_in(
    edge: Edge,
    path: Path<(ChallengeId, i32)>,
    input: Input<ChallengeMilestoneReport>,
) -> Answer {
    let (id, number) = path.into_inner();
    edge.write("challenge.hand_in", Permission::ChallengeWrite, input, move |tx, actor, body| {
        let milestone = service::hand_in(tx, actor, id, number, &body.report, &body.files)?;
        let (version, today) = (milestone.version, tx.now().day());
        Ok(Reply::ok(&ChallengeMilestoneView::of(milestone, today))?.version(version))
    })
    .await
}

/// Accepts or returns a milestone, by the unit that opened the challenge; the last one accepted ends step 6.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_review_milestone",
    params(("id" = ChallengeId, Path), ("number" = i32, Path)),
    request_body = ChallengeMilestoneReview,
    responses((status = 200, body = ChallengeMilestoneView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/milestones/{number}/review")]
pub async fn review(
    edge: Edge,
    path: Path<(ChallengeId, i32)>,
    input: Input<ChallengeMilestoneReview>,
) -> Answer {
    let ((id, number), expected) = (path.into_inner(), edge.expected_version()?);
    edge.write("challenge.review_milestone", Permission::ChallengeWrite, input, move |tx, actor, body| {
        let opinion = &body.opinion;
        let milestone = service::review_milestone(tx, actor, id, number, expected, body.accepted, opinion)?;
        let (version, today) = (milestone.version, tx.now().day());
        Ok(Reply::ok(&ChallengeMilestoneView::of(milestone, today))?.version(version))
    })
    .await
}

/// The bytes of a milestone's file, for both sides and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_milestone_file",
    params(("id" = ChallengeId, Path), ("number" = i32, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/milestones/{number}/files/{file}")]
pub async fn file(edge: Edge, path: Path<(ChallengeId, i32, FileId)>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::Session)?;
    let ((id, number, file), actor) = (path.into_inner(), edge.actor().clone());
    let found =
        edge.db().read(move |snapshot| service::milestone_file(snapshot, &actor, id, number, file)).await?;
    download(&vault, &found, Cached::Never).await
}

/// Records an evaluation (step 7); it may be repeated.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_evaluate",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeEvaluationBody,
    responses((status = 201, body = ChallengeEvaluationView)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[post("/challenges/{id}/evaluations")]
pub async fn evaluate(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeEvaluationBody>) -> Answer {
    edge.write("challenge.evaluate", Permission::ChallengeOrganise, input, move |tx, actor, body| {
        let made = service::evaluate(tx, actor, *id, &body.command())?;
        Reply::created(format!("/api/v1/challenges/{id}/evaluations"), &ChallengeEvaluationView::from(made))
    })
    .await
}

/// The evaluations so far, for both sides and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_evaluations",
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeEvaluationList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/evaluations")]
pub async fn evaluations(edge: Edge, id: Path<ChallengeId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let made = service::evaluations(snapshot, actor, *id)?.into_iter();
        Reply::ok(&ChallengeEvaluationList { items: made.map(ChallengeEvaluationView::from).collect() })
    })
    .await
}

/// Completes the challenge after a passed evaluation: its demand leaves the market.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_complete",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeWords,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[post("/challenges/{id}/complete")]
pub async fn complete(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeWords>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.complete", Permission::ChallengeOrganise, input, move |tx, actor, body| {
        service::complete(tx, actor, *id, expected, &body.opinion)?;
        acted(tx, actor, *id)
    })
    .await
}

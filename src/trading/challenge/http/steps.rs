//! Steps 1 to 3, the lists, the timeline and the way out.

use actix_web::web::{Path, Query};
use actix_web::{get, post, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{
    ChallengeBody, ChallengeContent, ChallengeOpinionBody, ChallengePublication, ChallengeReason,
    ChallengeWords,
};
use super::view::{
    ChallengeLine, ChallengeOpinionList, ChallengeOpinionView, ChallengeStepView, ChallengeView,
};
use super::{acted, with_opinion};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::trading::challenge::model::{ChallengeId, Filter, Stage};
use crate::trading::challenge::service;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    stage: Option<Stage>,
    holder: Option<OrganisationId>,
}

/// Opens a challenge about a published demand of one's own organisation (step 1).
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_collect",
    request_body = ChallengeBody,
    responses((status = 201, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges")]
pub async fn collect(edge: Edge, input: Input<ChallengeBody>) -> Answer {
    edge.write("challenge.collect", Permission::ChallengeWrite, input, |tx, actor, body| {
        let challenge = service::collect(tx, actor, body.demand, &body.content.command())?;
        let (location, version) = (format!("/api/v1/challenges/{}", challenge.id), challenge.version);
        let view = ChallengeView::from(service::Seen { challenge, whole: true });
        Ok(Reply::created(location, &view)?.version(version))
    })
    .await
}

/// Published challenges, the newest first.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_list",
    params(ListQuery),
    responses((status = 200, body = Page<ChallengeLine>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/challenges")]
pub async fn list(edge: Edge, query: Query<ListQuery>) -> Answer {
    let ListQuery { limit, cursor, stage, holder } = query.into_inner();
    let (page, filter) = (PageQuery::new(limit, cursor)?, Filter { stage, holder });
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::page(&service::list(snapshot, &filter, &page)?.map(ChallengeLine::from))
    })
    .await
}

/// The challenges that one's own organisation opened or won, in every stage.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_own",
    params(Paging),
    responses((status = 200, body = Page<ChallengeLine>)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[get("/challenges/own")]
pub async fn own(edge: Edge, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::ChallengeWrite, move |snapshot, actor| {
        Reply::page(&service::own(snapshot, actor, &page)?.map(ChallengeLine::from))
    })
    .await
}

/// What waits for the organiser: argument, review, evaluation.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_waiting",
    params(Paging),
    responses((status = 200, body = Page<ChallengeLine>)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[get("/challenges/waiting")]
pub async fn waiting(edge: Edge, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::ChallengeOrganise, move |snapshot, actor| {
        Reply::page(&service::waiting(snapshot, actor, &page)?.map(ChallengeLine::from))
    })
    .await
}

/// One challenge: what was published for everybody, the whole for both sides and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_show",
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/challenges/{id}")]
pub async fn show(edge: Edge, id: Path<ChallengeId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let node = snapshot.node().to_owned();
        let seen = service::show(snapshot, &node, actor, *id)?;
        let version = seen.challenge.version;
        Ok(Reply::ok(&ChallengeView::from(seen))?.version(version))
    })
    .await
}

/// Rewrites what was collected, before it is handed in.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_edit",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeContent,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[put("/challenges/{id}")]
pub async fn edit(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeContent>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.edit", Permission::ChallengeWrite, input, move |tx, actor, body| {
        service::edit(tx, actor, *id, expected, &body.command())?;
        acted(tx, actor, *id)
    })
    .await
}

/// Hands the finished challenge to the experts (step 2).
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_submit",
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/submit")]
pub async fn submit(edge: Edge, id: Path<ChallengeId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("challenge.submit", Permission::ChallengeWrite, move |tx, actor| {
        service::submit(tx, actor, *id, expected)?;
        acted(tx, actor, *id)
    })
    .await
}

/// Records an expert's opinion: about the challenge in the argument, about a proposal in the review.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_opine",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeOpinionBody,
    responses((status = 201, body = ChallengeOpinionView)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[post("/challenges/{id}/opinions")]
pub async fn opine(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeOpinionBody>) -> Answer {
    edge.write("challenge.opine", Permission::ChallengeOrganise, input, move |tx, actor, body| {
        let opinion = service::opine(tx, actor, *id, &body.command())?;
        Reply::created(format!("/api/v1/challenges/{id}/opinions"), &ChallengeOpinionView::from(opinion))
    })
    .await
}

/// What the experts said: for the unit that opened the challenge and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_opinions",
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeOpinionList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/opinions")]
pub async fn opinions(edge: Edge, id: Path<ChallengeId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let said = service::opinions(snapshot, actor, *id)?;
        Reply::ok(&ChallengeOpinionList { items: said.into_iter().map(ChallengeOpinionView::from).collect() })
    })
    .await
}

/// Counts the experts' votes: the majority passes or rejects.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_conclude",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeWords,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[post("/challenges/{id}/conclude")]
pub async fn conclude(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeWords>) -> Answer {
    with_opinion(edge, "challenge.conclude", Permission::ChallengeOrganise, *id, input, service::conclude)
        .await
}

/// Publishes what the experts passed, with its last day for proposals (step 3).
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_publish",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengePublication,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.organise")))
)]
#[post("/challenges/{id}/publish")]
pub async fn publish(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengePublication>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.publish", Permission::ChallengeOrganise, input, move |tx, actor, body| {
        service::publish(tx, actor, *id, expected, body.deadline)?;
        acted(tx, actor, *id)
    })
    .await
}

/// Every step with its time and unit; the words are for both sides and the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_timeline",
    params(("id" = ChallengeId, Path), Paging),
    responses((status = 200, body = Page<ChallengeStepView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/challenges/{id}/timeline")]
pub async fn timeline(edge: Edge, id: Path<ChallengeId>, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Public, move |snapshot, actor| {
        let (steps, whole) = service::timeline(snapshot, actor, *id, &page)?;
        Reply::page(&steps.map(|step| ChallengeStepView::of(step, whole)))
    })
    .await
}

/// Cancels an open challenge, by the unit that opened it or by the organiser.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_cancel",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeReason,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/challenges/{id}/cancel")]
pub async fn cancel(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeReason>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.cancel", Permission::Session, input, move |tx, actor, body| {
        service::cancel(tx, actor, *id, expected, &body.reason)?;
        acted(tx, actor, *id)
    })
    .await
}

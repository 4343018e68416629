//! Proposals, and step 4.

use actix_web::web::{Data, Path, Query};
use actix_web::{get, post, put};

use super::body::{ChallengeChoice, ChallengeProposalBody, ChallengeWords};
use super::view::{ChallengeProposalView, ChallengeView};
use super::{acted, with_opinion};
use crate::files::model::FileId;
use crate::files::{Cached, Vault, download};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::trading::challenge::model::{ChallengeId, Proposal, ProposalId};
use crate::trading::challenge::service;

fn reply(proposal: Proposal) -> Result<Reply, Refusal> {
    let version = proposal.version;
    Ok(Reply::ok(&ChallengeProposalView::from(proposal))?.version(version))
}

/// Proposes a solution: one proposal an organisation, unseen by others until the last day is over.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_propose",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeProposalBody,
    responses((status = 201, body = ChallengeProposalView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/proposals")]
pub async fn propose(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeProposalBody>) -> Answer {
    edge.write("challenge.propose", Permission::ChallengeWrite, input, move |tx, actor, body| {
        let made = service::propose(tx, actor, *id, &body.command())?;
        let (version, at) = (made.version, format!("/api/v1/challenges/{id}/proposals/{}", made.id));
        Ok(Reply::created(at, &ChallengeProposalView::from(made))?.version(version))
    })
    .await
}

/// The proposals for a challenge, for the unit that opened it and the organiser, once the last day is over.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_proposals",
    params(("id" = ChallengeId, Path), Paging),
    responses((status = 200, body = Page<ChallengeProposalView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/proposals")]
pub async fn list(edge: Edge, id: Path<ChallengeId>, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Session, move |snapshot, actor| {
        Reply::page(&service::proposals(snapshot, actor, *id, &page)?.map(ChallengeProposalView::from))
    })
    .await
}

/// The proposals of one's own organisation, the newest first.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_own_proposals",
    params(Paging),
    responses((status = 200, body = Page<ChallengeProposalView>)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[get("/challenges/own-proposals")]
pub async fn own(edge: Edge, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::ChallengeWrite, move |snapshot, actor| {
        let node = snapshot.node().to_owned();
        Reply::page(&service::own_proposals(snapshot, &node, actor, &page)?.map(ChallengeProposalView::from))
    })
    .await
}

/// One proposal: the bidder's own; for the other side and the organiser once the last day is over.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_proposal",
    params(("id" = ChallengeId, Path), ("proposal" = ProposalId, Path)),
    responses((status = 200, body = ChallengeProposalView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/proposals/{proposal}")]
pub async fn show(edge: Edge, path: Path<(ChallengeId, ProposalId)>) -> Answer {
    let (id, proposal) = path.into_inner();
    edge.read(Permission::Session, move |snapshot, actor| {
        let (node, now) = (snapshot.node().to_owned(), snapshot.now());
        reply(service::proposal(snapshot, &node, now, actor, id, proposal)?)
    })
    .await
}

/// Rewrites one's own proposal while the challenge is open.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_change_proposal",
    params(("id" = ChallengeId, Path), ("proposal" = ProposalId, Path)),
    request_body = ChallengeProposalBody,
    responses((status = 200, body = ChallengeProposalView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[put("/challenges/{id}/proposals/{proposal}")]
pub async fn change(
    edge: Edge,
    path: Path<(ChallengeId, ProposalId)>,
    input: Input<ChallengeProposalBody>,
) -> Answer {
    let ((id, proposal), expected) = (path.into_inner(), edge.expected_version()?);
    edge.write("challenge.change_proposal", Permission::ChallengeWrite, input, move |tx, actor, body| {
        reply(service::change_proposal(tx, actor, id, proposal, expected, &body.command())?)
    })
    .await
}

/// Takes one's own proposal back while the challenge is open.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_withdraw_proposal",
    params(("id" = ChallengeId, Path), ("proposal" = ProposalId, Path)),
    responses((status = 200, body = ChallengeProposalView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/proposals/{proposal}/withdraw")]
pub async fn withdraw(edge: Edge, path: Path<(ChallengeId, ProposalId)>) -> Answer {
    let ((id, proposal), expected) = (path.into_inner(), edge.expected_version()?);
    edge.act("challenge.withdraw_proposal", Permission::ChallengeWrite, move |tx, actor| {
        reply(service::withdraw_proposal(tx, actor, id, proposal, expected)?)
    })
    .await
}

/// The bytes of a proposal's attachment, for whoever sees the proposal.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_proposal_file",
    params(("id" = ChallengeId, Path), ("proposal" = ProposalId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/challenges/{id}/proposals/{proposal}/attachments/{file}")]
pub async fn file(edge: Edge, path: Path<(ChallengeId, ProposalId, FileId)>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::Session)?;
    let ((id, proposal, file), actor) = (path.into_inner(), edge.actor().clone());
    let found =
        edge.db().read(move |snapshot| service::proposal_file(snapshot, &actor, id, proposal, file)).await?;
    download(&vault, &found, Cached::Never).await
}

/// Selects a proposal (step 4): both sides may now sign.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_select",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeChoice,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/select")]
pub async fn select(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeChoice>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("challenge.select", Permission::ChallengeWrite, input, move |tx, actor, body| {
        service::select(tx, actor, *id, expected, body.proposal, &body.opinion)?;
        acted(tx, actor, *id)
    })
    .await
}

/// None of the proposals will do: the challenge ends.
#[utoipa::path(
    tag = "challenge",
    operation_id = "challenge_fail",
    params(("id" = ChallengeId, Path)),
    request_body = ChallengeWords,
    responses((status = 200, body = ChallengeView)),
    extensions(("x-permission" = json!("challenge.write")))
)]
#[post("/challenges/{id}/fail")]
pub async fn fail(edge: Edge, id: Path<ChallengeId>, input: Input<ChallengeWords>) -> Answer {
    with_opinion(edge, "challenge.fail", Permission::ChallengeWrite, *id, input, service::fail).await
}

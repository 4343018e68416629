//! Mandates and what they earn.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::{CommissionView, MandateLine, MandateView};
use crate::brokerage::form::TermsForm;
use crate::brokerage::model::{ManagerId, MandateId, MandateState};
use crate::brokerage::rules::Act;
use crate::brokerage::service::{self, NewMandate, Seen};
use crate::http::{Answer, Edge, Input, Paging, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MandateInput {
    /// The other side: a broker, or the party that a broker offers itself to.
    partner: OrganisationId,
    title: String,
    /// URN of an achievement, demand or engagement; none: whatever the broker brings about for the client.
    #[serde(default)]
    about: Option<String>,
    terms: TermsForm,
    valid_from: Day,
    valid_to: Day,
    /// The broker's technology manager.
    #[serde(default)]
    manager: Option<ManagerId>,
}

fn reply(seen: Seen) -> Result<Reply, Refusal> {
    let version = seen.mandate.version;
    Ok(Reply::ok(&MandateView::from(seen))?.version(version))
}

/// Proposes a mandate to the other side.
#[utoipa::path(
    tag = "brokerage",
    request_body = MandateInput,
    responses((status = 201, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates")]
pub async fn propose(edge: Edge, input: Input<MandateInput>) -> Answer {
    edge.write("mandate.propose", Permission::MandateWrite, input, |tx, actor, input| {
        let new = NewMandate {
            partner: input.partner,
            title: input.title.clone(),
            about: input.about.clone(),
            terms: input.terms.read()?,
            valid_from: input.valid_from,
            valid_to: input.valid_to,
            manager: input.manager,
        };
        let seen = service::propose(tx, actor, &new)?;
        let at = format!("/api/v1/brokerage/mandates/{}", seen.mandate.id);
        Ok(Reply::created(at, &MandateView::from(seen))?.version(1))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MandatesQuery {
    state: Option<MandateState>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The mandates of one's own organisation, the newest first.
#[utoipa::path(
    tag = "brokerage",
    params(MandatesQuery),
    responses((status = 200, body = Page<MandateLine>)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[get("/brokerage/mandates")]
pub async fn list(edge: Edge, query: web::Query<MandatesQuery>) -> Answer {
    let MandatesQuery { state, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::MandateWrite, move |snapshot, actor| {
        Reply::page(&service::mandates(snapshot, actor, state, &page)?.map(MandateLine::from))
    })
    .await
}

#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[get("/brokerage/mandates/{id}")]
pub async fn get(edge: Edge, id: web::Path<MandateId>) -> Answer {
    edge.read(Permission::MandateWrite, move |snapshot, actor| reply(service::mandate(snapshot, actor, *id)?))
        .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateAcceptance)]
pub struct Acceptance {
    #[serde(default)]
    note: String,
    /// The broker's technology manager, where the broker accepts.
    #[serde(default)]
    manager: Option<ManagerId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MandateReason {
    reason: String,
}

/// Accepts a mandate that the other side proposed.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = Acceptance,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/accept")]
pub async fn accept(edge: Edge, id: web::Path<MandateId>, input: Input<Acceptance>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("mandate.accept", Permission::MandateWrite, input, move |tx, actor, input| {
        reply(service::act(tx, actor, *id, expected, Act::Accept, &input.note, input.manager)?)
    })
    .await
}

async fn end_with(
    edge: Edge,
    id: MandateId,
    input: Input<MandateReason>,
    operation: &'static str,
    act: Act,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, Permission::MandateWrite, input, move |tx, actor, input| {
        reply(service::act(tx, actor, id, expected, act, &input.reason, None)?)
    })
    .await
}

/// Declines a mandate that the other side proposed.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = MandateReason,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/decline")]
pub async fn decline(edge: Edge, id: web::Path<MandateId>, input: Input<MandateReason>) -> Answer {
    end_with(edge, *id, input, "mandate.decline", Act::Decline).await
}

/// Takes one's own proposal back.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = MandateReason,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/withdraw")]
pub async fn withdraw(edge: Edge, id: web::Path<MandateId>, input: Input<MandateReason>) -> Answer {
    end_with(edge, *id, input, "mandate.withdraw", Act::Withdraw).await
}

/// Ends a mandate; what was registered until today still earns.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = MandateReason,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/end")]
pub async fn end(edge: Edge, id: web::Path<MandateId>, input: Input<MandateReason>) -> Answer {
    end_with(edge, *id, input, "mandate.end", Act::End).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateContractNumber)]
pub struct ContractNumber {
    /// Registration number.
    number: String,
}

/// The broker claims a registered contract of the client.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = ContractNumber,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/contracts")]
pub async fn claim(edge: Edge, id: web::Path<MandateId>, input: Input<ContractNumber>) -> Answer {
    edge.write("mandate.claim", Permission::MandateWrite, input, move |tx, actor, input| {
        reply(service::claim(tx, actor, *id, &input.number)?)
    })
    .await
}

/// The client agrees that the broker brought the contract about.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path), ("number" = String, Path)),
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/contracts/{number}/agree")]
pub async fn agree(edge: Edge, path: web::Path<(MandateId, String)>) -> Answer {
    let (id, number) = path.into_inner();
    edge.act("mandate.agree", Permission::MandateWrite, move |tx, actor| {
        reply(service::agree(tx, actor, id, &number)?)
    })
    .await
}

/// Links the broker's own registered intermediary contract.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path)),
    request_body = ContractNumber,
    responses((status = 200, body = MandateView)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[post("/brokerage/mandates/{id}/intermediary")]
pub async fn link(edge: Edge, id: web::Path<MandateId>, input: Input<ContractNumber>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("mandate.link", Permission::MandateWrite, input, move |tx, actor, input| {
        reply(service::link_intermediary(tx, actor, *id, expected, &input.number)?)
    })
    .await
}

/// What a mandate has earned, one line for each cause, the oldest first.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = MandateId, Path), Paging),
    responses((status = 200, body = Page<CommissionView>)),
    extensions(("x-permission" = json!("mandate.write")))
)]
#[get("/brokerage/mandates/{id}/commissions")]
pub async fn commissions(edge: Edge, id: web::Path<MandateId>, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::MandateWrite, move |snapshot, actor| {
        Reply::page(&service::commissions(snapshot, actor, *id, &page)?.map(CommissionView::from))
    })
    .await
}

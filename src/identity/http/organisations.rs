//! Organisations: registering, looking up, the operator's decisions.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{OrganisationView, ProfileBody, PublicOrganisation, RegistrationBody};
use crate::db::Tx;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::identity::Gate;
use crate::identity::model::{Organisation, OrganisationState};
use crate::identity::rules::Decision;
use crate::identity::service::{self, OrganisationFilter};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;

pub fn routes(routes: &mut Routes) {
    routes.service(register).service(list).service(own).service(edit).service(review_list);
    routes.service(show).service(review).service(verify).service(refuse).service(suspend).service(reinstate);
}

#[derive(Serialize, ToSchema)]
struct Registered {
    organisation: OrganisationView,
    /// The first admin, who can sign in at once.
    admin: UserId,
}

/// Registers an organisation with its first admin. It is pending until an operator has verified it.
#[utoipa::path(
    tag = "organisation",
    request_body = RegistrationBody,
    responses((status = 201, body = Registered)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/organisations")]
async fn register(edge: Edge, gate: web::Data<Gate>, input: Input<RegistrationBody>) -> Answer {
    if let Some(kept) = edge.kept("organisation.register", Permission::Public, &input).await? {
        return Ok(kept);
    }
    let new = input.parse()?.registration();
    new.check()?;
    let hash = gate.hash(new.admin.password.clone()).await?;
    edge.write("organisation.register", Permission::Public, input, move |tx, actor, body| {
        let (organisation, user) = service::register(tx, actor, &body.registration(), &hash)?;
        let (id, version) = (organisation.id, organisation.version);
        let view = Registered { organisation: organisation.into(), admin: user.id };
        Ok(Reply::created(format!("/api/v1/organisations/{id}"), &view)?.version(version))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Search {
    kind: Option<OrganisationKind>,
    /// A division and everything in it.
    division: Option<String>,
    credit_code: Option<String>,
    /// Part of the name.
    name: Option<String>,
    /// Only for operators; `pending` when absent.
    state: Option<OrganisationState>,
    limit: Option<i64>,
    cursor: Option<String>,
}

impl Search {
    fn filter(&self) -> OrganisationFilter {
        let prefix = |code: &String| match code.trim_end_matches("00") {
            short if short.len() % 2 == 0 => short.to_owned(),
            _ => code.clone(),
        };
        OrganisationFilter {
            states: vec![self.state.unwrap_or(OrganisationState::Pending)],
            kind: self.kind,
            division_prefix: self.division.as_ref().map(prefix),
            credit_code: self.credit_code.as_ref().map(|code| code.trim().to_uppercase()),
            name: self.name.clone().filter(|name| !name.trim().is_empty()),
        }
    }

    fn page(&self) -> Result<PageQuery, Refusal> {
        PageQuery::new(self.limit, self.cursor.clone())
    }
}

/// The verified organisations: public part.
#[utoipa::path(
    tag = "organisation",
    params(Search),
    responses((status = 200, body = Page<PublicOrganisation>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/organisations")]
async fn list(edge: Edge, search: web::Query<Search>) -> Answer {
    let (filter, page) = (search.filter(), search.page()?);
    edge.read(Permission::Public, move |snapshot, _| {
        let found = service::public_organisations(snapshot, filter, &page)?;
        Reply::page(&found.map(PublicOrganisation::from))
    })
    .await
}

/// The caller's own organisation, contact included.
#[utoipa::path(
    tag = "organisation",
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/organisations/own")]
async fn own(edge: Edge) -> Answer {
    edge.read(Permission::Session, |snapshot, actor| versioned(service::own_organisation(snapshot, actor)?))
        .await
}

fn versioned(organisation: Organisation) -> Result<Reply, Refusal> {
    let version = organisation.version;
    Ok(Reply::ok(&OrganisationView::from(organisation))?.version(version))
}

/// Corrects what the organisation says of itself. Another name, credit code or division is verified again.
#[utoipa::path(
    tag = "organisation",
    request_body = ProfileBody,
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[put("/organisations/own")]
async fn edit(edge: Edge, input: Input<ProfileBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("organisation.edit", Permission::OrganisationManage, input, move |tx, actor, body| {
        versioned(service::edit_organisation(tx, actor, &body.profile(), expected)?)
    })
    .await
}

/// Organisations by state, for operators; those that wait for verification first of all.
#[utoipa::path(
    tag = "organisation",
    params(Search),
    responses((status = 200, body = Page<OrganisationView>)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[get("/organisations/review")]
async fn review_list(edge: Edge, search: web::Query<Search>) -> Answer {
    let (filter, page) = (search.filter(), search.page()?);
    edge.read(Permission::OrganisationVerify, move |snapshot, actor| {
        let found = service::review_organisations(snapshot, actor, &filter, &page)?;
        Reply::page(&found.map(OrganisationView::from))
    })
    .await
}

/// The public part of an organisation.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    responses((status = 200, body = PublicOrganisation)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/organisations/{id}")]
async fn show(edge: Edge, id: web::Path<OrganisationId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let found = service::public_organisation(snapshot, actor, *id)?;
        let version = found.version;
        Ok(Reply::ok(&PublicOrganisation::from(found))?.version(version))
    })
    .await
}

/// An organisation with its contact, for operators.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[get("/organisations/{id}/review")]
async fn review(edge: Edge, id: web::Path<OrganisationId>) -> Answer {
    edge.read(Permission::OrganisationVerify, move |snapshot, actor| {
        versioned(service::review_organisation(snapshot, actor, *id)?)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyBody {
    /// Two digits, required for a registration office and for nobody else.
    #[serde(default)]
    #[schema(example = "01")]
    office_number: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonBody {
    reason: String,
}

fn decide(
    tx: &mut Tx,
    actor: &Actor,
    id: OrganisationId,
    decision: Decision,
    expected: Option<i64>,
) -> Result<Reply, Refusal> {
    versioned(service::decide(tx, actor, id, decision, expected)?)
}

/// Verifies a pending organisation.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    request_body = VerifyBody,
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[post("/organisations/{id}/verify")]
async fn verify(edge: Edge, id: web::Path<OrganisationId>, input: Input<VerifyBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("organisation.verify", Permission::OrganisationVerify, input, move |tx, actor, body| {
        decide(tx, actor, *id, Decision::Verify { office_number: body.office_number.clone() }, expected)
    })
    .await
}

/// Refuses a pending organisation; it may correct itself and ask again.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    request_body = ReasonBody,
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[post("/organisations/{id}/refuse")]
async fn refuse(edge: Edge, id: web::Path<OrganisationId>, input: Input<ReasonBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("organisation.refuse", Permission::OrganisationVerify, input, move |tx, actor, body| {
        decide(tx, actor, *id, Decision::Refuse { reason: body.reason.clone() }, expected)
    })
    .await
}

/// Suspends a verified organisation: its people can look but no longer act.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    request_body = ReasonBody,
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[post("/organisations/{id}/suspend")]
async fn suspend(edge: Edge, id: web::Path<OrganisationId>, input: Input<ReasonBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("organisation.suspend", Permission::OrganisationVerify, input, move |tx, actor, body| {
        decide(tx, actor, *id, Decision::Suspend { reason: body.reason.clone() }, expected)
    })
    .await
}

/// Ends a suspension.
#[utoipa::path(
    tag = "organisation",
    params(("id" = String, Path)),
    responses((status = 200, body = OrganisationView)),
    extensions(("x-permission" = json!("organisation.verify")))
)]
#[post("/organisations/{id}/reinstate")]
async fn reinstate(edge: Edge, id: web::Path<OrganisationId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("organisation.reinstate", Permission::OrganisationVerify, move |tx, actor| {
        decide(tx, actor, *id, Decision::Reinstate, expected)
    })
    .await
}

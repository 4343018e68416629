//! The directory of technology managers.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::view::{ManagerLine, ManagerView};
use crate::brokerage::model::{Manager, ManagerId, ManagerLevel};
use crate::brokerage::service::{self, NewManager};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TechnologyManagerInput)]
pub struct ManagerInput {
    name: String,
    /// The certificate's number.
    certificate: String,
    level: ManagerLevel,
    /// Codes of `technical_field`.
    #[serde(default)]
    fields: Vec<String>,
    certified_on: Day,
}

impl ManagerInput {
    fn command(&self) -> NewManager {
        NewManager {
            name: self.name.clone(),
            certificate: self.certificate.clone(),
            level: self.level,
            fields: self.fields.clone(),
            certified_on: self.certified_on,
        }
    }
}

fn reply(manager: Manager) -> Result<Reply, Refusal> {
    let version = manager.version;
    Ok(Reply::ok(&ManagerView::from(manager))?.version(version))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ManagersQuery {
    agency: Option<OrganisationId>,
    level: Option<ManagerLevel>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Technology managers at work, each with its deals.
#[utoipa::path(
    tag = "brokerage",
    params(ManagersQuery),
    responses((status = 200, body = Page<ManagerLine>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/brokerage/managers")]
pub async fn list_managers(edge: Edge, query: web::Query<ManagersQuery>) -> Answer {
    let ManagersQuery { agency, level, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::page(&service::managers(snapshot, agency, level, &page)?.map(ManagerLine::from))
    })
    .await
}

/// Enters a technology manager at one's own agency.
#[utoipa::path(
    tag = "brokerage",
    request_body = ManagerInput,
    responses((status = 201, body = ManagerView)),
    extensions(("x-permission" = json!("broker.manage")))
)]
#[post("/brokerage/managers")]
pub async fn enter(edge: Edge, input: Input<ManagerInput>) -> Answer {
    edge.write("manager.enter", Permission::BrokerManage, input, |tx, actor, input| {
        let made = service::enter_manager(tx, actor, &input.command())?;
        Ok(Reply::created("/api/v1/brokerage/managers", &ManagerView::from(made))?.version(1))
    })
    .await
}

#[utoipa::path(
    tag = "brokerage",
    params(("id" = ManagerId, Path)),
    request_body = ManagerInput,
    responses((status = 200, body = ManagerView)),
    extensions(("x-permission" = json!("broker.manage")))
)]
#[put("/brokerage/managers/{id}")]
pub async fn change(edge: Edge, id: web::Path<ManagerId>, input: Input<ManagerInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("manager.change", Permission::BrokerManage, input, move |tx, actor, input| {
        reply(service::change_manager(tx, actor, *id, expected, &input.command())?)
    })
    .await
}

/// The manager leaves the agency; the certificate may be entered elsewhere.
#[utoipa::path(
    tag = "brokerage",
    params(("id" = ManagerId, Path)),
    responses((status = 200, body = ManagerView)),
    extensions(("x-permission" = json!("broker.manage")))
)]
#[post("/brokerage/managers/{id}/leave")]
pub async fn leave(edge: Edge, id: web::Path<ManagerId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("manager.leave", Permission::BrokerManage, move |tx, actor| {
        reply(service::leave(tx, actor, *id, expected)?)
    })
    .await
}

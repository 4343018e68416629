//! Records of other nodes, and events that were set aside.

use actix_web::web::{Path, Query};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{ReplicaView, SetAsideView};
use crate::federation::service::erasing;
use crate::http::{Answer, Edge, Input, Paging, Reply, Routes};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::replica::model::{QuarantineId, State};
use crate::replica::service::{self, Filter, Homes};

pub fn routes(routes: &mut Routes) {
    routes.service(replicas).service(replica).service(quarantine).service(resolve).service(erase);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ReplicasQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    /// The node that owns them.
    origin: Option<String>,
    /// One type, such as `cn.techmart.achievement.v1`.
    r#type: Option<String>,
}

/// Public records of other nodes, in the order of their names.
#[utoipa::path(
    tag = "federation", operation_id = "replicas", params(ReplicasQuery),
    responses((status = 200, body = Page<ReplicaView>)), extensions(("x-permission" = json!("public")))
)]
#[get("/replicas")]
async fn replicas(edge: Edge, query: Query<ReplicasQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::Public, move |snapshot, _| {
        let types = query.r#type.as_deref().map(|one| [one]);
        let filter = Filter {
            event_types: types.as_ref().map(|types| &types[..]),
            origin: query.origin.as_deref(),
            state: Some(State::Live),
            audience: Some("public"),
            ..Filter::default()
        };
        let after: Option<String> = page.after()?;
        let found = service::after(snapshot, &filter, &after.unwrap_or_default(), page.limit + 1)?;
        let homes = Homes::of_origins(snapshot, found.iter().map(|it| it.origin.as_str()))?;
        let cut = Page::cut(found, page.limit, |it| it.subject.clone());
        Reply::page(&cut.map(|it| {
            let home = homes.of(&it.subject);
            ReplicaView::of(it, home)
        }))
    })
    .await
}

/// A public record of another node.
#[utoipa::path(
    tag = "federation", operation_id = "replica", responses((status = 200, body = ReplicaView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/replicas/{urn}")]
async fn replica(edge: Edge, urn: Path<String>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let found = service::find(snapshot, &urn)?.filter(|it| it.audience.to_text() == "public");
        let found = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
        let home = Homes::of_origins(snapshot, std::iter::once(found.origin.as_str()))?.of(&found.subject);
        Reply::ok(&ReplicaView::of(found, home))
    })
    .await
}

/// Events that were set aside, newest first.
#[utoipa::path(
    tag = "federation", operation_id = "quarantine", params(Paging),
    responses((status = 200, body = Page<SetAsideView>)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/quarantine")]
async fn quarantine(edge: Edge, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::FederationManage, move |snapshot, _| {
        Reply::page(&service::asides(snapshot, &page)?.map(SetAsideView::from))
    })
    .await
}

/// Somebody has looked at it.
#[utoipa::path(
    tag = "federation", operation_id = "quarantine_resolve", responses((status = 204)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/quarantine/{id}/resolve")]
async fn resolve(edge: Edge, id: Path<QuarantineId>) -> Answer {
    edge.act("federation.quarantine_resolve", Permission::FederationManage, move |tx, _| {
        service::resolve(tx, *id)?;
        Reply::no_content()
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewErasure)]
struct ErasureInput {
    /// A record of this node.
    urn: String,
    /// Why; it stays in the trail of this node and goes nowhere else.
    reason: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Erasure)]
struct ErasureView {
    urn: String,
    /// Of the tombstone.
    version: i64,
}

/// Erases what was published of a record of this node, here and with all who have it. An achievement or a demand is
/// withdrawn with it; anything else has to be withdrawn by its room before.
#[utoipa::path(
    tag = "federation", operation_id = "record_erase",
    request_body = ErasureInput, responses((status = 200, body = ErasureView)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/erasures")]
async fn erase(edge: Edge, input: Input<ErasureInput>) -> Answer {
    edge.write("federation.erase", Permission::FederationManage, input, |tx, actor, body| {
        let erased = erasing::erase(tx, actor, &body.urn, &body.reason)?;
        Reply::ok(&ErasureView { urn: erased.urn, version: erased.version })
    })
    .await
}

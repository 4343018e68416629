//! Addresses of watching, reminders' calendar among them.

use actix_web::web::{Path, Query};
use actix_web::{delete, get, put};
use serde::Serialize;
use utoipa::ToSchema;

use super::service;
use crate::http::{Answer, Edge, Paging, Reply, Routes};
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Mode, SaleId, State};
use crate::trading::service::Listed;

/// `/sales/watched` must be tried before `/sales/{id}`.
pub fn routes(routes: &mut Routes) {
    routes.service(watched).service(watch).service(unwatch).service(calendar);
}

/// A sale that one watches.
#[derive(Serialize, ToSchema)]
pub struct WatchedSale {
    id: SaleId,
    urn: String,
    mode: Mode,
    state: State,
    title: String,
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
}

impl From<Listed> for WatchedSale {
    fn from((of, run): Listed) -> Self {
        // Extensions and suspensions move a running bidding, not its notice.
        let run = run.filter(|run| !run.closed);
        Self {
            state: of.state(),
            id: of.id,
            urn: of.urn,
            mode: of.mode,
            title: of.title,
            starts_at: run.as_ref().map(|run| run.starts_at).or(of.times.starts_at),
            ends_at: run.as_ref().map(|run| run.ends_at).or(of.times.ends_at),
        }
    }
}

/// The sales that one watches, the newest first.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_watched",
    params(Paging),
    responses((status = 200, body = Page<WatchedSale>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/watched")]
async fn watched(edge: Edge, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Session, move |snapshot, actor| {
        Reply::page(&service::watched(snapshot, actor, &page)?.map(WatchedSale::from))
    })
    .await
}

/// Watches a sale: reminders come a day and an hour before its start and its end.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_watch",
    params(("id" = SaleId, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/sales/{id}/watch")]
async fn watch(edge: Edge, id: Path<SaleId>) -> Answer {
    edge.act("sale.watch", Permission::Session, move |tx, actor| {
        service::watch(tx, actor, *id)?;
        Reply::no_content()
    })
    .await
}

/// Watches a sale no longer.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_unwatch",
    params(("id" = SaleId, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[delete("/sales/{id}/watch")]
async fn unwatch(edge: Edge, id: Path<SaleId>) -> Answer {
    edge.act("sale.unwatch", Permission::Session, move |tx, actor| {
        service::unwatch(tx, actor, *id)?;
        Reply::no_content()
    })
    .await
}

/// Notice, start, end and the end of objections as a calendar file.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_calendar",
    params(("id" = SaleId, Path)),
    responses((status = 200, content_type = "text/calendar", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/calendar.ics")]
async fn calendar(edge: Edge, id: Path<SaleId>) -> Answer {
    let base_url = edge.state().settings.base_url.clone();
    edge.read(Permission::Public, move |snapshot, _| {
        let file = service::calendar_file(snapshot, *id, &base_url)?;
        Ok(Reply::text("text/calendar; charset=utf-8", file)?.download(&format!("sale-{id}.ics")))
    })
    .await
}

//! Looking at sales.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{SaleLine, SaleView};
use crate::http::{Answer, Edge, Paging, Reply};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::trading::model::{Mode, Rules, SaleId, State, TradingProfile};
use crate::trading::service;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SalesQuery {
    mode: Option<Mode>,
    state: Option<State>,
    /// URN of a lot.
    about: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Published sales, the newest first.
#[utoipa::path(
    tag = "trading",
    params(SalesQuery),
    responses((status = 200, body = Page<SaleLine>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales")]
pub async fn list(edge: Edge, query: web::Query<SalesQuery>) -> Answer {
    let SalesQuery { mode, state, about, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::Public, move |snapshot, _| {
        let now = snapshot.now();
        let found = service::sales(snapshot, mode, state, about, &page)?;
        Reply::page(&found.map(|(sale, run)| SaleLine::of(&sale, run.as_ref(), now)))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OwnSalesQuery {
    state: Option<State>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The sales of one's own organisation, the newest first.
#[utoipa::path(
    tag = "trading",
    params(OwnSalesQuery),
    responses((status = 200, body = Page<SaleLine>)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[get("/sales/own")]
pub async fn own(edge: Edge, query: web::Query<OwnSalesQuery>) -> Answer {
    let OwnSalesQuery { state, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::SaleWrite, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::mine(snapshot, actor, state, &page)?;
        Reply::page(&found.map(|(sale, run)| SaleLine::of(&sale, run.as_ref(), now)))
    })
    .await
}

/// Negotiated sales that wait for approval.
#[utoipa::path(
    tag = "trading",
    params(Paging),
    responses((status = 200, body = Page<SaleLine>)),
    extensions(("x-permission" = json!("sale.review")))
)]
#[get("/sales/review")]
pub async fn review(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::SaleReview, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::under_review(snapshot, actor, &page)?;
        Reply::page(&found.map(|(sale, run)| SaleLine::of(&sale, run.as_ref(), now)))
    })
    .await
}

/// A sale: everybody sees what is published, the seller its drafts. The running price is with the bids.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = SaleView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}")]
pub async fn get(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| {
        let now = snapshot.now();
        // No ETag: phase and end of a running sale move without a new version.
        Reply::ok(&SaleView::of(service::sale(snapshot, actor, *id)?, now))
    })
    .await
}

/// The rules of selling from a day on.
#[derive(Serialize, ToSchema)]
pub struct TradingProfileView {
    code: String,
    version: i64,
    effective_from: Day,
    confirmed: bool,
    rules: Rules,
}

impl From<TradingProfile> for TradingProfileView {
    fn from(it: TradingProfile) -> Self {
        Self {
            code: it.code,
            version: it.version,
            effective_from: it.effective_from,
            confirmed: it.confirmed,
            rules: it.rules,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TradingProfiles {
    items: Vec<TradingProfileView>,
}

/// Every set of rules, by the day it takes effect.
#[utoipa::path(
    tag = "trading",
    responses((status = 200, body = TradingProfiles)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/rules")]
pub async fn rules(edge: Edge) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let items = service::profiles(snapshot)?.into_iter().map(TradingProfileView::from).collect();
        Reply::ok(&TradingProfiles { items })
    })
    .await
}

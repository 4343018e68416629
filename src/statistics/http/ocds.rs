//! Open Contracting Data Standard 1.1.5: releases and records (docs/ocds.md).

use actix_web::get;
use actix_web::web::{Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::contract::model::ContractId;
use crate::http::{Answer, Edge, Reply};
use crate::kernel::page::PageQuery;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::statistics::model::Release;
use crate::statistics::{rules, service};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageAsk {
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What every package says of itself; its date is that of its newest release, so that it too is reproducible.
fn head(uri: &str, node: &str, held: &[Release]) -> Value {
    let newest = held.iter().map(|release| release.at).max();
    let date = newest.map(|at| UtcTime::from_seconds(at.seconds()).rfc3339());
    json!({
        "uri": uri,
        "version": "1.1",
        "publishedDate": date.unwrap_or_else(|| UtcTime::from_seconds(0).rfc3339()),
        "publisher": {"name": node},
    })
}

/// A release package: the acts of registration in their order, one release each.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_ocds_releases", params(PageAsk),
    responses((status = 200, body = Object)),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/ocds/releases")]
pub async fn releases(edge: Edge, ask: Query<PageAsk>) -> Answer {
    let ask = ask.into_inner();
    let page = PageQuery::new(ask.limit, ask.cursor)?;
    let base = edge.state().settings.base_url.trim_end_matches('/').to_owned();
    edge.read_slow(Permission::StatisticsRead, move |snapshot, _| {
        let found = service::releases(snapshot, &page)?;
        let uri = format!("{base}/api/v1/statistics/ocds/releases");
        let mut package = head(&uri, snapshot.node(), &found.items);
        if let Some(next) = &found.next {
            package["links"] = json!({"next": format!("{uri}?limit={}&cursor={next}", page.limit)});
        }
        package["releases"] = found.items.into_iter().map(|release| release.document).collect();
        Ok(Reply::ok(&package)?.next(found.next))
    })
    .await
}

/// A record package: all releases of one contract, and what stands.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_ocds_record",
    responses((status = 200, body = Object)),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/ocds/records/{contract}")]
pub async fn record(edge: Edge, contract: Path<ContractId>) -> Answer {
    let base = edge.state().settings.base_url.trim_end_matches('/').to_owned();
    edge.read_slow(Permission::StatisticsRead, move |snapshot, _| {
        let held = service::record(snapshot, *contract)?;
        let uri = format!("{base}/api/v1/statistics/ocds/records/{contract}");
        let mut package = head(&uri, snapshot.node(), &held);
        let ocid = held.first().map(|release| release.ocid.clone()).unwrap_or_default();
        let documents: Vec<Value> = held.into_iter().map(|release| release.document).collect();
        package["records"] = json!([rules::record(&ocid, &documents)]);
        Reply::ok(&package)
    })
    .await
}

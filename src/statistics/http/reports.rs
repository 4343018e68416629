//! Reports of closed periods.

use actix_web::get;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::{Answer, Edge, Reply};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::statistics::model::{Report, ReportId};
use crate::statistics::service;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportsQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsReport)]
struct ReportView {
    id: ReportId,
    /// `2026-02`, `2026-Q1` or `2026`.
    period: String,
    from: Day,
    to: Day,
    closed_at: UtcTime,
    /// As it went to the platform above: `statistics_report.v1`.
    #[schema(value_type = Object)]
    report: Value,
}

impl From<Report> for ReportView {
    fn from(of: Report) -> Self {
        let Report { id, period, closed_at, document } = of;
        Self { id, period: period.name, from: period.from, to: period.to, closed_at, report: document }
    }
}

/// Closed months, quarters and years as they were reported, the latest first.
#[utoipa::path(
    tag = "statistics",
    operation_id = "statistics_reports",
    params(ReportsQuery),
    responses((status = 200, body = Page<ReportView>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/statistics/reports")]
pub async fn list(edge: Edge, query: Query<ReportsQuery>) -> Answer {
    let ReportsQuery { limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::ContractSupervise, move |snapshot, actor| {
        Reply::page(&service::reports(snapshot, actor, &page)?.map(ReportView::from))
    })
    .await
}

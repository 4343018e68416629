//! A broker's year, and the figures of agencies.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{CommissionView, FiguresView};
use crate::brokerage::{service, sheets};
use crate::http::{Answer, Edge, Reply, TableFormat};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StatementQuery {
    year: i32,
    /// One's own agency when absent.
    broker: Option<OrganisationId>,
    format: Option<TableFormat>,
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct BrokerStatement {
    year: i32,
    figures: FiguresView,
    items: Vec<CommissionView>,
    next: Option<String>,
}

/// The commissions of a broker's year, in the order in which they were booked.
#[utoipa::path(
    tag = "brokerage",
    params(StatementQuery),
    responses((status = 200, body = BrokerStatement)),
    extensions(("x-permission" = json!("broker.read")))
)]
#[get("/brokerage/statement")]
pub async fn statement(edge: Edge, query: web::Query<StatementQuery>) -> Answer {
    let StatementQuery { year, broker, format, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read_slow(Permission::BrokerRead, move |snapshot, actor| {
        if let Some(format @ (TableFormat::Xlsx | TableFormat::Csv)) = format {
            let whole = service::whole_statement(snapshot, actor, broker, year)?;
            let name = format!("{year}年佣金对账单");
            return format.reply(&name, Reply::no_content, || sheets::statement(&whole));
        }
        let found = service::statement(snapshot, actor, broker, year, page.after()?, page.limit + 1)?;
        let lines = found.lines.into_iter().map(CommissionView::from).collect();
        let Page { items, next } = Page::cut(lines, page.limit, |line: &CommissionView| line.id);
        let figures = FiguresView::from(&found.figures);
        Ok(Reply::ok(&BrokerStatement { year, figures, items, next: next.clone() })?.next(next))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FiguresQuery {
    year: i32,
    format: Option<TableFormat>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgencyFiguresList)]
struct FiguresList {
    year: i32,
    items: Vec<FiguresView>,
}

/// The yearly figures of agencies: staff, deals, amount, firms served, commissions. A broker sees its own.
#[utoipa::path(
    tag = "brokerage",
    params(FiguresQuery),
    responses((status = 200, body = FiguresList)),
    extensions(("x-permission" = json!("broker.read")))
)]
#[get("/brokerage/figures")]
pub async fn agency_figures(edge: Edge, query: web::Query<FiguresQuery>) -> Answer {
    let FiguresQuery { year, format } = query.into_inner();
    edge.read_slow(Permission::BrokerRead, move |snapshot, actor| {
        let rows = service::figures(snapshot, actor, year)?;
        let list = FiguresList { year, items: rows.iter().map(FiguresView::from).collect() };
        let format = format.unwrap_or(TableFormat::Json);
        let name = format!("{year}年技术转移机构数据");
        format.reply(&name, || Reply::ok(&list), || vec![sheets::figures(year, &rows)])
    })
    .await
}

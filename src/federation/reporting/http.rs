//! Addresses of what cities report.

use actix_web::get;
use actix_web::web::Query;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::figures::{self, Asked, Figure, NodeFigures};
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::project::model::Indicator;

pub fn routes(routes: &mut Routes) {
    routes.service(show);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FiguresQuery {
    /// `2026-02`, `2026-Q1` or `2026`; the last closed month when absent.
    period: Option<String>,
    /// Of targets and actuals; conversion projects when absent.
    #[param(inline)]
    indicator: Option<Indicator>,
}

/// A number with where it comes from and how old it is.
#[derive(Serialize, ToSchema)]
#[schema(as = FederationFigure)]
struct FigureView {
    value: i64,
    /// The node that says so.
    source: String,
    as_of: UtcTime,
    received_at: UtcTime,
    /// Since its node said so.
    age_seconds: i64,
}

impl FigureView {
    fn of(of: Figure, now: UtcTime) -> Self {
        Self {
            value: of.value,
            age_seconds: (now.seconds() - of.as_of.seconds()).max(0),
            source: of.source,
            as_of: of.as_of,
            received_at: of.received_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = FederationNodeFigures)]
struct NodeFiguresView {
    node: String,
    /// Registered in the period; null where the node has not reported it.
    contracts: Option<FigureView>,
    /// 合同成交额
    total_fen: Option<FigureView>,
    /// 技术交易额
    technical_fen: Option<FigureView>,
    /// The sum of the node's targets of the indicator.
    target: Option<FigureView>,
    /// What stands behind them.
    actual: Option<FigureView>,
}

impl NodeFiguresView {
    fn of(of: NodeFigures, now: UtcTime) -> Self {
        let view = |figure: Option<Figure>| figure.map(|figure| FigureView::of(figure, now));
        Self {
            node: of.node,
            contracts: view(of.contracts),
            total_fen: view(of.total_fen),
            technical_fen: view(of.technical_fen),
            target: view(of.target),
            actual: view(of.actual),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = FederationFigures)]
struct FiguresView {
    period: String,
    #[schema(inline)]
    indicator: Indicator,
    /// This node and each that reports to it, side by side; never added up.
    nodes: Vec<NodeFiguresView>,
}

/// What this node and those below it report, side by side, each figure with its source and its age.
#[utoipa::path(
    tag = "federation",
    operation_id = "federation_figures",
    params(FiguresQuery),
    responses((status = 200, body = FiguresView)),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/federation/figures")]
async fn show(edge: Edge, query: Query<FiguresQuery>) -> Answer {
    let FiguresQuery { period, indicator } = query.into_inner();
    let indicator = indicator.unwrap_or(Indicator::ConversionProjects);
    edge.read_slow(Permission::StatisticsRead, move |snapshot, actor| {
        let now = snapshot.now();
        let (period, found) = figures::figures(snapshot, actor, &Asked { period, indicator })?;
        let nodes = found.into_iter().map(|it| NodeFiguresView::of(it, now)).collect();
        Reply::ok(&FiguresView { period, indicator, nodes })
    })
    .await
}

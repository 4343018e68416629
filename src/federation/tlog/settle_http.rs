//! Addresses of cases of two histories that are settled.

use actix_web::web::{Path, Query};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::settle::{self, Settlement, Settling};
use crate::federation::model::{SettledBy, SettlementId};
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

pub fn routes(routes: &mut Routes) {
    routes.service(create).service(list);
}

/// A settled case, as everybody may know it.
#[derive(Serialize, ToSchema)]
pub struct SettledCaseView {
    /// `split_view`, `rewritten`: what the node had shown.
    fault: String,
    fault_at: UtcTime,
    /// The notes that prove it.
    evidence: String,
    ground: SettledBy,
    settled_at: UtcTime,
}

impl From<Settlement> for SettledCaseView {
    fn from(it: Settlement) -> Self {
        let Settlement { fault, fault_at, evidence, ground, settled_at, .. } = it;
        Self { fault, fault_at, evidence, ground, settled_at }
    }
}

/// A settled case with who settled it and why.
#[derive(Serialize, ToSchema)]
pub struct LogSettlementView {
    id: SettlementId,
    node: String,
    origin: String,
    epoch: i64,
    #[serde(flatten)]
    case: SettledCaseView,
    reason: String,
    settled_by: UserId,
    settled_by_name: String,
}

impl From<Settlement> for LogSettlementView {
    fn from(it: Settlement) -> Self {
        Self {
            id: it.id,
            node: it.node.clone(),
            origin: it.origin.clone(),
            epoch: it.epoch,
            reason: it.reason.clone(),
            settled_by: it.settled_by,
            settled_by_name: it.settled_by_name.clone(),
            case: SettledCaseView::from(it),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLogSettlement)]
struct SettleInput {
    /// Of the log that is named.
    epoch: i64,
    /// `new_epoch`: the node has begun one since, and this log is over. `restored`: it was restored without one and has
    /// explained it; its log is watched anew as it now stands.
    ground: SettledBy,
    /// What was found out, from whom, and how it was checked. At most 2000 characters.
    reason: String,
}

/// Settles the case of a node that has shown two histories: after a new epoch or an explained restore it is named no
/// more. Who, when, why and the signed evidence are kept for good; a new case names it again.
#[utoipa::path(
    tag = "tlog", operation_id = "log_settle", params(("node" = String, Path)),
    request_body = SettleInput, responses((status = 201, body = LogSettlementView)),
    extensions(("x-permission" = json!("federation.settle")))
)]
#[post("/federation/logs/{node}/settlements")]
async fn create(edge: Edge, node: Path<String>, input: Input<SettleInput>) -> Answer {
    edge.write("federation.log_settle", Permission::FederationSettle, input, move |tx, actor, body| {
        let SettleInput { epoch, ground, reason } = body;
        let asked = Settling { epoch: *epoch, ground: *ground, reason: reason.clone() };
        let made = settle::settle(tx, actor, &node, &asked)?;
        let location = format!("/api/v1/federation/log-settlements?node={}", made.node);
        Reply::created(location, &LogSettlementView::from(made))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SettlementsQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    /// Of this node alone.
    node: Option<String>,
}

/// Settled cases of two histories, with who settled them and why, the newest first.
#[utoipa::path(
    tag = "tlog", operation_id = "log_settlement_list", params(SettlementsQuery),
    responses((status = 200, body = Page<LogSettlementView>)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/log-settlements")]
async fn list(edge: Edge, query: Query<SettlementsQuery>) -> Answer {
    let SettlementsQuery { limit, cursor, node } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::FederationManage, move |snapshot, _| {
        Reply::page(&settle::settlements(snapshot, node.as_deref(), &page)?.map(LogSettlementView::from))
    })
    .await
}

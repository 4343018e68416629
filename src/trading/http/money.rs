//! Deposits, for the finance side.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::bidding_view::DepositView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::trading::model::{DepositId, DepositState, SaleId};
use crate::trading::service;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DepositsQuery {
    sale: Option<SaleId>,
    state: Option<DepositState>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Deposits by reference, the newest first. Who pays is secret until the end.
#[utoipa::path(
    tag = "trading",
    params(DepositsQuery),
    responses((status = 200, body = Page<DepositView>)),
    extensions(("x-permission" = json!("deposit.confirm")))
)]
#[get("/sales/deposits")]
pub async fn deposits(edge: Edge, query: web::Query<DepositsQuery>) -> Answer {
    let DepositsQuery { sale, state, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::DepositConfirm, move |snapshot, actor| {
        let found = service::deposits(snapshot, actor, sale, state, &page)?;
        Reply::page(&found.map(DepositView::from))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepositReceipt {
    received_fen: Fen,
    /// Voucher of the bank.
    voucher: String,
}

/// Confirms that a deposit has come in: its bidder may bid from now on.
#[utoipa::path(
    tag = "trading",
    params(("id" = DepositId, Path)),
    request_body = DepositReceipt,
    responses((status = 200, body = DepositView)),
    extensions(("x-permission" = json!("deposit.confirm")))
)]
#[post("/sales/deposits/{id}/confirm")]
pub async fn confirm(edge: Edge, id: web::Path<DepositId>, input: Input<DepositReceipt>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sale.deposit_confirm", Permission::DepositConfirm, input, move |tx, actor, input| {
        let found = service::confirm(tx, actor, *id, expected, input.received_fen, &input.voucher)?;
        let version = found.version;
        Ok(Reply::ok(&DepositView::from(found))?.version(version))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct DepositTotal {
    state: DepositState,
    count: i64,
    sum_fen: Fen,
}

/// What the deposits of a sale come to.
#[derive(Serialize, ToSchema)]
pub struct DepositAccounts {
    totals: Vec<DepositTotal>,
    held_fen: Fen,
    /// Every deposit came to its end.
    settled: bool,
}

/// Whether every deposit of a sale is accounted for.
#[utoipa::path(
    tag = "trading",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = DepositAccounts)),
    extensions(("x-permission" = json!("deposit.confirm")))
)]
#[get("/sales/{id}/deposits")]
pub async fn accounts(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::DepositConfirm, move |snapshot, actor| {
        let found = service::accounted(snapshot, actor, *id)?;
        let total = |(state, count, sum_fen)| DepositTotal { state, count, sum_fen };
        let totals = found.totals.into_iter().map(total).collect();
        Reply::ok(&DepositAccounts { totals, held_fen: found.held, settled: found.settled })
    })
    .await
}

//! Appropriations, the execution of budgets, the end of a budget year, what is owed back.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{AppropriationView, BudgetView};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, ClawbackId, ClawbackRecord, ClosedYear, SettlementKind, SettlementRecord,
};
use crate::subsidy::service::{self, ClawbackFilter, NewAppropriation, Repayment};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppropriationInput {
    /// The budget year.
    year: i32,
    /// Code of the scheme. A county fills its own share of a shared scheme.
    scheme: String,
    /// Negative: a cut, as far as the money is still available.
    amount_fen: Fen,
    /// The budget document, by its number or title.
    document: String,
    #[serde(default)]
    note: String,
}

/// Gives a year's budget for a scheme, or cuts it.
#[utoipa::path(
    tag = "subsidy",
    request_body = AppropriationInput,
    responses((status = 201, body = AppropriationView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/appropriations")]
pub async fn appropriate(edge: Edge, input: Input<AppropriationInput>) -> Answer {
    edge.write("subsidy.appropriate", Permission::SubsidyApprove, input, |tx, actor, input| {
        let new = NewAppropriation {
            year: input.year,
            scheme: input.scheme.clone(),
            amount: input.amount_fen,
            document: input.document.clone(),
            note: input.note.clone(),
        };
        let record = service::appropriate(tx, actor, &new)?;
        let address = format!("/api/v1/subsidy/appropriations?year={}", record.year);
        Reply::created(address, &AppropriationView::from(record))
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct YearQuery {
    /// The budget year.
    year: i32,
}

#[derive(Serialize, ToSchema)]
struct AppropriationList {
    items: Vec<AppropriationView>,
}

/// The appropriations of a budget year.
#[utoipa::path(
    tag = "subsidy",
    params(YearQuery),
    responses((status = 200, body = AppropriationList)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/subsidy/appropriations")]
pub async fn appropriations(edge: Edge, query: web::Query<YearQuery>) -> Answer {
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let records = service::appropriations(snapshot, query.year)?;
        Reply::ok(&AppropriationList { items: records.into_iter().map(Into::into).collect() })
    })
    .await
}

#[derive(Serialize, ToSchema)]
struct BudgetList {
    items: Vec<BudgetView>,
}

/// How far the budgets of a year have been carried out, by scheme: from the ledger alone.
#[utoipa::path(
    tag = "subsidy",
    params(YearQuery),
    responses((status = 200, body = BudgetList)),
    extensions(("x-permission" = json!("ledger.read")))
)]
#[get("/subsidy/budgets")]
pub async fn budgets(edge: Edge, query: web::Query<YearQuery>) -> Answer {
    edge.read(Permission::LedgerRead, move |snapshot, _| {
        let rows = service::budgets(snapshot, query.year)?;
        Reply::ok(&BudgetList { items: rows.into_iter().map(Into::into).collect() })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// Code of the scheme.
    scheme: String,
    /// The budget year, which must be over.
    year: i32,
}

#[derive(Serialize, ToSchema)]
pub struct ClosedYearView {
    /// The budget: the scheme's, or a county's share of it.
    fund: String,
    year: i32,
    /// What was left, gone back to the treasury.
    lapsed_fen: Fen,
    at: UtcTime,
}

impl From<ClosedYear> for ClosedYearView {
    fn from(closed: ClosedYear) -> Self {
        Self { fund: closed.fund, year: closed.year, lapsed_fen: closed.lapsed, at: closed.at }
    }
}

/// Closes a scheme's budget year that is over: what is not approved is released, what is left goes back to the
/// treasury, and nothing more is booked into the year.
#[utoipa::path(
    tag = "subsidy",
    request_body = CloseInput,
    responses((status = 200, body = ClosedYearView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/closed-years")]
pub async fn close_year(edge: Edge, input: Input<CloseInput>) -> Answer {
    edge.write("subsidy.close_year", Permission::SubsidyApprove, input, |tx, actor, input| {
        let closed = service::close_year(tx, actor, &input.scheme, input.year)?;
        Reply::ok(&ClosedYearView::from(closed))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub struct ClawbackView {
    pub id: ClawbackId,
    version: i64,
    /// The batch whose corrections claim it back.
    batch: BatchId,
    /// URN of who owes it.
    beneficiary: String,
    name: String,
    scheme: String,
    /// The budget that is to have it back, and its year.
    fund: String,
    budget_year: i32,
    amount_fen: Fen,
    settled_fen: Fen,
    open_fen: Fen,
    due_on: Day,
    created_at: UtcTime,
    ledger_number: i64,
}

impl From<ClawbackRecord> for ClawbackView {
    fn from(it: ClawbackRecord) -> Self {
        Self {
            open_fen: it.open(),
            id: it.id,
            version: it.version,
            batch: it.batch,
            beneficiary: it.beneficiary,
            name: it.name,
            scheme: it.scheme,
            fund: it.fund,
            budget_year: it.budget_year,
            amount_fen: it.amount,
            settled_fen: it.settled,
            due_on: it.due_on,
            created_at: it.created_at,
            ledger_number: it.ledger_number,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SettlementView {
    kind: SettlementKind,
    amount_fen: Fen,
    effective: Day,
    at: UtcTime,
    reference: String,
    ledger_number: i64,
}

impl From<SettlementRecord> for SettlementView {
    fn from(it: SettlementRecord) -> Self {
        Self {
            kind: it.kind,
            amount_fen: it.amount,
            effective: it.effective,
            at: it.at,
            reference: it.reference,
            ledger_number: it.ledger_number,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ClawbackDetail {
    #[serde(flatten)]
    clawback: ClawbackView,
    settlements: Vec<SettlementView>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ClawbackQuery {
    /// Whether something is still open.
    open: Option<bool>,
    /// URN of who owes it; a beneficiary sees its own only.
    beneficiary: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// What beneficiaries owe back, the newest first.
#[utoipa::path(
    tag = "subsidy",
    params(ClawbackQuery),
    responses((status = 200, body = Page<ClawbackView>)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/clawbacks")]
pub async fn clawbacks(edge: Edge, query: web::Query<ClawbackQuery>) -> Answer {
    let ClawbackQuery { open, beneficiary, limit, cursor } = query.into_inner();
    let page = PageQuery::new(limit, cursor)?;
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let filter = ClawbackFilter { beneficiary, open };
        let rows = service::clawbacks(snapshot, actor, &filter, page.after()?, page.limit + 1)?;
        let views = rows.into_iter().map(ClawbackView::from).collect();
        Reply::page(&Page::cut(views, page.limit, |view: &ClawbackView| view.id))
    })
    .await
}

/// What a beneficiary owes back, and how it was settled so far.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClawbackId, Path)),
    responses((status = 200, body = ClawbackDetail)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/clawbacks/{id}")]
pub async fn clawback(edge: Edge, id: web::Path<ClawbackId>) -> Answer {
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let (found, settlements) = service::clawback(snapshot, actor, *id)?;
        let version = found.version;
        let settlements = settlements.into_iter().map(SettlementView::from).collect();
        Ok(Reply::ok(&ClawbackDetail { clawback: found.into(), settlements })?.version(version))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepaymentInput {
    amount_fen: Fen,
    /// The day on which the treasury had it: not before the clawback was decided. Of a closed year it is booked on
    /// the first day that is open.
    paid_on: Day,
    /// The treasury's name for it.
    reference: String,
}

/// Books money that a beneficiary paid back.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = ClawbackId, Path)),
    request_body = RepaymentInput,
    responses((status = 200, body = ClawbackView)),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[post("/subsidy/clawbacks/{id}/repayments")]
pub async fn repay(edge: Edge, id: web::Path<ClawbackId>, input: Input<RepaymentInput>) -> Answer {
    let expected_version = edge.expected_version()?;
    edge.write("subsidy.clawback.repay", Permission::SubsidyPay, input, move |tx, actor, input| {
        let repayment = Repayment {
            clawback: *id,
            amount: input.amount_fen,
            paid_on: input.paid_on,
            reference: input.reference.clone(),
            expected_version,
        };
        let after = service::repay(tx, actor, &repayment)?;
        let version = after.version;
        Ok(Reply::ok(&ClawbackView::from(after))?.version(version))
    })
    .await
}

//! What the machine shows beside a file, and what the city sees of its offices.

use actix_web::get;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::contract::model::{CheckKind, CheckResult, ContractId, Finding, OfficeReport};
use crate::contract::service;
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::fill;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

#[derive(Serialize, ToSchema)]
#[schema(as = ContractChecks)]
struct ChecksView {
    items: Vec<FindingView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractFinding)]
struct FindingView {
    #[schema(inline)]
    check: CheckKind,
    #[schema(inline)]
    result: CheckResult,
    /// JSON pointer into the form; empty for the case as a whole.
    pointer: String,
    code: &'static str,
    zh: String,
    en: String,
}

impl From<Finding> for FindingView {
    fn from(it: Finding) -> Self {
        Self {
            check: it.check,
            result: it.result,
            pointer: it.pointer,
            code: it.code.id,
            zh: fill(it.code.zh, &it.params),
            en: fill(it.code.en, &it.params),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PeriodQuery {
    from: Day,
    /// Included; at most 731 days after `from`.
    to: Day,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractOfficeReports)]
struct ReportsView {
    from: Day,
    to: Day,
    items: Vec<ReportView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractOfficeReport)]
struct ReportView {
    office: OrganisationId,
    office_name: String,
    submitted: i64,
    accepted: i64,
    registered: i64,
    refused: i64,
    withdrawn: i64,
    corrections: i64,
    registered_total_fen: Fen,
    registered_technical_fen: Fen,
    /// Days from the acceptance that counts to the decision.
    median_days: Option<i64>,
    p90_days: Option<i64>,
    /// Decided after the last day.
    decided_late: i64,
    open_now: i64,
    overdue_now: i64,
    refusal_grounds: Vec<GroundView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractGroundCount)]
struct GroundView {
    /// Vocabulary `refusal_ground`.
    ground: String,
    count: i64,
}

impl From<OfficeReport> for ReportView {
    fn from(it: OfficeReport) -> Self {
        let grounds = it.refusal_grounds.into_iter();
        Self {
            office: it.office,
            office_name: it.office_name,
            submitted: it.submitted,
            accepted: it.accepted,
            registered: it.registered,
            refused: it.refused,
            withdrawn: it.withdrawn,
            corrections: it.corrections,
            registered_total_fen: it.registered_total,
            registered_technical_fen: it.registered_technical,
            median_days: it.median_days,
            p90_days: it.p90_days,
            decided_late: it.decided_late,
            open_now: it.open_now,
            overdue_now: it.overdue_now,
            refusal_grounds: grounds.map(|(ground, count)| GroundView { ground, count }).collect(),
        }
    }
}

/// What the machine found: failed checks first, then warnings, then what passed. For the office and for supervision.
#[utoipa::path(
    tag = "contract", operation_id = "contract_checks",
    responses((status = 200, body = ChecksView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/checks")]
pub async fn checks(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let found = service::checks(snapshot, actor, *id)?;
        Reply::ok(&ChecksView { items: found.into_iter().map(FindingView::from).collect() })
    })
    .await
}

/// The registration offices under supervision over a period: volumes, days, late decisions, refusals and why.
#[utoipa::path(
    tag = "contract", operation_id = "contract_office_reports", params(PeriodQuery),
    responses((status = 200, body = ReportsView)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/contracts/office-reports")]
pub async fn office_reports(edge: Edge, query: Query<PeriodQuery>) -> Answer {
    let query = query.into_inner();
    edge.read_slow(Permission::ContractSupervise, move |snapshot, actor| {
        let found = service::office_reports(snapshot, actor, query.from, query.to)?;
        let items = found.into_iter().map(ReportView::from).collect();
        Reply::ok(&ReportsView { from: query.from, to: query.to, items })
    })
    .await
}

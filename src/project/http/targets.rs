//! Targets, attainments and indicators.

use actix_web::{get, post, put, web};
use serde::{Deserialize, Serialize};

use super::projects::WithReason;
use crate::audit::RevisionView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::codes::DivisionCode;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::kernel::vocabulary;
use crate::project::model::{
    AttainmentId, AttainmentRecord, AttainmentStage, Cell, Comparison, Indicator, Measure, Table, UnitRow,
};
use crate::project::service::{self, NewAttainment, TargetStatus};

/// Target and actual.
#[derive(Serialize, utoipa::ToSchema)]
struct CellView {
    target: i64,
    actual: i64,
    /// Address of the records behind the actual number.
    records: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct UnitRowView {
    unit: DivisionCode,
    name: String,
    name_en: String,
    /// One for each year of the table.
    cells: Vec<CellView>,
    total: CellView,
}

/// Units by years, with the sums of rows and columns.
#[derive(Serialize, utoipa::ToSchema)]
struct ConversionTable {
    years: Vec<i32>,
    rows: Vec<UnitRowView>,
    /// The sum of each year.
    columns: Vec<CellView>,
    total: CellView,
}

fn cell(cell: Cell, unit: Option<&DivisionCode>, year: Option<i32>) -> CellView {
    let mut records = "/api/v1/projects?state=declared".to_owned();
    if let Some(unit) = unit {
        records.push_str(&format!("&unit={unit}"));
    }
    if let Some(year) = year {
        records.push_str(&format!("&year={year}"));
    }
    CellView { target: cell.target, actual: cell.actual, records }
}

fn row(row: UnitRow, years: &[i32]) -> UnitRowView {
    let of_year = |(found, year): (&Cell, &i32)| cell(*found, Some(&row.unit), Some(*year));
    UnitRowView {
        cells: row.cells.iter().zip(years).map(of_year).collect(),
        total: cell(row.total, Some(&row.unit), None),
        unit: row.unit,
        name: row.name,
        name_en: row.name_en,
    }
}

impl From<Table> for ConversionTable {
    fn from(table: Table) -> Self {
        let of_year = |(found, year): (&Cell, &i32)| cell(*found, None, Some(*year));
        ConversionTable {
            rows: table.rows.into_iter().map(|found| row(found, &table.years)).collect(),
            columns: table.columns.iter().zip(&table.years).map(of_year).collect(),
            total: cell(table.total, None, None),
            years: table.years,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TableQuery {
    /// First year; without years, every year that has a target or a project.
    from: Option<i32>,
    /// Last year.
    to: Option<i32>,
}

/// Annex 5: conversion projects by unit and year, target against actual.
#[utoipa::path(
    tag = "indicator",
    params(TableQuery),
    responses((status = 200, body = ConversionTable)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/indicators/conversion_projects")]
pub(super) async fn conversion_table(edge: Edge, query: web::Query<TableQuery>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::ok(&ConversionTable::from(service::table(snapshot, query.from, query.to)?))
    })
    .await
}

/// One indicator of the plan: how many targets it has and how many are reached.
#[derive(Serialize, utoipa::ToSchema)]
struct IndicatorView {
    indicator: Indicator,
    zh: &'static str,
    en: &'static str,
    annex: i32,
    targets: usize,
    reached: usize,
    /// Address of the targets with their actual numbers.
    details: String,
}

/// The plan's indicators.
#[utoipa::path(
    tag = "indicator",
    responses((status = 200, body = Page<IndicatorView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/indicators")]
pub(super) async fn indicator_summary(edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| {
        let all = service::targets(snapshot, None)?;
        let summary = |indicator: &Indicator| {
            let mine: Vec<_> = all.iter().filter(|status| status.target.indicator == *indicator).collect();
            let words = vocabulary::list("indicator");
            IndicatorView {
                indicator: *indicator,
                zh: words.zh(indicator.as_str()),
                en: words.en(indicator.as_str()),
                annex: mine.first().map_or(0, |status| status.target.annex),
                targets: mine.len(),
                reached: mine.iter().filter(|status| status.reached).count(),
                details: format!("/api/v1/targets?indicator={indicator}"),
            }
        };
        Reply::page(&Page { items: Indicator::ALL.iter().map(summary).collect(), next: None })
    })
    .await
}

/// A target and what stands behind it.
#[derive(Serialize, utoipa::ToSchema)]
struct TargetView {
    id: String,
    version: i64,
    /// Annex of the plan.
    annex: i32,
    indicator: Indicator,
    unit: DivisionCode,
    from_year: i32,
    to_year: i32,
    target: i64,
    comparison: Comparison,
    measure: Measure,
    actual: i64,
    reached: bool,
    title: String,
    content: String,
    lead: String,
    support: String,
    /// Address of the records behind the actual number.
    records: String,
}

impl From<TargetStatus> for TargetView {
    fn from(status: TargetStatus) -> Self {
        let target = status.target;
        let records = if target.indicator == Indicator::ConversionProjects {
            let (unit, year) = (&target.unit, target.from_year);
            format!("/api/v1/projects?state=declared&unit={unit}&year={year}")
        } else {
            format!("/api/v1/targets/{}/attainments", target.id)
        };
        TargetView {
            id: target.id,
            version: target.version,
            annex: target.annex,
            indicator: target.indicator,
            unit: target.unit,
            from_year: target.from_year,
            to_year: target.to_year,
            target: target.target,
            comparison: target.comparison,
            measure: target.measure,
            actual: status.actual,
            reached: status.reached,
            title: target.title,
            content: target.content,
            lead: target.lead,
            support: target.support,
            records,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TargetsQuery {
    indicator: Option<Indicator>,
}

/// Targets of the plan (Annexes 2 to 5) with their actual numbers.
#[utoipa::path(
    tag = "indicator",
    params(TargetsQuery),
    responses((status = 200, body = Page<TargetView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/targets")]
pub(super) async fn list_targets(edge: Edge, query: web::Query<TargetsQuery>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let items = service::targets(snapshot, query.indicator)?.into_iter().map(TargetView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TargetChange {
    target: i64,
    reason: String,
}

/// Sets another number for a target; the old one is kept in its history.
#[utoipa::path(
    tag = "indicator",
    request_body = TargetChange,
    responses((status = 200, body = TargetView)),
    extensions(("x-permission" = json!("target.manage")))
)]
#[put("/targets/{id}")]
pub(super) async fn change_target(edge: Edge, id: web::Path<String>, input: Input<TargetChange>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("target.change", Permission::TargetManage, input, move |tx, actor, input| {
        let changed = service::change_target(tx, actor, &id, expected, input.target, &input.reason)?;
        let version = changed.target.version;
        Ok(Reply::ok(&TargetView::from(changed))?.version(version))
    })
    .await
}

/// The changes of a target's number.
#[utoipa::path(
    tag = "indicator",
    responses((status = 200, body = Page<RevisionView>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/targets/{id}/history")]
pub(super) async fn target_history(edge: Edge, id: web::Path<String>) -> Answer {
    edge.read(Permission::ContractSupervise, move |snapshot, _| {
        let items = service::target_history(snapshot, &id)?.into_iter().map(RevisionView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AttainmentInput {
    on: Day,
    name: String,
    /// How many it counts for; for a level (measure `latest`), the level on that day.
    amount: i64,
    /// The decision or list that shows it.
    evidence: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct AttainmentView {
    id: AttainmentId,
    version: i64,
    target: String,
    state: AttainmentStage,
    on: Day,
    name: String,
    amount: i64,
    evidence: String,
    recorded_at: UtcTime,
    /// Why it was withdrawn.
    reason: Option<String>,
}

impl From<AttainmentRecord> for AttainmentView {
    fn from(record: AttainmentRecord) -> Self {
        let withdrawn = record.stage == AttainmentStage::Withdrawn;
        AttainmentView {
            id: record.id,
            version: record.version,
            target: record.target,
            state: record.stage,
            on: record.on,
            name: record.name,
            amount: record.amount,
            evidence: record.evidence,
            recorded_at: record.recorded_at,
            reason: withdrawn.then_some(record.reason),
        }
    }
}

/// Records something attained under a target of Annexes 2 to 4.
#[utoipa::path(
    tag = "indicator",
    request_body = AttainmentInput,
    responses((status = 201, body = AttainmentView)),
    extensions(("x-permission" = json!("target.manage")))
)]
#[post("/targets/{id}/attainments")]
pub(super) async fn record_attainment(
    edge: Edge,
    id: web::Path<String>,
    input: Input<AttainmentInput>,
) -> Answer {
    edge.write("attainment.record", Permission::TargetManage, input, move |tx, actor, input| {
        let new = NewAttainment {
            on: input.on,
            name: input.name.clone(),
            amount: input.amount,
            evidence: input.evidence.clone(),
        };
        let record = service::record_attainment(tx, actor, &id, &new)?;
        let at = format!("/api/v1/targets/{}/attainments", record.target);
        Ok(Reply::created(at, &AttainmentView::from(record))?.version(1))
    })
    .await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AttainmentsQuery {
    /// Entries of a page, 1 to 100; 20 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What counts under a target of Annexes 2 to 4, latest first.
#[utoipa::path(
    tag = "indicator",
    params(AttainmentsQuery),
    responses((status = 200, body = Page<AttainmentView>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/targets/{id}/attainments")]
pub(super) async fn list_attainments(
    edge: Edge,
    id: web::Path<String>,
    query: web::Query<AttainmentsQuery>,
) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::ContractSupervise, move |snapshot, _| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        Reply::page(&service::attainments(snapshot, &id, &page)?.map(AttainmentView::from))
    })
    .await
}

/// Takes an attainment back; it stops counting.
#[utoipa::path(
    tag = "indicator",
    request_body = WithReason,
    responses((status = 200, body = AttainmentView)),
    extensions(("x-permission" = json!("target.manage")))
)]
#[post("/attainments/{id}/withdraw")]
pub(super) async fn withdraw_attainment(
    edge: Edge,
    id: web::Path<AttainmentId>,
    input: Input<WithReason>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("attainment.withdraw", Permission::TargetManage, input, move |tx, actor, input| {
        let record = service::withdraw_attainment(tx, actor, *id, expected, &input.reason)?;
        let version = record.version;
        Ok(Reply::ok(&AttainmentView::from(record))?.version(version))
    })
    .await
}

//! Schemes, appropriations, the execution of budgets.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{AppropriationView, BudgetView, SchemeView};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::subsidy::form::{CapForm, FormulaForm};
use crate::subsidy::model::Base;
use crate::subsidy::service::{self, NewAppropriation, NewVersion};

#[derive(Serialize, ToSchema)]
struct SchemeList {
    items: Vec<SchemeView>,
}

/// The city's subsidy schemes, every version of each.
#[utoipa::path(
    tag = "subsidy",
    responses((status = 200, body = SchemeList)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/subsidy/schemes")]
pub async fn schemes(edge: Edge) -> Answer {
    edge.read(Permission::Public, |snapshot, _| {
        let items = service::schemes(snapshot)?.into_iter().map(SchemeView::from).collect();
        Reply::ok(&SchemeList { items })
    })
    .await
}

/// The versions of one scheme, the newest first.
#[utoipa::path(
    tag = "subsidy",
    params(("code" = String, Path)),
    responses((status = 200, body = SchemeList)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/subsidy/schemes/{code}")]
pub async fn versions(edge: Edge, code: web::Path<String>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let items = service::versions(snapshot, &code)?.into_iter().map(SchemeView::from).collect();
        Reply::ok(&SchemeList { items })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionInput {
    /// The first day of the new rule; the version before ends the day before.
    valid_from: Day,
    base: Base,
    title_zh: String,
    title_en: String,
    source: String,
    formula: FormulaForm,
    #[serde(default)]
    cap: Option<CapForm>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    note: String,
}

impl VersionInput {
    fn command(&self) -> NewVersion {
        NewVersion {
            valid_from: self.valid_from,
            base: self.base,
            title_zh: self.title_zh.clone(),
            title_en: self.title_en.clone(),
            source: self.source.clone(),
            formula: self.formula.clone().into(),
            cap: self.cap.clone().map(Into::into),
            evidence: self.evidence.clone(),
            note: self.note.clone(),
        }
    }
}

/// Publishes a new version of a scheme.
#[utoipa::path(
    tag = "subsidy",
    params(("code" = String, Path)),
    request_body = VersionInput,
    responses((status = 201, body = SchemeView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/schemes/{code}/versions")]
pub async fn publish(edge: Edge, code: web::Path<String>, input: Input<VersionInput>) -> Answer {
    edge.write("subsidy.scheme.publish", Permission::SubsidyApprove, input, move |tx, actor, input| {
        let scheme = service::publish(tx, actor, &code, &input.command())?;
        Reply::created(format!("/api/v1/subsidy/schemes/{}", scheme.code), &SchemeView::from(scheme))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppropriationInput {
    /// The budget year.
    year: i32,
    /// Code of the scheme.
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

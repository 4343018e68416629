//! Schemes and their versions.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::SchemeView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::subsidy::form::{CapForm, FormulaForm, ProcedureForm, ShareForm};
use crate::subsidy::model::{Base, BeneficiaryKind};
use crate::subsidy::service::{self, NewVersion};

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
    /// At most one of each scope.
    #[serde(default)]
    caps: Vec<CapForm>,
    /// Who bears the cost; the owner alone when empty.
    #[serde(default)]
    shares: Vec<ShareForm>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    procedure: ProcedureForm,
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
            caps: self.caps.iter().cloned().map(Into::into).collect(),
            shares: self.shares.iter().cloned().map(Into::into).collect(),
            evidence: self.evidence.clone(),
            procedure: self.procedure.clone().into(),
            note: self.note.clone(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemeInput {
    /// 2 to 32 capital letters, digits or hyphens.
    code: String,
    beneficiary: BeneficiaryKind,
    /// What the first version says.
    version: VersionInput,
}

/// Founds a scheme of one's own authority.
#[utoipa::path(
    tag = "subsidy",
    request_body = SchemeInput,
    responses((status = 201, body = SchemeView)),
    extensions(("x-permission" = json!("subsidy.approve")))
)]
#[post("/subsidy/schemes")]
pub async fn found(edge: Edge, input: Input<SchemeInput>) -> Answer {
    edge.write("subsidy.scheme.found", Permission::SubsidyApprove, input, |tx, actor, input| {
        let new = input.version.command();
        let scheme = service::found(tx, actor, &input.code, input.beneficiary, &new)?;
        Reply::created(format!("/api/v1/subsidy/schemes/{}", scheme.code), &SchemeView::from(scheme))
    })
    .await
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

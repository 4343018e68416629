//! Code lists and divisions.

use actix_web::{get, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Reply};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::vocabulary::{self, Item, List};
use crate::reference::model::{Division, DivisionLevel};
use crate::reference::service;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VocabularyQuery {
    /// Only this list.
    list: Option<String>,
}

/// A code list.
#[derive(Serialize, utoipa::ToSchema)]
struct CodeList {
    name: &'static str,
    zh: &'static str,
    en: &'static str,
    items: Vec<CodeItem>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct CodeItem {
    /// Stable.
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    /// Code of the entry above it (a sub-type's class, an industry's section).
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'static str>,
}

impl From<&List> for CodeList {
    fn from(list: &List) -> Self {
        let item = |item: &Item| CodeItem { code: item.code, zh: item.zh, en: item.en, parent: item.parent };
        CodeList { name: list.name, zh: list.zh, en: list.en, items: list.items.iter().map(item).collect() }
    }
}

/// Every code list with its labels in zh-CN and English.
#[utoipa::path(
    tag = "reference",
    params(VocabularyQuery),
    responses((status = 200, body = Page<CodeList>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/vocabulary")]
pub(super) async fn code_lists(edge: Edge, query: web::Query<VocabularyQuery>) -> Answer {
    edge.permit(Permission::Public)?;
    let wanted = query.into_inner().list;
    let chosen = vocabulary::all().filter(|list| wanted.as_deref().is_none_or(|name| name == list.name));
    let items: Vec<CodeList> = chosen.map(CodeList::from).collect();
    if items.is_empty() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    edge.read(Permission::Public, move |_, _| Reply::page(&Page { items, next: None })).await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DivisionsQuery {
    /// Only what lies directly under this division.
    parent: Option<String>,
    /// Only the units among which the plan divides its targets.
    plan_unit: Option<bool>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct DivisionView {
    /// GB/T 2260, or a local code for a functional zone.
    code: String,
    parent: Option<String>,
    level: DivisionLevel,
    name: String,
    name_en: String,
    plan_unit: bool,
}

impl From<Division> for DivisionView {
    fn from(division: Division) -> Self {
        DivisionView {
            code: division.code.to_string(),
            parent: division.parent.map(|code| code.to_string()),
            level: division.level,
            name: division.name,
            name_en: division.name_en,
            plan_unit: division.plan_unit,
        }
    }
}

/// Divisions by GB/T 2260 and functional zones.
#[utoipa::path(
    tag = "reference",
    params(DivisionsQuery),
    responses((status = 200, body = Page<DivisionView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/divisions")]
pub(super) async fn divisions(edge: Edge, query: web::Query<DivisionsQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::Public, move |snapshot, _| {
        let wanted = |division: &Division| {
            let parent = division.parent.as_ref().map(ToString::to_string);
            (query.parent.is_none() || parent == query.parent)
                && query.plan_unit.is_none_or(|wanted| wanted == division.plan_unit)
        };
        let all = service::divisions(snapshot)?.into_iter();
        let items = all.filter(wanted).map(DivisionView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

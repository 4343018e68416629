//! Tax rules.

use actix_web::{get, put, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reference::model::{Setting, TaxRules, TaxValues};
use crate::reference::service;

#[derive(Serialize, utoipa::ToSchema)]
struct TaxRulesView {
    code: String,
    version: i64,
    /// In force from this day on, until another set's day.
    effective_from: Day,
    /// False: no operator has vouched for the values.
    confirmed: bool,
    values: TaxValues,
}

impl From<TaxRules> for TaxRulesView {
    fn from(it: TaxRules) -> Self {
        let TaxRules { code, version, effective_from, confirmed, values } = it;
        Self { code, version, effective_from, confirmed, values }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TaxRulesSetting {
    effective_from: Day,
    #[serde(default)]
    confirmed: bool,
    values: TaxValues,
    reason: String,
}

/// What tax a technical contract may meet: sets of rules by the day they take effect. Information, no tax advice.
#[utoipa::path(
    tag = "reference",
    responses((status = 200, body = Page<TaxRulesView>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/tax-rules")]
pub(super) async fn list_tax_rules(edge: Edge) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| {
        let items = service::tax_rules(snapshot)?.into_iter().map(TaxRulesView::from).collect();
        Reply::page(&Page { items, next: None })
    })
    .await
}

impl From<&TaxRulesSetting> for Setting<TaxValues> {
    fn from(input: &TaxRulesSetting) -> Self {
        let (effective_from, confirmed) = (input.effective_from, input.confirmed);
        Self { effective_from, confirmed, values: input.values.clone(), reason: input.reason.clone() }
    }
}

/// Adds a set of tax rules, or changes one.
#[utoipa::path(
    tag = "reference",
    request_body = TaxRulesSetting,
    responses((status = 200, body = TaxRulesView)),
    extensions(("x-permission" = json!("reference.manage")))
)]
#[put("/tax-rules/{code}")]
pub(super) async fn set_tax_rules(
    edge: Edge,
    code: web::Path<String>,
    input: Input<TaxRulesSetting>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("tax_rules.set", Permission::ReferenceManage, input, move |tx, actor, input| {
        let rules = service::set_tax_rules(tx, actor, &code, expected, &input.into())?;
        let version = rules.version;
        Ok(Reply::ok(&TaxRulesView::from(rules))?.version(version))
    })
    .await
}

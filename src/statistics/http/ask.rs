//! What a request narrows by.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::PageQuery;
use crate::kernel::time::Day;
use crate::statistics::model::{Dimension, Filter};

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Xlsx,
    Csv,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// First day of registration.
    pub from: Day,
    /// Last day of registration, included.
    pub to: Day,
    /// Count cancelled and revoked registrations too.
    #[serde(default)]
    pub with_ended: bool,
    pub office: Option<OrganisationId>,
    /// Vocabulary `contract_class`.
    #[serde(default)]
    pub class: String,
    #[serde(default)]
    pub technical_field: String,
    /// Vocabulary `ip_involved`.
    #[serde(default)]
    pub ip_kind: String,
    /// Vocabulary `unit_kind`.
    #[serde(default)]
    pub seller_kind: String,
    #[serde(default)]
    pub buyer_kind: String,
    #[serde(default)]
    pub plan_source: String,
    /// Such as 2026-03.
    #[serde(default)]
    pub month: String,
    #[serde(default)]
    pub seller_division: String,
    #[serde(default)]
    pub buyer_division: String,
    /// Of a file.
    #[param(inline)]
    pub format: Option<FileFormat>,
    /// Of a list.
    pub limit: Option<i64>,
    pub cursor: Option<String>,
}

impl Ask {
    pub fn filter(&self) -> Filter {
        Filter {
            from: self.from,
            to: self.to,
            with_ended: self.with_ended,
            office: self.office,
            class: self.class.clone(),
            technical_field: self.technical_field.clone(),
            ip_kind: self.ip_kind.clone(),
            seller_kind: self.seller_kind.clone(),
            buyer_kind: self.buyer_kind.clone(),
            plan_source: self.plan_source.clone(),
            month: self.month.clone(),
            seller_division: self.seller_division.clone(),
            buyer_division: self.buyer_division.clone(),
        }
    }

    pub fn page(&self) -> Result<PageQuery, Refusal> {
        PageQuery::new(self.limit, self.cursor.clone())
    }
}

/// The address of the records behind one line: the table's own filter, narrowed to the line (rule 5).
pub fn records_address(filter: &Filter, by: Dimension, key: &str, to: Option<&str>) -> String {
    let mut narrow = filter.clone();
    match by {
        Dimension::Class => narrow.class = key.to_owned(),
        Dimension::TechnicalField => narrow.technical_field = key.to_owned(),
        Dimension::IpKind => narrow.ip_kind = key.to_owned(),
        Dimension::SellerKind => narrow.seller_kind = key.to_owned(),
        Dimension::BuyerKind => narrow.buyer_kind = key.to_owned(),
        Dimension::PlanSource => narrow.plan_source = key.to_owned(),
        Dimension::Month => narrow.month = key.to_owned(),
        Dimension::Flow => {
            narrow.seller_division = key.to_owned();
            narrow.buyer_division = to.unwrap_or_default().to_owned();
        }
    }
    let office = narrow.office.map(|office| office.to_string()).unwrap_or_default();
    let pairs = [
        ("office", office),
        ("class", narrow.class),
        ("technical_field", narrow.technical_field),
        ("ip_kind", narrow.ip_kind),
        ("seller_kind", narrow.seller_kind),
        ("buyer_kind", narrow.buyer_kind),
        ("plan_source", narrow.plan_source),
        ("month", narrow.month),
        ("seller_division", narrow.seller_division),
        ("buyer_division", narrow.buyer_division),
    ];
    let mut address = format!("/api/v1/statistics/records?from={}&to={}", narrow.from, narrow.to);
    if narrow.with_ended {
        address.push_str("&with_ended=true");
    }
    // Codes are ASCII words: nothing of them needs escaping.
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        address.push_str(&format!("&{name}={value}"));
    }
    address
}

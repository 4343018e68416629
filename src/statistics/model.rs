//! What statistics count, and by what. Pure.

use crate::contract::model::{ContractId, Stage};
use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, ids};
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

words! {
    /// What a table counts by.
    Dimension {
        Class = "class",
        TechnicalField = "technical_field",
        IpKind = "ip_kind",
        SellerKind = "seller_kind",
        BuyerKind = "buyer_kind",
        PlanSource = "plan_source",
        Month = "month",
        Flow = "flow",
    }
}

/// Which registrations are looked at. Empty texts do not narrow.
#[derive(Clone, Debug)]
pub struct Filter {
    pub from: Day,
    pub to: Day,
    /// Cancelled and revoked ones too.
    pub with_ended: bool,
    pub office: Option<OrganisationId>,
    pub class: String,
    pub technical_field: String,
    pub ip_kind: String,
    pub seller_kind: String,
    pub buyer_kind: String,
    pub plan_source: String,
    pub month: String,
    pub seller_division: String,
    pub buyer_division: String,
}

/// Whose registrations the reader may see (rule 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Office(OrganisationId),
    /// A side inside: the digits that its codes begin with.
    Division(String),
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub contracts: i64,
    pub total: Fen,
    pub technical: Fen,
}

/// One line of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub key: String,
    /// The buyer's division where `key` is the seller's.
    pub to: Option<String>,
    pub figures: Figures,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub by: Dimension,
    pub lines: Vec<Line>,
    pub all: Figures,
}

/// A registration as it stands.
#[derive(Clone, Debug)]
pub struct Record {
    pub contract: ContractId,
    pub number: String,
    pub stage: Stage,
    pub edition: i32,
    pub office: OrganisationId,
    pub registered_on: Day,
    pub title: String,
    pub class: String,
    pub sub_type: String,
    pub technical_field: String,
    pub ip_kind: String,
    pub plan_source: String,
    pub industry: String,
    pub objective: String,
    pub seller: Party,
    pub buyer: Party,
    pub total: Fen,
    pub technical: Fen,
    pub estimated: bool,
}

#[derive(Clone, Debug)]
pub struct Party {
    pub name: String,
    pub credit_code: String,
    pub kind: String,
    pub division: String,
}

/// A month, quarter or year as it was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// `2026-02`, `2026-Q1` or `2026`.
    pub name: String,
    pub from: Day,
    pub to: Day,
}

ids! {
    ReportId of ReportKind;
}

/// The report of a closed period, as it went upward.
#[derive(Clone, Debug)]
pub struct Report {
    pub id: ReportId,
    pub period: Period,
    pub closed_at: UtcTime,
    pub document: serde_json::Value,
}

/// What was published of one act.
#[derive(Clone, Debug)]
pub struct Release {
    pub seq: i64,
    pub contract: ContractId,
    pub ocid: String,
    pub at: UtcTime,
    pub document: serde_json::Value,
}

//! Projects, targets and what counts towards them.

use crate::contract::model::{ContractId, RegisteredContract, Stage};
use crate::kernel::actor::words;
use crate::kernel::codes::DivisionCode;
use crate::kernel::id::ids;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

ids! {
    ProjectId of Project;
    AttainmentId of Attainment;
}

words! {
    /// The states without their data, as they are stored and filtered.
    ProjectStage { Declared = "declared", Withdrawn = "withdrawn", Lapsed = "lapsed" }
}

words! {
    /// The plan's modes of conversion (Annex 5).
    ConversionMode { JointRd = "joint_rd", Transfer = "transfer", Licence = "licence", Equity = "equity" }
}

words! {
    /// What the plan sets targets for.
    Indicator {
        InnovationPlatforms = "innovation_platforms",
        TalentTeams = "talent_teams",
        NewHighTechEnterprises = "new_high_tech_enterprises",
        TotalHighTechEnterprises = "total_high_tech_enterprises",
        ConversionProjects = "conversion_projects",
    }
}

words! {
    /// `more_than` for 超过.
    Comparison { AtLeast = "at_least", MoreThan = "more_than" }
}

words! {
    /// Whether records add up, or the latest tells the level.
    Measure { Sum = "sum", Latest = "latest" }
}

words! {
    AttainmentStage { Recorded = "recorded", Withdrawn = "withdrawn" }
}

/// A project's state, with what only that state has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectState {
    Declared,
    /// By the officer.
    Withdrawn {
        at: UtcTime,
        reason: String,
    },
    /// With its contract; the reason is the kind of change that ended it.
    Lapsed {
        at: UtcTime,
        reason: String,
    },
}

impl ProjectState {
    pub const fn stage(&self) -> ProjectStage {
        match self {
            Self::Declared => ProjectStage::Declared,
            Self::Withdrawn { .. } => ProjectStage::Withdrawn,
            Self::Lapsed { .. } => ProjectStage::Lapsed,
        }
    }
}

/// What the project knows of its contract: as registered, and as amended since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    pub id: ContractId,
    pub urn: String,
    pub number: String,
    /// Registered, and neither cancelled nor revoked.
    pub standing: bool,
    pub title: String,
    pub registered_on: Day,
    pub technical: Fen,
    pub total: Fen,
    pub seller: String,
    pub seller_division: String,
    pub buyer: String,
    pub buyer_division: String,
}

impl Contract {
    pub fn of(registered: RegisteredContract, urn: String) -> Self {
        Self {
            id: registered.id,
            urn,
            number: registered.number.as_str().to_owned(),
            standing: matches!(registered.stage, Stage::Registered | Stage::Amended),
            title: registered.title,
            registered_on: registered.registered_on,
            technical: registered.technical,
            total: registered.total,
            seller: registered.seller.name,
            seller_division: registered.seller_division,
            buyer: registered.buyer.name,
            buyer_division: registered.buyer_division,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversionProject {
    pub id: ProjectId,
    pub version: i64,
    pub state: ProjectState,
    pub unit: DivisionCode,
    pub year: i32,
    pub mode: ConversionMode,
    pub summary: String,
    pub contract: Contract,
    /// As in the change log.
    pub declared_by: String,
    pub declared_at: UtcTime,
}

/// A target of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `annex5-450721-2019`.
    pub id: String,
    pub version: i64,
    pub annex: i32,
    pub indicator: Indicator,
    pub unit: DivisionCode,
    pub from_year: i32,
    pub to_year: i32,
    pub target: i64,
    pub comparison: Comparison,
    pub measure: Measure,
    pub title: String,
    pub content: String,
    pub lead: String,
    pub support: String,
}

impl Target {
    pub fn is_reached_by(&self, actual: i64) -> bool {
        match self.comparison {
            Comparison::AtLeast => actual >= self.target,
            Comparison::MoreThan => actual > self.target,
        }
    }
}

/// Something attained that is no conversion project: a platform founded, an enterprise certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttainmentRecord {
    pub id: AttainmentId,
    pub version: i64,
    pub target: String,
    pub stage: AttainmentStage,
    pub on: Day,
    pub name: String,
    pub amount: i64,
    pub evidence: String,
    /// Why it was withdrawn; empty while it counts.
    pub reason: String,
    pub recorded_by: String,
    pub recorded_at: UtcTime,
}

/// Which projects a reader wants.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    pub unit: Option<DivisionCode>,
    pub year: Option<i32>,
    pub stage: Option<ProjectStage>,
    pub contract_number: Option<String>,
}

/// Target and actual of one place in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub target: i64,
    pub actual: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    pub unit: DivisionCode,
    pub name: String,
    pub name_en: String,
    /// One for each year of the table.
    pub cells: Vec<Cell>,
    pub total: Cell,
}

/// Units by years with the sums of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub years: Vec<i32>,
    pub rows: Vec<UnitRow>,
    pub columns: Vec<Cell>,
    pub total: Cell,
}

/// A count of declared projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub unit: String,
    pub year: i32,
    pub projects: i64,
}

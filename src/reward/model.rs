//! Plans, their contributors, and what is due. Pure.

use crate::contract::model::ContractId;
use crate::kernel::actor::words;
use crate::kernel::error::Code;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::time::{Day, UtcTime};

ids! {
    PlanId of PlanKind;
    ObjectionId of ObjectionKind;
    PayoutId of PayoutKind;
}

words! {
    /// In what form the reward is given (art. 45).
    RewardForm {
        // Cash out of the net income of a transfer or licence.
        Cash = "cash",
        // Shares out of those that the achievement was contributed for.
        Equity = "equity",
        // A part of the yearly operating profit of own or joint use.
        OwnUse = "own_use",
    }
}

words! {
    #[schema(as = RewardPlanState)]
    PlanState {
        Draft = "draft",
        Publicised = "publicised",
        Confirmed = "confirmed",
        Settled = "settled",
        Withdrawn = "withdrawn",
    }
}

words! {
    #[schema(as = RewardObjectionState)]
    ObjectionState { Open = "open", Upheld = "upheld", Dismissed = "dismissed" }
}

words! {
    /// What may be deducted from the income (DOMAIN §3).
    #[schema(as = RewardCostKind)]
    CostKind { Tax = "tax", Upkeep = "upkeep", DealCost = "deal_cost" }
}

words! {
    #[schema(as = RewardContributorRole)]
    ContributorRole { Main = "main", Other = "other" }
}

/// A dated rule of distribution. Floors in parts per million.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub version: i64,
    pub valid_from: Day,
    /// Where it stands written.
    pub source: String,
    /// Of the net income or the shares, by law.
    pub law_floor: Rate,
    /// The same for units under the city's plan.
    pub plan_floor: Rate,
    /// First digits of the divisions that the city's plan covers.
    pub plan_divisions: String,
    /// Of the whole reward, for main contributors.
    pub main_floor: Rate,
    /// Of the yearly operating profit, for own or joint use.
    pub profit_floor: Rate,
    pub profit_years_min: i32,
    pub profit_years_max: i32,
    /// Kinds of cost that the net income formula deducts.
    pub deducts: Vec<CostKind>,
}

/// A payment that the institute received under the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub on: Day,
    pub amount: Fen,
    pub voucher: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub kind: CostKind,
    pub amount: Fen,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributor {
    pub rank: i32,
    pub name: String,
    pub unit: String,
    pub role: ContributorRole,
    pub share: Rate,
}

/// What is distributed: the base and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Cash {
        receipts: Vec<Receipt>,
        costs: Vec<Cost>,
        reward: Fen,
    },
    /// Numbers of shares.
    Equity {
        company: String,
        shares: i64,
        reward_shares: i64,
    },
    OwnUse {
        rate: Rate,
        first_year: i32,
        years: i32,
    },
}

impl Content {
    pub const fn form(&self) -> RewardForm {
        match self {
            Self::Cash { .. } => RewardForm::Cash,
            Self::Equity { .. } => RewardForm::Equity,
            Self::OwnUse { .. } => RewardForm::OwnUse,
        }
    }
}

/// What the rules make of a content: quantities are fen, or shares of an equity reward; of own use nothing is
/// known before a year's profit is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Computed {
    pub base: Fen,
    pub reward: Fen,
    /// What main contributors get of it.
    pub main: Fen,
    /// In the order of the contributors.
    pub parts: Vec<Fen>,
}

/// A lawful thing that the reader should know of, with the clause in its words.
#[derive(Clone, Debug)]
pub struct Warning {
    pub code: &'static Code,
    pub params: Vec<(&'static str, String)>,
}

/// The contract as it was when the plan was drawn up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfContract {
    pub id: ContractId,
    pub edition: i32,
    pub number: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub id: PlanId,
    pub version: i64,
    pub state: PlanState,
    pub institute: OrganisationId,
    pub institute_name: String,
    pub contract: OfContract,
    pub tranche: i32,
    pub rule: i64,
    pub under_plan: bool,
    pub content: Content,
    pub contributors: Vec<Contributor>,
    pub computed: Computed,
    pub publicised_on: Option<Day>,
    pub publicity_ends: Option<Day>,
    pub confirmed_on: Option<Day>,
    /// Why it was withdrawn or sent back.
    pub reason: String,
    pub created_by: UserId,
    /// Who changed the draft since.
    pub edited_by: Vec<UserId>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub id: ObjectionId,
    pub version: i64,
    pub plan: PlanId,
    pub plan_version: i64,
    pub state: ObjectionState,
    pub by_user: UserId,
    pub by_name: String,
    pub text: String,
    pub at: UtcTime,
    pub answer: String,
    pub answered_by: Option<UserId>,
    pub answered_at: Option<UtcTime>,
}

/// What one contributor is to get; `year` is 0 unless the plan is of own use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub plan: PlanId,
    pub year: i32,
    pub rank: i32,
    pub profit: Fen,
    pub due: Fen,
    pub paid: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    pub id: PayoutId,
    pub plan: PlanId,
    pub year: i32,
    pub rank: i32,
    pub amount: Fen,
    pub paid_on: Day,
    pub voucher: String,
    pub recorded_by: UserId,
    pub recorded_at: UtcTime,
}

/// Contracts of one class in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassFigures {
    pub class: String,
    pub contracts: i64,
    pub total: Fen,
    pub technical: Fen,
}

/// A plan in a report: figures, no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFigures {
    pub number: String,
    pub title: String,
    pub form: RewardForm,
    pub confirmed_on: Option<Day>,
    pub income: Fen,
    pub costs: Fen,
    pub base: Fen,
    pub reward: Fen,
    pub main: Fen,
    pub people: i64,
    /// Within the year, whenever the plan was confirmed.
    pub paid: Fen,
}

/// The yearly report of an institute (art. 21).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub institute: OrganisationId,
    pub institute_name: String,
    pub year: i32,
    pub contracts: Vec<ClassFigures>,
    pub plans: Vec<PlanFigures>,
}

//! Words of the subsidy room.

use crate::kernel::actor::words;
use crate::kernel::id::{Id, OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::rate::Rate;
use crate::kernel::time::{Day, UtcTime};

pub enum Batch {}
pub type BatchId = Id<Batch>;

pub enum Sheet {}
pub type SheetId = Id<Sheet>;

pub enum Appropriation {}
pub type AppropriationId = Id<Appropriation>;

words! {
    /// Who a scheme supports.
    BeneficiaryKind {
        RegistrationOffice = "registration_office",
        Enterprise = "enterprise",
        Incubator = "incubator",
    }
}

words! {
    /// What the formula is applied to.
    Base {
        // 技术交易额
        TechnicalAmount = "technical_amount",
        // 合同成交额
        TotalAmount = "total_amount",
        // 每家: an event, such as a certification.
        Event = "event",
        // 每项: an amount that a review awards on a claim.
        Claim = "claim",
    }
}

words! {
    /// What a cap limits.
    CapScope {
        Claim = "claim",
        BeneficiaryYear = "beneficiary_year",
    }
}

/// How an amount follows from the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    Rate(Rate),
    /// So much for each event.
    Fixed(Fen),
    /// What the review awards; the scheme's cap limits it.
    Award,
    /// Marginal rates over the sum of the year: each tier's rate counts for the part between the tier before
    /// and its own end. The last tier has no end.
    Tiers(Vec<Tier>),
    /// `first` once the year's sum reaches `from`, and `each` for every further full `every`.
    Steps {
        from: Fen,
        first: Fen,
        every: Fen,
        each: Fen,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    pub up_to: Option<Fen>,
    pub rate: Rate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    pub amount: Fen,
    pub scope: CapScope,
}

/// One version of a scheme: data, never code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub code: String,
    pub version: i32,
    pub title_zh: String,
    pub title_en: String,
    /// The clause that it stands on.
    pub source: String,
    pub valid_from: Day,
    /// The last day; none while no later version ends it.
    pub valid_to: Option<Day>,
    pub beneficiary: BeneficiaryKind,
    pub base: Base,
    pub formula: Formula,
    pub cap: Option<Cap>,
    pub evidence: Vec<String>,
    pub note: String,
}

/// One fact that a scheme pays for: a registered contract, an event, a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Registration number: names the fact and breaks ties.
    pub number: String,
    pub base: Fen,
}

/// What E says about all facts of one beneficiary and period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub base: Fen,
    pub total: Fen,
    /// In the order of the registration numbers.
    pub lines: Vec<Share>,
    pub working: Vec<Working>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub number: String,
    pub base: Fen,
    pub amount: Fen,
}

/// One line of the explanation. Exact amounts are in millionths of a fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Working {
    pub step: WorkingStep,
    pub exact_micro_fen: i128,
}

words! {
    WorkingStep {
        SumOfBases = "sum_of_bases",
        ClaimCaps = "claim_caps",
        FormulaApplied = "formula_applied",
        YearCap = "year_cap",
        RoundedHalfUp = "rounded_half_up",
    }
}

/// Something that happened to a contract after it was counted, or after the batch that should have held it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its place in the change log.
    pub seq: i64,
    pub number: String,
    /// The base after it; none when the contract no longer counts.
    pub base: Option<Fen>,
}

words! {
    /// Where a batch stands.
    BatchState {
        Prepared = "prepared",
        Verified = "verified",
        Approved = "approved",
        Paid = "paid",
        Returned = "returned",
        Void = "void",
    }
}

words! {
    /// An act on a batch.
    StepKind {
        Prepare = "prepare",
        Verify = "verify",
        Approve = "approve",
        Pay = "pay",
        Return = "return",
        Void = "void",
    }
}

words! {
    LineKind { Contract = "contract", Correction = "correction" }
}

words! {
    /// What somebody in the chain says to a batch.
    Decision { Agree = "agree", Return = "return" }
}

/// One computation over all facts of a beneficiary and period. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRecord {
    pub id: SheetId,
    /// The change number up to which the facts were read.
    pub as_of_seq: i64,
    pub contracts: i32,
    pub corrections: i32,
    pub base: Fen,
    pub total: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecord {
    pub id: BatchId,
    pub version: i64,
    pub state: BatchState,
    /// One more with each new preparation after a return.
    pub round: i32,
    pub scheme: String,
    pub scheme_version: i32,
    /// The year in which the contracts were registered.
    pub period: i32,
    pub budget_year: i32,
    pub beneficiary: PartyRef,
    pub sheet: SheetRecord,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// What somebody did with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    pub round: i32,
    pub step: StepKind,
    pub person: UserId,
    pub person_name: String,
    pub organisation: OrganisationId,
    pub at: UtcTime,
    pub opinion: String,
    pub sheet: SheetId,
    pub ledger_number: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRecord {
    pub position: i32,
    pub kind: LineKind,
    pub period: i32,
    pub scheme_version: i32,
    pub contract: String,
    pub contract_version: i64,
    pub number: String,
    pub registered_on: Day,
    pub total: Fen,
    pub technical: Fen,
    pub base: Fen,
    pub amount: Fen,
    pub cause: Option<LineCause>,
}

/// What happened to the contract that a correction line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCause {
    pub seq: i64,
    pub kind: String,
}

/// What happened to a registered contract, as the change log told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRecord {
    pub seq: i64,
    pub kind: String,
    pub contract: String,
    pub contract_version: i64,
    pub office: OrganisationId,
    pub period: i32,
    pub number: String,
    pub registered_on: Day,
    pub counts: bool,
    pub total: Fen,
    pub technical: Fen,
    pub at: UtcTime,
}

/// Money that a year has for a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppropriationRecord {
    pub id: AppropriationId,
    pub year: i32,
    pub scheme: String,
    /// Negative: the budget was cut.
    pub amount: Fen,
    /// The budget document that it stands on.
    pub document: String,
    pub note: String,
    pub actor: String,
    pub at: UtcTime,
    pub ledger_number: i64,
}

/// Which batches to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct BatchFilter {
    pub scheme: Option<String>,
    pub period: Option<i32>,
    pub state: Option<BatchState>,
    pub beneficiary: Option<String>,
}

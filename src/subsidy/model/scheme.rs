//! Schemes, and what they say about facts.

use crate::kernel::actor::words;
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::time::Day;

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
        // 关联单位: the linked enterprises together.
        GroupYear = "group_year",
    }
}

words! {
    /// What there is one claim for.
    Once {
        // A conversion, an event: named by the claim's subject.
        Subject = "subject",
        // 首次: a beneficiary has it once and never again.
        Beneficiary = "beneficiary",
    }
}

words! {
    /// Whose budget bears a share of the cost.
    Fund {
        // The authority that owns the scheme.
        Owner = "owner",
        // The county that the beneficiary sits in.
        County = "county",
    }
}

words! {
    /// How the days of a publicity are counted.
    DayUnit { CalendarDays = "calendar_days", WorkingDays = "working_days" }
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostShare {
    pub fund: Fund,
    pub rate: Rate,
}

/// How long a draft list is publicised before it is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publicity {
    pub days: u32,
    pub unit: DayUnit,
}

/// How a scheme is carried out, beside what it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// None: nothing is publicised.
    pub publicity: Option<Publicity>,
    /// Contracts are paid for only when the office asked; otherwise without a claim (免申即享).
    pub claim_required: bool,
    pub once: Once,
    /// What is not approved this many days after it was prepared is released.
    pub commitment_days: Option<u32>,
    pub clawback_days: u32,
}

/// What is owed back is due a month after it was decided, if the scheme says nothing else.
pub const CLAWBACK_DAYS: u32 = 30;

impl Default for Procedure {
    fn default() -> Self {
        Self {
            publicity: None,
            claim_required: false,
            once: Once::Subject,
            commitment_days: None,
            clawback_days: CLAWBACK_DAYS,
        }
    }
}

/// One version of a scheme: data, never code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub code: String,
    pub version: i32,
    /// The authority that owns it.
    pub division: String,
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
    pub caps: Vec<Cap>,
    /// Who bears the cost, in the order that breaks ties; empty: the owner alone.
    pub shares: Vec<CostShare>,
    pub evidence: Vec<String>,
    pub procedure: Procedure,
    pub note: String,
}

impl Scheme {
    pub fn cap(&self, scope: CapScope) -> Option<Fen> {
        self.caps.iter().find(|cap| cap.scope == scope).map(|cap| cap.amount)
    }

    /// Whether it counts the registered contracts of a year, not single claims.
    pub const fn is_over_contracts(&self) -> bool {
        matches!(self.base, Base::TechnicalAmount | Base::TotalAmount)
    }
}

/// One fact that a scheme pays for: a registered contract, an event, a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Registration number: names the fact and breaks ties.
    pub number: String,
    /// Whose it is: the caps of a year are counted for each, and for all of a linked group together.
    pub beneficiary: String,
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
        GroupCap = "group_cap",
        RoundedHalfUp = "rounded_half_up",
    }
}

/// Something that happened to a contract after it was counted, or after the batch that should have held it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Its place in the change log.
    pub seq: i64,
    pub number: String,
    pub beneficiary: String,
    /// The base after it; none when the contract no longer counts.
    pub base: Option<Fen>,
}

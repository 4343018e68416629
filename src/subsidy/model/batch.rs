//! Batches: what is computed, for whom, and who did what with it.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

ids! {
    BatchId of Batch;
    SheetId of Sheet;
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
        // Not approved in time.
        Expire = "expire",
    }
}

words! {
    LineKind { Contract = "contract", Claim = "claim", Correction = "correction" }
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
    /// None: a batch of claims, for as many beneficiaries as its lines say.
    pub beneficiary: Option<PartyRef>,
    pub sheet: SheetRecord,
    pub publicised_on: Option<Day>,
    /// The last day on which objections to the list are taken.
    pub publicity_until: Option<Day>,
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
    /// URN of whom the amount is for.
    pub beneficiary: String,
    /// With whom the caps are counted: the beneficiary itself, or its linked group.
    pub cap_group: String,
    pub total: Fen,
    pub technical: Fen,
    pub base: Fen,
    pub amount: Fen,
    /// The fact no longer counts after this line.
    pub ended: bool,
    pub cause: Option<LineCause>,
    /// Who bears the amount, where its beneficiary does not bear it alone.
    pub shares: Vec<LineShare>,
}

impl LineRecord {
    /// Whose account the amount moves, and by how much.
    pub fn borne(&self) -> Vec<(&str, Fen)> {
        if self.shares.is_empty() {
            return vec![(&self.beneficiary, self.amount)];
        }
        self.shares.iter().map(|share| (share.beneficiary.as_str(), share.amount)).collect()
    }
}

/// What one member of a linked group bears of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineShare {
    pub beneficiary: String,
    pub amount: Fen,
}

/// Cap groups whose facts of a period count together, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    pub period: i32,
    pub cap_groups: Vec<String>,
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

/// Which batches to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct BatchFilter {
    pub scheme: Option<String>,
    pub period: Option<i32>,
    pub state: Option<BatchState>,
    pub beneficiary: Option<String>,
}

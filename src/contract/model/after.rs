//! What happens to a registration afterwards: amendments and statements of technical income.

use super::{ContractId, Opinion};
use crate::contract::form::Form;
use crate::kernel::actor::words;
use crate::kernel::id::UserId;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

words! {
    AmendmentState {
        Proposed = "proposed",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }
}

/// 变更登记: what the registrant asks to change, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Amendment {
    pub contract: ContractId,
    /// 1 for the first of its contract.
    pub position: i32,
    pub state: AmendmentState,
    pub reason: String,
    /// The whole form as it is to be.
    pub form: Form,
    pub proposed_by: UserId,
    pub proposed_at: UtcTime,
    /// The second reviewer's, where the contract is large.
    pub consent: Option<Opinion>,
    /// The registrar's, or the applicant's on taking it back.
    pub decision: Option<Opinion>,
    /// The edition that stood when it was asked for: what it changes is a difference from that one.
    pub base: Option<u32>,
    /// The edition that it became.
    pub edition: Option<u32>,
}

impl Amendment {
    /// The office has spoken; taken back, it never does.
    pub const fn is_decided(&self) -> bool {
        matches!(self.state, AmendmentState::Approved | AmendmentState::Refused)
    }
}

/// A field of the form before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub pointer: String,
    pub before: serde_json::Value,
    pub after: serde_json::Value,
}

words! {
    IncomeState { Stated = "stated", Verified = "verified", Returned = "returned" }
}

/// 技术性收入核定: what the seller received under the contract in a period, and what of it is technical income.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Income {
    pub contract: ContractId,
    pub position: i32,
    pub state: IncomeState,
    pub statement: IncomeStatement,
    pub stated_by: UserId,
    pub stated_at: UtcTime,
    pub opinion: String,
    pub decided: Option<(UserId, UtcTime)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomeStatement {
    pub from_on: Day,
    pub to_on: Day,
    pub received: Fen,
    pub technical: Fen,
    pub note: String,
}

/// What has been verified so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncomeTotal {
    pub received: Fen,
    pub technical: Fen,
}

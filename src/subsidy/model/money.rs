//! Appropriations, payees, payments, clawbacks.

use super::BatchId;
use crate::kernel::actor::words;
use crate::kernel::id::ids;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

ids! {
    AppropriationId of Appropriation;
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

ids! {
    PaymentId of Payment;
    ClawbackId of Clawback;
    SettlementId of Settlement;
}

/// Whom a sheet pays, and how much in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeRecord {
    pub position: i32,
    pub party: PartyRef,
    pub division: String,
    pub bank: String,
    pub bank_account: String,
    /// The sum of the periods with a positive balance.
    pub due: Fen,
    /// The sum of the periods with a negative balance: owed back.
    pub back: Fen,
}

words! {
    PaymentKind {
        // By the treasury.
        Transfer = "transfer",
        // Set against what the payee owes.
        Offset = "offset",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRecord {
    pub id: PaymentId,
    pub batch: BatchId,
    pub payee: i32,
    pub beneficiary: String,
    pub kind: PaymentKind,
    pub amount: Fen,
    pub paid_on: Day,
    pub reference: String,
    pub actor: String,
    pub at: UtcTime,
    pub ledger_number: i64,
}

/// What a beneficiary owes to one budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClawbackRecord {
    pub id: ClawbackId,
    pub version: i64,
    pub batch: BatchId,
    pub beneficiary: String,
    pub name: String,
    pub scheme: String,
    /// The budget that paid: the scheme's, or the county's share of it.
    pub fund: String,
    pub budget_year: i32,
    pub amount: Fen,
    pub settled: Fen,
    pub due_on: Day,
    pub created_at: UtcTime,
    pub ledger_number: i64,
}

impl ClawbackRecord {
    pub const fn open(&self) -> Fen {
        Fen(self.amount.0 - self.settled.0)
    }
}

words! {
    SettlementKind { Offset = "offset", Repaid = "repaid" }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementRecord {
    pub id: SettlementId,
    pub clawback: ClawbackId,
    pub kind: SettlementKind,
    pub amount: Fen,
    pub effective: Day,
    pub reference: String,
    pub actor: String,
    pub at: UtcTime,
    pub ledger_number: i64,
}

/// A budget year that nothing is booked into any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedYear {
    pub fund: String,
    pub year: i32,
    /// What was left, gone back to the treasury.
    pub lapsed: Fen,
    pub actor: String,
    pub at: UtcTime,
}

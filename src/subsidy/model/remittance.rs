//! What the treasury reports of its transfers.

use super::BatchId;
use crate::kernel::actor::words;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

words! {
    /// What the treasury says became of a transfer.
    Outcome { Paid = "paid", Failed = "failed" }
}

words! {
    /// What became of a reported row.
    Reconciled {
        Matched = "matched",
        // Less than was open: the rest stays open.
        Partial = "partial",
        Failed = "failed",
        // Nothing of the following is booked.
        AmountTooHigh = "amount_too_high",
        AmountMissing = "amount_missing",
        UnknownInstruction = "unknown_instruction",
        Repeated = "repeated",
    }
}

/// What the treasury was told to transfer to a payee of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRecord {
    pub batch: BatchId,
    pub payee: i32,
    pub amount: Fen,
    pub actor: String,
    pub at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemittanceRecord {
    pub batch: BatchId,
    pub position: i32,
    pub instruction: String,
    pub outcome: Outcome,
    pub amount: Fen,
    pub paid_on: Day,
    pub reference: String,
    pub result: Reconciled,
    /// What was open before it.
    pub expected: Fen,
    pub actor: String,
    pub at: UtcTime,
    pub ledger_number: Option<i64>,
}

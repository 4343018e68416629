//! The subsidy room's rows.

pub mod batch;
pub mod cause;
pub mod circle;
pub mod claim;
pub mod clawback;
pub mod objection;
pub mod order;
pub mod payee;
pub mod remittance;
pub mod scheme;
pub mod sheet;

use super::model::{
    Base, BatchState, BeneficiaryKind, ClaimState, LineKind, ObjectionState, Outcome, PaymentKind,
    Reconciled, SettlementKind, StepKind,
};
use crate::db::types::stored_words;

stored_words!(
    Base,
    BatchState,
    BeneficiaryKind,
    ClaimState,
    LineKind,
    ObjectionState,
    Outcome,
    PaymentKind,
    Reconciled,
    SettlementKind,
    StepKind
);

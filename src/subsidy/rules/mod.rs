//! What a scheme pays, and who may do what with a batch.

mod claims;
mod evaluate;
mod steps;

pub use claims::{ClaimAct, award, next_claim, normal_subject, reconciled};
pub use evaluate::{borne, check_formula, corrections, evaluate, shared};
pub use steps::{balances, fund_code, in_scope, may_act, movement, next};

//! Use-cases of the subsidy room.

mod budget;
mod circles;
mod claim;
mod clawback;
mod correct;
mod facts;
mod money;
mod pay;
mod plan;
mod plan_claims;
pub mod prepare;
mod proof;
mod publicity;
mod read;
mod remit;
mod review;
mod scheme;
mod step;

pub use budget::{Budget, NewAppropriation, appropriate, appropriations, budgets, close_year};
pub use claim::{NewClaim, NewEvidence, resubmit, submit, withdraw as withdraw_claim};
pub use clawback::{ClawbackFilter, Repayment, clawback, clawbacks, repay};
pub use facts::{note, wants};
pub use plan::Question;
pub use prepare::{Target, stage};
pub use proof::{BookFault, BookOutcome, BooksProved, verify};
pub use publicity::{answer, object, objections, publicised, publicised_lines};
pub use read::{Explanation, Found, LineExplained, Part, explain, find, lines, list, sweep};
pub use remit::{Instruction, ReportRow, instructions, order, report, reported};
pub use review::{
    ClaimFound, Review, claim, claims, evidence, groups, review, revoke as revoke_award, set_group,
};
pub use scheme::{NewVersion, found, publish, schemes, versions};
pub use step::{StepCommand, expire_overdue, take, void};

/// Rows of one slice at most: a command of them keeps other writes waiting for less than 10 ms (DESIGN, Writing).
pub const SLICE_ROWS: usize = 200;

//! What a scheme pays, and who may do what with a batch.

mod evaluate;
mod steps;

pub use evaluate::{check_formula, corrections, evaluate};
pub use steps::{may_act, movement, next};

//! Rows of rewards.

mod follow_up;
mod plan;

pub use follow_up::*;
pub use plan::*;

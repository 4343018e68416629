//! Use-cases of the subsidy room.

mod facts;
mod plan;
pub mod prepare;
mod read;
mod scheme;
mod step;

pub use facts::{note, wants};
pub use prepare::{Target, stage};
pub use read::{Explanation, LineExplained, Part, explain, find, lines, list, sweep};
pub use scheme::{
    Budget, NewAppropriation, NewVersion, appropriate, appropriations, budgets, publish, schemes, versions,
};
pub use step::{StepCommand, take, void};

/// Rows of one slice (DESIGN, Writing).
pub const SLICE_ROWS: usize = 500;

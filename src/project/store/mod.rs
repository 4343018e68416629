//! Rows of projects, targets and attainments.

mod projects;
mod targets;

pub use projects::*;
pub use targets::*;

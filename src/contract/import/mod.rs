//! Applications from a spreadsheet: which columns there are, and what stands in their cells. Pure.

mod columns;
mod read;
mod template;
#[cfg(test)]
mod tests;

pub use read::{Entry, Problem, Read, read};
pub use template::{problems_sheet, template};

/// Applications in one file.
pub const ENTRIES_MAX: usize = 2_000;

//! XLSX: written for offices, read from anybody.

mod package;
mod read;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub use read::{Limits, Page, Value, cell_name, read, read_pages};
pub use write::{ROWS_MAX, write};

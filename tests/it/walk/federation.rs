//! Builders for the operations between nodes, and for what everybody may ask of this one.

use super::{Case, Entry};

pub const CASES: &[Entry] = &[("get", "/.well-known/tmf", |_| Case::new("GET", "/.well-known/tmf", ""))];

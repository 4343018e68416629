//! Builders for the operations of the edge itself.

use super::{Case, Entry};

pub const CASES: &[Entry] = &[("get", "/api/v1/problems", |_| Case::new("GET", "/api/v1/problems", ""))];

//! Trading: each mode by its clauses.

pub mod challenge;

//! Search
//!
//! Finds published records by what they say. Follows the change log into an index of this instance; the rooms hand
//! over what may be seen as [`model::Document`]s.

pub mod analyzer;
pub mod index;
pub mod model;
pub mod query;

//! Techmart.

pub mod kernel;
pub mod search;

//! Techmart.

pub mod search;

//! Words that every room speaks. Pure: no database, no HTTP, no clock of its own.

pub mod actor;
pub mod change;
pub mod codes;
pub mod codes_common;
pub mod error;
pub mod id;
pub mod leaf;
pub mod money;
pub mod page;
pub mod party;
pub mod permission;
pub mod random;
pub mod rate;
pub mod split;
pub mod text;
pub mod time;
pub mod vocabulary;

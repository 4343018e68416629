//! Words every room speaks; pure.

pub mod codes;
pub mod money;
pub mod rate;
pub mod split;
pub mod vocabulary;

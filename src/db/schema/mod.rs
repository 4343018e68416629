//! The tables as diesel knows them: one file for each room, in step with `migrations/` (a test compares
//! them with the live catalogue of both back ends).

pub mod core;

pub use core::*;

//! The rules of registration: pure functions, no database, no HTTP, no clock.

pub mod after;
pub mod amounts;
pub mod case;
pub mod classes;
pub mod conflict;
pub mod copy;
pub mod duplicates;
pub mod form;
pub mod ip;
pub mod number;
pub mod parties;
pub mod payment;
pub mod supervision;

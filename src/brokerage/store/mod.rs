//! Rows of brokerage.

mod commissions;
mod managers;
mod mandates;

pub use commissions::*;
pub use managers::*;
pub use mandates::*;

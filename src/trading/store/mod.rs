//! Rows of trading.

mod bidders;
mod bids;
mod defaults;
mod deposits;
mod profiles;
mod sales;
mod talk;

pub use bidders::*;
pub use bids::*;
pub use defaults::*;
pub use deposits::*;
pub use profiles::*;
pub use sales::*;
pub use talk::*;

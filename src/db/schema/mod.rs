//! The tables as diesel knows them: one file for each room, in step with `migrations/` (a test compares
//! them with the live catalogue of both back ends).

pub mod audit;
pub mod brokerage;
pub mod challenge;
pub mod contract;
pub mod contract_import;
pub mod core;
pub mod credit;
pub mod demo;
pub mod engagement;
pub mod files;
pub mod identity;
pub mod ledger;
pub mod listing;
pub mod matching;
pub mod oai;
pub mod project;
pub mod reference;
pub mod reward;
pub mod search;
pub mod statistics;
pub mod subsidy;
pub mod tlog;
pub mod trading;
pub mod watch;

pub use audit::*;
pub use brokerage::*;
pub use contract::*;
pub use core::*;
pub use credit::*;
pub use demo::*;
pub use files::*;
pub use identity::*;
pub use ledger::*;
pub use oai::*;
pub use project::*;
pub use reference::*;
pub use reward::*;
pub use search::*;
pub use statistics::*;
pub use subsidy::*;
pub use tlog::*;
pub use trading::*;

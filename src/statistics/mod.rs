//! Statistics: the statutory tables of the contract register, the register itself as files, and its OCDS releases.
//!
//! ```text
//! contract.registered | amended | cancelled | revoked ──follower──▶ statistics_record   (the contract as it stands)
//!                                                              └──▶ statistics_release  (the act as it was, for good)
//! ```
//!
//! Rules
//! 1. A table counts the registrations that stand (registered or amended), each once, by the day of registration in
//!    Asia/Shanghai; cancelled and revoked ones only when asked for (DOMAIN §2, after registration).
//! 2. Every number has three parts: how many, the total amount 合同成交额 and the technical amount 技术交易额 (DOMAIN §2,
//!    amounts).
//! 3. Technology flow is seller division → buyer division (DOMAIN §2, form fields).
//! 4. A contract about several rights counts under the first that its form names, so that a table adds up to the
//!    register.
//! 5. Behind every number stand its records: the same filter, asked as a list, gives exactly them.
//! 6. An office sees what it registered, a government what has a side inside its division, an auditor everything.
//! 7. OCDS 1.1.5: one release for each act, never changed; a record package holds all releases of a contract.
//!    No names, contacts or identity numbers are in a release: it is made from the published projection alone.
//! 8. A month is closed once it is over in Asia/Shanghai, and a quarter and a year with their last month: one report
//!    each, which goes to the platform above and never changes (DOMAIN §2; TMF-1, what travels).

pub mod codes;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::{CloseMonths, Contracts};

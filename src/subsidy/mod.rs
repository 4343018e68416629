//! Subsidies: what the city's plan promises, computed over registered facts and paid to the fen.
//!
//! ```text
//!   prepared ──► verified ──► approved ──► paid
//!    ▲   │           │            │
//!    │   ▼           ▼            ▼
//!   returned ◄───────┴────────────┘          any but paid ──► void
//!
//!   available ──► reserved ──► committed ──► approved ──► paid      the money, step by step
//! ```
//!
//! Rules:
//!  1. A scheme is versioned data: validity, source clause, beneficiary, base, formula, cap (DOMAIN §1).
//!  2. E(all facts of one beneficiary and period): tiers, thresholds and caps exactly, the total rounded half
//!     up once, lines by largest remainder, ties by registration number (DOMAIN §5).
//!  3. One (scheme, beneficiary, period) gives one batch, whatever the retries. The period of a contract is
//!     its registration day in Asia/Shanghai.
//!  4. Preparing, verifying, approving and paying need four people; nobody acts on a case of their own
//!     organisation (DESIGN, who may do what).
//!  5. Every step moves the batch's total in the ledger; a return or a void, with its reason, releases it.
//!     Nothing is promised beyond the appropriation.
//!  6. What happens to a contract after its batch is one correction line per cause, in change order, in the
//!     next batch of its office: E(after the cause) minus what is booked. Closed batches never change.
//!  7. A line keeps the contract's version, amounts, base and the scheme's version, so that anybody can
//!     compute it again.

pub mod codes;
pub mod form;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::{Causes, SweepSheets};

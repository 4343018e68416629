//! Subsidies: what the city's plan promises, computed over registered facts and paid to the fen.
//!
//! ```text
//!   claim   submitted ◄──► returned          withdrawn by the applicant
//!               │  └──► refused
//!               ▼
//!            awarded ──► revoked | lapsed
//!
//!   batch   prepared ──► verified ──(publicised)──► approved ──► paid
//!            ▲   │           │                          │
//!            │   ▼           ▼                          ▼
//!           returned ◄───────┴──────────────────────────┘   any but paid ──► void
//!
//!   money   available ──► reserved ──► committed ──► approved ──► paid ──► clawback receivable ──► available
//!               └── at the end of its year ──► returned to the treasury ◄── paid back after it ──┘
//! ```
//!
//! Rules:
//!  1. A scheme is versioned data: validity, source clause, owner, beneficiary, base, formula, caps, shares of
//!     the cost, evidence, procedure (DOMAIN §1). An authority acts on schemes of its own division and of those
//!     inside it (DESIGN, who may do what).
//!  2. E(all facts of one beneficiary or linked group and period): tiers, thresholds and caps exactly, the total
//!     rounded half up once, lines by largest remainder, ties by registration number; shares of the cost
//!     likewise, city first (DOMAIN §5).
//!  3. One (scheme, beneficiary, period) gives one batch of an office, one (scheme, subject, beneficiary) one
//!     claim, whatever the retries. The period is the registration day in Asia/Shanghai, of a claim the day of
//!     the conversion or event. A conversion is claimed once and awarded at most the cap (Annex 5); an event has
//!     its fixed amount (Annex 4).
//!  4. Preparing, verifying, approving and paying need four people; nobody acts on a case of their own
//!     organisation (DESIGN, who may do what).
//!  5. Every step moves what the payees are due in the ledger; a return, a void or an expiry releases it. Nothing
//!     is promised beyond the appropriation. What a year leaves goes back to the treasury and is not carried
//!     over unless it is appropriated anew.
//!  6. What happens to a fact after its batch is one correction line per cause, in change order, in the next
//!     batch: E(after the cause) minus what is booked. Closed batches never change, and corrections are booked
//!     one batch after the other. A negative balance of a period is a clawback with a due date, settled against
//!     later payouts or paid back. In a linked group what one member cannot give back the others do, each up to
//!     what it has; and whoever enters or leaves a group brings along what is booked: a cap begins once in a period.
//!  7. A line keeps the fact's version, amounts, base and the scheme's version, so that anybody can compute it
//!     again.
//!  8. Where the scheme says so, a verified list is before the public for its days, and is approved only when
//!     they are over and every objection is answered.
//!  9. A batch is ordered once: from then on its amounts stand, whatever becomes of the facts and of other debts,
//!     and the treasury gets a file of them. What it reports is reconciled row by row, booked on the day that it
//!     names (of a closed year, on the first open one), once for each of its references; a part leaves the rest
//!     open.

pub mod codes;
pub mod form;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::{Causes, ExpireCommitments, SweepSheets};

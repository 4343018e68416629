//! Matchmaking (对接推荐): for every published achievement the demands that suit it, for every published demand the
//! achievements, with the reasons.
//!
//! ```text
//!  change of an achievement or demand ──▶ marked ──▶ computed outside any command ──▶ list replaced
//!                                            ▲            │ candidates: shared words (search), same direction
//!                 weekly model, new weights ─┘            │ (vectors), same field or industry; both sides judge;
//!                                                         ▼ exposure capped, new ones introduced
//!                                          lists of others that gain by it are marked in turn, once
//! ```
//!
//! Rules:
//!
//! 1. Only the published projection is compared and shown; what is withdrawn, traded or expired is not shown from that
//!    moment on, because a list is read together with the present state of what stands in it (Law on Promoting the
//!    Conversion of Sci-Tech Achievements art. 11 and 30).
//! 2. A score is the geometric mean of what the pair is worth to either side; each side's preference is the weighted
//!    mean of ten parts, each between 0 and 1, and what cannot be judged counts half (docs/matching.md).
//! 3. Each suggestion says why: its parts, the words that both records have, and sentences (issue: nobody says why two
//!    records were matched).
//! 4. No record stands in more than a bounded number of lists; new ones get places of their own.
//! 5. Lists are for who has logged in: who suits whom is of use to the parties, not to crawlers.
//! 6. Feedback is kept with the place in the list and the parts at that time. What the platform sees itself (an enquiry,
//!    its answer with one of the eight reasons, a contract; DOMAIN §6) nobody types.
//! 7. Nothing changes weights by itself: fitting prints figures, an operator sets a new version.

pub mod codes;
mod engine;
mod http;
mod jobs;
mod labels;
mod lexicon;
mod meaning;
pub mod model;
mod reasons;
mod rules;
mod saved;
pub mod service;
mod store;
mod worker;

pub use http::routes;
pub use jobs::{Learning, Marks};
pub use saved::Alerts;
pub use worker::Matching;

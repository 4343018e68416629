//! Open challenges (揭榜挂帅): a demand offered with a bounty to whoever proposes the best solution.
//!
//! ```text
//! 1 collected ─submit─▶ 2 expert argument ─pass─▶ (passed) ─publish─▶ 3 published
//!        ▲edit                  └─reject─▶ rejected                      │ last day over
//!                                                                        ▼
//!      failed ◀─fail─ 4 review of proposals ◀──────decline──── 5 signing
//!                            └────────────select──────────────────▶ │ both sides confirm
//!                                                                   ▼
//!      completed ◀─complete─ 7 evaluation (repeatable) ◀─all accepted─ 6 milestones
//!                                    cancel (with a reason) from 1 to 7 ─▶ cancelled
//! ```
//!
//! Rules:
//!
//! 1. The seven steps come in this order (DOMAIN §4); every one stands on the timeline with its time, its unit and
//!    its words.
//! 2. A challenge is about a published demand of the unit that opens it; one open challenge for a demand. From its
//!    publication on it holds the demand (DOMAIN §4, §6; listing rule 11).
//! 3. Experts argue whether it is worth a bounty: their majority passes or rejects it; three at least, an equal vote
//!    rejects (DOMAIN §4, step 2). Nobody organises the challenge of its own unit (DESIGN, Who may do what).
//! 4. Published with a last day for proposals, a bounty and conditions, all mandatory (DOMAIN §4, step 3).
//! 5. One proposal a bidder, to be changed or taken back until the last day is over; a bidder sees only its own
//!    (DOMAIN §4). Before that nobody else sees any of them, nor how many there are. No proposal touches the
//!    challenge's row, version or projection.
//! 6. Not the unit that opened it and no barred unit proposes (DOMAIN §4, who may not bid; §6 credit).
//! 7. The unit that opened it selects one proposal or fails the challenge, with words (DOMAIN §4, step 4). The
//!    selection is what a contract is drafted from.
//! 8. Both sides sign: one offers the agreement with its milestones, whose amounts sum to the price; the other
//!    confirms. Who declines opens the review again (DOMAIN §4, step 5).
//! 9. Milestones are handed in by the bidder and accepted or returned by the other side; with the last accepted the
//!    evaluation begins (DOMAIN §4, step 6).
//! 10. Evaluation repeats; only after a passed one the challenge is completed and the demand leaves the market
//!     (DOMAIN §4, step 7).
//! 11. Cancelled from any open state, with a reason, by the unit that opened it or by the organiser (DOMAIN §4).

pub mod codes;
mod http;
mod jobs;
pub mod model;
mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::Deadlines;

//! Sealed tender (招标): bids that nobody can read before the opening, the platform included (DOMAIN §4).
//!
//! ```text
//! preparing ──key ceremony──▶ ready ──publish──▶ receiving ──deadline──▶ closed ──opening──▶ scoring ──▶ evaluated
//!     officers enrol            rehearsal ───────────┘                                  (weights) scores    ranking
//! ```
//!
//! Rules (DOMAIN §4 unless said otherwise; docs/sealed-bids.md for the bytes and for what is trusted):
//!  1. A bid is sealed in the bidder's client to the key of its sale; every envelope has one size.
//!  2. The opening key is split among officers of different bodies and then forgotten, or (small county) kept by the
//!     server, sealed and apart, for the opening job alone.
//!  3. A rehearsal before the deadline proves that the officers can open; it never touches the opening key.
//!  4. Before the opening nothing tells price, count or identity: the box is one sealed document of one size, blank
//!     envelopes fill it, a deposit leaves no change, version, log line, counter or stored answer, and who deposited
//!     is a keyed hash inside the box. There is no enrolment and no deposit of money before the opening: the bid
//!     names its payment or guarantee.
//!  5. A bidder has one envelope; the published setup says whether a later one replaces it. Else it may once after each
//!     correction of the words. A withdrawal is an envelope too. The bidder gets a signed receipt at once.
//!  6. At the deadline one event publishes the root of the tree over all envelopes, used or blank.
//!  7. All envelopes open in one act; shares, key and plain texts are published, and inclusion proofs with them.
//!     Opening officers are one person each, belong under no membership to the tenderer or its related parties, and their
//!     bodies do not bid. What they have not opened a week after the deadline the operator declares failed; it is dropped
//!     unread.
//!  8. At least three bids that count, or the tender has failed and is run again. 20 days of notice for mandatory
//!     projects; deposit at most 2 % of the ceiling (`trading::rules::sealed`).
//!  9. The price alone decides, or price and weighted criteria in exact fractions, scored by a committee of at least
//!     five, odd, none of whom belongs to the tenderer or a bidder; scores are published with the ranking.
//!     Whoever was named before the opening stands, but for a seat without a sheet that the operator vacates, with a reason;
//!     of equal terms the priority holder goes first (DOMAIN §2).
//! 10. Candidates stand published for at least three days; an open objection stops opening, evaluation and award
//!     (`trading`, rule 19).
//! 11. The terms that an envelope names are all but the deadline: a later one voids none.

mod ballot;
mod bid;
pub mod codes;
pub mod envelope;
mod http;
pub mod model;
pub mod packet;
pub mod score;
pub mod service;
mod setup;
mod store;

pub use bid::{Attachment, BID_TYPE, Bid, Expected, Fault, fault, parse};
pub use http::{routes, script};
pub use setup::OnTerms;

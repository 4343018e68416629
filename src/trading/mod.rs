//! Trading: one sale, several modes, one engine (DOMAIN §3, §4).
//!
//! ```text
//! draft ─publish─▶ published ──end──▶ ended ──award──▶ awarded ─conclude─▶ concluded
//!   │ (negotiated) ▲   │ ▲             │ ▲                │
//!   └▶ pending_review ─┘ └ suspended   │ └─default: rank two follows
//!        └─refuse─▶ refused (mended)   └─default, no rank two─▶ unsold
//! withdrawn: before the first bid · unsold: nobody, or below the reserve · annulled: an objection was upheld
//! excluded after an objection was upheld: as after a default, but the deposit goes back
//! ```
//!
//! Rules (DOMAIN §4 unless said otherwise):
//!  1. Start price by the seller; an optional reserve is sealed at rest and nowhere else; below it: unsold.
//!  2. Deposit of 5 to 20 % of the start price, confirmed by the finance side: no deposit, no bid.
//!  3. One bidder at or above the start price is a valid sale.
//!  4. 30 days of notice for property rights, 15 for movables and a re-run; at least 24 hours of bidding.
//!  5. A bid is at least current + increment and on the grid above the start price.
//!  6. A bid in the last five minutes extends the end to five minutes after it.
//!  7. A bid's time is its command's; it counts only before the end; the close is a command at or after the end.
//!  8. Bidders act by alias; identities are secret until the end, from staff too; of a sale that was taken back before
//!     anything was decided, for good.
//!  9. No withdrawal: a bid lapses when outbid.
//! 10. The seller, its related parties, operator staff (under any membership), barred units and whoever fell out earlier
//!     may not bid. Whoever decides for the operator belongs to nobody concerned.
//! 11. A priority holder matches the highest price once, and wins if nobody goes higher; rank, then time.
//! 12. A maximum bids one increment above the second-highest one, at most its own rounded down to the grid; equal
//!     ones: the earlier wins at that price; it may be raised, never lowered; it is sealed at rest.
//! 13. The result's confirmation is written by itself and published.
//! 14. Deposits: losers' released within 24 hours, the winner's applied, a defaulter's forfeited (all on the ledger).
//!     Where the next rank follows a defaulter, the deposits of all who could follow wait until the winner has signed.
//! 15. Unsold or annulled: run again within 30 days, the same lots for the same priority holders, the start (asked, least)
//!     price cut by at most 20 %; whoever fell out is barred from it. A negotiated price is not run again: another one is publicised and approved anew (DOMAIN §3).
//! 16. A failure of the platform suspends a running sale and gives the lost time back.
//! 17. Negotiated: name and intended price publicised for 15 days by profile, objections, a flag for related parties,
//!     approval, result; a refusal has a reason; the final amount may differ (DOMAIN §3).
//!     It names no priority holders: in publicity they object.
//! 18. Listing: fixed price: the first offer; asked price: the highest, then rank of priority, then time; no offers: it is
//!     extended as announced.
//! 19. Objections say what, why, on which evidence, and the remedy; they have a clock, of which the operator is told, and
//!     block opening, evaluation, result and award. Upheld once there is a winner, one annuls the sale or excludes the winner.
//! 20. The winner signs within 30 days of the award by profile, and as much longer as objections were open; then its
//!     default may be stated by the seller or the operator. Another person of the operator decides it, and not while an
//!     objection, the winner's too, is open.
//! 21. What was published changes only by a correction, which everybody who takes part or watches is told and offers
//!     confirm. One that makes them say again what they said leaves five days (a mandatory tender: fifteen).
//! 22. Price and end of a running sale are told to other nodes as they move, at most once a minute and in the last part
//!     every ten seconds; suspension and close at once (TMF-1 rule 3).
//! 23. Of equal best bids, for the ranks after the winner: whoever led at that price before whoever did not, the last to
//!     lead first; then the earlier.
//! 24. The seller concludes when the winner has said that it has signed, or the contract of the award is registered, or the
//!     operator has seen that of a winner without an account here. Who has signed does not default.
//!
//! For a further mode: its terms in `terms.rs`, its rules in `rules/`, its steps beside `service/`; enrolment, deposits,
//! questions, objections, the award and what follows are the same for all (`service::finish`).

mod breach;
pub mod challenge;
pub mod codes;
mod http;
mod jobs;
pub mod live;
pub mod model;
mod profile;
mod projection;
pub mod protocol;
pub mod rules;
pub mod sealed;
pub mod service;
mod standing;
mod store;
mod terms;
pub mod watch;

pub use http::routes;
pub use jobs::{TendSales, tend_due};

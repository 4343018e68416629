//! Acts across nodes: a user of one node enquires about, writes about, offers on or objects to a record of another.
//!
//! ```text
//! A: queued ──handed over──▶ sent ──▶ received by the owner ──▶ decided (accepted, or refused with the reason)
//!      └── nobody takes it for seven days ──▶ undeliverable       ▲ what the owner tells may still arrive
//!    (any) ── the owner was restored and does not know it ──▶ lost ┘
//! B: received ──own rules, own clock──▶ decided
//!        └── a fault of B's own, ten times ──▶ failed (an operator's business)
//! carrier: waiting ──▶ sent, or dead
//! ```
//!
//! Rules (docs/federation/commands.md has the wire format):
//! 1. The command is written in the transaction of the user's act, and handed over at least once; its key, (origin
//!    node, key), is kept for good, so that it acts once (TMF-1 rule 11).
//! 2. It is signed by A and encrypted to B; carriers read the address, the key and the time (TMF-1 rule 11).
//! 3. It goes to its node directly, or through the tree: four hops at most, through no node twice (TMF-1 rules 9, 11).
//! 4. B decides by the same services as for its own users, as the person of another node whom A vouches for; a node
//!    speaks for its own organisations alone (TMF-1 rule 11).
//! 5. What B decides, and every change of a thread with a remote party, is a record of B's feed for A alone, signed by
//!    B and encrypted to A; it says the whole state, so that a snapshot serves as well (TMF-1 rules 5, 7, 11).
//! 6. Keys of nodes that are no neighbours are believed along a chain of countersignatures from what is pinned
//!    ([`chain`]; TMF-1 rule 11).
//! 7. A node may bring so many commands a minute; the rest are told to come later (TMF-1 rule 14).
//! 8. What the user sees is what is known: news never take an act back (issue 7, "honest about delay").
//! 9. Words and contacts go when their time is over, and when the record is erased that they are about (TMF-1 rule 5,
//!    Personal Information Protection Law arts. 19, 47); keys, digests and decisions stay.
//! 10. Acts on sales are the acts of trading with a party that lives elsewhere: one path, the owner's rules and clock. What
//!     such an act was is in no table and no log of the owner's; a bidder hears of its own part alone (rule 11; DOMAIN §4).

mod act;
pub mod chain;
pub mod codes;
pub mod decision;
mod documents;
mod hand_over;
mod http;
mod jobs;
pub mod model;
pub mod nodes;
mod perform;
mod rules;
pub mod sale_wire;
pub mod service;
mod store;
pub mod wire;

pub use hand_over::{ByCourier, node_routes};
pub use http::routes;
pub use jobs::{Decide, Erase, Post, Take, Tell, TellParts, Tidy};
pub use service::Desk;

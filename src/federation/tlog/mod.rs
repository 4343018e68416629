//! The transparency log: a Merkle tree over this node's feed, its signed checkpoints, and what neighbours have
//! seen of each other (TMF-1 rule 13; C2SP tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-proof).
//!
//! ```text
//! feed ──grow──▶ tiles ──sign──▶ checkpoint ──submit──▶ neighbour: continues what it saw? ──▶ cosignature
//!                                                            └─ no: two histories, kept with both notes
//! ```
//!
//! Rules
//! 1. Leaf n is event n of the feed (counted from 0: the event of number n + 1), with the leaf hash that stands
//!    in the change log.
//! 2. A log is named by its node and epoch (`urn:tm:{node}:tlog:{epoch}`): a restore from a backup begins another
//!    log over the same first leaves, which neighbours see as a new one, never as a rewritten one.
//! 3. A witness cosigns only what continues what it saw, and keeps that before it answers (tlog-witness).
//! 4. A proof that does not hold accuses nobody, because anybody may have sent it. Two checkpoints that a log
//!    signed and that contradict each other do: they are kept, and the node is named until somebody settles it. So
//!    does a proof that does not hold and that the node itself signed, for the two trees that it was asked for.
//! 5. A proof shows an event's content only to whom its audience allows; the leaf and the path tell nothing.
//! 6. The deposit of a sealed bid is no event of the feed, and its proof is given from the opening on: neither count nor
//!    place nor growth of the tree tells of a bid before.
//! 7. There are no entry bundles: erasure takes the salt, and then an entry cannot be made again. The feed has the
//!    entries, the tree their hashes.
//! 8. A case is settled by the operator, with the reason, after a new epoch or an explained restore: it is kept with its
//!    notes for good, the node is named no more, and a new case names it again.

mod bids;
pub mod codes;
mod http;
mod jobs;
pub mod note;
pub mod service;
pub mod settle;
mod settle_http;
mod store;
mod tree;
mod verify;
pub mod watch;

pub use http::{InclusionView, api_routes, routes};
pub use jobs::Grow;
pub use verify::{Verified, verify};

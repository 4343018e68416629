//! Records of other nodes, read-only (TMF-1 rules 1 and 8).
//!
//! ```text
//!              PUT, greater                  DELETE, greater
//! (unknown) ─────────────────▶ live ───────────────────────────▶ deleted  (kept for good)
//!      │                        │ ▲                                 │
//!      │          view narrower │ │ view wider                      │ PUT, greater: published again
//!      │                        ▼ │                                 ▼
//!      │                     withdrawn                             live
//!      └── DELETE for erasure, from any state ──▶ erased  (data gone here and in what was passed on)
//! ```
//!
//! Rules:
//! 1. Only the origin writes: an event about another node's record than its origin's is set aside.
//! 2. An event is taken once: (origin, epoch, number) stands in the inbox once it was written, whatever way it came
//!    (rule 8).
//! 3. A record is written only if (epoch, version) is greater than what is here (rule 8).
//! 4. Equal epoch and version with other data is two stories about one thing: set aside, with an alarm (rule 8).
//! 5. An unknown type or a newer schema is kept as it is and passed on; nobody here reads it (rule 8).
//! 6. Tombstones stay for good, so that nothing old comes back (rule 7).
//! 7. Erasure takes the data of a record here and in every change that was passed on (rule 5).
//! 8. A record that several neighbours give is held by the way of one: of a living one before one that is left, of a
//!    shorter way before a longer. What one of them withdraws stays while another gives it (rules 5 and 9). Of a
//!    neighbour's own records nobody but itself says anything new while it gives them itself.
//! 9. Inside, a replica is followed like an own record: taking one is a change of this node's log. It has a number
//!    of the feed only where it is passed on (rule 9).

mod aside;
mod homes;
mod inbox;
pub mod model;
pub mod rules;
pub mod service;
mod store;
mod ways;

//! Credit of the units that take part in technology transfer: good and bad records, and who is barred.
//!
//! ```text
//! standing ── appeal ──▶ appealed ── rejected ──▶ standing (the answer stays on the record)
//!    │                      └────── upheld ─────▶ lifted
//!    ├── lift ─────────────────────────────────▶ lifted
//!    └── its last day passes: it stands in the list, and no longer counts
//! ```
//!
//! Rules (DOMAIN §1: "credit management of every unit that carries transfer work"):
//! 1. Government and operator keep the records; each names its source, level and days.
//! 2. Good records are excellent, good or ordinary, bad ones untrustworthy or seriously untrustworthy.
//! 3. Seriously untrustworthy bars a unit, from the first day of the record to the last; such a record always has
//!    a last day. An appeal under way does not suspend it.
//! 4. The unit concerned may appeal with its reasons; somebody other than who recorded it answers. What was
//!    upheld is lifted.
//! 5. Nobody keeps records about their own organisation.
//! 6. Who is barred is public; other records are for the unit and for those who keep them.
//! 7. So other nodes are told of a record that bars, from its first day to its last or until it is lifted, and of no
//!    other (TMF-1, What travels: credit records by level). What they are told bars nobody there: each node's keepers
//!    decide for their own.

pub mod codes;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::Tell;

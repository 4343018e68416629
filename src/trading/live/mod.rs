//! Live sales: price, end, clock and the state of the connection as server-sent events.
//!
//! ```text
//! POST …/stream-ticket ─▶ ticket (single use, 30 s) ─▶ GET …/live ─▶ missed bids, state, then what is new
//!
//!   commit here ─▶ hub: one read for each watched sale ─▶ ring ─▶ every listener of this instance
//!   commit elsewhere ─▶ wake-up over Redis, else the hub's own poll ─┘      └─ too slow: cut, it reconnects
//! ```
//!
//! Rules:
//!
//! 1. What is shown is read from the database, never taken from a message: instances behind a load balancer show the
//!    same sale (issue: live bidding).
//! 2. An event's id is the number of the last bid that it includes. Who reconnects with it gets every bid since then,
//!    and the state (issue: reconnect with Last-Event-ID misses nothing).
//! 3. Bidders are aliases here, before the end and after it (DOMAIN §4, identity). Sales without ascending bids show
//!    their state and times alone: no price, no count, no trace of an envelope.
//! 4. A ticket is used once and soon. Streams are limited for each address and in total; a listener that does not keep
//!    up is cut. At shutdown every stream ends with a word.

pub mod codes;
mod http;
mod hub;
pub mod model;
mod page;
mod service;
mod store;
mod stream;

pub use http::routes;
pub use hub::{Hub, StreamLimits};
pub use page::{live_page, script, style};

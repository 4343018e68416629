//! The protocol document of a sale: everything that decided it, in one signed JSON, and as a page to print.
//!
//! Rules
//! 1. It is written and signed at once when the sale has come to a result, kept, and never changed; its hash stands in
//!    the change log. A default makes another result, and another edition.
//! 2. It replays: from bids, offers or envelopes alone the same ranking follows ([`replay`], `techmart verify sale`).
//!    Of a sealed tender also the shares, the opening key, the tree of envelopes and the committee's points.
//! 3. Signed is its SHA-256 in canonical form (RFC 8785), by the node's key for papers.
//! 4. Of those who did not win it names the alias; the bids of an opened tender are public as they are.

mod build;
pub mod codes;
mod http;
mod jobs;
mod model;
mod replay;
mod replay_sealed;
mod service;
mod store;

pub use build::{PROTOCOL_KIND, statement};
pub use http::routes;
pub use jobs::WriteProtocols;
pub use model::{PROTOCOL_TYPE, Protocol, Record, Result as ProtocolResult};
pub use replay::{Fault, replay};

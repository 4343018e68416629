//! Demands (技术需求): what enterprises and bureaus look for.
//!
//! States, review, revisions, confidential parts, expiry and lists are those of every listed record: see the
//! diagram and rules 1 to 11 of `listing`. What is a demand's own:
//!
//! 12. A demand has a deadline, and expires with it (DOMAIN §6).
//! 13. Its budget is an amount, a range or negotiable (DOMAIN §6).

mod content;
mod http;
pub mod model;
mod rules;
pub mod service;
mod source;

pub use http::routes;
pub use source::Found;

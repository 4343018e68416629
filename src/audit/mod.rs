//! The trail: who read what is confidential, who acted officially, and how records came to be as they are.
//!
//! ```text
//! entry     written once, by the command that acts            never changed, never deleted
//! revision  written once for each version of a record         never changed, never deleted
//! ```
//!
//! Rules:
//! 1. An entry is written in the transaction of the act it tells of: no act without its entry, no entry of
//!    an act that did not happen (DESIGN, the one idea).
//! 2. The database refuses to change or delete entries and revisions, on both back ends (DOMAIN §4:
//!    records are kept at least 10 years).
//! 3. Persons appear by id, never by name: a trail cannot be erased, so it holds nothing that must be
//!    (DOMAIN §8, Personal Information Protection Law).
//! 4. A revision names every changed field with its old and new value, who, when and why (DOMAIN §2, "old
//!    kept"; §6). Values under a hidden pointer are withheld from readers without the right to them.
//! 5. Only auditors of the operator read the trail; the rooms show the history of their own records.

mod http;
pub mod model;
mod revision;
pub mod service;
mod store;

pub use http::{RevisionView, routes};
pub use revision::{FieldChange, diff};

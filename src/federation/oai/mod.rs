//! The OAI-PMH 2.0 outlet: achievements and demands for libraries and registries (openarchives.org, 2002-06-14).
//!
//! Rules
//! 1. Every published record is shown once, own ones and those passed on for other nodes, with the second of its
//!    last change; one that was withdrawn or deleted stays as a deleted header for good (`persistent`).
//! 2. A datestamp is the time of the command that wrote it, which never goes back; answers say a moment before
//!    now. So a harvest from the date of the last answer misses nothing.
//! 3. A resumption token is a place in that order, not a list kept for somebody: it never expires, and what
//!    changes meanwhile comes again at its new place.
//! 4. Sets: `type:achievement`, `field:CODE`, `division:CODE`, and above them `type`, `field`, `division`.
//! 5. Two formats: `oai_dc`, and `tm` with the whole published projection (its schema is served at `/oai/tm.xsd`).

mod args;
mod follower;
mod formats;
mod http;
mod service;
mod store;
mod token;
mod xml;

pub use follower::Outlet;
pub use http::routes;

//! Saved searches: a question that somebody keeps, to be told of records that answer it.
//!
//! ```text
//!  saved ──▶ watched (in memory, each instance) ──record published──▶ alert "matched" ──record changed──▶ "changed"
//!    │  ▲                                                                  │                             or "left"
//!    │  └── changed: from now on                                           └──record withdrawn──▶ "withdrawn"
//!    └── off: kept, not watched
//! ```
//!
//! Rules:
//!
//! 1. A question is the search's own (`GET /search`), without order and page; it is told of what the search finds by all
//!    its words, never of what it finds by relaxing them. Of a pasted text with more words than a record can have, the
//!    rarest of the dictionary stand for it (`POST /saved-searches/try` names them).
//! 2. Nobody is told of what happened before the question was saved or changed, or while it was off.
//! 3. Who was told of a record is told of its changes and of its end, once for each version. Records of other nodes
//!    count like one's own, as far as they are public, but are no news when they come a month after their publication.
//! 4. A saved search belongs to a person acting for an organisation; nobody else sees it.
//! 5. Alerts are changes of the log (`saved_search.alerted`), at most [`model::ALERT_SEARCHES_MAX`] searches each; who delivers
//!    them follows the log.

mod alerts;
pub mod http;
pub mod model;
pub mod rules;
pub mod service;
mod store;

pub use alerts::Alerts;

//! What buyers expect around a sale: to watch it, to have it in their calendar, to be reminded.
//!
//! Rules:
//!
//! 1. Anybody with a login watches a sale that everybody may see, and stops; that somebody watches is theirs alone
//!    (issue: what buyers expect).
//! 2. 24 hours and 1 hour before the start and the end of a sale its watchers and, of an ascending bidding, the
//!    persons who enrolled a bidder are reminded, once each (brief: reminders). In the change they are one list: who of
//!    them bids is not told (DOMAIN §4, identity). Of a sealed tender only watchers are reminded: that nobody learns how
//!    many envelopes there are (issue: sealed bids).
//! 3. A start or end that moves by more than half the lead is reminded of again.
//! 4. The calendar file has notice, start, end and the end of objections; the same event keeps its UID, and its SEQUENCE
//!    grows with each change (RFC 5545 §3.8.4.7, §3.8.7.4).
//! 5. A correction, a suspension and its end, the first move of the end, withdrawal, end, nothing come of it, annulment:
//!    bidders and watchers are told of each, once. The log does not tell who takes part (DOMAIN §4, identity); of a sealed
//!    tender nobody takes part before the opening, and only watchers are told.

mod calendar;
pub mod codes;
mod http;
mod jobs;
pub mod model;
mod news;
mod rules;
pub mod service;
mod store;

pub use http::routes;
pub use jobs::Reminders;
pub use news::News;

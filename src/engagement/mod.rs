//! Engagements (对接): an organisation enquires about another's achievement or demand, and what becomes of it.
//!
//! ```text
//!                    ┌─ declined (one of eight reasons)
//! enquired ─ answer ─┤
//!    │               └─ accepted ── undertaking of confidentiality ──▶ confidential parts open
//!    │                     │     messages, meetings
//!    └──── withdrawn ◀─────┤
//!                          └──▶ concluded (contract, or none with the reason)
//! ```
//!
//! Rules:
//!
//! 1. Only the parties see an engagement: the record's owner, the enquirer, and the broker that the enquirer
//!    names; nobody enquires about their own record, and nobody twice at a time (DOMAIN §6).
//! 2. The owner answers once: accepts, or declines with one of eight reasons (DOMAIN §6). Unanswered after the
//!    configured days, an enquiry shows as overdue (issue: an unanswered enquiry shows as overdue).
//! 3. The enquirer accepts the undertaking as it was shown, by its hash, before confidential parts open; each
//!    read of them stands in the trail (DOMAIN §6, §8; Law on Promoting Conversion, art. 11 and 30).
//! 4. While it is accepted, the parties write messages and arrange meetings (DOMAIN §6).
//! 5. It ends with a contract, or without one and the reason (DOMAIN §6).
//!    When a contract drawn up from it is registered, it is concluded by itself.
//! 6. A contract is drafted from it by its own parties: who owns the achievement sells, who owns the demand
//!    buys.
//! 7. An enquirer may live at another node, which answers for it: it acts by the same rules and by this node's
//!    clock, but confidential parts are never sent to it (TMF-1 rule 11; TMF-1, what travels).
//! 8. An organisation that is not verified any more does nothing in an engagement and opens no confidential part, until
//!    it is again; what it asked it may take back.

pub mod codes;
mod http;
mod jobs;
pub mod model;
mod rules;
pub mod service;
mod store;
mod view;

pub use http::{AnswerDays, routes};
pub use jobs::Contracts;

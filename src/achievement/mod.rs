//! Achievements (科技成果): what universities, institutes and enterprises have found and offer.
//!
//! States, review, revisions, confidential parts, expiry and lists are those of every listed record: see the
//! diagram and rules 1 to 11 of `listing`. What is an achievement's own:
//!
//! 12. Contributors are ranked 1, 2, 3 … and share the whole, or no shares are given (DOMAIN §6).
//! 13. Maturity is TRL 1 to 9 (GB/T 22900-2022), with the market's word beside it (DOMAIN §6).
//! 14. A patent's number passes its check and is of the stated kind; one with ZL is not merely applied for
//!     (DOMAIN §7).
//! 15. The registration number is optional and has 12 characters (DOMAIN §6).
//! 16. A holder's catalogue lists what it published within a period (plan, Annex 5: 科技成果目录), with its state: what was
//!     traded or has expired since stays in it, what was withdrawn does not.

mod catalogue;
pub mod codes;
mod content;
mod http;
pub mod model;
mod rules;
pub mod service;
mod source;

pub use http::routes;
pub use source::Found;

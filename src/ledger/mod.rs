//! The ledger: accounts, transactions, postings. It knows no policy: what an amount is for, who may move it
//! and when is decided by the rooms above (subsidy; deposits of sales).
//!
//! ```text
//!   post ──► open ──(postings)──► sealed        one command; nobody ever sees an open one
//! ```
//!
//! Every account shows where money is, so balances are zero or above; only a *source*, where money enters
//! the books, is zero or below. A transaction moves money between accounts; its postings sum to zero.
//!
//! Rules (DOMAIN §5):
//!  1. A transaction has at least two postings and they sum to zero.
//!  2. Nothing is ever edited or deleted: a mistake is taken back by a transaction of its own, once.
//!  3. Two dates on everything: the *effective* day, which the caller states, and the *booked* instant.
//!  4. The same act is booked once: the external key names it; the same key with other content is refused.
//!  5. No account leaves its side of zero. The caller may name accounts and the words of the refusal.
//!  6. Transactions are chained: each hash covers the one before, so a changed, removed or reordered row is
//!     found by `techmart verify`.
//!
//!  7. Beside each posting stand its account's totals of the effective day and month, so that a balance by any
//!     pair of dates needs a look-up for each month and not a sum over postings.
//!  8. The books are cut into pages of some postings. With the transaction that ends one the totals of each line of
//!     the trial balance are written for the effective days, months and years that moved, so that a table over all
//!     accounts by any pair of dates needs a look-up for each period, and at most one page of postings.
//!
//! Triggers in the database hold 1, 2, 5, 7, that pages are never changed, and the order of the chain against every program, on both back ends.

pub mod codes;
mod encoding;
pub mod export;
mod http;
pub mod model;
pub mod rules;
pub mod service;
pub mod sheets;
mod store;

pub use http::routes;

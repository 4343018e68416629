//! Brokerage: who may bring parties together for whom, and what it earns (DOMAIN §6; the plan's Annex 5 on agencies).
//!
//! ```text
//!   proposed ─accept (by the other side)▶ active ─end (by either, with the reason)▶ ended
//!      ├─decline (by the other side)▶ declined
//!      └─withdraw (by who proposed)▶ withdrawn
//! ```
//!
//! Rules:
//!  1. A mandate is between a party and a verified broker; one side proposes, the other accepts (issue: mandate
//!     between a party and a broker). Only the two see it.
//!  2. The fee is a rate of the total or technical amount with or without a cap, tiered rates, or a fixed amount;
//!     the client pays, the other side of the contract, or both in stated shares (issue: rate, tiered or fixed, who
//!     pays).
//!  3. A commission is computed on the outcome: a registered contract within the mandate's days, with the client as a
//!     party, from an engagement that names the broker and, where the mandate says so, about its record; or one that
//!     the broker claims by its registration number and the client agrees to.
//!  4. Exact products, rounded half up once; shares of payers by largest remainder, the client first (DOMAIN §5).
//!  5. What happens to the contract later is one line for each cause: the fee after it, less what is booked. An
//!     amount that is an estimate earns nothing before it is final (DOMAIN §2).
//!  6. The broker's own registered intermediary contract can be linked: the broker is its seller, it stands.
//!  7. A technology manager has certificate, level, fields and agency; a certificate is active at one agency
//!     (DOMAIN §6). The deals of a manager are those of the mandates that name it.
//!  8. Yearly figures of an agency: staff, deals, amount, firms served, commissions (DOMAIN §6, assessment).

pub mod codes;
pub mod form;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
pub mod sheets;
mod store;

pub use http::routes;
pub use jobs::Commissions;

//! Rewards to those who completed and converted a service achievement (职务科技成果奖酬).
//!
//! ```text
//!            ┌────────── objection upheld ───────────┐
//!            ▼                                       │
//!          draft ─publicise▶ publicised ─(days over, no objection open)─confirm▶ confirmed ─paid out▶ settled
//!            └───withdraw──▶ withdrawn ◀──withdraw───┘
//! ```
//!
//! Rules (Law on Promoting the Conversion of Sci-Tech Achievements, 2015, as DOMAIN §3 has it):
//!  1. A plan is over a registered contract that stands and of which the institute is the seller; later income of
//!     the same contract is another tranche.
//!  2. Floors, kinds of cost and the territory of the city's plan are versioned configuration; a plan keeps the
//!     version that was in force when it was drawn up (DOMAIN §3: the net income formula is a versioned rule).
//!  3. Net income = what was received − taxes of the deal − upkeep − direct costs of the deal.
//!  4. For units under the city's plan the reward is at least 70% of the net income or of the shares (plan, DOMAIN
//!     §1): refused below. For others less than the law's 50% is a lawful agreement (art. 44, 45): a warning.
//!  5. Main contributors get at least half of the whole reward (DOMAIN §3): refused below.
//!  6. Own or joint use: at least 5% of the yearly operating profit, for 3 to 5 years (art. 45).
//!  7. Shares of contributors add up to the whole; amounts by largest remainder, so that no fen is lost.
//!  8. A decision is publicised with the contract's registration number for the days of the profile in force:
//!     15 days, for cash 15 working days (DOMAIN §3). An open objection blocks; one that is upheld sends it back.
//!  9. Nothing is paid beyond what is due, nor after the contract was cancelled or revoked.
//! 10. An institute reports every year what it converted and how it distributed the income (art. 21).
//! 11. Names of contributors are public while the decision is publicised, and never before or after.
//! 12. Who drew a plan up or changed it does not confirm it, nor answers an objection to it; who objected does not
//!     answer either (DESIGN, separation of duties; DOMAIN §3, art. 45).
//! 13. The same income, the same shares, the same year's profit of a contract is distributed once, whatever the
//!     tranche.

pub mod codes;
pub mod form;
mod http;
pub mod model;
pub mod rules;
pub mod service;
pub mod sheets;
mod store;

pub use http::routes;

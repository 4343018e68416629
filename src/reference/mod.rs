//! What a city's platform looks up: divisions and territories, working days, regulation profiles, code lists.
//!
//! ```text
//! regulation profile:  shipped or added ── set values, set the day ──▶ unconfirmed ── confirm ──▶ confirmed
//!                                                     ▲                                        │
//!                                                     └──────────── any later change ──────────┘
//! ```
//!
//! Rules:
//! 1. Where the law changed or is unclear, the value is a row with a date, never a constant: the profile in
//!    force on a day is the confirmed or unconfirmed one with the latest `effective_from` on or before it
//!    (DOMAIN, introduction and §2). A profile without a day is in force on none.
//! 2. Three profiles ship: 2000 (four classes, Contract Law), 2021 (five classes, Civil Code), 2026 (values of
//!    the 2024 draft, no day, unconfirmed until an operator confirms them) (DOMAIN §2).
//! 3. Each change of a profile takes its confirmation away, is kept as a version and recorded (DOMAIN §2,
//!    "marked unverified on every case until an operator confirms them").
//! 4. A limit starts on the day after the event (Civil Code art. 201; General Principles of the Civil Law
//!    art. 154 before 2021); if its last day is a day of rest, it ends on the next working day (art. 203).
//! 5. A working day is a weekday that is no holiday, or a weekend day worked to make up for one. A year whose
//!    calendar is not known counts by weekends alone, and the answer says so (DOMAIN §2).
//! 6. An imported calendar replaces that of its year as a whole, or not at all; every wrong line is named.
//! 7. Tax rules are dated sets too; they inform and decide nothing (DOMAIN §3, fees and tax).
//! 8. A functional zone has no code of GB/T 2260; its local code maps to its parent division (DOMAIN §7).

pub mod codes;
mod http;
pub mod model;
pub mod rules;
pub mod service;
mod shipped;
mod store;
mod tax;

pub use http::routes;

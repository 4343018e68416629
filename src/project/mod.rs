//! Conversion projects (转化项目) and the plan's indicators: targets against what stands behind them.
//!
//! ```text
//! project     declared ──▶ withdrawn   by the officer of the unit, with a reason
//!                └──────▶ lapsed       its contract was revoked or cancelled
//! attainment  recorded ──▶ withdrawn   by an approver, with a reason
//! ```
//!
//! Rules:
//! 1. Only a registered contract can be declared, and it counts once; withdrawn or lapsed, it may be declared
//!    again if it is still registered (DOMAIN §1; Annex 5 counts projects, not papers).
//! 2. A project belongs to one of the plan's units and to the year of the contract's registration day in
//!    Asia/Shanghai (DOMAIN §5, period).
//! 3. An officer declares for a unit inside the officer's own division, never for another (DESIGN, "county
//!    officer (scope: its division)").
//! 4. One of the contract's parties is in the unit's territory; a functional zone's is its parent division
//!    (DOMAIN §7), because an address there carries the code of a district.
//! 5. The mode of conversion is one of the plan's four (Annex 5: joint R&D, transfer, licence, equity).
//! 6. When the contract is cancelled or revoked, the project lapses by itself and stops counting (DOMAIN §2,
//!    after registration); an amendment of the contract shows in the project.
//! 7. Targets are those of Annexes 2 to 5; they change only with a reason, and every change is kept. "Over"
//!    a number (超过) is more than it, "new" and "at least" reach it (Annex 4).
//! 8. Every number of an indicator is the count of records that can be listed: projects for Annex 5,
//!    attainments for Annexes 2 to 4.
//! 9. Targets and attainments are kept by an authority of the city or above; a unit does not set its own
//!    (DOMAIN §1, "yearly assessment of counties").

pub mod codes;
mod http;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod shipped;
mod store;

pub use http::routes;
pub use jobs::Contracts;

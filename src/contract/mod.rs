//! Registration of technical contracts (技术合同认定登记).
//!
//! ```text
//! draft ─submit─▶ submitted ─accept─▶ accepted ─────────────────────────┬─register─▶ registered ─amend─▶ amended*
//!                                        │ ▲                            ├─refuse───▶ refused      │         │
//!                     request correction │ │                            │                         ├─cancel──┼─▶ cancelled
//!                                        ▼ │ resubmit (⇒ resubmitted)   │                         └─revoke──┴─▶ revoked
//!                              correction_requested ────────────────────┘
//! withdraw: from draft, submitted, accepted, correction_requested and resubmitted to withdrawn
//! ```
//!
//! Rules (DOMAIN §2 unless said otherwise; for cases under profile 2000 the Contract Law stands in the place of the
//! Civil Code):
//! 1. The diagram above; every step has actor, time and opinion.
//! 2. The seller applies; for a technology import the domestic buyer. Credit codes are checked (§7).
//! 3. At a verified office whose division holds the applicant's.
//! 4. Technical amount = total − Σ itemised deductions, computed, 0 ≤ technical ≤ total; carriers are not deducted.
//! 5. Payment as Civil Code art. 846 knows it; instalments add up.
//! 6. Classes and sub-types of the profile in force: five since 2021 (Civil Code ch. 20), four before. Written form
//!    (art. 851, 863); one main text; signed ≤ start ≤ end, filed within the validity.
//! 7. Each class asks its questions; training only with a registered parent of development, transfer or licence,
//!    intermediation alone or with one.
//! 8. Patents are fully named (art. 845), their numbers checked (§7).
//! 9. A licence is ordinary unless stated, and does not outlive the patent (art. 865).
//! 10. The profile in force on the acceptance date applies and stays; its limit runs from acceptance; a resubmission
//!     moves the acceptance date to the day it arrives. A large case, and one that the office marks as disputed with the
//!     reason, has the longer limit. A last day in a year without a calendar is provisional, and reckoned again when the
//!     calendar comes. What is filed again may be signed up to today; its validity is that of the first filing.
//! 11. The same main text, or the same parties, title, date and amount, is stopped with a pointer to the first.
//!     The text is compared by its words where the format gives them (plain text, Word), else byte by byte.
//! 12. The number is laid out by the profile (16 digits: year, division (4), office (2), serial (6)); without gaps for
//!     each office and year, given in the transaction of the registration.
//! 13. Nobody acts on their own organisation's case or on a deal they worked on, for an office or for the authority over
//!     it: what was done in the engagement or under a broker's mandate counts after leaving the broker too.
//! 14. A large contract is registered only with the consent of a second reviewer other than the first.
//! 15. A refusal names at least one listed ground and says why; a correction names its fields.
//!     A title is refused only after its correction was asked. Machine checks stand beside the file; they decide
//!     nothing. A claimed case is decided by its handler. Opinions before the decision are for the office's eyes.
//! 16. Cancelled by the registrant, revoked by the authority over the office on a listed ground and a decision.
//!     A revoked certificate verifies as revoked. What was registered is kept edition by edition.
//! 17. An amendment (变更登记) is asked for by the registrant with reasons and approved by the office; it changes
//!     parties, amounts and term, never the class. A large one, before or after, needs a second reviewer. The registrant
//!     itself stays the registrant: its benefits, and what is clawed back of them, run on its credit code, so a successor
//!     with another code (merger, division) has the registration cancelled and files the contract as its own.
//! 18. Technical income (技术性收入核定) is stated by the registrant and verified by the office: all that is verified
//!     stays within the contract's amounts, also when these are amended, and an estimate is amended first.
//! 19. An import from a spreadsheet makes drafts that nobody sees until its last command: all of them or none.
//! 20. An award of a sale or an open challenge makes a draft, once: parties, price and kind are filled in. Where the
//!     seller belongs to another node it files there, and its buyer here is told so.

pub mod codes;
pub mod form;
mod http;
pub mod import;
mod jobs;
pub mod model;
pub mod rules;
pub mod service;
mod store;
mod sweep;

pub use http::{routes, verify_desk, verify_file, verify_page};
pub use jobs::Awards;
pub use sweep::{ReckonDueDays, SweepImports};

//! What achievements and demands have in common: a record that an organisation writes, a second person
//! reviews, the public sees for a time, and that leaves the market with a reason.
//!
//! ```text
//!                 edit                                        renew
//!               ┌──────┐                                 ┌──────────────┐
//!               ▼      │                                 ▼              │
//!   create ─▶ draft ─submit─▶ submitted ─publish─▶ published ─expire─▶ expired
//!               ▲                 │                 │  │  │              │
//!               └─edit─ returned ◀┘return           │  │  └─trade─▶ traded
//!                                                   │  └─withdraw─▶ withdrawn ◀─ (any but traded)
//!                                                   └─edit─▶ published with a revision:
//!                                                            draft ─submit─▶ submitted ─publish─▶ none
//!                                                              ▲                │
//!                                                              └─edit─ returned ◀┘return
//! ```
//!
//! Rules, each with a test that names it:
//!
//! 1. Only members of the holder write a record (DESIGN, Who may do what).
//! 2. Only a verified organisation submits and publishes (DOMAIN §6, brief of the platform).
//! 3. A second person reviews: never the one who submitted, never a member of the holder (DOMAIN §6, DESIGN
//!    separation of duties).
//! 4. States move only along the diagram; a return, withdrawal and renewal say why (DOMAIN §6).
//! 5. What is published stays as it was approved until a revision of it is approved.
//! 6. The confidential part is in no list, projection, fact or history; every read of it stands in the trail
//!    (DOMAIN §8; Law on Promoting Conversion, art. 11 and 30).
//! 7. After its last day a record has expired; renewal gives it a new last day (DOMAIN §6).
//! 8. Classified material is refused, in drafts too (DOMAIN §6).
//! 9. At most 10 attachments of at most 30 MB (DOMAIN §6).
//! 10. Public texts carry no phone, mail or identity numbers (TMF-1 rule 5; Personal Information Protection
//!     Law).
//! 11. A record held for a deal can be neither withdrawn nor traded to somebody else, and does not expire.

pub mod acts;
mod checks;
pub mod codes;
pub mod jobs;
mod kind;
pub mod model;
mod parts;
mod projection;
mod rules;
pub mod service;
mod store;
mod view;

pub use checks::{Form, NAME_CHARS_MAX, Stage};
pub(crate) use kind::events;
pub use kind::{Events, Kind};
pub use parts::{Attachment, Contact, Price, Secrecy};
pub use view::{
    AttachmentView, ConfidentialView, HistoryList, HistoryView, HolderView, ListingHead, ListingView,
    Opinion, OwnView, Progress, Reason, Renewal,
};

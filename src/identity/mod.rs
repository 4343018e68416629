//! Organisations, the people who act for them, and how the platform knows them.
//!
//! ```text
//! organisation   pending ──verify──▶ verified ◀──reinstate── suspended
//!                  │  ▲                │  └──────suspend────────▲
//!                refuse └──── edit ────┘
//!                  ▼  └─── edit ◀── refused
//! session        open ──refresh──▶ open … ──▶ over | revoked (logout, reuse, password, member removed)
//! refresh token  fresh ──used──▶ replaced ──again within 20 s──▶ the same successor
//!                                   └──────again later──▶ the session is revoked
//! invitation     open ──▶ accepted | revoked | over
//! ```
//!
//! Rules (DESIGN "Who may do what"; DOMAIN where named)
//! 1. Every kind but the operator registers itself, with its first admin; it is pending until an operator has
//!    looked, and its people can sign in meanwhile.
//! 2. Pending becomes verified or refused; verified becomes suspended, suspended verified again; nothing else.
//! 3. A refusal and a suspension say why.
//! 4. Nobody decides on their own organisation.
//! 5. A registration office, and nobody else, has a two-digit number, one of its kind in a city (DOMAIN §2, numbers).
//! 6. Who changes name, credit code or division is verified again; who was refused and corrects itself asks
//!    again; a suspended organisation stays suspended. A credit code passes GB 32100 (DOMAIN §7) and belongs to one
//!    organisation; a refused registration holds none.
//! 7. Only a verified organisation acts officially.
//! 8. An organisation gives only the roles of its kind; a member has at least one.
//! 9. An organisation keeps an admin.
//! 10. A login is one person's on the whole platform; a person may belong to several organisations, and a token
//!     is for one of them.
//! 11. Guessing is slow for each account and address, five attempts being free: nobody locks another out. An
//!     attempt counts before the password is looked at, and an unknown account costs the same work.
//! 12. A refresh token works once; its successor is given again for 20 seconds; after that, or once the successor
//!     was used, a second use ends the session.
//! 13. An API key has some of its maker's permissions for a bounded time, and makes no keys itself.
//! 14. What ends a session, a key or a role holds at once on this instance and within two seconds on the others.
//! 15. Secrets (passwords, tokens, keys) are neither stored nor logged; what is stored is a hash.

pub mod codes;
mod gate;
mod http;
mod jobs;
mod login;
mod machine;
pub mod model;
mod password;
mod rules;
mod secrets;
pub mod service;
mod store;
mod tokens;

pub use gate::Gate;
pub use http::{jwks, routes};
pub use jobs::SweepLogins;
pub use login::{Admitted, Attempt};
pub use machine::{NewOperator, division_of};
pub use password::Cost;
pub use tokens::Revocations;

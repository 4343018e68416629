//! Keys and signatures of this node.
//!
//! Private keys are rows, sealed under the master key ([`SecretBox`]): a copy of the database alone signs
//! nothing. A key belongs to one purpose and lives through
//!
//! ```text
//! active ──rotate──▶ retired   (kept: what it signed stays verifiable)
//!    └──────revoke─────┴─────▶ revoked   (nothing it signed verifies any more)
//! ```
//!
//! Rules
//! 1. One active key for a purpose; it alone signs (DESIGN "Who may do what").
//! 2. Active and retired keys verify; a revoked key is refused before any cryptography (TMF-1 §14).
//! 3. Every signature is EdDSA over Ed25519; a token that names another algorithm is refused unread (RFC 8725 §3.1).
//! 4. The type of what was signed is checked, so that a signature for one purpose is worth nothing for another
//!    (RFC 8725 §3.11).
//! 5. A key id is the key's RFC 7638 thumbprint: nobody chooses it.
//! 6. A sealed key opens only as the key it was sealed for: its id and purpose are bound to the ciphertext.
//! 7. Trees are those of RFC 6962 §2.1, so that any verifier of it checks ours ([`merkle`]).
//! 8. Encryption to a public key is HPKE in one suite that browsers have too (RFC 9180, [`hpke`]); a key that
//!    nobody may hold alone is split, and a wrong share is noticed by itself ([`shares`]).
//! 9. Messages between nodes are signed in one profile of RFC 9421 ([`http_signature`], TMF-1 §14).
//! 10. A letter to another node is signed, then encrypted, both under its head: nobody on the way reads it, and it
//!     is worth nothing under another address ([`Letter`]; TMF-1 rule 11).

pub mod codes;
pub mod hpke;
pub mod http_signature;
#[cfg(test)]
mod http_signature_tests;
mod jwks;
mod jws;
mod keys;
mod letter;
pub mod merkle;
#[cfg(test)]
mod merkle_tests;
pub mod model;
mod secret;
pub mod service;
pub mod shares;
mod store;
pub mod structured;

pub use jwks::{JwkSet, verify_with};
pub use jws::{JwsError, PUBLIC_BYTES, PublicKey, SIGNATURE_BYTES, Signer};
pub use keys::{KeyRing, Keys};
pub use letter::{LETTER_BYTES_MAX, Letter, LetterError};
pub use secret::{MASTER_KEY_BYTES, MasterKey, SecretBox, SecretError};

//! Attachments by content hash.
//!
//! ```text
//! upload ─▶ temporary file (limit, hash, sniff) ─▶ vault (bytes under a fresh key) ─▶ row ─▶ linked by a record
//!                                                                                      └─ never linked ─▶ swept
//! ```
//!
//! Rules:
//!
//! 1. A file has at most 30 MB (DOMAIN §6); it is measured while it streams in.
//! 2. Its type is what its bytes say, must agree with its extension, and is on the list of allowed types
//!    (issue: attachments, type sniffed).
//! 3. Of a plain text and a Word document the words are hashed too (DOMAIN §2: duplicates by the normalised text);
//!    of every other format the hash of the bytes stands for the text.
//! 4. The same bytes lie in the vault once. A key in the vault is never used twice, so that sweeping and
//!    uploading can meet in no order that loses bytes.
//! 5. Only the uploader's organisation sees a file; a record that takes it up decides who else does.
//! 6. A download never runs in a browser: always an attachment, `nosniff`, no scripts.
//! 7. A file that no record took up within a day is swept.

pub mod codes;
mod content;
mod http;
pub mod jobs;
pub mod model;
pub mod service;
mod sniff;
mod store;
mod upload;
mod vault;

pub use content::folded;
pub use http::{Cached, download, routes};
pub use vault::{Bucket, Vault};

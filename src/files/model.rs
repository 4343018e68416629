//! The words of attachments. Pure.

use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::UtcTime;

ids! {
    FileId of File;
}

/// DOMAIN §6: an attachment has at most 30 MB.
pub const FILE_BYTES_MAX: u64 = 30 * 1024 * 1024;
pub const FILE_NAME_CHARS_MAX: usize = 150;
/// A file that no record has taken up by then is swept away.
pub const ORPHAN_SECONDS: i64 = 24 * 3600;

/// An uploaded file: its row. The bytes lie in the vault under their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub id: FileId,
    pub name: String,
    /// From the sniffed type, never from what the client claimed.
    pub media_type: String,
    pub size_bytes: i64,
    /// SHA-256 of the bytes, in lower-case hex.
    pub sha256: String,
    /// SHA-256 of its words alone; of the bytes where the format does not give them.
    pub text_sha256: String,
    /// Where the bytes lie.
    pub key: String,
    pub organisation: OrganisationId,
    pub uploaded_by: UserId,
    pub created_at: UtcTime,
}

/// A file as it was received: complete, measured, hashed and of a known type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    pub name: String,
    pub media_type: &'static str,
    pub size_bytes: i64,
    pub sha256: String,
    pub text_sha256: String,
    pub key: String,
}

//! An import of applications from a spreadsheet.

use crate::files::model::FileId;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::UtcTime;

ids! {
    /// Marker of an import.
    ImportId of ImportOf;
}

#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub organisation: OrganisationId,
    pub created_by: UserId,
    pub file: FileId,
    pub sha256: String,
    pub entries: i32,
    pub created_at: UtcTime,
    /// Nothing while its drafts are invisible.
    pub finished_at: Option<UtcTime>,
}

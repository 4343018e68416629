//! Entries and revisions.

use super::revision::FieldChange;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::{Day, UtcTime};

ids! {
    AuditEntryId of AuditEntry;
}

/// Who acted, as the trail keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// `user:…@…`, `system:…` or `anonymous`.
    pub label: String,
    pub user: Option<UserId>,
    pub organisation: Option<OrganisationId>,
    /// Name of the organisation at that time; empty without one.
    pub organisation_name: String,
}

/// One act.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: AuditEntryId,
    pub at: UtcTime,
    pub who: Who,
    /// What was done: `achievement.confidential_read`, `contract.register`.
    pub act: String,
    /// URN of the record.
    pub subject: String,
    /// A JSON object; holds no names of persons.
    pub detail: String,
}

/// One version of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub subject: String,
    pub version: i64,
    pub at: UtcTime,
    pub who: Who,
    pub reason: String,
    pub fields: Vec<FieldChange>,
}

/// What a reader of the trail looks for.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    pub subject: Option<String>,
    pub act: Option<String>,
    pub user: Option<UserId>,
    pub organisation: Option<OrganisationId>,
    /// First day, in Asia/Shanghai.
    pub from: Option<Day>,
    /// Last day, included.
    pub to: Option<Day>,
}

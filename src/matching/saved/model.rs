//! Saved searches as the rules know them. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::UtcTime;

ids! {
    SavedSearchId of SavedSearchKind;
}

/// Saved searches of one person in one organisation.
pub const PERSON_SEARCHES_MAX: i64 = 50;
/// Saved searches of the whole node: about 1 kB each in the memory of every instance.
pub const NODE_SEARCHES_MAX: i64 = 100_000;
pub const NAME_CHARS_MAX: usize = 60;
/// The question with its filters, as it is stored: a pasted text of 4 000 characters, and filters.
pub const QUESTION_BYTES_MAX: usize = 20_000;
/// Searches that one alert names; more are told by further alerts.
pub const ALERT_SEARCHES_MAX: usize = 100;
/// Searches that are told of one record's changes.
pub const TOLD_MAX: usize = 10_000;

words! {
    /// How often somebody is told.
    #[schema(as = AlertFrequency)]
    Frequency { AtOnce = "at_once", Daily = "daily", Off = "off" }
}

words! {
    /// What became of a record that a saved search is told of.
    #[schema(as = AlertEvent)]
    Event { Matched = "matched", Changed = "changed", Left = "left", Withdrawn = "withdrawn" }
}

/// Where alerts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    pub in_app: bool,
    pub mail: bool,
    /// To the addresses that the organisation registered.
    pub webhook: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    pub id: SavedSearchId,
    pub version: i64,
    pub user: UserId,
    pub organisation: OrganisationId,
    pub name: String,
    /// The search's parameters as JSON.
    pub question: String,
    pub frequency: Frequency,
    pub channels: Channels,
    pub since: UtcTime,
    pub created_at: UtcTime,
    pub changed_at: UtcTime,
}

/// Who was told of a record, and at which version of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub version: i64,
    pub title: String,
    pub searches: Vec<SavedSearchId>,
}

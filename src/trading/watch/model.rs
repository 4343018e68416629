//! Watching and reminding. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;

words! {
    /// What a reminder is about.
    #[schema(as = SaleReminderMoment)]
    Moment { Start = "start", End = "end" }
}

/// Somebody who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watcher {
    pub user: UserId,
    pub organisation: OrganisationId,
}

/// A reminder that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminded {
    pub sale: SaleId,
    pub moment: Moment,
    /// So many hours before.
    pub hours: i32,
    pub fired_at: UtcTime,
}

/// A reminder whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub moment: Moment,
    pub hours: i32,
    pub at: UtcTime,
}

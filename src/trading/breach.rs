//! The winner's default, as it is stated and decided. Pure.

use super::model::SaleId;
use crate::kernel::actor::words;
use crate::kernel::id::UserId;
use crate::kernel::time::UtcTime;

words! {
    /// Why the winner is said to default.
    #[schema(as = SaleDefaultGround)]
    DefaultGround {
        Overdue = "overdue",
        Renounced = "renounced",
        DepositUnpaid = "deposit_unpaid",
    }
}

words! {
    #[schema(as = SaleDefaultState)]
    DefaultState {
        Stated = "stated",
        Confirmed = "confirmed",
        Rejected = "rejected",
        Dropped = "dropped",
    }
}

/// One person states it, another decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultStatement {
    pub sale: SaleId,
    /// Within the sale: 1, 2, 3 …
    pub number: i32,
    pub version: i64,
    pub state: DefaultState,
    /// Place in the ranking of the winner that it is about.
    pub place: i32,
    pub ground: DefaultGround,
    pub reason: String,
    pub stated_by: UserId,
    pub stated_at: UtcTime,
    pub decision: String,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<UtcTime>,
}

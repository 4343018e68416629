//! Follows registered contracts and engagements: commissions are computed on what the change log tells.

use super::service;
use crate::changes::{Follower, Start};
use crate::db::Tx;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// It is about money, so it stops with an alarm rather than lose a change.
pub struct Commissions;

impl Follower for Commissions {
    fn name(&self) -> &'static str {
        "brokerage.commissions"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        service::wants(kind)
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        service::follow(tx, change)
    }
}

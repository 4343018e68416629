//! Follows awards: each makes a draft of the contract for its registration; what ends an award takes its draft back.

use super::service;
use crate::changes::{Follower, Start};
use crate::db::Tx;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// A draft that is missing would be missed by nobody but the parties: it stops with an alarm.
pub struct Awards;

impl Follower for Awards {
    fn name(&self) -> &'static str {
        "contract.awards"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        service::is_award(kind) || service::ends_award(kind)
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        if service::ends_award(&change.kind) {
            return service::end_drafts(tx, change);
        }
        service::draft_of_award(tx, change)
    }
}

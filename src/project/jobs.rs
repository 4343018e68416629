//! Follows contracts: a project ends with its contract's registration.

use super::service;
use crate::changes::{Follower, Start};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Rule 6. It stops with an alarm when it cannot go on: a lapsed project must not go on counting.
pub struct Contracts;

impl Follower for Contracts {
    fn name(&self) -> &'static str {
        "project.contracts"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(kind, "contract.amended" | "contract.cancelled" | "contract.revoked")
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        service::follow(tx, &Actor::System("project.contracts"), &change.kind, &change.subject)
    }
}

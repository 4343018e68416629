//! Follows contracts.

use super::service;
use crate::changes::{Follower, OnFailure, Start};
use crate::db::Tx;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Keeps the record of each registered contract and the release of each act.
pub struct Contracts;

impl Follower for Contracts {
    fn name(&self) -> &'static str {
        "statistics.contracts"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(kind, "contract.registered" | "contract.amended" | "contract.cancelled" | "contract.revoked")
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        service::note(tx, change)
    }

    /// A release must not be missing from the record of a legal act.
    fn on_failure(&self) -> OnFailure {
        OnFailure::Stop
    }
}

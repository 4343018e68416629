//! Follows contracts.

use std::sync::Arc;

use super::service;
use crate::changes::{Follower, Job, OnFailure, Start};
use crate::db::{Db, Tx};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Keeps the record of each registered contract and the release of each act.
pub struct Contracts {
    /// What the ids of new OCDS processes begin with.
    pub ocid_prefix: Arc<str>,
}

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
        service::note(tx, change, &self.ocid_prefix)
    }

    /// A release must not be missing from the record of a legal act.
    fn on_failure(&self) -> OnFailure {
        OnFailure::Stop
    }
}

/// Months that one run closes: ten years at first.
const MONTHS_AT_ONCE: usize = 120;

/// Closes months that are over, and reports them (rule 8).
pub struct CloseMonths;

impl Job for CloseMonths {
    fn name(&self) -> &'static str {
        "statistics.close_months"
    }

    fn every_seconds(&self) -> i64 {
        300
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..MONTHS_AT_ONCE {
            if !db.write_background_blocking("statistics.close_month", service::close_next)?.value {
                break;
            }
        }
        Ok(())
    }
}

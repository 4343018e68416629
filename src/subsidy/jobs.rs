//! What runs by itself: taking note of contracts, clearing what abandoned preparations left.

use super::service;
use crate::changes::{Follower, Job, Start};
use crate::db::{Db, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Keeps what happens to registered contracts: the causes of corrections. It is about money, so it stops with
/// an alarm rather than lose a change.
pub struct Causes;

impl Follower for Causes {
    fn name(&self) -> &'static str {
        "subsidy.causes"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        service::wants(kind)
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        service::note(tx, change)
    }
}

/// Removes sheets that a preparation began and never finished.
pub struct SweepSheets;

const SWEEP_EVERY_SECONDS: i64 = 3600;
/// A preparation takes minutes at most.
const ABANDONED_AFTER_SECONDS: i64 = 24 * 3600;
/// Slices of one run; the rest waits for the next.
const SLICES_MAX: usize = 1000;

impl Job for SweepSheets {
    fn name(&self) -> &'static str {
        "subsidy.sweep_sheets"
    }

    fn every_seconds(&self) -> i64 {
        SWEEP_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..SLICES_MAX {
            let swept = db.write_background_blocking("subsidy.sweep", |tx| {
                let before = tx.now().plus_seconds(-ABANDONED_AFTER_SECONDS);
                service::sweep(tx, before)
            })?;
            if !swept.value {
                break;
            }
        }
        Ok(())
    }
}

/// Releases commitments that were not approved within the days that their scheme gives.
pub struct ExpireCommitments;

const EXPIRE_EVERY_SECONDS: i64 = 3600;

impl Job for ExpireCommitments {
    fn name(&self) -> &'static str {
        "subsidy.expire_commitments"
    }

    fn every_seconds(&self) -> i64 {
        EXPIRE_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..SLICES_MAX {
            let actor = Actor::System("subsidy.expire_commitments");
            let released = db
                .write_background_blocking("subsidy.expire", move |tx| service::expire_overdue(tx, &actor))?;
            if released.value == 0 {
                break;
            }
        }
        Ok(())
    }
}

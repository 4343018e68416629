//! Clock-driven work: forgetting what is long over.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;

/// Slices of one run; what is left waits for the next hour.
const SLICES_MAX: usize = 50;

/// Forgets sessions that ended long ago, and guessers who gave up.
pub struct SweepLogins;

impl Job for SweepLogins {
    fn name(&self) -> &'static str {
        "identity.sweep"
    }

    fn every_seconds(&self) -> i64 {
        3600
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..SLICES_MAX {
            if !db.write_background_blocking("identity.sweep", service::sweep)?.value {
                break;
            }
        }
        Ok(())
    }
}

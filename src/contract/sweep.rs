//! Removes the drafts of imports that were begun and never finished.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;

pub struct SweepImports;

const SWEEP_EVERY_SECONDS: i64 = 3600;
/// Slices of one run; the rest waits for the next.
const SLICES_MAX: usize = 1_000;

impl Job for SweepImports {
    fn name(&self) -> &'static str {
        "contract.sweep_imports"
    }

    fn every_seconds(&self) -> i64 {
        SWEEP_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..SLICES_MAX {
            if !db.write_background_blocking("contract.sweep_imports", service::sweep_imports)?.value {
                break;
            }
        }
        Ok(())
    }
}

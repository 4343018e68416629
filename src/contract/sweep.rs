//! Clock-driven work: removes the drafts of imports that were begun and never finished; sets last days that were
//! provisional once the calendar that they need is there.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;

pub struct SweepImports;

const SWEEP_EVERY_SECONDS: i64 = 3600;
/// Slices of one run; the rest waits for the next.
const SLICES_MAX: usize = 1_000;

/// Reckons provisional last days again.
pub struct ReckonDueDays;

const RECKON_EVERY_SECONDS: i64 = 60;

impl Job for ReckonDueDays {
    fn name(&self) -> &'static str {
        "contract.reckon"
    }

    fn every_seconds(&self) -> i64 {
        RECKON_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let mut after = None;
        for _ in 0..SLICES_MAX {
            let (last, certain) = db.read_blocking(move |snapshot| service::reckonable(snapshot, after))?;
            if !certain.is_empty() {
                db.write_background_blocking("contract.reckon", move |tx| service::reckon(tx, &certain))?;
            }
            if last.is_none() {
                break;
            }
            after = last;
        }
        Ok(())
    }
}

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

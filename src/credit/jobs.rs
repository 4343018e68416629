//! Clock-driven work: a record begins to bar on its first day and no longer bars after its last.

use crate::changes::Job;
use crate::db::Db;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

use super::service;

/// Records of one query of a slice; it has two.
const SLICE_RECORDS: i64 = 50;
const EVERY_SECONDS: i64 = 60;

/// Tells other nodes who is barred (rule 7).
pub struct Tell;

impl Job for Tell {
    fn name(&self) -> &'static str {
        "credit.tell"
    }

    fn every_seconds(&self) -> i64 {
        EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        loop {
            let slice = db.write_background_blocking("credit.tell", |tx| {
                service::tell(tx, &Actor::System("credit"), SLICE_RECORDS)
            })?;
            if slice.value == 0 {
                return Ok(());
            }
        }
    }
}

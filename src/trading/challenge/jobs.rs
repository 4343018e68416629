//! The clock of open challenges: after the last day for proposals the review begins.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;

const SLICE_ROWS: i64 = 20;

pub struct Deadlines;

impl Job for Deadlines {
    fn name(&self) -> &'static str {
        "challenge.deadlines"
    }

    fn every_seconds(&self) -> i64 {
        60
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        loop {
            let closed =
                db.write_background_blocking("challenge.close", |tx| service::close_due(tx, SLICE_ROWS))?;
            if i64::try_from(closed.value).is_ok_and(|rows| rows < SLICE_ROWS) {
                return Ok(());
            }
        }
    }
}

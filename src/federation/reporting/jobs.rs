//! Publishes what differs, now and then.

use super::publish;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::proof::Keys;

/// Whose keys this node pinned, its targets and actuals (rules 1 to 3).
pub struct Report(pub Keys);

impl Job for Report {
    fn name(&self) -> &'static str {
        "federation.report"
    }

    fn every_seconds(&self) -> i64 {
        30
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let keys = self.0.clone();
        db.write_background_blocking("federation.publish_keys", move |tx| publish::statements(tx, &keys))?;
        db.write_background_blocking("federation.publish_targets", publish::targets)?;
        Ok(())
    }
}

//! Growing the tree and signing it.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::proof::Keys;

/// Takes what the feed has into the tree and signs a checkpoint, every few seconds. Two instances that do it at
/// once do it once: the head moves from the size that each saw.
pub struct Grow {
    keys: Keys,
}

impl Grow {
    pub const fn new(keys: Keys) -> Self {
        Self { keys }
    }
}

impl Job for Grow {
    fn name(&self) -> &'static str {
        "tlog.grow"
    }

    fn every_seconds(&self) -> i64 {
        5
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        while db.write_background_blocking("tlog.grow", service::grow)?.value {}
        let ring = self.keys.ring();
        db.write_background_blocking("tlog.checkpoint", move |tx| service::checkpoint(tx, &ring))?;
        Ok(())
    }
}

//! Clock-driven work: records whose last day has passed leave the market.

use std::marker::PhantomData;

use crate::changes::Job;
use crate::db::Db;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

use super::kind::Kind;
use super::service;

/// Records that one command expires at most.
const SLICE_RECORDS: i64 = 200;
const EVERY_SECONDS: i64 = 60;

/// Expires records of one kind (rule 7).
pub struct Expiry<K>(PhantomData<fn() -> K>);

impl<K> Default for Expiry<K> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<K: Kind> Job for Expiry<K> {
    fn name(&self) -> &'static str {
        K::EVENTS.expired
    }

    fn every_seconds(&self) -> i64 {
        EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        loop {
            let slice = db.write_background_blocking(K::EVENTS.expired, |tx| {
                service::expire_due::<K>(tx, &Actor::System("expiry"), SLICE_RECORDS)
            })?;
            if i64::try_from(slice.value).unwrap_or(0) < SLICE_RECORDS {
                return Ok(());
            }
        }
    }
}

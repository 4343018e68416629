//! Sweeping: files that no record took up, and bytes that no file has any more.

use futures_util::StreamExt;

use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;

use super::model::ORPHAN_SECONDS;
use super::service;
use super::vault::Vault;

const EVERY_SECONDS: i64 = 3600;
const SLICE_ROWS: i64 = 200;
/// Keys that are looked up at a time.
const KEYS_AT_ONCE: usize = 200;

pub struct SweepFiles {
    vault: Vault,
}

impl SweepFiles {
    pub const fn new(vault: Vault) -> Self {
        Self { vault }
    }

    /// Takes the rows out first: from then on nobody can reach the bytes, and their keys are never used again.
    fn sweep_rows(&self, db: &Db) -> Result<Vec<String>, Refusal> {
        let mut keys = Vec::new();
        loop {
            let slice =
                db.write_background_blocking("file.sweep", |tx| service::sweep(tx, SLICE_ROWS))?.value;
            let full = i64::try_from(slice.len()).unwrap_or(0) == SLICE_ROWS;
            keys.extend(slice);
            if !full {
                return Ok(keys);
            }
        }
    }

    /// Bytes without a row: left by a process that ended between storing and writing.
    async fn sweep_vault(&self, db: &Db) -> Result<(), Refusal> {
        let before = db.settings().clock.now().plus_seconds(-ORPHAN_SECONDS).seconds();
        let mut stored = self.vault.list().chunks(KEYS_AT_ONCE);
        while let Some(chunk) = stored.next().await {
            let mut old = Vec::new();
            for object in chunk {
                let object = object?;
                if object.written_at_s < before {
                    old.push(object.key);
                }
            }
            let asked = old.clone();
            let known = db.read_slow(move |snapshot| service::known_keys(snapshot, asked)).await?;
            for key in old.iter().filter(|key| !known.contains(key)) {
                self.vault.delete(key).await?;
            }
        }
        Ok(())
    }
}

impl Job for SweepFiles {
    fn name(&self) -> &'static str {
        "file.sweep"
    }

    fn every_seconds(&self) -> i64 {
        EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let keys = self.sweep_rows(db)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Refusal::internal)?;
        runtime.block_on(async {
            for key in &keys {
                self.vault.delete(key).await?;
            }
            self.sweep_vault(db).await
        })
    }
}

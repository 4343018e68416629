//! Clock-driven work: signs of life while sales run, closes, awards, deposits.

use super::model::SaleId;
use super::service::{self, Due};
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::proof::SecretBox;

/// Sales that are due and are read at once.
const SALES_AT_ONCE: i64 = 200;
/// Running biddings that are read at once.
const RUNS_AT_ONCE: i64 = 200;
/// Slices of one sale's deposits in one turn.
const SLICES_OF_A_TURN: usize = 100;

/// Looks after sales, every second. What it decides is decided by the time of its commands: late or twice, the same.
pub struct TendSales {
    secrets: SecretBox,
}

impl TendSales {
    pub const fn new(secrets: SecretBox) -> Self {
        Self { secrets }
    }
}

impl TendSales {
    /// All of them: a running sale that is passed over would look as if the platform had failed.
    fn tend_runs(&self, db: &Db) -> Result<(), Refusal> {
        let (mut outcome, mut after): (_, Option<SaleId>) = (Ok(()), None);
        loop {
            let (runs, next) = db.read_blocking(move |snapshot| {
                let now = snapshot.now();
                service::runs_to_tend(snapshot, now, after, RUNS_AT_ONCE)
            })?;
            for id in runs {
                let secrets = self.secrets.clone();
                // Before background slices: a late sign of life would suspend the sale.
                let tended =
                    db.write_blocking("sale.tend_run", move |tx| service::tend_run(tx, &secrets, id));
                // One sale that fails must not stop the others.
                outcome = outcome.and(tended.map(drop));
            }
            if next.is_none() {
                return outcome;
            }
            after = next;
        }
    }
}

impl Job for TendSales {
    fn name(&self) -> &'static str {
        "trading.tend"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn alone(&self) -> bool {
        true
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let outcome = self.tend_runs(db);
        outcome.and(tend_due(db, SALES_AT_ONCE))
    }
}

/// All that are due by now, in pages: those that fail again and again must not stand before the others.
pub fn tend_due(db: &Db, at_once: i64) -> Result<(), Refusal> {
    let now = db.settings().clock.now();
    let (mut outcome, mut after): (_, Option<Due>) = (Ok(()), None);
    loop {
        let page = db.read_blocking(move |snapshot| service::sales_to_tend(snapshot, now, after, at_once))?;
        for (_, id) in &page {
            outcome = outcome.and(tend(db, *id));
        }
        match page.last() {
            Some(last) if i64::try_from(page.len()).is_ok_and(|rows| rows == at_once) => after = Some(*last),
            _ => return outcome,
        }
    }
}

fn tend(db: &Db, id: SaleId) -> Result<(), Refusal> {
    for _ in 0..SLICES_OF_A_TURN {
        let more = db.write_background_blocking("sale.tend", move |tx| service::tend_sale(tx, id))?;
        if !more.value {
            break;
        }
    }
    Ok(())
}

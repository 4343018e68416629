//! The clock of reminders.

use super::service;
use crate::changes::Job;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::trading::model::SaleId;

const PAGE_SALES: i64 = 100;

pub struct Reminders;

impl Job for Reminders {
    fn name(&self) -> &'static str {
        "sale.reminders"
    }

    fn every_seconds(&self) -> i64 {
        60
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let mut after: Option<SaleId> = None;
        loop {
            let page = db.read_blocking(move |snapshot| service::ahead(snapshot, after, PAGE_SALES))?;
            for id in &page {
                let id = *id;
                db.write_background_blocking("sale.remind", move |tx| service::remind(tx, id))?;
            }
            match page.last() {
                Some(last) if i64::try_from(page.len()).is_ok_and(|rows| rows == PAGE_SALES) => {
                    after = Some(*last);
                }
                _ => return Ok(()),
            }
        }
    }
}

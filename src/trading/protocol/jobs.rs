//! Writes and signs protocols, at once after the end of each sale.

use serde_json::json;

use super::build::{self, PROTOCOL_KIND, protocol, statement};
use super::codes::SALE_PROTOCOL_EARLY;
use super::model::{Protocol, Signed};
use super::store;
use crate::changes::Job;
use crate::db::{Db, Tx};
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::leaf::canonical;
use crate::proof::Keys;
use crate::proof::model::Purpose;
use crate::trading::model::SaleId;
use crate::trading::service::{TRADING, load_tx};

const PAGE_SALES: i64 = 20;

/// A long bidding or a large box is read and put into its form on a snapshot, and kept by one short command.
pub struct WriteProtocols {
    keys: Keys,
}

impl WriteProtocols {
    pub const fn new(keys: Keys) -> Self {
        Self { keys }
    }

    fn write(&self, db: &Db, id: SaleId) -> Result<(), Refusal> {
        let found = match db.read_blocking(move |snapshot| protocol(snapshot, &TRADING, id)) {
            // Another instance was faster, and the sale has gone on since: there is no result any more.
            Err(refusal) if refusal.is(&SALE_PROTOCOL_EARLY) => {
                db.write_background_blocking("sale.protocol", move |tx| store::done(tx, id))?;
                return Ok(());
            }
            found => found?,
        };
        let statement = statement(&found)?;
        let text = |value: &serde_json::Value| -> Result<String, Refusal> {
            String::from_utf8(canonical(value).map_err(Refusal::internal)?).map_err(Refusal::internal)
        };
        let document = text(&serde_json::to_value(&found).map_err(Refusal::internal)?)?;
        let jws = self.keys.sign(Purpose::Certificate, PROTOCOL_KIND, text(&statement)?.as_bytes())?;
        let sha256 = statement["sha256"].as_str().unwrap_or_default().to_owned();
        db.write_background_blocking("sale.protocol", move |tx| {
            keep(tx, id, &found, (&sha256, &document, &jws))
        })?;
        Ok(())
    }
}

/// Keeps what was read, unless the sale has come to another result meanwhile: then the next turn reads it anew.
fn keep(
    tx: &mut Tx,
    id: SaleId,
    found: &Protocol,
    (sha256, document, jws): (&str, &str, &str),
) -> Result<(), Refusal> {
    let sale = load_tx(tx, id)?;
    if !store::is_due(tx, id)? || build::result(&sale).ok().as_ref() != Some(&found.result) {
        return Ok(());
    }
    let signed = Signed {
        edition: store::signed(tx, id, None)?.map_or(1, |before| before.edition + 1),
        sha256: sha256.to_owned(),
        document: document.to_owned(),
        jws: jws.to_owned(),
        signed_at: tx.now(),
    };
    store::insert(tx, id, &signed)?;
    store::done(tx, id)?;
    let subject = tx.urn("sale_protocol", id);
    let facts = json!({"sale": sale.urn, "edition": signed.edition, "sha256": signed.sha256});
    let public = json!({
        "schema": "sale_protocol.v1",
        "id": subject,
        "sale": sale.urn,
        "edition": signed.edition,
        "sha256": signed.sha256,
        "signed_at": signed.signed_at,
    });
    let version = i64::from(signed.edition);
    let kind = "sale_protocol.signed";
    tx.record(&TRADING, NewChange::published(kind, subject, version, Audience::Public, facts, public));
    Ok(())
}

impl Job for WriteProtocols {
    fn name(&self) -> &'static str {
        "sale.protocols"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let (mut outcome, mut after): (_, Option<SaleId>) = (Ok(()), None);
        loop {
            let page = db.read_blocking(move |snapshot| store::due(snapshot, after, PAGE_SALES))?;
            for id in &page {
                // One sale that cannot be written must not stop the others.
                outcome = outcome.and(self.write(db, *id));
            }
            match page.last() {
                Some(last) if i64::try_from(page.len()).is_ok_and(|rows| rows == PAGE_SALES) => {
                    after = Some(*last);
                }
                _ => return outcome,
            }
        }
    }
}

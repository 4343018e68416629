//! Words and contacts of acts go when nobody needs them, and at once when the record is erased that they are about
//! (rule 9). What was decided stays, with its keys and digests: a command that comes again is still known.

use crate::db::Tx;
use crate::federation::commands::store;
use crate::kernel::error::Refusal;

/// What was received lives on in the engagement that came of it; the opened text is kept while a mistake may be
/// looked into.
const BODY_DAYS: i64 = 30;
/// What a user asked of another node is shown to its organisation so long.
const REQUEST_DAYS: i64 = 180;
/// The signed letter is evidence while a claim may be brought (Civil Code art. 188: three years).
const EVIDENCE_DAYS: i64 = 3 * 366;
const ROWS_MAX: i64 = 100;

/// Takes out what is over its time; how many rows.
pub fn expire(tx: &mut Tx) -> Result<usize, Refusal> {
    let now = tx.now();
    let bodies = store::decided_before(tx, now.plus_days(-BODY_DAYS), ROWS_MAX)?;
    store::blank_received(tx, &bodies, false)?;
    let letters = store::evidence_before(tx, now.plus_days(-EVIDENCE_DAYS), ROWS_MAX)?;
    store::blank_received(tx, &letters, true)?;
    let acts = store::acts_before(tx, now.plus_days(-REQUEST_DAYS), ROWS_MAX)?;
    store::blank_acts(tx, &acts, false)?;
    Ok(bodies.len() + letters.len() + acts.len())
}

/// A record was erased, here or at its own node: what users asked about it goes with it. What waits to be decided is
/// then refused, because there is nothing left to decide on.
pub fn erase_about(tx: &mut Tx, urn: &str) -> Result<(), Refusal> {
    let received = store::take_received_about(tx, urn, ERASED_MAX)?;
    store::blank_received(tx, &received, true)?;
    let acts = store::acts_about(tx, urn, ERASED_MAX)?;
    store::blank_acts(tx, &acts, true)
}

/// Acts about one record that are taken out in the command of its erasure.
const ERASED_MAX: i64 = 250;

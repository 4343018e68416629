//! Words and contacts of acts go when nobody needs them, and at once when the record is erased that they are about
//! (rule 9). The opened text of a command goes with its decision, for what came of it is in the record that it made. What
//! was decided stays, with its keys and digests: a command that comes again is still known.

use crate::db::Tx;
use crate::federation::commands::store;
use crate::kernel::error::Refusal;

/// What a user asked of another node is shown to its organisation so long.
const REQUEST_DAYS: i64 = 180;
/// The signed letter is evidence while a claim may be brought (Civil Code art. 188: three years).
const EVIDENCE_DAYS: i64 = 3 * 366;
const ROWS_MAX: i64 = 100;

/// Takes out what is over its time; how many rows.
pub fn expire(tx: &mut Tx) -> Result<usize, Refusal> {
    let now = tx.now();
    let letters = store::evidence_before(tx, now.plus_days(-EVIDENCE_DAYS), ROWS_MAX)?;
    store::blank_received(tx, &letters)?;
    let acts = store::acts_before(tx, now.plus_days(-REQUEST_DAYS), ROWS_MAX)?;
    store::blank_acts(tx, &acts, false)?;
    Ok(letters.len() + acts.len())
}

/// A record was erased, here or at its own node: what users asked about it goes with it. What waits to be decided is
/// then refused, because there is nothing left to decide on. Nobody comes back for what would be left over: all of it
/// goes in this command.
pub fn erase_about(tx: &mut Tx, urn: &str) -> Result<(), Refusal> {
    loop {
        let received = store::take_received_about(tx, urn, ROWS_MAX)?;
        store::blank_received(tx, &received)?;
        let acts = store::acts_about(tx, urn, ROWS_MAX)?;
        store::blank_acts(tx, &acts, true)?;
        if received.is_empty() && acts.is_empty() {
            return Ok(());
        }
    }
}

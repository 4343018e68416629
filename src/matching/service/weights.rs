//! The weights in force, and setting others (rule 7).

use crate::audit;
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::matching::codes::{WEIGHTS_CHANGED, WEIGHTS_SUM};
use crate::matching::model::{PARTS, WEIGHTS_SUM_PPM, Weights};
use crate::matching::store::{self, WeightsSet};

const NOTE_CHARS_MAX: usize = 500;

/// A set of weights with who set it, when and why; nothing of that for the shipped ones.
pub use crate::matching::store::WeightsSet as WeightsInForce;

/// What an operator sets.
#[derive(Debug, Clone)]
pub struct NewWeights {
    pub ppm: [i64; PARTS],
    pub note: String,
}

/// The weights that count now.
pub fn present(conn: &mut Conn) -> Result<Weights, Refusal> {
    Ok(store::weights(conn)?.map_or(Weights::SHIPPED, |set| set.weights))
}

/// All sets, the newest first; the shipped ones are not among them.
pub fn in_force(
    snapshot: &mut Snapshot,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<WeightsInForce>, Refusal> {
    actor.permit(Permission::MatchWeigh)?;
    let found = store::weights_before(snapshot, page.after::<i64>()?, page.limit + 1)?;
    Ok(Page::cut(found, page.limit, |set| set.weights.version))
}

/// Sets the next version; `expected` is the version that the operator saw.
pub fn set(
    tx: &mut Tx,
    actor: &Actor,
    expected: Option<i64>,
    new: &NewWeights,
) -> Result<WeightsSet, Refusal> {
    actor.permit(Permission::MatchWeigh)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/note", &new.note, NOTE_CHARS_MAX);
    if new.ppm.iter().any(|ppm| *ppm < 0)
        || new.ppm.iter().map(|ppm| i128::from(*ppm)).sum::<i128>() != i128::from(WEIGHTS_SUM_PPM)
    {
        errors.add("/weights", &WEIGHTS_SUM);
    }
    errors.check()?;
    let before = present(tx)?;
    if expected.is_some_and(|expected| expected != before.version) {
        return Err(Refusal::new(&WEIGHTS_CHANGED));
    }
    let weights = Weights { version: before.version + 1, ppm: new.ppm };
    let at = tx.now();
    let set =
        WeightsSet { weights, note: new.note.trim().to_owned(), actor: actor.label(), at, spread: false };
    store::insert_weights(tx, &set)?;
    let subject = format!("urn:tm:{}:matching:weights", tx.node());
    let detail =
        serde_json::json!({ "version": set.weights.version, "before": before.ppm, "after": set.weights.ppm });
    audit::service::record(tx, actor, "matching.weights_set", &subject, &detail)?;
    Ok(set)
}

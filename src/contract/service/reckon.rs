//! Last days that were set before a year's calendar was known, reckoned again once it is.

use serde_json::json;

use super::acts::{Note, advance};
use super::office;
use crate::contract::model::{ContractId, Due, Record, State, StepKind};
use crate::contract::rules::case::Act;
use crate::contract::store;
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

/// Cases that one command changes.
pub const RECKONED_MAX: i64 = 20;
const ACTOR: Actor = Actor::System("contract.reckon");

/// The next cases with a provisional last day, from after one on, and those among them whose day is certain now.
pub fn reckonable(
    snapshot: &mut Snapshot,
    after: Option<ContractId>,
) -> Result<(Option<ContractId>, Vec<ContractId>), Refusal> {
    let ids = store::provisional(snapshot, after, RECKONED_MAX)?;
    let mut certain = vec![];
    for id in &ids {
        if let Some(record) = store::find(snapshot, *id)?
            && certain_due(snapshot, &record)?.is_some()
        {
            certain.push(*id);
        }
    }
    Ok((ids.last().copied(), certain))
}

/// Sets the last day of these cases anew, each with a step that says so.
pub fn reckon(tx: &mut Tx, ids: &[ContractId]) -> Result<(), Refusal> {
    for id in ids {
        let Some(record) = store::find(tx, *id)? else { continue };
        // Decided or sent back meanwhile: there is no clock any more.
        let Some(due) = certain_due(tx, &record)? else { continue };
        let before = record.state.file().map(|file| file.acceptance.due.on);
        let note = Note::with(StepKind::DueReckoned, "", json!({"due_on": due.on, "before": before}));
        advance(tx, &ACTOR, record, Act::Reckon(due), note)?;
    }
    Ok(())
}

fn certain_due(conn: &mut Conn, record: &Record) -> Result<Option<Due>, Refusal> {
    let State::Accepted(file, _) = &record.state else { return Ok(None) };
    if !file.acceptance.due.provisional {
        return Ok(None);
    }
    let profile = office::profile(conn, file)?;
    let complex = file.acceptance.disputed || profile.is_large(record.technical);
    let due = office::due(conn, &profile, file.acceptance.on, complex)?;
    Ok(Some(due).filter(|due| !due.provisional))
}

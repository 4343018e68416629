//! Settling the case of a node that has shown two histories (rule 8): the operator says why it is no open case any more.
//! What it was, who settled it and why stay for good; the log is watched on, and a new case names its node again.

use serde_json::json;

use super::codes::{LOG_EPOCH_SAME, LOG_NOT_NAMED, LOG_SETTLEMENTS_MAX, LOG_UNKNOWN};
use super::store::{self, Neighbour};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::federation::model::SettledBy;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::UtcTime;

pub use super::store::Settlement;

const REASON_CHARS_MAX: usize = 2_000;
/// Cases of one log; whoever needs more is no neighbour to have.
const SETTLED_MAX: usize = 100;

/// What the operator says of a case.
#[derive(Clone, Debug)]
pub struct Settling {
    pub epoch: i64,
    pub ground: SettledBy,
    pub reason: String,
}

/// Settles the open case of a node's log.
pub fn settle(tx: &mut Tx, actor: &Actor, node: &str, asked: &Settling) -> Result<Settlement, Refusal> {
    actor.permit(Permission::FederationSettle)?;
    let person = actor.person()?;
    text::stated("/reason", &asked.reason, REASON_CHARS_MAX)?;
    let logs = store::logs_of(tx, node)?;
    let known = logs.iter().find(|log| log.epoch == asked.epoch);
    let known = known.cloned().ok_or_else(|| Refusal::new(&LOG_UNKNOWN))?;
    let (Some(fault), Some(fault_at)) = (known.fault.clone(), known.fault_at) else {
        return Err(Refusal::new(&LOG_NOT_NAMED));
    };
    let is_over = logs.iter().any(|log| log.epoch > known.epoch);
    if asked.ground == SettledBy::NewEpoch && !is_over {
        return Err(Refusal::new(&LOG_EPOCH_SAME).with("epoch", known.epoch));
    }
    if settled(tx, &known.origin)?.len() >= SETTLED_MAX {
        return Err(Refusal::new(&LOG_SETTLEMENTS_MAX).with("max", SETTLED_MAX));
    }
    let settlement = Settlement {
        id: tx.new_id(),
        origin: known.origin.clone(),
        node: known.node.clone(),
        epoch: known.epoch,
        fault,
        fault_at,
        evidence: known.evidence.clone().unwrap_or_default(),
        ground: asked.ground,
        reason: asked.reason.trim().to_owned(),
        settled_by: person.user,
        settled_by_name: person.name.clone(),
        settled_at: tx.now(),
    };
    let version = version(tx, &known.origin)?;
    store::insert_settlement(tx, &settlement)?;
    store::put_neighbour(tx, &calm(known, is_over))?;
    note(tx, actor, &settlement, version + 1)?;
    Ok(settlement)
}

/// Nothing is open against it. A log that goes on is watched from what it shows next: what was seen of the history that is
/// gone stands in the evidence. One that its node has left is not looked at any more, and what was seen of it stays.
fn calm(known: Neighbour, is_over: bool) -> Neighbour {
    let calm = Neighbour { fault: None, fault_at: None, evidence: None, ..known };
    if is_over { calm } else { Neighbour { size: 0, note: String::new(), ..calm } }
}

fn note(tx: &mut Tx, actor: &Actor, it: &Settlement, version: i64) -> Result<(), Refusal> {
    let subject = format!("urn:tm:{}:tlog:{}", it.node, it.epoch);
    let facts = json!({"node": it.node, "origin": it.origin, "fault": it.fault, "ground": it.ground});
    audit::service::record(tx, actor, "federation.log_settled", &subject, &facts)?;
    tx.record(actor, NewChange::local("federation.log_settled", subject, version, facts));
    Ok(())
}

/// The version of a log's open case: cases and settlements take turns.
pub(super) fn version(conn: &mut Conn, origin: &str) -> Result<i64, Refusal> {
    let cases = i64::try_from(settled(conn, origin)?.len()).map_err(Refusal::internal)?;
    Ok(2 * cases + 1)
}

/// The settled cases of a log, the newest first.
pub fn settled(conn: &mut Conn, origin: &str) -> Result<Vec<Settlement>, Refusal> {
    let limit = i64::try_from(SETTLED_MAX).map_err(Refusal::internal)?;
    store::settled_of(conn, origin, limit)
}

/// Whether a note belongs to a case that was settled: anybody may show it again, and that is no new case.
pub(super) fn is_settled(conn: &mut Conn, origin: &str, body: &str) -> Result<bool, Refusal> {
    Ok(settled(conn, origin)?.iter().any(|case| case.evidence.contains(body)))
}

/// Whether what somebody saw of a log at this time is over: a case was settled since.
pub(super) fn settled_since(conn: &mut Conn, origin: &str, at: UtcTime) -> Result<bool, Refusal> {
    Ok(store::settled_of(conn, origin, 1)?.iter().any(|case| at <= case.settled_at))
}

/// Settled cases, the newest first; of one node, or of all.
pub fn settlements(
    conn: &mut Conn,
    node: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Settlement>, Refusal> {
    store::settlements(conn, node, page)
}

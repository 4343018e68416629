//! Claiming a case and handing it over: who answers for it.

use serde_json::json;

use super::acts::{Note, keep, official_trail};
use super::office::official;
use crate::contract::codes::{CLAIM_CLOSED, CLAIMED_BY_OTHER, COLLEAGUE_UNKNOWN, NOT_THE_HANDLER};
use crate::contract::model::{ContractId, Record, Stage, StepKind};
use crate::db::{Conn, Tx};
use crate::identity;
use crate::kernel::actor::{Actor, Role};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::permission::Permission;

/// Takes an open case that nobody has, or whose handler no longer registers for the office.
pub fn claim(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    opinion: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, office, person) = official(tx, actor, id, expected)?;
    open(&record)?;
    match record.handler {
        Some(other) if other == person.user => return Ok(record),
        Some(other) if is_registrar(tx, office.id, other)? => return Err(Refusal::new(&CLAIMED_BY_OTHER)),
        _ => {}
    }
    given(tx, actor, record, person.user, Note::plain(StepKind::Claimed, opinion))
}

/// Gives a claimed case to a colleague who registers for the same office.
pub fn hand_over(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    to: UserId,
    opinion: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, office, person) = official(tx, actor, id, expected)?;
    open(&record)?;
    if record.handler != Some(person.user) {
        return Err(Refusal::new(&NOT_THE_HANDLER));
    }
    let mut errors = Errors::new();
    if to == person.user || !is_registrar(tx, office.id, to)? {
        errors.add("/to", &COLLEAGUE_UNKNOWN);
    }
    errors.check()?;
    let note = Note::with(StepKind::HandedOver, opinion, json!({"to": to}));
    given(tx, actor, record, to, note)
}

fn given(tx: &mut Tx, actor: &Actor, record: Record, to: UserId, note: Note<'_>) -> Result<Record, Refusal> {
    let kind = note.kind;
    let record = keep(tx, actor, Record { handler: Some(to), ..record }, note)?;
    official_trail(tx, actor, &record, kind)?;
    Ok(record)
}

fn is_registrar(conn: &mut Conn, office: OrganisationId, user: UserId) -> Result<bool, Refusal> {
    let memberships = identity::service::memberships_of(conn, user)?;
    Ok(memberships.iter().any(|(it, _)| it.organisation == office && it.roles.contains(&Role::Registrar)))
}

/// A case is claimed from its submission to its decision.
fn open(record: &Record) -> Result<(), Refusal> {
    match record.state.stage() {
        Stage::Submitted | Stage::Accepted | Stage::Resubmitted | Stage::CorrectionRequested => Ok(()),
        stage => Err(Refusal::new(&CLAIM_CLOSED).with("state", stage)),
    }
}

/// Once claimed, a case is decided by its handler.
pub(super) fn check_handler(record: &Record, user: UserId) -> Result<(), Refusal> {
    match record.handler {
        Some(handler) if handler != user => Err(Refusal::new(&CLAIMED_BY_OTHER)),
        _ => Ok(()),
    }
}

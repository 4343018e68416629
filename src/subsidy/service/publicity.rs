//! Draft lists before the public, objections to them, and their answers.

use serde_json::{Value, json};

use super::super::codes::{
    OBJECTION_ANSWERED, OBJECTION_REPEATED, OBJECTIONS_OPEN, OWN_CASE, PUBLICITY_OVER, PUBLICITY_RUNNING,
};
use super::super::model::{
    BatchId, BatchRecord, BatchState, DayUnit, LineRecord, ObjectionId, ObjectionRecord, ObjectionState,
    PayeeRecord, Scheme, StepKind,
};
use super::super::{rules, store};
use super::read::visible;
use super::step::{advance, load};
use crate::audit;
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::reference::model::{Limit, LimitUnit};
use crate::reference::service as reference;

const REASON_CHARS_MAX: usize = 2000;
/// Objections to one list: each is answered before it is approved.
const OBJECTIONS_MAX: i64 = 500;

/// The last day of a publicity that begins today.
pub fn last_day(tx: &mut Tx, scheme: &Scheme, today: Day) -> Result<Option<Day>, Refusal> {
    let Some(publicity) = scheme.procedure.publicity else { return Ok(None) };
    let unit = match publicity.unit {
        DayUnit::CalendarDays => LimitUnit::CalendarDay,
        DayUnit::WorkingDays => LimitUnit::WorkingDay,
    };
    Ok(Some(reference::deadline(tx, today, Limit { days: publicity.days, unit })?.day))
}

/// Approval waits for the end of the publicity and for the answers to all objections.
pub fn may_approve(tx: &mut Tx, batch: &BatchRecord) -> Result<(), Refusal> {
    let Some(until) = batch.publicity_until else { return Ok(()) };
    if tx.now().day() <= until {
        return Err(Refusal::new(&PUBLICITY_RUNNING).with("day", until));
    }
    let open = store::objection::open(tx, batch.sheet.id)?;
    if open > 0 {
        return Err(Refusal::new(&OBJECTIONS_OPEN).with("count", open));
    }
    Ok(())
}

/// The lists that are before the public, the newest first.
pub fn publicised(
    snapshot: &mut Snapshot,
    before: Option<BatchId>,
    limit: i64,
) -> Result<Vec<BatchRecord>, Refusal> {
    store::objection::publicised(snapshot, before, limit)
}

/// A publicised list: its lines, and who they are for.
pub fn publicised_lines(
    snapshot: &mut Snapshot,
    id: BatchId,
    after: Option<i32>,
    limit: i64,
) -> Result<(Vec<LineRecord>, Vec<PayeeRecord>), Refusal> {
    let found = store::batch::find(snapshot, id)?;
    let public = |batch: &BatchRecord| batch.state == BatchState::Verified && batch.publicity_until.is_some();
    let batch = found.filter(public).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let lines = store::sheet::lines(snapshot, batch.sheet.id, after, limit)?;
    let payees = store::payee::of_sheet(snapshot, batch.sheet.id)?;
    Ok((lines, payees))
}

/// Anybody who is signed in may object while a list is before the public; again once the objection is answered.
pub fn object(tx: &mut Tx, actor: &Actor, id: BatchId, reason: &str) -> Result<ObjectionRecord, Refusal> {
    let person = actor.person()?;
    let found = store::batch::find(tx, id)?;
    let public = |batch: &BatchRecord| batch.state == BatchState::Verified;
    let batch = found.filter(public).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let until = batch.publicity_until.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if tx.now().day() > until {
        return Err(Refusal::new(&PUBLICITY_OVER).with("day", until));
    }
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let (known, own) = store::objection::standing(tx, batch.sheet.id, person.user)?;
    if own {
        return Err(Refusal::new(&OBJECTION_REPEATED));
    }
    if known >= OBJECTIONS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", OBJECTIONS_MAX));
    }
    let objection = ObjectionRecord {
        id: tx.new_id(),
        batch: id,
        sheet: batch.sheet.id,
        state: ObjectionState::Open,
        person: person.user,
        person_name: person.name.clone(),
        organisation: person.organisation,
        organisation_name: person.organisation_name.clone(),
        reason: reason.trim().to_owned(),
        at: tx.now(),
        answer: String::new(),
        answered_by: String::new(),
        answered_at: None,
    };
    store::objection::insert(tx, &objection)?;
    // Told to those who decide: where the list was verified.
    let verified = store::batch::steps(tx, id)?.into_iter().rev().find(|step| step.step == StepKind::Verify);
    let decider = verified.map(|step| step.organisation);
    let told = json!({"decider": decider, "told_of": tx.urn("subsidy_batch", id)});
    note(tx, actor, &objection, "subsidy.objection_made", told)?;
    Ok(objection)
}

/// Objections to a batch, the oldest first, for whoever sees it.
pub fn objections(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: BatchId,
    after: Option<ObjectionId>,
    limit: i64,
) -> Result<Vec<ObjectionRecord>, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    store::objection::of_batch(snapshot, batch.id, after, limit)
}

/// Dismisses an objection with a reason, or upholds it: then the list goes back to be prepared again.
pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    id: ObjectionId,
    uphold: bool,
    reason: &str,
) -> Result<ObjectionRecord, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    let mut objection = store::objection::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let loaded = load(tx, actor, objection.batch, None)?;
    if actor.person()?.user == objection.person {
        return Err(Refusal::new(&OWN_CASE));
    }
    loaded.acting.may(&loaded.payees, StepKind::Return, loaded.batch.round, &loaded.steps)?;
    text::stated("/answer", reason, REASON_CHARS_MAX)?;
    if objection.state != ObjectionState::Open {
        return Err(Refusal::new(&OBJECTION_ANSWERED));
    }
    objection.state = if uphold { ObjectionState::Upheld } else { ObjectionState::Dismissed };
    objection.answer = reason.trim().to_owned();
    objection.answered_by = actor.label();
    objection.answered_at = Some(tx.now());
    store::objection::answer(tx, &objection)?;
    note(tx, actor, &objection, "subsidy.objection_answered", json!({}))?;
    let of_list = loaded.batch.sheet.id == objection.sheet;
    if uphold && of_list && loaded.batch.state == BatchState::Verified {
        let after = rules::next(Some(loaded.batch.state), StepKind::Return)?;
        advance(tx, actor, loaded, StepKind::Return, after, reason)?;
    }
    Ok(objection)
}

fn note(
    tx: &mut Tx,
    actor: &Actor,
    objection: &ObjectionRecord,
    kind: &'static str,
    mut facts: Value,
) -> Result<(), Refusal> {
    let urn = tx.urn("subsidy_objection", objection.id);
    facts["batch"] = json!(objection.batch);
    facts["state"] = json!(objection.state);
    facts["organisation"] = json!(objection.organisation);
    audit::service::record(tx, actor, kind, &urn, &facts)?;
    let version = if objection.answered_at.is_none() { 1 } else { 2 };
    tx.record(actor, NewChange::local(kind, urn, version, facts));
    Ok(())
}

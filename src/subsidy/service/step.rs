//! What people do with a batch after it is prepared.

use serde_json::json;

use super::super::codes::{BATCH_OUTDATED, OPINION_REQUIRED};
use super::super::model::{BatchId, BatchRecord, BatchState, Decision, StepKind, StepRecord};
use super::super::{rules, store};
use super::facts;
use crate::audit;
use crate::db::{Tx, check_version};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Code, Errors, Refusal};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::ledger::model::{AccountKey, AccountKind, NewTransaction};
use crate::ledger::service as ledger;

const OPINION_CHARS_MAX: usize = 1000;

/// Who acts, and for which organisation.
pub struct Acting {
    pub user: UserId,
    name: String,
    organisation: OrganisationId,
}

impl Acting {
    pub fn person(actor: &Actor) -> Result<Self, Refusal> {
        let person = actor.person()?;
        Ok(Self { user: person.user, name: person.name.clone(), organisation: person.organisation })
    }

    pub fn may(
        &self,
        beneficiary: Option<OrganisationId>,
        step: StepKind,
        round: i32,
        done: &[StepRecord],
    ) -> Result<(), Refusal> {
        rules::may_act(self.user, self.organisation, beneficiary, step, round, done)
    }

    pub fn step(
        &self,
        tx: &Tx,
        batch: &BatchRecord,
        step: StepKind,
        opinion: String,
        ledger_number: Option<i64>,
    ) -> StepRecord {
        StepRecord {
            round: batch.round,
            step,
            person: self.user,
            person_name: self.name.clone(),
            organisation: self.organisation,
            at: tx.now(),
            opinion,
            sheet: batch.sheet.id,
            ledger_number,
        }
    }
}

/// A step of the chain: verify, approve or pay.
#[derive(Clone, Debug)]
pub struct StepCommand {
    pub batch: BatchId,
    pub step: StepKind,
    pub decision: Decision,
    pub opinion: String,
    pub expected_version: Option<i64>,
}

const fn permission(step: StepKind) -> Permission {
    match step {
        StepKind::Prepare | StepKind::Verify => Permission::SubsidyPrepare,
        StepKind::Approve | StepKind::Return | StepKind::Void => Permission::SubsidyApprove,
        StepKind::Pay => Permission::SubsidyPay,
    }
}

/// Verifies, approves or pays a batch, or returns it instead. Who returns a batch must be somebody who could
/// have agreed to it.
pub fn take(tx: &mut Tx, actor: &Actor, command: &StepCommand) -> Result<BatchRecord, Refusal> {
    actor.permit(permission(command.step))?;
    let (batch, steps, acting) = load(tx, actor, command.batch, command.expected_version)?;
    let agreed = rules::next(Some(batch.state), command.step)?;
    let beneficiary = facts::organisation_of(&batch.beneficiary.urn)?;
    acting.may(Some(beneficiary), command.step, batch.round, &steps)?;
    let (after, step) = match command.decision {
        Decision::Agree => (agreed, command.step),
        Decision::Return => (rules::next(Some(batch.state), StepKind::Return)?, StepKind::Return),
    };
    check_opinion(&command.opinion, step == StepKind::Return)?;
    if command.decision == Decision::Agree
        && let Some(number) = store::cause::outdated(tx, &batch.sheet)?
    {
        return Err(Refusal::new(&BATCH_OUTDATED).with("number", number));
    }
    advance(tx, actor, &acting, batch, &steps, step, after, &command.opinion)
}

/// Ends a batch for good; another one may then be prepared for the same period.
pub fn void(
    tx: &mut Tx,
    actor: &Actor,
    id: BatchId,
    reason: &str,
    expected_version: Option<i64>,
) -> Result<BatchRecord, Refusal> {
    actor.permit(permission(StepKind::Void))?;
    let (batch, steps, acting) = load(tx, actor, id, expected_version)?;
    let after = rules::next(Some(batch.state), StepKind::Void)?;
    let beneficiary = facts::organisation_of(&batch.beneficiary.urn)?;
    acting.may(Some(beneficiary), StepKind::Void, batch.round, &steps)?;
    check_opinion(reason, true)?;
    advance(tx, actor, &acting, batch, &steps, StepKind::Void, after, reason)
}

fn load(
    tx: &mut Tx,
    actor: &Actor,
    id: BatchId,
    expected_version: Option<i64>,
) -> Result<(BatchRecord, Vec<StepRecord>, Acting), Refusal> {
    require_verified(tx, actor)?;
    let acting = Acting::person(actor)?;
    let batch = store::batch::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(batch.version, expected_version)?;
    let steps = store::batch::steps(tx, id)?;
    Ok((batch, steps, acting))
}

fn check_opinion(opinion: &str, needed: bool) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if needed && opinion.trim().is_empty() {
        errors.add("/opinion", &OPINION_REQUIRED);
    }
    text::optional(&mut errors, "/opinion", opinion, OPINION_CHARS_MAX);
    errors.check()
}

fn advance(
    tx: &mut Tx,
    actor: &Actor,
    acting: &Acting,
    mut batch: BatchRecord,
    steps: &[StepRecord],
    step: StepKind,
    after: BatchState,
    opinion: &str,
) -> Result<BatchRecord, Refusal> {
    let before = batch.state;
    batch.state = after;
    batch.version += 1;
    batch.updated_at = tx.now();
    store::batch::save(tx, &batch)?;
    let number = move_money(tx, actor, &batch, Some(before), step, None)?;
    let record = acting.step(tx, &batch, step, opinion.trim().to_owned(), number);
    note_step(tx, actor, &batch, steps.len(), &record)?;
    Ok(batch)
}

/// Moves the batch's whole total from where it was to where it now belongs.
pub fn move_money(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    before: Option<BatchState>,
    step: StepKind,
    floor: Option<&'static Code>,
) -> Result<Option<i64>, Refusal> {
    let Some((from, to)) = rules::movement(before, batch.state) else { return Ok(None) };
    let account = |kind: AccountKind| {
        let key = AccountKey::budget(kind, batch.budget_year, &batch.scheme);
        if kind == AccountKind::Available { key } else { key.of(&batch.beneficiary.urn) }
    };
    // The version makes the key: a batch may be returned, prepared again and returned again.
    let key = format!("subsidy.batch/{}/{}/{step}", batch.id, batch.version);
    let cause = tx.urn("subsidy_batch", batch.id);
    let mut transaction = NewTransaction::new(change_kind(step), key, cause)
        .note(format!("{} {}", batch.scheme, batch.period))
        .transfer(account(from), account(to), batch.sheet.total);
    if let Some(code) = floor {
        transaction = transaction.never_below_zero(account(from), code);
    }
    Ok(Some(ledger::post(tx, actor, transaction)?.number))
}

const fn change_kind(step: StepKind) -> &'static str {
    match step {
        StepKind::Prepare => "subsidy.batch_prepared",
        StepKind::Verify => "subsidy.batch_verified",
        StepKind::Approve => "subsidy.batch_approved",
        StepKind::Pay => "subsidy.batch_paid",
        StepKind::Return => "subsidy.batch_returned",
        StepKind::Void => "subsidy.batch_voided",
    }
}

/// Keeps who did what, tells the change log and the trail.
pub fn note_step(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    position: usize,
    step: &StepRecord,
) -> Result<(), Refusal> {
    store::batch::insert_step(tx, batch.id, position, step)?;
    let urn = tx.urn("subsidy_batch", batch.id);
    let facts = json!({
        "scheme": batch.scheme,
        "scheme_version": batch.scheme_version,
        "period": batch.period,
        "beneficiary": batch.beneficiary.urn,
        "round": batch.round,
        "total_fen": batch.sheet.total,
        "ledger_number": step.ledger_number,
    });
    audit::service::record(tx, actor, change_kind(step.step), &urn, &facts)?;
    tx.record(actor, NewChange::local(change_kind(step.step), urn, batch.version, facts));
    Ok(())
}

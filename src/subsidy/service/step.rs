//! What people do with a batch after it is prepared.

use serde_json::json;

use super::super::codes::{
    BATCH_ORDERED, BATCH_OUTDATED, BATCH_PARTLY_PAID, BUDGET_YEAR_OVER, OPINION_REQUIRED,
};
use super::super::model::{
    BatchId, BatchRecord, BatchState, Decision, Outcome, PayeeRecord, StepKind, StepRecord,
};
use super::super::{rules, store};
use super::money::{self, Moved, change_kind};
use super::scheme::in_scope;
use super::{facts, pay, publicity};
use crate::audit;
use crate::db::{Tx, check_version};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::text;

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
        payees: &[PayeeRecord],
        step: StepKind,
        round: i32,
        done: &[StepRecord],
    ) -> Result<(), Refusal> {
        let organisation = |payee: &PayeeRecord| facts::organisation_of(&payee.party.urn);
        let beneficiaries: Vec<OrganisationId> = payees.iter().map(organisation).collect::<Result<_, _>>()?;
        rules::may_act(self.user, self.organisation, &beneficiaries, step, round, done)
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
        StepKind::Approve | StepKind::Return | StepKind::Void | StepKind::Expire => {
            Permission::SubsidyApprove
        }
        StepKind::Pay => Permission::SubsidyPay,
    }
}

/// Verifies, approves or pays a batch, or returns it instead. Who returns a batch must be somebody who could
/// have agreed to it.
pub fn take(tx: &mut Tx, actor: &Actor, command: &StepCommand) -> Result<BatchRecord, Refusal> {
    actor.permit(permission(command.step))?;
    let loaded = load(tx, actor, command.batch, command.expected_version)?;
    let batch = &loaded.batch;
    let agreed = rules::next(Some(batch.state), command.step)?;
    loaded.acting.may(&loaded.payees, command.step, batch.round, &loaded.steps)?;
    let (after, step) = match command.decision {
        Decision::Agree => (agreed, command.step),
        Decision::Return => (rules::next(Some(batch.state), StepKind::Return)?, StepKind::Return),
    };
    check_opinion(&command.opinion, step == StepKind::Return)?;
    if command.decision == Decision::Agree {
        check_year(tx, batch, command.step)?;
        // What the treasury was told or has paid is booked as it is; the next batch corrects it.
        if command.step != StepKind::Pay || !is_out(tx, batch)? {
            check_fresh(tx, batch)?;
        }
        if command.step == StepKind::Approve {
            publicity::may_approve(tx, batch)?;
        }
    }
    advance(tx, actor, loaded, step, after, &command.opinion)
}

/// What a year leaves unapproved is not carried over its end, closed or not: the batch goes back and is prepared on
/// the budget of the new year (rule 5). What was approved in time is owed, and is paid.
fn check_year(tx: &Tx, batch: &BatchRecord, step: StepKind) -> Result<(), Refusal> {
    if step != StepKind::Pay && batch.budget_year < tx.now().day().year() {
        return Err(Refusal::new(&BUDGET_YEAR_OVER).with("year", batch.budget_year));
    }
    Ok(())
}

/// Nothing has happened to the facts of a batch since it was computed.
pub fn check_fresh(tx: &mut Tx, batch: &BatchRecord) -> Result<(), Refusal> {
    match store::cause::outdated(tx, &batch.sheet)? {
        Some(number) => Err(Refusal::new(&BATCH_OUTDATED).with("number", number)),
        None => Ok(()),
    }
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
    let loaded = load(tx, actor, id, expected_version)?;
    let batch = &loaded.batch;
    let after = rules::next(Some(batch.state), StepKind::Void)?;
    loaded.acting.may(&loaded.payees, StepKind::Void, batch.round, &loaded.steps)?;
    check_opinion(reason, true)?;
    advance(tx, actor, loaded, StepKind::Void, after, reason)
}

/// Releases what a batch holds: its year is over, or it was not approved in time.
pub fn expire(tx: &mut Tx, actor: &Actor, batch: BatchRecord, why: &str) -> Result<BatchRecord, Refusal> {
    let after = rules::next(Some(batch.state), StepKind::Expire)?;
    let steps = store::batch::steps(tx, batch.id)?;
    let payees = store::payee::of_sheet(tx, batch.sheet.id)?;
    let acting = match actor {
        Actor::Person(_) => Acting::person(actor)?,
        // The clock acts for nobody.
        Actor::System(name) => Acting {
            user: UserId::from_uuid(uuid::Uuid::nil()),
            name: (*name).to_owned(),
            organisation: OrganisationId::from_uuid(uuid::Uuid::nil()),
        },
        Actor::Anonymous | Actor::Peer(_) | Actor::Remote(_) => return Err(Refusal::new(&NOT_FOUND)),
    };
    advance(tx, actor, Loaded { batch, payees, steps, acting }, StepKind::Expire, after, why)
}

/// Batches that one run of the clock releases.
const EXPIRED_AT_ONCE: i64 = 20;

/// Releases commitments that their scheme gives no more time; how many.
pub fn expire_overdue(tx: &mut Tx, actor: &Actor) -> Result<usize, Refusal> {
    let (now, mut released) = (tx.now(), 0);
    for scheme in store::scheme::all(tx)? {
        let Some(days) = scheme.procedure.commitment_days else { continue };
        let overdue = store::batch::Overdue {
            scheme_version: scheme.version,
            prepared_before: now.plus_days(-i64::from(days)),
            limit: EXPIRED_AT_ONCE,
        };
        for batch in store::batch::unapproved(tx, &scheme.code, None, Some(&overdue))? {
            expire(tx, actor, batch, "逾期未批准，承诺予以释放")?;
            released += 1;
        }
    }
    Ok(released)
}

/// A batch with everything that a step needs to know of it.
pub struct Loaded {
    pub batch: BatchRecord,
    pub payees: Vec<PayeeRecord>,
    pub steps: Vec<StepRecord>,
    pub acting: Acting,
}

pub fn load(
    tx: &mut Tx,
    actor: &Actor,
    id: BatchId,
    expected_version: Option<i64>,
) -> Result<Loaded, Refusal> {
    require_verified(tx, actor)?;
    let acting = Acting::person(actor)?;
    let batch = store::batch::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    in_scope(tx, actor, &batch.scheme)?;
    check_version(batch.version, expected_version)?;
    let steps = store::batch::steps(tx, id)?;
    let payees = store::payee::of_sheet(tx, batch.sheet.id)?;
    Ok(Loaded { batch, payees, steps, acting })
}

fn check_opinion(opinion: &str, needed: bool) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if needed && opinion.trim().is_empty() {
        errors.add("/opinion", &OPINION_REQUIRED);
    }
    text::optional(&mut errors, "/opinion", opinion, OPINION_CHARS_MAX);
    errors.check()
}

/// Takes the step: the batch's state, its money, and the record of who did it.
pub fn advance(
    tx: &mut Tx,
    actor: &Actor,
    loaded: Loaded,
    step: StepKind,
    after: BatchState,
    opinion: &str,
) -> Result<BatchRecord, Refusal> {
    let Loaded { mut batch, payees, steps, acting } = loaded;
    let before = batch.state;
    if before == BatchState::Approved && step != StepKind::Pay {
        recall(tx, &batch)?;
    }
    batch.state = after;
    batch.version += 1;
    batch.updated_at = tx.now();
    if step == StepKind::Verify {
        let scheme = money::scheme_of(tx, &batch)?;
        let today = tx.now().day();
        batch.publicity_until = publicity::last_day(tx, &scheme, today)?;
        batch.publicised_on = batch.publicity_until.map(|_| today);
    }
    store::batch::save(tx, &batch)?;
    let number = if step == StepKind::Pay {
        pay::pay_all(tx, actor, &batch, &payees)?
    } else {
        money::hold(tx, actor, &Moved { batch: &batch, payees: &payees, before: Some(before), step })?
    };
    let record = acting.step(tx, &batch, step, opinion.trim().to_owned(), number);
    note_step(tx, actor, &batch, steps.len(), &record)?;
    Ok(batch)
}

/// Whether the treasury was told to pay, or money of the batch has moved: nothing can stop it any more.
pub fn is_out(tx: &mut Tx, batch: &BatchRecord) -> Result<bool, Refusal> {
    Ok(!store::order::of_batch(tx, batch.id)?.is_empty() || has_moved(tx, batch)?)
}

/// An approved batch goes back only while no money has moved and none can: it was not ordered, or the treasury
/// reported of every transfer that it failed.
fn recall(tx: &mut Tx, batch: &BatchRecord) -> Result<(), Refusal> {
    if has_moved(tx, batch)? {
        return Err(Refusal::new(&BATCH_PARTLY_PAID));
    }
    let orders = store::order::of_batch(tx, batch.id)?;
    let Some(told) = orders.iter().map(|order| order.at).min() else { return Ok(()) };
    let reported = store::remittance::since(tx, batch.id, told)?;
    for order in orders.iter().filter(|order| order.amount.is_positive()) {
        let named = super::remit::instruction(batch.id, order.payee);
        let last = reported.iter().rev().find(|row| row.instruction == named);
        if last.is_none_or(|row| row.outcome != Outcome::Failed) {
            return Err(Refusal::new(&BATCH_ORDERED).with("instruction", named));
        }
    }
    store::order::recall(tx, batch.id)
}

fn has_moved(tx: &mut Tx, batch: &BatchRecord) -> Result<bool, Refusal> {
    let paid = !store::payee::payments(tx, batch.id)?.is_empty();
    Ok(paid || !store::clawback::of_batch(tx, batch.id)?.is_empty())
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
        "beneficiary": batch.beneficiary.as_ref().map(|party| &party.urn),
        "round": batch.round,
        "total_fen": batch.sheet.total,
        "ledger_number": step.ledger_number,
    });
    audit::service::record(tx, actor, change_kind(step.step), &urn, &facts)?;
    tx.record(actor, NewChange::local(change_kind(step.step), urn, batch.version, facts));
    Ok(())
}

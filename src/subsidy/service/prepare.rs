//! Preparing a batch, for the first time or again after a return.
//!
//! A small batch is computed and written by one command. A large one is computed on a read snapshot and its
//! lines are written in slices under a sheet that no batch points to; the last command makes it visible.
//! Whatever happens to a contract between the snapshot and that command has a higher change number than the
//! sheet's, so it stops the batch (`batch_outdated`) or is corrected later: nothing is lost.

use std::sync::Arc;

use super::super::codes::{BATCH_EXISTS, FACTS_CHANGED};
use super::super::model::{
    BatchId, BatchRecord, BatchState, LineRecord, PayeeRecord, SheetId, SheetRecord, StepKind, StepRecord,
};
use super::super::{rules, store};
use super::SLICE_ROWS;
use super::facts;
use super::money::{self, Moved};
use super::plan::{self, Now, Plan, Question};
use super::scheme::in_scope;
use super::step::{Acting, note_step};
use crate::changes;
use crate::db::{Conn, Db, Tx};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

/// Rows between two looks at the clock.
const ROWS_AT_ONCE: usize = 20;

/// What to prepare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    New(Question),
    /// A returned batch, computed afresh.
    Again(BatchId),
}

impl Target {
    /// The yearly batch of an office.
    pub const fn new(scheme: String, beneficiary: OrganisationId, period: i32, budget_year: i32) -> Self {
        Self::New(Question { scheme, beneficiary: Some(beneficiary), period, budget_year: Some(budget_year) })
    }
}

/// What was written ahead of the deciding command.
#[derive(Clone, Debug)]
pub enum Staged {
    /// Nothing: the command computes and writes all of it.
    Nothing,
    /// The lines of a sheet that waits for its batch.
    Sheet {
        id: SheetId,
        plan: Arc<Plan>,
        /// Up to this change nothing happened to the office's contracts since the plan was computed.
        unchanged_to: i64,
    },
}

/// Writes a large batch's lines ahead.
pub async fn stage(db: &Db, actor: &Actor, target: &Target) -> Result<Staged, Refusal> {
    actor.permit(Permission::SubsidyPrepare)?;
    let (wanted, acting) = (target.clone(), actor.clone());
    let planned = db
        .read_slow(move |snapshot| {
            let (node, today) = (snapshot.node().to_owned(), snapshot.now().day());
            let as_of_seq = changes::head(snapshot)?.seq;
            let now = Now { node, today, as_of_seq };
            let Some((question, but)) = open_question(snapshot, &now, &wanted)? else { return Ok(None) };
            in_scope(snapshot, &acting, &question.scheme)?;
            plan::compute(snapshot, &now, &question, but).map(Some)
        })
        .await?;
    let Some(mut plan) = planned.filter(is_large) else {
        return Ok(Staged::Nothing);
    };
    let lines = std::mem::take(&mut plan.lines);
    let count = lines.len();
    let plan = Arc::new(plan);
    let begun = Arc::clone(&plan);
    let written = db
        .write_background("subsidy.sheet", move |tx| {
            let (id, now) = (tx.new_id(), tx.now());
            store::sheet::insert(tx, &begun.sheet(id), now)?;
            store::payee::insert(tx, id, &begun.payees)?;
            Ok(id)
        })
        .await?;
    let id = written.value;
    let slice = move |tx: &mut Tx, from: usize| write_slice(tx, id, lines.get(from..).unwrap_or_default());
    db.write_slices("subsidy.sheet_slice", count, slice).await?;
    let (wanted, as_of) = (target.clone(), plan.as_of_seq);
    // What happened while the lines were written is looked through here, so that the deciding command has little to.
    let unchanged_to = db.read_slow(move |snapshot| unchanged(snapshot, &wanted, as_of)).await?;
    Ok(Staged::Sheet { id, plan, unchanged_to })
}

/// Worth slices; a batch of claims is bounded by its payees.
fn is_large(plan: &Plan) -> bool {
    plan.lines.len() > SLICE_ROWS && plan.beneficiary.is_some()
}

/// Writes lines of a sheet, from the first on, until the time of a slice is spent; says how many.
fn write_slice(tx: &mut Tx, sheet: SheetId, lines: &[LineRecord]) -> Result<usize, Refusal> {
    let mut done = 0;
    for few in lines.chunks(ROWS_AT_ONCE).take(SLICE_ROWS / ROWS_AT_ONCE) {
        store::sheet::insert_lines(tx, sheet, few)?;
        done += few.len();
        if tx.is_spent() {
            break;
        }
    }
    Ok(done)
}

/// The head up to which nothing happened to the contracts of the target's office; refused if something did.
fn unchanged(conn: &mut Conn, target: &Target, as_of: i64) -> Result<i64, Refusal> {
    let head = changes::head(conn)?.seq;
    let office = match target {
        Target::New(question) => question.beneficiary,
        Target::Again(id) => {
            let beneficiary = store::batch::find(conn, *id)?.and_then(|batch| batch.beneficiary);
            beneficiary.map(|party| facts::organisation_of(&party.urn)).transpose()?
        }
    };
    match office {
        Some(office) if facts::changed_since(conn, office, as_of)? => {
            Err(Refusal::new(&FACTS_CHANGED).retry_after_seconds(1))
        }
        Some(_) => Ok(head),
        None => Ok(as_of),
    }
}

/// The question behind a target, and the batch that asks it again; none when the deciding command will refuse
/// or repeat its answer anyway.
fn open_question(
    conn: &mut Conn,
    now: &Now,
    target: &Target,
) -> Result<Option<(Question, Option<BatchId>)>, Refusal> {
    match target {
        Target::New(question) => {
            let live = live(conn, &now.node, question)?;
            Ok(live.is_none().then(|| (question.clone(), None)))
        }
        Target::Again(id) => match store::batch::find(conn, *id)? {
            Some(batch) if batch.state == BatchState::Returned => {
                Ok(Some((question_of(&batch, now.today)?, Some(batch.id))))
            }
            _ => Ok(None),
        },
    }
}

/// The batch that stands for a question: of an office one for each period, of claims the one under way.
fn live(conn: &mut Conn, node: &str, question: &Question) -> Result<Option<BatchRecord>, Refusal> {
    match question.beneficiary {
        Some(office) => {
            store::batch::live(conn, &question.scheme, &facts::urn(node, office), question.period)
        }
        None => store::batch::claims_under_way(conn, &question.scheme),
    }
}

/// A batch that comes back in a new year is paid from a new budget.
fn question_of(batch: &BatchRecord, today: Day) -> Result<Question, Refusal> {
    let office = batch.beneficiary.as_ref().map(|party| facts::organisation_of(&party.urn)).transpose()?;
    Ok(Question {
        scheme: batch.scheme.clone(),
        beneficiary: office,
        period: batch.period,
        budget_year: (batch.budget_year >= today.year()).then_some(batch.budget_year),
    })
}

/// The deciding command: the batch stands, its money is reserved.
pub fn prepare(
    tx: &mut Tx,
    actor: &Actor,
    target: &Target,
    staged: &Staged,
    expected_version: Option<i64>,
) -> Result<BatchRecord, Refusal> {
    actor.permit(Permission::SubsidyPrepare)?;
    require_verified(tx, actor)?;
    let acting = Acting::person(actor)?;
    match target {
        Target::New(question) => first(tx, actor, &acting, question, staged),
        Target::Again(id) => again(tx, actor, &acting, *id, staged, expected_version),
    }
}

fn first(
    tx: &mut Tx,
    actor: &Actor,
    acting: &Acting,
    question: &Question,
    staged: &Staged,
) -> Result<BatchRecord, Refusal> {
    in_scope(tx, actor, &question.scheme)?;
    let node = tx.node().to_owned();
    if let Some(batch) = live(tx, &node, question)? {
        return repeated(tx, acting, batch);
    }
    let (sheet, plan) = sheet_for(tx, question, staged, None)?;
    acting.may(&plan.payees, StepKind::Prepare, 1, &[])?;
    let now = tx.now();
    let batch = BatchRecord {
        id: tx.new_id(),
        version: 1,
        state: rules::next(None, StepKind::Prepare)?,
        round: 1,
        scheme: question.scheme.clone(),
        scheme_version: plan.scheme_version,
        period: question.period,
        budget_year: plan.budget_year,
        beneficiary: plan.beneficiary.clone(),
        sheet,
        publicised_on: None,
        publicity_until: None,
        created_at: now,
        updated_at: now,
    };
    store::batch::insert(tx, &batch)?;
    finish(tx, actor, acting, &batch, &plan.payees, None, 0)?;
    Ok(batch)
}

/// The same person asks again for a batch that still stands as prepared: a retry gets the batch.
fn repeated(tx: &mut Tx, acting: &Acting, batch: BatchRecord) -> Result<BatchRecord, Refusal> {
    let steps = store::batch::steps(tx, batch.id)?;
    let mine = steps.last().is_some_and(|step| step.step == StepKind::Prepare && step.person == acting.user);
    if mine && batch.state == BatchState::Prepared {
        return Ok(batch);
    }
    Err(Refusal::new(&BATCH_EXISTS).with("year", batch.period).with("batch", batch.id))
}

fn again(
    tx: &mut Tx,
    actor: &Actor,
    acting: &Acting,
    id: BatchId,
    staged: &Staged,
    expected_version: Option<i64>,
) -> Result<BatchRecord, Refusal> {
    let mut batch = store::batch::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    crate::db::check_version(batch.version, expected_version)?;
    let before = batch.state;
    batch.state = rules::next(Some(before), StepKind::Prepare)?;
    batch.round += 1;
    in_scope(tx, actor, &batch.scheme)?;
    let question = question_of(&batch, tx.now().day())?;
    let steps = store::batch::steps(tx, id)?;
    let (sheet, plan) = sheet_for(tx, &question, staged, Some(id))?;
    acting.may(&plan.payees, StepKind::Prepare, batch.round, &steps)?;
    batch.sheet = sheet;
    batch.scheme_version = plan.scheme_version;
    batch.budget_year = plan.budget_year;
    (batch.publicised_on, batch.publicity_until) = (None, None);
    batch.version += 1;
    batch.updated_at = tx.now();
    store::batch::save(tx, &batch)?;
    finish(tx, actor, acting, &batch, &plan.payees, Some(before), steps.len())?;
    Ok(batch)
}

/// The sheet that was written ahead, if everything that it stands on is still so, or one that is computed and written now.
fn sheet_for(
    tx: &mut Tx,
    question: &Question,
    staged: &Staged,
    but: Option<BatchId>,
) -> Result<(SheetRecord, Arc<Plan>), Refusal> {
    let now = Now { node: tx.node().to_owned(), today: tx.now().day(), as_of_seq: tx.seq() };
    if let (Staged::Sheet { id, plan, unchanged_to }, Some(office)) = (staged, question.beneficiary) {
        if facts::changed_since(tx, office, *unchanged_to)? {
            return Err(Refusal::new(&FACTS_CHANGED).retry_after_seconds(1));
        }
        plan::check_holds(tx, &now, question, plan, (*id, but))?;
        return Ok((plan.sheet(*id), Arc::clone(plan)));
    }
    let plan = plan::compute(tx, &now, question, but)?;
    let (id, at) = (tx.new_id(), tx.now());
    let sheet = plan.sheet(id);
    store::sheet::insert(tx, &sheet, at)?;
    store::sheet::insert_lines(tx, id, &plan.lines)?;
    store::circle::insert(tx, id, &plan.circles)?;
    store::payee::insert(tx, id, &plan.payees)?;
    Ok((sheet, Arc::new(plan)))
}

fn finish(
    tx: &mut Tx,
    actor: &Actor,
    acting: &Acting,
    batch: &BatchRecord,
    payees: &[PayeeRecord],
    before: Option<BatchState>,
    position: usize,
) -> Result<(), Refusal> {
    store::sheet::assign(tx, batch.sheet.id, batch.id)?;
    let moved = Moved { batch, payees, before, step: StepKind::Prepare };
    let number = money::hold(tx, actor, &moved)?;
    let step: StepRecord = acting.step(tx, batch, StepKind::Prepare, String::new(), number);
    note_step(tx, actor, batch, position, &step)
}

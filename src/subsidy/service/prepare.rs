//! Preparing a batch, for the first time or again after a return.
//!
//! A small batch is computed and written by one command. A large one is computed on a read snapshot and its
//! lines are written in slices under a sheet that no batch points to; the last command makes it visible.
//! Whatever happens to a contract between the snapshot and that command has a higher change number than the
//! sheet's, so it stops the batch (`batch_outdated`) or is corrected later: nothing is lost.

use std::sync::Arc;

use super::super::codes::{APPROPRIATION_EXCEEDED, BATCH_EXISTS, FACTS_CHANGED};
use super::super::model::{BatchId, BatchRecord, BatchState, SheetId, SheetRecord, StepKind, StepRecord};
use super::super::{rules, store};
use super::SLICE_ROWS;
use super::facts;
use super::plan::{self, Plan, Question};
use super::step::{Acting, move_money, note_step};
use crate::changes;
use crate::db::{Conn, Db, Tx};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;

/// What to prepare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    New(Question),
    /// A returned batch, computed afresh.
    Again(BatchId),
}

impl Target {
    pub const fn new(scheme: String, beneficiary: OrganisationId, period: i32, budget_year: i32) -> Self {
        Self::New(Question { scheme, beneficiary, period, budget_year })
    }
}

/// What was written ahead of the deciding command.
#[derive(Clone, Debug)]
pub enum Staged {
    /// Nothing: the command computes and writes all of it.
    Nothing,
    /// The lines of a sheet that waits for its batch.
    Sheet { id: SheetId, plan: Arc<Plan> },
}

/// Writes a large batch's lines ahead.
pub async fn stage(db: &Db, actor: &Actor, target: &Target) -> Result<Staged, Refusal> {
    actor.permit(Permission::SubsidyPrepare)?;
    let wanted = target.clone();
    let planned = db
        .read_slow(move |snapshot| {
            let (node, today) = (snapshot.node().to_owned(), snapshot.now().day());
            let Some(question) = open_question(snapshot, &node, &wanted)? else { return Ok(None) };
            let as_of = changes::head(snapshot)?.seq;
            plan::compute(snapshot, &node, today, as_of, &question).map(Some)
        })
        .await?;
    let Some(mut plan) = planned.filter(|plan| plan.lines.len() > SLICE_ROWS) else {
        return Ok(Staged::Nothing);
    };
    let lines = Arc::new(std::mem::take(&mut plan.lines));
    let plan = Arc::new(plan);
    let begun = Arc::clone(&plan);
    let written = db
        .write_background("subsidy.sheet", move |tx| {
            let (id, now) = (tx.new_id(), tx.now());
            store::sheet::insert(tx, &begun.sheet(id), now)?;
            Ok(id)
        })
        .await?;
    let id = written.value;
    for start in (0..lines.len()).step_by(SLICE_ROWS) {
        let lines = Arc::clone(&lines);
        db.write_background("subsidy.sheet_slice", move |tx| {
            let end = lines.len().min(start + SLICE_ROWS);
            store::sheet::insert_lines(tx, id, &lines[start..end])
        })
        .await?;
    }
    Ok(Staged::Sheet { id, plan })
}

/// The question behind a target; none when the deciding command will refuse or repeat its answer anyway.
fn open_question(conn: &mut Conn, node: &str, target: &Target) -> Result<Option<Question>, Refusal> {
    match target {
        Target::New(question) => {
            let urn = facts::urn(node, question.beneficiary);
            let live = store::batch::live(conn, &question.scheme, &urn, question.period)?;
            Ok(live.is_none().then(|| question.clone()))
        }
        Target::Again(id) => match store::batch::find(conn, *id)? {
            Some(batch) if batch.state == BatchState::Returned => question_of(&batch).map(Some),
            _ => Ok(None),
        },
    }
}

fn question_of(batch: &BatchRecord) -> Result<Question, Refusal> {
    Ok(Question {
        scheme: batch.scheme.clone(),
        beneficiary: facts::organisation_of(&batch.beneficiary.urn)?,
        period: batch.period,
        budget_year: batch.budget_year,
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
    let urn = facts::urn(tx.node(), question.beneficiary);
    if let Some(batch) = store::batch::live(tx, &question.scheme, &urn, question.period)? {
        return repeated(tx, acting, batch);
    }
    acting.may(Some(question.beneficiary), StepKind::Prepare, 1, &[])?;
    let (sheet, plan) = sheet_for(tx, question, staged)?;
    let now = tx.now();
    let batch = BatchRecord {
        id: tx.new_id(),
        version: 1,
        state: rules::next(None, StepKind::Prepare)?,
        round: 1,
        scheme: question.scheme.clone(),
        scheme_version: plan.0,
        period: question.period,
        budget_year: question.budget_year,
        beneficiary: plan.1,
        sheet,
        created_at: now,
        updated_at: now,
    };
    store::batch::insert(tx, &batch)?;
    finish(tx, actor, acting, &batch, None, 0)?;
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
    let question = question_of(&batch)?;
    let steps = store::batch::steps(tx, id)?;
    acting.may(Some(question.beneficiary), StepKind::Prepare, batch.round, &steps)?;
    let (sheet, plan) = sheet_for(tx, &question, staged)?;
    batch.sheet = sheet;
    batch.scheme_version = plan.0;
    batch.version += 1;
    batch.updated_at = tx.now();
    store::batch::save(tx, &batch)?;
    finish(tx, actor, acting, &batch, Some(before), steps.len())?;
    Ok(batch)
}

/// The sheet that was written ahead, or one that is computed and written now.
fn sheet_for(
    tx: &mut Tx,
    question: &Question,
    staged: &Staged,
) -> Result<(SheetRecord, (i32, PartyRef)), Refusal> {
    if let Staged::Sheet { id, plan } = staged {
        if facts::changed_since(tx, question.beneficiary, plan.as_of_seq)? {
            return Err(Refusal::new(&FACTS_CHANGED).retry_after_seconds(1));
        }
        return Ok((plan.sheet(*id), (plan.scheme_version, plan.beneficiary.clone())));
    }
    let (node, today, as_of) = (tx.node().to_owned(), tx.now().day(), tx.seq());
    let plan = plan::compute(tx, &node, today, as_of, question)?;
    let (id, now) = (tx.new_id(), tx.now());
    let sheet = plan.sheet(id);
    store::sheet::insert(tx, &sheet, now)?;
    store::sheet::insert_lines(tx, id, &plan.lines)?;
    Ok((sheet, (plan.scheme_version, plan.beneficiary)))
}

fn finish(
    tx: &mut Tx,
    actor: &Actor,
    acting: &Acting,
    batch: &BatchRecord,
    before: Option<BatchState>,
    position: usize,
) -> Result<(), Refusal> {
    store::sheet::assign(tx, batch.sheet.id, batch.id)?;
    let number = move_money(tx, actor, batch, before, StepKind::Prepare, Some(&APPROPRIATION_EXCEEDED))?;
    let step: StepRecord = acting.step(tx, batch, StepKind::Prepare, String::new(), number);
    note_step(tx, actor, batch, position, &step)
}

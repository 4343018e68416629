//! Reading batches, and computing them again for whoever asks why.

use std::collections::BTreeMap;

use super::super::model::{
    BatchFilter, BatchId, BatchRecord, Cause, Fact, LineKind, LineRecord, Scheme, StepRecord, Working,
};
use super::super::{rules, store};
use super::SLICE_ROWS;
use super::facts;
use super::plan::{base_of, too_large};
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

/// The government and the auditors see all batches; a beneficiary sees its own.
fn only_of(node: &str, actor: &Actor) -> Result<Option<String>, Refusal> {
    actor.permit(Permission::SubsidyRead)?;
    let person = actor.person()?;
    let sees_all = matches!(person.kind, OrganisationKind::Government | OrganisationKind::Operator);
    Ok((!sees_all).then(|| facts::urn(node, person.organisation)))
}

/// The newest first.
pub fn list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    mut filter: BatchFilter,
    before: Option<BatchId>,
    limit: i64,
) -> Result<Vec<BatchRecord>, Refusal> {
    if let Some(own) = only_of(snapshot.node(), actor)? {
        if filter.beneficiary.as_ref().is_some_and(|asked| *asked != own) {
            return Ok(vec![]);
        }
        filter.beneficiary = Some(own);
    }
    store::batch::page(snapshot, &filter, before, limit)
}

pub fn find(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: BatchId,
) -> Result<(BatchRecord, Vec<StepRecord>), Refusal> {
    let batch = visible(snapshot, actor, id)?;
    let steps = store::batch::steps(snapshot, id)?;
    Ok((batch, steps))
}

fn visible(snapshot: &mut Snapshot, actor: &Actor, id: BatchId) -> Result<BatchRecord, Refusal> {
    let own = only_of(snapshot.node(), actor)?;
    let found = store::batch::find(snapshot, id)?;
    let may_see = |batch: &BatchRecord| own.as_ref().is_none_or(|own| *own == batch.beneficiary.urn);
    found.filter(may_see).ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub fn lines(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: BatchId,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<LineRecord>, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    store::sheet::lines(snapshot, batch.sheet.id, after, limit)
}

/// One scheme version's part of a batch.
#[derive(Clone, Debug)]
pub struct Part {
    pub period: i32,
    pub scheme: Scheme,
    pub contracts: usize,
    pub base: Fen,
    pub working: Vec<Working>,
    pub recomputed: Fen,
    pub booked: Fen,
}

/// A line beside what computing it again gives.
#[derive(Clone, Debug)]
pub struct LineExplained {
    pub line: LineRecord,
    pub recomputed: Fen,
    /// For a correction: what was booked of its period before, and what E gives after the cause.
    pub before_and_after: Option<(Fen, Fen)>,
}

#[derive(Clone, Debug)]
pub struct Explanation {
    pub batch: BatchRecord,
    pub parts: Vec<Part>,
    pub lines: Vec<LineExplained>,
}

impl Explanation {
    /// Whether everything that is booked follows from the stored inputs.
    pub fn agrees(&self) -> bool {
        let total = Fen::sum(self.lines.iter().map(|line| line.recomputed));
        self.lines.iter().all(|line| line.recomputed == line.line.amount)
            && total == Some(self.batch.sheet.total)
    }
}

/// Computes a batch again from the inputs that its lines keep.
pub fn explain(snapshot: &mut Snapshot, actor: &Actor, id: BatchId) -> Result<Explanation, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    let stored = store::sheet::lines(snapshot, batch.sheet.id, None, i64::MAX)?;
    let mut groups: BTreeMap<(LineKind, i32, i32), Vec<LineRecord>> = BTreeMap::new();
    for line in stored {
        groups.entry((line.kind, line.period, line.scheme_version)).or_default().push(line);
    }
    let (mut parts, mut lines) = (vec![], vec![]);
    for ((kind, period, version), group) in groups {
        let scheme = store::scheme::version(snapshot, &batch.scheme, version)?
            .ok_or_else(|| Refusal::internal("a line without its scheme version"))?;
        match kind {
            LineKind::Contract => {
                let (part, explained) = explain_contracts(scheme, period, group)?;
                parts.push(part);
                lines.extend(explained);
            }
            LineKind::Correction => {
                lines.extend(explain_corrections(snapshot, &batch, &scheme, period, group)?)
            }
        }
    }
    lines.sort_by_key(|line| line.line.position);
    Ok(Explanation { batch, parts, lines })
}

fn explain_contracts(
    scheme: Scheme,
    period: i32,
    mut group: Vec<LineRecord>,
) -> Result<(Part, Vec<LineExplained>), Refusal> {
    group.sort_by(|a, b| a.number.cmp(&b.number));
    let base = |line: &LineRecord| base_of(scheme.base, line.total, line.technical);
    let facts: Vec<Fact> =
        group.iter().map(|line| Fact { number: line.number.clone(), base: base(line) }).collect();
    let evaluation = rules::evaluate(&scheme, &facts)?;
    let booked = Fen::sum(group.iter().map(|line| line.amount)).ok_or_else(too_large)?;
    let explained = group
        .into_iter()
        .zip(&evaluation.lines)
        .map(|(line, share)| LineExplained { line, recomputed: share.amount, before_and_after: None })
        .collect();
    let part = Part {
        period,
        scheme,
        contracts: facts.len(),
        base: evaluation.base,
        working: evaluation.working,
        recomputed: evaluation.total,
        booked,
    };
    Ok((part, explained))
}

fn explain_corrections(
    conn: &mut Conn,
    batch: &BatchRecord,
    scheme: &Scheme,
    period: i32,
    mut group: Vec<LineRecord>,
) -> Result<Vec<LineExplained>, Refusal> {
    let seq = |line: &LineRecord| line.cause.as_ref().map_or(0, |cause| cause.seq);
    group.sort_by_key(seq);
    let own: Vec<i64> = group.iter().map(seq).collect();
    let booked = store::sheet::booked(conn, &batch.scheme, &batch.beneficiary.urn, period)?;
    let known = |line: &&LineRecord| {
        let seq = seq(line);
        line.scheme_version == scheme.version && seq <= batch.sheet.as_of_seq && !own.contains(&seq)
    };
    let mut facts: BTreeMap<&str, Fen> = BTreeMap::new();
    let mut so_far = Fen::ZERO;
    for line in booked.iter().filter(known) {
        facts.insert(&line.number, line.base);
        so_far = so_far.checked_add(line.amount).ok_or_else(too_large)?;
    }
    let facts: Vec<Fact> =
        facts.into_iter().map(|(number, base)| Fact { number: number.to_owned(), base }).collect();
    let cause =
        |line: &LineRecord| Cause { seq: seq(line), number: line.number.clone(), base: Some(line.base) };
    let causes: Vec<Cause> = group.iter().map(cause).collect();
    let amounts = rules::corrections(scheme, &facts, so_far, &causes)?;
    let mut explained = vec![];
    for (line, recomputed) in group.into_iter().zip(amounts) {
        let after = so_far.checked_add(recomputed).ok_or_else(too_large)?;
        explained.push(LineExplained { line, recomputed, before_and_after: Some((so_far, after)) });
        so_far = after;
    }
    Ok(explained)
}

/// Removes a slice of what abandoned preparations left; true while there is more.
pub fn sweep(tx: &mut Tx, before: UtcTime) -> Result<bool, Refusal> {
    let Some(sheet) = store::sheet::abandoned(tx, before)? else { return Ok(false) };
    let slice = i32::try_from(SLICE_ROWS).map_err(Refusal::internal)?;
    store::sheet::sweep(tx, sheet, slice)?;
    Ok(true)
}

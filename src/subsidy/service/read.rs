//! Reading batches, and computing them again for whoever asks why.

use std::collections::BTreeMap;

use super::super::model::{
    BatchFilter, BatchId, BatchRecord, Cause, Fact, LineKind, LineRecord, PayeeRecord, PaymentRecord, Scheme,
    StepRecord, Working,
};
use super::super::{rules, store};
use super::SLICE_ROWS;
use super::circles::Circles;
use super::correct::known_facts;
use super::facts;
use super::plan::{base_of, too_large};
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

/// What a reader may see.
pub struct Sight {
    /// The schemes of the reader's authority; none: all of them.
    pub schemes: Option<Vec<String>>,
    /// Only what concerns this organisation.
    pub own: Option<String>,
}

impl Sight {
    pub fn sees(&self, scheme: &str, beneficiary: Option<&String>) -> bool {
        let own = self.own.as_ref().is_none_or(|own| beneficiary == Some(own));
        own && self.schemes.as_ref().is_none_or(|schemes| schemes.iter().any(|code| code == scheme))
    }
}

/// Auditors see everything, an authority the schemes of its own division and those inside it, a beneficiary
/// its own.
pub fn sight(snapshot: &mut Snapshot, actor: &Actor) -> Result<Sight, Refusal> {
    actor.permit(Permission::SubsidyRead)?;
    let person = actor.person()?;
    match person.kind {
        OrganisationKind::Operator => Ok(Sight { schemes: None, own: None }),
        OrganisationKind::Government => {
            let inside = |scheme: &Scheme| rules::in_scope(&person.division, &scheme.division).is_ok();
            let all = store::scheme::all(snapshot)?;
            let mut codes: Vec<String> = all.into_iter().filter(inside).map(|scheme| scheme.code).collect();
            codes.dedup();
            Ok(Sight { schemes: Some(codes), own: None })
        }
        _ => Ok(Sight { schemes: None, own: Some(facts::urn(snapshot.node(), person.organisation)) }),
    }
}

/// The newest first.
pub fn list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    mut filter: BatchFilter,
    before: Option<BatchId>,
    limit: i64,
) -> Result<Vec<BatchRecord>, Refusal> {
    let sight = sight(snapshot, actor)?;
    if let Some(own) = sight.own {
        if filter.beneficiary.as_ref().is_some_and(|asked| *asked != own) {
            return Ok(vec![]);
        }
        filter.beneficiary = Some(own);
    }
    store::batch::page(snapshot, &filter, sight.schemes.as_deref(), before, limit)
}

/// A batch with whom it pays, what was paid and who did what with it.
#[derive(Clone, Debug)]
pub struct Found {
    pub batch: BatchRecord,
    pub payees: Vec<PayeeRecord>,
    pub payments: Vec<PaymentRecord>,
    pub steps: Vec<StepRecord>,
}

pub fn find(snapshot: &mut Snapshot, actor: &Actor, id: BatchId) -> Result<Found, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    let steps = store::batch::steps(snapshot, id)?;
    let payees = store::payee::of_sheet(snapshot, batch.sheet.id)?;
    let payments = store::payee::payments(snapshot, id)?;
    Ok(Found { batch, payees, payments, steps })
}

pub fn visible(snapshot: &mut Snapshot, actor: &Actor, id: BatchId) -> Result<BatchRecord, Refusal> {
    let sight = sight(snapshot, actor)?;
    let found = store::batch::find(snapshot, id)?;
    let may_see =
        |batch: &BatchRecord| sight.sees(&batch.scheme, batch.beneficiary.as_ref().map(|party| &party.urn));
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
        let borne = |line: &LineRecord| Fen::sum(line.borne().into_iter().map(|(_, amount)| amount));
        let good = |line: &LineExplained| {
            Some(line.recomputed) == borne(&line.line) && line.recomputed == line.line.amount
        };
        self.lines.iter().all(good) && total == Some(self.batch.sheet.total)
    }
}

/// Computes a batch again from the inputs that its lines keep.
pub fn explain(snapshot: &mut Snapshot, actor: &Actor, id: BatchId) -> Result<Explanation, Refusal> {
    let batch = visible(snapshot, actor, id)?;
    recomputed(snapshot, batch)
}

/// What the inputs of a batch's lines give.
pub fn recomputed(conn: &mut Conn, batch: BatchRecord) -> Result<Explanation, Refusal> {
    let stored = store::sheet::lines(conn, batch.sheet.id, None, i64::MAX)?;
    let circles = Circles::kept(store::circle::of_sheet(conn, batch.sheet.id)?);
    let mut groups: BTreeMap<(LineKind, i32, i32, Vec<String>), Vec<LineRecord>> = BTreeMap::new();
    for line in stored {
        let key = (line.kind, line.period, line.scheme_version, circles.of(line.period, &line.cap_group));
        groups.entry(key).or_default().push(line);
    }
    let (mut parts, mut lines) = (vec![], vec![]);
    for ((kind, period, version, cap_groups), group) in groups {
        let scheme = store::scheme::version(conn, &batch.scheme, version)?
            .ok_or_else(|| Refusal::internal("a line without its scheme version"))?;
        match kind {
            LineKind::Contract | LineKind::Claim => {
                let (part, explained) = explain_contracts(scheme, period, group)?;
                parts.push(part);
                lines.extend(explained);
            }
            LineKind::Correction => {
                let whose = Whose { cap_groups: &cap_groups, period };
                lines.extend(explain_corrections(conn, &batch, &scheme, &whose, group)?)
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
    let fact = |line: &LineRecord| Fact {
        number: line.number.clone(),
        beneficiary: line.beneficiary.clone(),
        base: base(line),
    };
    let facts: Vec<Fact> = group.iter().map(fact).collect();
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

struct Whose<'a> {
    cap_groups: &'a [String],
    period: i32,
}

fn explain_corrections(
    conn: &mut Conn,
    batch: &BatchRecord,
    scheme: &Scheme,
    whose: &Whose,
    mut group: Vec<LineRecord>,
) -> Result<Vec<LineExplained>, Refusal> {
    let seq = |line: &LineRecord| line.cause.as_ref().map_or(0, |cause| cause.seq);
    group.sort_by_key(seq);
    let own: Vec<i64> = group.iter().map(seq).collect();
    let booked = store::sheet::booked(conn, &batch.scheme, whose.cap_groups, whose.period)?;
    let known = |line: &&LineRecord| {
        let seq = seq(line);
        line.scheme_version == scheme.version && seq <= batch.sheet.as_of_seq && !own.contains(&seq)
    };
    let (facts, mut so_far) = known_facts(booked.iter().filter(known))?;
    let cause = |line: &LineRecord| Cause {
        seq: seq(line),
        number: line.number.clone(),
        beneficiary: line.beneficiary.clone(),
        base: (!line.ended).then_some(line.base),
    };
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

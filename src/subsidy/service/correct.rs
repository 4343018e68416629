//! Corrections: one line for each cause, by the scheme version that counted its fact, and who bears it.

use std::collections::BTreeMap;

use super::super::model::{Cause, CauseRecord, Fact, LineCause, LineKind, LineRecord, Scheme};
use super::super::{rules, store};
use super::facts;
use super::plan::{base_of, too_large};
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;

/// Whose period is corrected.
pub struct Correcting<'a> {
    pub node: &'a str,
    /// Counted together.
    pub cap_groups: &'a [String],
    pub period: i32,
}

/// A cause, with whom its fact counts, and the version that it was claimed under.
#[derive(Clone, Debug)]
pub struct Counted {
    pub cause: CauseRecord,
    pub cap_group: String,
    pub version: Option<i32>,
}

/// The causes of one period, by the scheme version that counts their facts, each in change order. What is booked
/// says the version, and a claim says its own: a version that is published later never takes over a fact.
pub fn correct(
    conn: &mut Conn,
    code: &str,
    schemes: &[Scheme],
    whose: &Correcting,
    causes: &[Counted],
) -> Result<Vec<LineRecord>, Refusal> {
    let booked = store::sheet::booked(conn, code, whose.cap_groups, whose.period)?;
    let mut versions: BTreeMap<&str, i32> = BTreeMap::new();
    for line in &booked {
        versions.entry(&line.contract).or_insert(line.scheme_version);
    }
    let mut lines = vec![];
    for scheme in schemes {
        let in_force = |day: Day| scheme.valid_from <= day && scheme.valid_to.is_none_or(|end| day <= end);
        let counts = |it: &&Counted| match versions.get(it.cause.contract.as_str()).copied().or(it.version) {
            Some(version) => version == scheme.version,
            None => in_force(it.cause.registered_on),
        };
        let mine: Vec<&Counted> = causes.iter().filter(counts).collect();
        if mine.is_empty() {
            continue;
        }
        let of_scheme: Vec<&LineRecord> =
            booked.iter().filter(|line| line.scheme_version == scheme.version).collect();
        let (facts, so_far) = known_facts(of_scheme.iter().copied())?;
        let mut held = held(&of_scheme)?;
        let step = |it: &&Counted| Cause {
            seq: it.cause.seq,
            number: it.cause.number.clone(),
            beneficiary: facts::urn(whose.node, it.cause.office),
            base: it.cause.counts.then(|| base_of(scheme.base, it.cause.total, it.cause.technical)),
        };
        let steps: Vec<Cause> = mine.iter().map(step).collect();
        let amounts = rules::corrections(scheme, &facts, so_far, &steps)?;
        for ((counted, step), amount) in mine.into_iter().zip(steps).zip(amounts) {
            let shares = rules::borne(amount, &step.beneficiary, &mut held)?;
            let line = correction_line(whose, scheme.version, counted, step, amount);
            lines.push(LineRecord { shares, ..line });
        }
    }
    lines.sort_by_key(|line| line.cause.as_ref().map_or(0, |cause| cause.seq));
    Ok(lines)
}

/// What each beneficiary has by these lines.
fn held(lines: &[&LineRecord]) -> Result<BTreeMap<String, Fen>, Refusal> {
    let mut held: BTreeMap<String, Fen> = BTreeMap::new();
    for (beneficiary, amount) in lines.iter().flat_map(|line| line.borne()) {
        let sum = held.entry(beneficiary.to_owned()).or_default();
        *sum = sum.checked_add(amount).ok_or_else(too_large)?;
    }
    Ok(held)
}

/// The facts that booked lines leave standing, and their sum: a later line of a fact takes the place of an
/// earlier one.
pub fn known_facts<'a>(booked: impl Iterator<Item = &'a LineRecord>) -> Result<(Vec<Fact>, Fen), Refusal> {
    let mut facts: BTreeMap<&str, Fact> = BTreeMap::new();
    let mut so_far = Fen::ZERO;
    for line in booked {
        let (number, beneficiary) = (line.number.clone(), line.beneficiary.clone());
        facts.insert(&line.number, Fact { number, beneficiary, base: line.base });
        so_far = so_far.checked_add(line.amount).ok_or_else(too_large)?;
        if line.ended {
            facts.remove(line.number.as_str());
        }
    }
    Ok((facts.into_values().collect(), so_far))
}

fn correction_line(
    whose: &Correcting,
    scheme_version: i32,
    counted: &Counted,
    step: Cause,
    amount: Fen,
) -> LineRecord {
    let cause = &counted.cause;
    LineRecord {
        position: 0,
        kind: LineKind::Correction,
        period: whose.period,
        scheme_version,
        contract: cause.contract.clone(),
        contract_version: cause.contract_version,
        number: cause.number.clone(),
        registered_on: cause.registered_on,
        beneficiary: step.beneficiary,
        cap_group: counted.cap_group.clone(),
        total: cause.total,
        technical: cause.technical,
        base: step.base.unwrap_or_default(),
        amount,
        ended: !cause.counts,
        cause: Some(LineCause { seq: cause.seq, kind: cause.kind.clone() }),
        shares: vec![],
    }
}

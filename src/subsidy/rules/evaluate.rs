//! E: all facts of one beneficiary and period → total and lines (DOMAIN §5).

use std::collections::BTreeMap;

use super::super::codes::{SCHEME_FORMULA_INVALID, SUBSIDY_AMOUNT_TOO_LARGE};
use super::super::model::{
    Cap, CapScope, Cause, Evaluation, Fact, Formula, Scheme, Share, Tier, Working, WorkingStep,
};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::split::largest_remainder;

/// One fen in the unit of exact amounts.
const MICRO: i128 = 1_000_000;

fn too_large() -> Refusal {
    Refusal::new(&SUBSIDY_AMOUNT_TOO_LARGE)
}

/// Tiers, thresholds and caps first, exactly; then the total is rounded half up, once; then the lines by
/// largest remainder, ties by registration number.
pub fn evaluate(scheme: &Scheme, facts: &[Fact]) -> Result<Evaluation, Refusal> {
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by(|a, b| a.number.cmp(&b.number));
    if facts.iter().any(|fact| fact.base.is_negative()) {
        return Err(too_large().because("a negative base"));
    }
    let base = Fen::sum(facts.iter().map(|fact| fact.base)).ok_or_else(too_large)?;
    let mut working = vec![work(WorkingStep::SumOfBases, i128::from(base.0) * MICRO)];
    let (exact, weights) = match &scheme.formula {
        Formula::Rate(_) | Formula::Fixed(_) | Formula::Award => {
            per_fact(&scheme.formula, scheme.cap, &facts, &mut working)
        }
        Formula::Tiers(tiers) => (in_tiers(tiers, base), bases(&facts)),
        Formula::Steps { from, first, every, each } => {
            (in_steps(base, *from, *first, *every, *each)?, bases(&facts))
        }
    };
    working.push(work(WorkingStep::FormulaApplied, exact));
    let exact = match scheme.cap {
        Some(Cap { amount, scope: CapScope::BeneficiaryYear }) => {
            let capped = exact.min(i128::from(amount.0) * MICRO);
            working.push(work(WorkingStep::YearCap, capped));
            capped
        }
        _ => exact,
    };
    let total = i64::try_from((exact + MICRO / 2) / MICRO).map(Fen).map_err(|_| too_large())?;
    working.push(work(WorkingStep::RoundedHalfUp, i128::from(total.0) * MICRO));
    let weights: Vec<u64> =
        weights.into_iter().map(u64::try_from).collect::<Result<_, _>>().map_err(|_| too_large())?;
    let amounts = largest_remainder(total, &weights).ok_or_else(too_large)?;
    let share = |(fact, amount): (&Fact, Fen)| Share { number: fact.number.clone(), base: fact.base, amount };
    let lines = facts.into_iter().zip(amounts).map(share).collect();
    Ok(Evaluation { base, total, lines, working })
}

const fn work(step: WorkingStep, exact_micro_fen: i128) -> Working {
    Working { step, exact_micro_fen }
}

fn bases(facts: &[&Fact]) -> Vec<i128> {
    facts.iter().map(|fact| i128::from(fact.base.0)).collect()
}

/// The exact amount of each fact by itself, capped by itself.
fn per_fact(
    formula: &Formula,
    cap: Option<Cap>,
    facts: &[&Fact],
    working: &mut Vec<Working>,
) -> (i128, Vec<i128>) {
    let exact = |fact: &&Fact| match formula {
        Formula::Rate(rate) => i128::from(fact.base.0) * i128::from(rate.ppm()),
        Formula::Fixed(amount) => i128::from(amount.0) * MICRO,
        _ => i128::from(fact.base.0) * MICRO,
    };
    let mut amounts: Vec<i128> = facts.iter().map(exact).collect();
    if let Some(Cap { amount, scope: CapScope::Claim }) = cap {
        let limit = i128::from(amount.0) * MICRO;
        amounts.iter_mut().for_each(|amount| *amount = (*amount).min(limit));
        working.push(work(WorkingStep::ClaimCaps, amounts.iter().sum()));
    }
    let sum = amounts.iter().sum();
    // Weights only state proportions; whole fen keep them within 64 bits where the rate gives none smaller.
    let common = match formula {
        Formula::Rate(_) => 1,
        _ => MICRO,
    };
    (sum, amounts.into_iter().map(|amount| amount / common).collect())
}

/// ≤ 100k 1%; 100k-1m 0.5%; > 1m 0.1%: each rate for its own part.
fn in_tiers(tiers: &[Tier], sum: Fen) -> i128 {
    let sum = i128::from(sum.0);
    let mut below = 0;
    let mut exact = 0;
    for tier in tiers {
        let end = tier.up_to.map_or(sum, |end| i128::from(end.0).min(sum));
        if end > below {
            exact += (end - below) * i128::from(tier.rate.ppm());
            below = end;
        }
    }
    exact
}

fn in_steps(sum: Fen, from: Fen, first: Fen, every: Fen, each: Fen) -> Result<i128, Refusal> {
    if !every.is_positive() {
        return Err(Refusal::new(&SCHEME_FORMULA_INVALID).with("reason", "every_fen"));
    }
    if sum < from {
        return Ok(0);
    }
    let further = (i128::from(sum.0) - i128::from(from.0)) / i128::from(every.0);
    Ok((i128::from(first.0) + further * i128::from(each.0)) * MICRO)
}

/// Whether a formula can be computed at all.
pub fn check_formula(formula: &Formula, cap: Option<Cap>) -> Result<(), Refusal> {
    let wrong = |reason: &str| Err(Refusal::new(&SCHEME_FORMULA_INVALID).with("reason", reason));
    if cap.is_some_and(|cap| cap.amount.is_negative()) {
        return wrong("cap");
    }
    match formula {
        Formula::Fixed(amount) if amount.is_negative() => wrong("amount_fen"),
        Formula::Steps { from, first, every, each } => {
            let negative = [from, first, each].iter().any(|fen| fen.is_negative());
            if negative || !every.is_positive() { wrong("steps") } else { Ok(()) }
        }
        Formula::Tiers(tiers) => {
            let ends: Vec<Fen> = tiers.iter().filter_map(|tier| tier.up_to).collect();
            let rising = ends.windows(2).all(|pair| pair[0] < pair[1]);
            let open = tiers.iter().rposition(|tier| tier.up_to.is_none());
            let last_is_open = open.is_some_and(|at| at + 1 == tiers.len()) && ends.len() + 1 == tiers.len();
            if rising && last_is_open { Ok(()) } else { wrong("tiers") }
        }
        _ => Ok(()),
    }
}

/// One line per cause, in change order: E(after the cause) minus what is booked so far. It may be zero, and
/// no other line moves.
pub fn corrections(
    scheme: &Scheme,
    counted: &[Fact],
    booked: Fen,
    causes: &[Cause],
) -> Result<Vec<Fen>, Refusal> {
    let mut facts: BTreeMap<String, Fen> =
        counted.iter().map(|fact| (fact.number.clone(), fact.base)).collect();
    let mut so_far = booked;
    let mut lines = Vec::with_capacity(causes.len());
    for cause in causes {
        match cause.base {
            Some(base) => facts.insert(cause.number.clone(), base),
            None => facts.remove(&cause.number),
        };
        let after: Vec<Fact> =
            facts.iter().map(|(number, base)| Fact { number: number.clone(), base: *base }).collect();
        let total = evaluate(scheme, &after)?.total;
        lines.push(total.checked_sub(so_far).ok_or_else(too_large)?);
        so_far = total;
    }
    Ok(lines)
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;

//! E: all facts of one beneficiary and period → total and lines (DOMAIN §5).

use std::collections::{BTreeMap, BTreeSet};

use super::super::codes::{SCHEME_FORMULA_INVALID, SUBSIDY_AMOUNT_TOO_LARGE};
use super::super::model::{
    Cap, CapScope, Cause, CostShare, Evaluation, Fact, Formula, Fund, LineShare, Scheme, Share, Tier,
    Working, WorkingStep,
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
/// largest remainder, ties by registration number. In a linked group the total goes to its members first, in
/// the order of their URNs, and then to each one's facts.
pub fn evaluate(scheme: &Scheme, facts: &[Fact]) -> Result<Evaluation, Refusal> {
    let tally = Tally::of(scheme, facts)?;
    let mut working = vec![];
    let (base, total) = (tally.base()?, tally.work(&mut working)?);
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by(|a, b| a.number.cmp(&b.number));
    let members: Vec<&String> = tally.members.keys().collect();
    let weights: Vec<i128> =
        tally.members.values().map(|sums| tally.capped(sums)).collect::<Result<_, _>>()?;
    let shares = largest_remainder(total, &scaled(&weights)).ok_or_else(too_large)?;
    let mut amounts: BTreeMap<&str, Fen> = BTreeMap::new();
    for (member, share) in members.into_iter().zip(shares) {
        let own: Vec<&Fact> = facts.iter().copied().filter(|fact| fact.beneficiary == *member).collect();
        let weights: Vec<i128> = own.iter().map(|fact| tally.weight(fact.base)).collect();
        let split = largest_remainder(share, &scaled(&weights)).ok_or_else(too_large)?;
        amounts.extend(own.iter().map(|fact| fact.number.as_str()).zip(split));
    }
    let share = |fact: &Fact| Share {
        number: fact.number.clone(),
        base: fact.base,
        amount: amounts.get(fact.number.as_str()).copied().unwrap_or_default(),
    };
    let lines = facts.into_iter().map(share).collect();
    Ok(Evaluation { base, total, lines, working })
}

const fn work(step: WorkingStep, exact_micro_fen: i128) -> Working {
    Working { step, exact_micro_fen }
}

/// Weights only state proportions: all are halved together until they fit.
fn scaled(weights: &[i128]) -> Vec<u64> {
    let largest = weights.iter().copied().max().unwrap_or_default();
    let halvings = (0..128).find(|n| u64::try_from(largest >> n).is_ok()).unwrap_or_default();
    weights.iter().map(|weight| u64::try_from(weight >> halvings).unwrap_or_default()).collect()
}

/// What the facts of one beneficiary add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    base: i128,
    /// Each fact by itself, with its own cap, in millionths of a fen; for formulas that take facts one by one.
    exact: i128,
    facts: usize,
}

/// The facts of one cap group and period, kept as sums, so that E after one more cause costs no walk over all
/// of them.
struct Tally<'a> {
    scheme: &'a Scheme,
    facts: BTreeMap<String, (String, Fen)>,
    members: BTreeMap<String, Sums>,
}

impl<'a> Tally<'a> {
    fn of(scheme: &'a Scheme, facts: &[Fact]) -> Result<Self, Refusal> {
        let mut tally = Self { scheme, facts: BTreeMap::new(), members: BTreeMap::new() };
        for fact in facts {
            tally.insert(&fact.number, &fact.beneficiary, fact.base)?;
        }
        Ok(tally)
    }

    /// Adds a fact, or gives it another base.
    fn insert(&mut self, number: &str, beneficiary: &str, base: Fen) -> Result<(), Refusal> {
        if base.is_negative() {
            return Err(too_large().because("a negative base"));
        }
        self.remove(number);
        self.facts.insert(number.to_owned(), (beneficiary.to_owned(), base));
        let exact = self.exact(base);
        let sums = self.members.entry(beneficiary.to_owned()).or_default();
        sums.base += i128::from(base.0);
        sums.exact += exact;
        sums.facts += 1;
        Ok(())
    }

    fn remove(&mut self, number: &str) {
        let Some((beneficiary, base)) = self.facts.remove(number) else { return };
        let exact = self.exact(base);
        if let Some(sums) = self.members.get_mut(&beneficiary) {
            sums.base -= i128::from(base.0);
            sums.exact -= exact;
            sums.facts -= 1;
            if sums.facts == 0 {
                self.members.remove(&beneficiary);
            }
        }
    }

    /// The exact amount of a fact by itself.
    fn uncapped(&self, base: Fen) -> i128 {
        match &self.scheme.formula {
            Formula::Rate(rate) => i128::from(base.0) * i128::from(rate.ppm()),
            Formula::Fixed(amount) => i128::from(amount.0) * MICRO,
            Formula::Award | Formula::Tiers(_) | Formula::Steps { .. } => i128::from(base.0) * MICRO,
        }
    }

    fn exact(&self, base: Fen) -> i128 {
        let exact = self.uncapped(base);
        let cap = self.scheme.cap(CapScope::Claim).filter(|_| self.takes_facts_one_by_one());
        cap.map_or(exact, |cap| exact.min(i128::from(cap.0) * MICRO))
    }

    /// What a fact gives by itself, if it is there.
    fn own(&self, number: &str) -> i128 {
        self.facts.get(number).map_or(0, |(_, base)| self.exact(*base))
    }

    const fn takes_facts_one_by_one(&self) -> bool {
        matches!(self.scheme.formula, Formula::Rate(_) | Formula::Fixed(_) | Formula::Award)
    }

    /// In which proportion a beneficiary's facts share its amount.
    fn weight(&self, base: Fen) -> i128 {
        if self.takes_facts_one_by_one() { self.exact(base) } else { i128::from(base.0) }
    }

    /// What the formula gives a beneficiary, before the caps of the year.
    fn formula(&self, sums: &Sums) -> Result<i128, Refusal> {
        match &self.scheme.formula {
            Formula::Tiers(tiers) => Ok(in_tiers(tiers, sums.base)),
            Formula::Steps { from, first, every, each } => in_steps(sums.base, *from, *first, *every, *each),
            Formula::Rate(_) | Formula::Fixed(_) | Formula::Award => Ok(sums.exact),
        }
    }

    fn capped(&self, sums: &Sums) -> Result<i128, Refusal> {
        let exact = self.formula(sums)?;
        let cap = self.scheme.cap(CapScope::BeneficiaryYear);
        Ok(cap.map_or(exact, |cap| exact.min(i128::from(cap.0) * MICRO)))
    }

    fn base(&self) -> Result<Fen, Refusal> {
        let sum: i128 = self.members.values().map(|sums| sums.base).sum();
        i64::try_from(sum).map(Fen).map_err(|_| too_large())
    }

    /// The total, and how it came about.
    fn work(&self, working: &mut Vec<Working>) -> Result<Fen, Refusal> {
        let all = self.members.values();
        working.push(work(WorkingStep::SumOfBases, all.clone().map(|sums| sums.base).sum::<i128>() * MICRO));
        if self.takes_facts_one_by_one() && self.scheme.cap(CapScope::Claim).is_some() {
            working.push(work(WorkingStep::ClaimCaps, all.clone().map(|sums| sums.exact).sum()));
        }
        let (mut exact, mut capped) = (0, 0);
        for sums in all {
            exact += self.formula(sums)?;
            capped += self.capped(sums)?;
        }
        working.push(work(WorkingStep::FormulaApplied, exact));
        if self.scheme.cap(CapScope::BeneficiaryYear).is_some() {
            working.push(work(WorkingStep::YearCap, capped));
        }
        if let Some(cap) = self.scheme.cap(CapScope::GroupYear) {
            capped = capped.min(i128::from(cap.0) * MICRO);
            working.push(work(WorkingStep::GroupCap, capped));
        }
        let total = i64::try_from((capped + MICRO / 2) / MICRO).map(Fen).map_err(|_| too_large())?;
        working.push(work(WorkingStep::RoundedHalfUp, i128::from(total.0) * MICRO));
        Ok(total)
    }
}

/// ≤ 100k 1%; 100k-1m 0.5%; > 1m 0.1%: each rate for its own part.
fn in_tiers(tiers: &[Tier], sum: i128) -> i128 {
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

fn in_steps(sum: i128, from: Fen, first: Fen, every: Fen, each: Fen) -> Result<i128, Refusal> {
    if !every.is_positive() {
        return Err(Refusal::new(&SCHEME_FORMULA_INVALID).with("reason", "every_fen"));
    }
    if sum < i128::from(from.0) {
        return Ok(0);
    }
    let further = (sum - i128::from(from.0)) / i128::from(every.0);
    Ok((i128::from(first.0) + further * i128::from(each.0)) * MICRO)
}

/// Whether a formula can be computed at all, and its caps and shares are whole.
pub fn check_formula(formula: &Formula, caps: &[Cap], shares: &[CostShare]) -> Result<(), Refusal> {
    let wrong = |reason: &str| Err(Refusal::new(&SCHEME_FORMULA_INVALID).with("reason", reason));
    let scopes: BTreeSet<CapScope> = caps.iter().map(|cap| cap.scope).collect();
    if caps.iter().any(|cap| cap.amount.is_negative()) || scopes.len() != caps.len() {
        return wrong("caps");
    }
    let one_by_one = matches!(formula, Formula::Rate(_) | Formula::Fixed(_) | Formula::Award);
    if scopes.contains(&CapScope::Claim) && !one_by_one {
        return wrong("caps");
    }
    let funds: BTreeSet<Fund> = shares.iter().map(|share| share.fund).collect();
    let whole: u64 = shares.iter().map(|share| u64::from(share.rate.ppm())).sum();
    if !shares.is_empty() && (whole != 1_000_000 || funds.len() != shares.len()) {
        return wrong("shares");
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

/// A payee's amount by the budgets that bear it, in their order, by largest remainder (DOMAIN §5: city first).
pub fn shared(scheme: &Scheme, amount: Fen) -> Result<Vec<(Fund, Fen)>, Refusal> {
    if scheme.shares.is_empty() {
        return Ok(vec![(Fund::Owner, amount)]);
    }
    let weights: Vec<u64> = scheme.shares.iter().map(|share| u64::from(share.rate.ppm())).collect();
    let parts = largest_remainder(amount, &weights).ok_or_else(too_large)?;
    Ok(scheme.shares.iter().map(|share| share.fund).zip(parts).collect())
}

/// One line per cause, in change order: E(after the cause) minus what is booked so far. It may be zero, and
/// no other line moves. More than E is booked only where enterprises were linked after their bookings: then a cause
/// that adds takes nothing back, and one that takes away no more than its own fact loses.
pub fn corrections(
    scheme: &Scheme,
    counted: &[Fact],
    booked: Fen,
    causes: &[Cause],
) -> Result<Vec<Fen>, Refusal> {
    let mut tally = Tally::of(scheme, counted)?;
    let mut so_far = booked;
    let mut lines = Vec::with_capacity(causes.len());
    let mut before = tally.work(&mut vec![])?;
    for cause in causes {
        let had = tally.own(&cause.number);
        match cause.base {
            Some(base) => tally.insert(&cause.number, &cause.beneficiary, base)?,
            None => tally.remove(&cause.number),
        }
        let total = tally.work(&mut vec![])?;
        let mut line = total.checked_sub(so_far).ok_or_else(too_large)?;
        if so_far > before {
            let lost = if tally.takes_facts_one_by_one() {
                let lost = (had - tally.own(&cause.number)).max(0);
                i64::try_from((lost + MICRO - 1) / MICRO).map(Fen).map_err(|_| too_large())?
            } else {
                before.checked_sub(total).ok_or_else(too_large)?.max(Fen::ZERO)
            };
            line = line.max(lost.checked_neg().ok_or_else(too_large)?);
        }
        lines.push(line);
        so_far = so_far.checked_add(line).ok_or_else(too_large)?;
        before = total;
    }
    Ok(lines)
}

/// Who bears a correction. Its own beneficiary does; where that would have to give back more than it has, the rest
/// is for the others of its group, in the order of their URNs, each up to what it has. Empty: the beneficiary alone.
/// `held` is what each has, before and after.
pub fn borne(amount: Fen, own: &str, held: &mut BTreeMap<String, Fen>) -> Result<Vec<LineShare>, Refusal> {
    let mut missing = amount.checked_neg().ok_or_else(too_large)?;
    let mut order = vec![own.to_owned()];
    order.extend(held.keys().filter(|name| *name != own).cloned());
    let mut taken: BTreeMap<String, Fen> = BTreeMap::new();
    for name in order.into_iter().take_while(|_| amount.is_negative()) {
        let part = held.get(&name).copied().unwrap_or_default().min(missing);
        if part.is_positive() {
            missing = missing.checked_sub(part).ok_or_else(too_large)?;
            taken.insert(name, part);
        }
    }
    // What nobody has stays with its own beneficiary; an addition is its own too.
    let rest = taken.entry(own.to_owned()).or_default();
    *rest = rest.checked_add(missing).ok_or_else(too_large)?;
    let mut shares = vec![];
    for (beneficiary, part) in taken.into_iter().filter(|(_, part)| !part.is_zero()) {
        let moved = part.checked_neg().ok_or_else(too_large)?;
        let has = held.entry(beneficiary.clone()).or_default();
        *has = has.checked_add(moved).ok_or_else(too_large)?;
        shares.push(LineShare { beneficiary, amount: moved });
    }
    let alone = shares.iter().all(|share| share.beneficiary == own);
    Ok(if alone { vec![] } else { shares })
}

#[cfg(test)]
#[path = "evaluate_tests.rs"]
mod tests;

//! What may be distributed, and to whom how much. Pure.

use super::codes::{
    REWARD_ABOVE_BASE, REWARD_BELOW_LAW_FLOOR, REWARD_BELOW_PLAN_FLOOR, REWARD_COST_KIND,
    REWARD_MAIN_BELOW_HALF, REWARD_NET_NOT_POSITIVE, REWARD_NO_MAIN, REWARD_OVERPAID, REWARD_OWN_CASE,
    REWARD_OWN_PLAN, REWARD_PROFIT_FLOOR, REWARD_PROFIT_YEARS, REWARD_RANK_TAKEN, REWARD_SHARES_NOT_WHOLE,
    REWARD_SHARES_TAKEN, REWARD_VOUCHER_USED, REWARD_YEAR_OUTSIDE, REWARD_YEARS_TAKEN,
};
use super::model::{
    Computed, Content, Contributor, ContributorRole, Cost, Due, Objection, Plan, PlanId, PlanState, Receipt,
    RewardForm, Rule, Warning,
};
use crate::kernel::codes_common::{OUT_OF_RANGE, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::rate::Rate;
use crate::kernel::split::largest_remainder;
use crate::kernel::time::Day;

/// The rule in force on a day; the first of all also serves older days.
pub fn rule_on(rules: &[Rule], day: Day) -> Option<&Rule> {
    let begun = rules.iter().filter(|rule| rule.valid_from <= day).max_by_key(|rule| rule.valid_from);
    begun.or_else(|| rules.iter().min_by_key(|rule| rule.valid_from))
}

/// Rule 12: whoever drew the plan up or changed it does not confirm it.
pub fn check_confirmer(plan: &Plan, person: UserId) -> Result<(), Refusal> {
    if plan.created_by == person || plan.edited_by.contains(&person) {
        return Err(Refusal::new(&REWARD_OWN_PLAN));
    }
    Ok(())
}

/// Rule 12: an objection is answered by somebody else than who drew the plan up, changed it or objected.
pub fn check_answerer(plan: &Plan, objection: &Objection, person: UserId) -> Result<(), Refusal> {
    if check_confirmer(plan, person).is_err() || objection.by_user == person {
        return Err(Refusal::new(&REWARD_OWN_CASE));
    }
    Ok(())
}

/// Rule 13: what other plans over the contract distribute is not distributed again.
pub fn check_once(others: &[Plan], own: Option<PlanId>, content: &Content) -> Result<(), Refusal> {
    for other in others.iter().filter(|plan| plan.state != PlanState::Withdrawn && Some(plan.id) != own) {
        if let Some(refusal) = twice(&other.content, content) {
            return Err(refusal.with("tranche", other.tranche));
        }
    }
    Ok(())
}

/// What is in both: a voucher's income, a company's shares, a year's profit.
fn twice(taken: &Content, new: &Content) -> Option<Refusal> {
    match (taken, new) {
        (Content::Cash { receipts: taken, .. }, Content::Cash { receipts, .. }) => {
            let known = |new: &&Receipt| taken.iter().any(|old| old.voucher == new.voucher);
            let voucher = &receipts.iter().find(known)?.voucher;
            Some(Refusal::new(&REWARD_VOUCHER_USED).with("voucher", voucher))
        }
        (Content::Equity { company: taken, .. }, Content::Equity { company, .. }) => {
            let letters = |name: &str| -> String {
                name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
            };
            let same = letters(taken) == letters(company);
            same.then(|| Refusal::new(&REWARD_SHARES_TAKEN).with("company", company.trim()))
        }
        (
            Content::OwnUse { first_year: one, years: so_long, .. },
            Content::OwnUse { first_year: other, years, .. },
        ) => {
            let first = *one.max(other);
            let last = one.saturating_add(*so_long).min(other.saturating_add(*years)).saturating_sub(1);
            let overlap = first <= last;
            overlap.then(|| Refusal::new(&REWARD_YEARS_TAKEN).with("first", first).with("last", last))
        }
        _ => None,
    }
}

/// Whether a unit of this division is under the city's plan.
pub fn is_under_plan(rule: &Rule, division: &str) -> bool {
    !rule.plan_divisions.is_empty() && division.starts_with(&rule.plan_divisions)
}

/// Rule 3. Notes costs that the formula in force does not deduct.
pub fn net_income(errors: &mut Errors, rule: &Rule, receipts: &[Receipt], costs: &[Cost]) -> Option<Fen> {
    for (at, cost) in costs.iter().enumerate() {
        if !rule.deducts.contains(&cost.kind) {
            errors.add(format!("/costs/{at}/kind"), &REWARD_COST_KIND);
        }
        positive(errors, &format!("/costs/{at}/amount_fen"), cost.amount.0);
    }
    for (at, receipt) in receipts.iter().enumerate() {
        positive(errors, &format!("/receipts/{at}/amount_fen"), receipt.amount.0);
    }
    let income = Fen::sum(receipts.iter().map(|receipt| receipt.amount))?;
    let spent = Fen::sum(costs.iter().map(|cost| cost.amount))?;
    income.checked_sub(spent)
}

fn positive(errors: &mut Errors, pointer: &str, amount: i64) {
    if !(1..=MAX_JSON_FEN).contains(&amount) {
        errors.add_with(pointer, &OUT_OF_RANGE, &[("min", "1".into()), ("max", MAX_JSON_FEN.to_string())]);
    }
}

/// Rule 7: shares are of people with a rank of their own and make the whole; somebody is a main contributor.
pub fn check_contributors(errors: &mut Errors, contributors: &[Contributor]) {
    for (at, contributor) in contributors.iter().enumerate() {
        if contributors[..at].iter().any(|other| other.rank == contributor.rank) {
            errors.add(format!("/contributors/{at}/rank"), &REWARD_RANK_TAKEN);
        }
    }
    let whole: u64 = contributors.iter().map(|it| u64::from(it.share.ppm())).sum();
    if whole != u64::from(Rate::ONE.ppm()) {
        errors.add("/contributors", &REWARD_SHARES_NOT_WHOLE);
    }
    if !contributors.iter().any(|it| it.role == ContributorRole::Main) {
        errors.add("/contributors", &REWARD_NO_MAIN);
    }
}

/// A quantity in the contributors' shares, and what of it goes to main contributors (rule 7).
pub fn split(contributors: &[Contributor], reward: Fen) -> Result<(Vec<Fen>, Fen), Refusal> {
    let weights: Vec<u64> = contributors.iter().map(|it| u64::from(it.share.ppm())).collect();
    let parts = largest_remainder(reward, &weights).ok_or_else(|| Refusal::new(&REWARD_SHARES_NOT_WHOLE))?;
    let main = contributors.iter().zip(&parts).filter(|(it, _)| it.role == ContributorRole::Main);
    let main = Fen::sum(main.map(|(_, part)| *part)).ok_or_else(|| Refusal::internal("a sum of parts"))?;
    Ok((parts, main))
}

/// Computes a plan and holds it against the rule: what it gives, and what is lawful but worth knowing.
pub fn compute(
    rule: &Rule,
    under_plan: bool,
    content: &Content,
    contributors: &[Contributor],
) -> Result<(Computed, Vec<Warning>), Refusal> {
    let mut errors = Errors::new();
    check_contributors(&mut errors, contributors);
    let (base, reward) = match content {
        Content::Cash { receipts, costs, reward } => {
            positive(&mut errors, "/reward_fen", reward.0);
            let net = net_income(&mut errors, rule, receipts, costs).unwrap_or_default();
            (net, *reward)
        }
        Content::Equity { shares, reward_shares, .. } => {
            positive(&mut errors, "/shares", *shares);
            positive(&mut errors, "/reward_shares", *reward_shares);
            (Fen(*shares), Fen(*reward_shares))
        }
        Content::OwnUse { rate, years, .. } => {
            check_own_use(&mut errors, rule, *rate, *years);
            (Fen::ZERO, Fen::ZERO)
        }
    };
    errors.check()?;
    if content.form() == RewardForm::OwnUse {
        // Nothing to divide yet: the shares alone decide whether main contributors get their half.
        let (_, main) = split(contributors, Fen(Rate::ONE.ppm().into()))?;
        check_main(rule, content.form(), main, Fen(Rate::ONE.ppm().into()))?;
        return Ok((Computed::default(), vec![]));
    }
    if !base.is_positive() {
        return Err(Refusal::new(&REWARD_NET_NOT_POSITIVE).with("net", base.yuan()));
    }
    if reward > base {
        return Err(Refusal::new(&REWARD_ABOVE_BASE));
    }
    let warnings = check_floor(rule, under_plan, content.form(), base, reward)?;
    let (parts, main) = split(contributors, reward)?;
    check_main(rule, content.form(), main, reward)?;
    Ok((Computed { base, reward, main, parts }, warnings))
}

fn check_own_use(errors: &mut Errors, rule: &Rule, rate: Rate, years: i32) {
    if rate < rule.profit_floor || rate > Rate::ONE {
        errors.add_with("/rate_ppm", &REWARD_PROFIT_FLOOR, &[("floor", rule.profit_floor.to_string())]);
    }
    let (min, max) = (rule.profit_years_min, rule.profit_years_max);
    if !(min..=max).contains(&years) {
        let params = [("min", min.to_string()), ("max", max.to_string())];
        errors.add_with("/years", &REWARD_PROFIT_YEARS, &params);
    }
}

/// Rule 4: 10 × reward ≥ 7 × net, compared exactly.
fn check_floor(
    rule: &Rule,
    under_plan: bool,
    form: RewardForm,
    base: Fen,
    reward: Fen,
) -> Result<Vec<Warning>, Refusal> {
    if under_plan && !rule.plan_floor.is_reached_by(reward, base) {
        return Err(Refusal::new(&REWARD_BELOW_PLAN_FLOOR)
            .with("base", if form == RewardForm::Equity { "股份" } else { "净收入" })
            .with("share", share(reward, base))
            .with("floor", rule.plan_floor)
            .with("least", shown(form, least(rule.plan_floor, base))));
    }
    if !rule.law_floor.is_reached_by(reward, base) {
        let params = vec![("floor", rule.law_floor.to_string())];
        return Ok(vec![Warning { code: &REWARD_BELOW_LAW_FLOOR, params }]);
    }
    Ok(vec![])
}

/// Rule 5.
fn check_main(rule: &Rule, form: RewardForm, main: Fen, reward: Fen) -> Result<(), Refusal> {
    if rule.main_floor.is_reached_by(main, reward) {
        return Ok(());
    }
    let (least, main) = match form {
        RewardForm::OwnUse => (rule.main_floor.to_string(), share(main, reward)),
        _ => (shown(form, least(rule.main_floor, reward)), shown(form, main)),
    };
    Err(Refusal::new(&REWARD_MAIN_BELOW_HALF)
        .with("floor", rule.main_floor)
        .with("least", least)
        .with("main", main))
}

/// The smallest whole quantity that reaches the floor.
pub fn least(floor: Rate, base: Fen) -> Fen {
    const MILLION: i128 = 1_000_000;
    let product = i128::from(base.0) * i128::from(floor.ppm());
    Fen(i64::try_from((product + MILLION - 1).div_euclid(MILLION)).unwrap_or(i64::MAX))
}

fn shown(form: RewardForm, quantity: Fen) -> String {
    if form == RewardForm::Equity {
        format!("{} 股", quantity.0)
    } else {
        format!("{} 元", quantity.yuan())
    }
}

/// For a message: percent, cut after two decimals.
fn share(part: Fen, whole: Fen) -> String {
    let basis_points = i128::from(part.0) * 10_000 / i128::from(whole.0.max(1));
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}

/// What is due to each contributor of a year's profit (rule 6).
pub fn due_of_profit(
    content: &Content,
    contributors: &[Contributor],
    year: i32,
    profit: Fen,
) -> Result<Vec<Fen>, Refusal> {
    let Content::OwnUse { rate, first_year, years } = content else {
        return Err(Refusal::new(&REWARD_YEAR_OUTSIDE).with("year", year));
    };
    if !(*first_year..first_year + years).contains(&year) {
        return Err(Refusal::new(&REWARD_YEAR_OUTSIDE).with("year", year));
    }
    let reward = least(*rate, profit);
    Ok(split(contributors, reward)?.0)
}

/// Rule 9: nothing is paid beyond what is due.
pub fn paid(due: &Due, form: RewardForm, amount: Fen) -> Result<Due, Refusal> {
    let left = due.due.checked_sub(due.paid).unwrap_or_default();
    if !amount.is_positive() || amount > left {
        let refusal = Refusal::new(&REWARD_OVERPAID).with("left", shown(form, left));
        return Err(refusal.with("amount", shown(form, amount)));
    }
    let paid = due.paid.checked_add(amount).unwrap_or(due.due);
    Ok(Due { paid, ..due.clone() })
}

/// Whether everything that a plan will ever owe has been paid.
pub fn is_settled(content: &Content, dues: &[Due]) -> bool {
    let years = match content {
        Content::OwnUse { years, .. } => usize::try_from(*years).unwrap_or(usize::MAX),
        _ => 1,
    };
    let mut stated: Vec<i32> = dues.iter().map(|due| due.year).collect();
    stated.dedup();
    stated.len() >= years && dues.iter().all(|due| due.paid == due.due)
}

/// The diagram of the room.
pub fn next(state: PlanState, to: PlanState) -> Result<PlanState, Refusal> {
    use PlanState::{Confirmed, Draft, Publicised, Settled, Withdrawn};
    match (state, to) {
        (Draft, Publicised | Withdrawn)
        | (Publicised, Draft | Confirmed | Withdrawn)
        | (Confirmed, Settled) => Ok(to),
        _ => Err(Refusal::new(&STATE_CONFLICT).with("state", state)),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

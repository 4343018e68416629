//! Publicising, confirming, withdrawing (rule 8).

use super::{Seen, check_contract, for_act, save, seen};
use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::reference::service as reference;
use crate::reward::codes::{REWARD_OBJECTION_OPEN, REWARD_PUBLICITY_RUNNING};
use crate::reward::model::{Content, Due, ObjectionState, Plan, PlanId, PlanState, RewardForm};
use crate::reward::{rules, store};

const REASON_CHARS_MAX: usize = 1_000;

/// Publicises the plan for the days of the profile in force: working days for cash, calendar days for shares.
pub fn publicise(tx: &mut Tx, actor: &Actor, id: PlanId, expected: Option<i64>) -> Result<Seen, Refusal> {
    let before = for_act(tx, actor, Permission::RewardDecide, id, expected)?;
    identity::require_verified(tx, actor)?;
    let state = rules::next(before.state, PlanState::Publicised)?;
    check_contract(tx, &before)?;
    let today = tx.now().day();
    let values = reference::profile_on(tx, today)?.values;
    let limit = match before.content.form() {
        RewardForm::Equity => values.reward_publicity,
        RewardForm::Cash | RewardForm::OwnUse => values.cash_reward_publicity,
    };
    let ends = reference::deadline(tx, today, limit)?.day;
    let after = Plan {
        state,
        publicised_on: Some(today),
        publicity_ends: Some(ends),
        reason: String::new(),
        ..before.clone()
    };
    let after = save(tx, actor, &before, after, "reward_plan.publicised")?;
    seen(tx, after)
}

/// Confirms the plan when its days are over and no objection is open, by somebody who did not draw it up; from then
/// on it is owed.
pub fn confirm(tx: &mut Tx, actor: &Actor, id: PlanId, expected: Option<i64>) -> Result<Seen, Refusal> {
    let before = for_act(tx, actor, Permission::RewardDecide, id, expected)?;
    identity::require_verified(tx, actor)?;
    let state = rules::next(before.state, PlanState::Confirmed)?;
    rules::check_confirmer(&before, actor.person()?.user)?;
    check_contract(tx, &before)?;
    let today = tx.now().day();
    if let Some(ends) = before.publicity_ends.filter(|ends| today <= *ends) {
        return Err(Refusal::new(&REWARD_PUBLICITY_RUNNING).with("ends", ends));
    }
    if store::count_objections(tx, id, Some(ObjectionState::Open))? > 0 {
        return Err(Refusal::new(&REWARD_OBJECTION_OPEN));
    }
    let after = Plan { state, confirmed_on: Some(today), ..before.clone() };
    let after = save(tx, actor, &before, after, "reward_plan.confirmed")?;
    if !matches!(after.content, Content::OwnUse { .. }) {
        let due = |(it, part): (&crate::reward::model::Contributor, &Fen)| Due {
            plan: id,
            year: 0,
            rank: it.rank,
            profit: Fen::ZERO,
            due: *part,
            paid: Fen::ZERO,
        };
        let dues: Vec<Due> = after.contributors.iter().zip(&after.computed.parts).map(due).collect();
        store::insert_dues(tx, &dues)?;
    }
    seen(tx, after)
}

/// Takes a plan back before it is confirmed.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: PlanId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Seen, Refusal> {
    let before = for_act(tx, actor, Permission::RewardDecide, id, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let state = rules::next(before.state, PlanState::Withdrawn)?;
    let after = Plan { state, reason: reason.trim().to_owned(), ..before.clone() };
    let after = save(tx, actor, &before, after, "reward_plan.withdrawn")?;
    seen(tx, after)
}

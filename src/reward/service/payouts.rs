//! What is due and what was paid (rules 6 and 9).

use serde_json::json;

use super::{check_contract, own, save};
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{OUT_OF_RANGE, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::reward::codes::{REWARD_NOTHING_DUE, REWARD_YEAR_RUNNING, REWARD_YEAR_STATED};
use crate::reward::model::{Due, Payout, Plan, PlanId, PlanState};
use crate::reward::{rules, store};

const VOUCHER_CHARS_MAX: usize = 100;

fn confirmed(tx: &mut Tx, actor: &Actor, id: PlanId) -> Result<Plan, Refusal> {
    actor.permit(Permission::RewardDecide)?;
    let plan = own(tx, actor, id)?;
    if plan.state != PlanState::Confirmed {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", plan.state));
    }
    Ok(plan)
}

/// States a year's operating profit of own or joint use: from it follows what is due.
pub fn state_profit(
    tx: &mut Tx,
    actor: &Actor,
    id: PlanId,
    year: i32,
    profit: Fen,
) -> Result<(Plan, Vec<Due>), Refusal> {
    let plan = confirmed(tx, actor, id)?;
    let mut errors = Errors::new();
    if !(0..=MAX_JSON_FEN).contains(&profit.0) {
        let range = [("min", "0".to_owned()), ("max", MAX_JSON_FEN.to_string())];
        errors.add_with("/profit_fen", &OUT_OF_RANGE, &range);
    }
    errors.check()?;
    let parts = rules::due_of_profit(&plan.content, &plan.contributors, year, profit)?;
    // Art. 45 speaks of the profit of a year: it is known when the year is over.
    if year >= tx.now().day().year() {
        return Err(Refusal::new(&REWARD_YEAR_RUNNING).with("year", year));
    }
    if store::dues(tx, id)?.iter().any(|due| due.year == year) {
        return Err(Refusal::new(&REWARD_YEAR_STATED).with("year", year));
    }
    let due = |(it, part): (&crate::reward::model::Contributor, Fen)| Due {
        plan: id,
        year,
        rank: it.rank,
        profit,
        due: part,
        paid: Fen::ZERO,
    };
    let dues: Vec<Due> = plan.contributors.iter().zip(parts).map(due).collect();
    store::insert_dues(tx, &dues)?;
    let subject = tx.urn("reward_plan", id);
    let facts = json!({"plan": id, "year": year, "profit_fen": profit, "institute": plan.institute});
    tx.record(actor, NewChange::local("reward_plan.profit_stated", subject, plan.version, facts));
    settle(tx, actor, &plan)?;
    Ok((plan, dues))
}

/// A payment to a contributor, as it stands in the institute's books.
#[derive(Clone, Debug)]
pub struct NewPayout {
    /// 0 unless the plan is of own use.
    pub year: i32,
    pub rank: i32,
    pub amount: Fen,
    pub paid_on: Day,
    pub voucher: String,
}

pub fn pay(tx: &mut Tx, actor: &Actor, id: PlanId, new: &NewPayout) -> Result<Payout, Refusal> {
    let plan = confirmed(tx, actor, id)?;
    check_contract_stands(tx, &plan)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/voucher", &new.voucher, VOUCHER_CHARS_MAX);
    let first = plan.confirmed_on.unwrap_or(new.paid_on);
    if !(first..=tx.now().day()).contains(&new.paid_on) {
        let range = [("min", first.to_string()), ("max", tx.now().day().to_string())];
        errors.add_with("/paid_on", &OUT_OF_RANGE, &range);
    }
    errors.check()?;
    let dues = store::dues(tx, id)?;
    let before = dues.iter().find(|due| due.year == new.year && due.rank == new.rank);
    let before = before.ok_or_else(|| Refusal::new(&REWARD_NOTHING_DUE))?;
    let after = rules::paid(before, plan.content.form(), new.amount)?;
    store::save_paid(tx, before, &after)?;
    let payout = Payout {
        id: tx.new_id(),
        plan: id,
        year: new.year,
        rank: new.rank,
        amount: new.amount,
        paid_on: new.paid_on,
        voucher: new.voucher.trim().to_owned(),
        recorded_by: actor.person()?.user,
        recorded_at: tx.now(),
    };
    store::insert_payout(tx, &payout)?;
    let subject = tx.urn("reward_plan", id);
    let facts = json!({
        "plan": id, "payout": payout.id, "rank": new.rank, "year": new.year, "amount": new.amount,
        "institute": plan.institute,
    });
    tx.record(actor, NewChange::local("reward_plan.paid", subject, plan.version, facts));
    settle(tx, actor, &plan)?;
    Ok(payout)
}

/// An amendment after the confirmation changes nothing about what is owed; an end of the contract does.
fn check_contract_stands(tx: &mut Tx, plan: &Plan) -> Result<(), Refusal> {
    match check_contract(tx, plan) {
        Err(refusal) if refusal.is(&crate::reward::codes::REWARD_CONTRACT_CHANGED) => Ok(()),
        outcome => outcome,
    }
}

fn settle(tx: &mut Tx, actor: &Actor, plan: &Plan) -> Result<(), Refusal> {
    let dues = store::dues(tx, plan.id)?;
    if rules::is_settled(&plan.content, &dues) {
        let state = rules::next(plan.state, PlanState::Settled)?;
        save(tx, actor, plan, Plan { state, ..plan.clone() }, "reward_plan.settled")?;
    }
    Ok(())
}

/// What is due to whom, and how much of it was paid.
pub fn dues(snapshot: &mut Snapshot, actor: &Actor, id: PlanId) -> Result<(Plan, Vec<Due>), Refusal> {
    actor.permit(Permission::RewardWrite)?;
    let plan = own(snapshot, actor, id)?;
    Ok((plan, store::dues(snapshot, id)?))
}

pub fn payouts(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: PlanId,
    page: &PageQuery,
) -> Result<Page<Payout>, Refusal> {
    actor.permit(Permission::RewardWrite)?;
    own(snapshot, actor, id)?;
    store::payouts(snapshot, id, page)
}

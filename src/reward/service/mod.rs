//! Use-cases of rewards.

mod decide;
mod draw_up;
mod objections;
mod payouts;
mod report;
mod rules_kept;

use serde_json::{Value, json};

use super::codes::{REWARD_CONTRACT_CHANGED, REWARD_CONTRACT_ENDED};
use super::model::{ObjectionState, Plan, PlanId, PlanState, Warning};
use super::{rules, store};
use crate::audit;
use crate::audit::service::Trace;
use crate::contract::service as register;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

pub use decide::{confirm, publicise, withdraw};
pub use draw_up::{Draft, create, edit};
pub use objections::{answer, object, objections};
pub use payouts::{NewPayout, dues, pay, payouts, state_profit};
pub use report::report;
pub use rules_kept::{ensure_shipped, publish_rule, rules as rules_in_force, shipped_rule};

/// A plan as its institute sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub plan: Plan,
    /// Lawful, but worth knowing.
    pub warnings: Vec<Warning>,
    pub open_objections: i64,
    /// The contract still stands in the register, at the edition that the plan is over.
    pub contract_unchanged: bool,
}

fn seen(conn: &mut Conn, plan: Plan) -> Result<Seen, Refusal> {
    let rule = rules_kept::rule(conn, plan.rule)?;
    let computed = rules::compute(&rule, plan.under_plan, &plan.content, &plan.contributors);
    let warnings = computed.map(|(_, warnings)| warnings).unwrap_or_default();
    let open_objections = store::count_objections(conn, plan.id, Some(ObjectionState::Open))?;
    let contract_unchanged = check_contract(conn, &plan).is_ok();
    Ok(Seen { plan, warnings, open_objections, contract_unchanged })
}

/// Rule 1: the contract stands, as it was when the plan was drawn up.
fn check_contract(conn: &mut Conn, plan: &Plan) -> Result<(), Refusal> {
    let contract = register::registered(conn, plan.contract.id)?.filter(|contract| contract.stands());
    let contract = contract.ok_or_else(|| Refusal::new(&REWARD_CONTRACT_ENDED))?;
    if i64::from(contract.edition) != i64::from(plan.contract.edition) {
        return Err(Refusal::new(&REWARD_CONTRACT_CHANGED).with("edition", contract.edition));
    }
    Ok(())
}

/// A plan of the actor's own institute; for everybody else it does not exist.
fn own(conn: &mut Conn, actor: &Actor, id: PlanId) -> Result<Plan, Refusal> {
    let organisation = actor.person()?.organisation;
    let found = store::find(conn, id)?.filter(|plan| plan.institute == organisation);
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

fn for_act(
    tx: &mut Tx,
    actor: &Actor,
    permission: Permission,
    id: PlanId,
    expected: Option<i64>,
) -> Result<Plan, Refusal> {
    actor.permit(permission)?;
    let plan = own(tx, actor, id)?;
    check_version(plan.version, expected)?;
    Ok(plan)
}

pub fn plan(snapshot: &mut Snapshot, actor: &Actor, id: PlanId) -> Result<Seen, Refusal> {
    actor.permit(Permission::RewardWrite)?;
    let found = own(snapshot, actor, id)?;
    seen(snapshot, found)
}

/// The plans of the actor's institute, the newest first.
pub fn plans(
    snapshot: &mut Snapshot,
    actor: &Actor,
    state: Option<PlanState>,
    page: &PageQuery,
) -> Result<Page<Plan>, Refusal> {
    actor.permit(Permission::RewardWrite)?;
    store::list(snapshot, actor.person()?.organisation, state, page)
}

/// What is publicised today (rule 11).
pub fn publicised(snapshot: &mut Snapshot, page: &PageQuery) -> Result<Page<Plan>, Refusal> {
    let today = snapshot.now().day();
    store::publicised(snapshot, today, page)
}

/// A publicised plan; before and after its days it does not exist for the public.
pub fn publicised_plan(conn: &mut Conn, today: Day, id: PlanId) -> Result<Plan, Refusal> {
    let found = store::find(conn, id)?.filter(|plan| is_public(plan, today));
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

fn is_public(plan: &Plan, today: Day) -> bool {
    plan.state == PlanState::Publicised && plan.publicity_ends.is_some_and(|ends| today <= ends)
}

/// Saves the next version of a plan, with its history and its change.
fn save(
    tx: &mut Tx,
    actor: &Actor,
    before: &Plan,
    after: Plan,
    event: &'static str,
) -> Result<Plan, Refusal> {
    let after = Plan { version: before.version + 1, updated_at: tx.now(), ..after };
    store::save(tx, &after)?;
    leave_trace(tx, actor, Some(before), &after, event)?;
    Ok(after)
}

fn leave_trace(
    tx: &mut Tx,
    actor: &Actor,
    before: Option<&Plan>,
    after: &Plan,
    event: &'static str,
) -> Result<(), Refusal> {
    let trace = Trace {
        event,
        subject: tx.urn("reward_plan", after.id),
        version: after.version,
        reason: &after.reason,
        before: before.map_or(Value::Null, facts),
        after: facts(after),
    };
    audit::service::leave_trace(tx, actor, trace)
}

/// For followers and the history: ids, codes, figures; no names of persons.
fn facts(plan: &Plan) -> Value {
    json!({
        "plan": plan.id,
        "state": plan.state,
        "institute": plan.institute,
        "contract": plan.contract.id,
        "number": plan.contract.number,
        "edition": plan.contract.edition,
        "tranche": plan.tranche,
        "form": plan.content.form(),
        "rule": plan.rule,
        "under_plan": plan.under_plan,
        "base": plan.computed.base,
        "reward": plan.computed.reward,
        "main": plan.computed.main,
        "contributors": plan.contributors.len(),
        "publicity_ends": plan.publicity_ends,
        "confirmed_on": plan.confirmed_on,
    })
}

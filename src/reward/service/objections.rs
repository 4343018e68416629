//! Objections to what was publicised (rule 8).

use serde_json::json;

use super::{own, publicised_plan, save};
use crate::db::{Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::reward::codes::{REWARD_OBJECTION_ANSWERED, REWARD_OBJECTION_LATE};
use crate::reward::model::{Objection, ObjectionId, ObjectionState, Plan, PlanId, PlanState};
use crate::reward::{rules, store};

const TEXT_CHARS_MAX: usize = 5_000;
const OBJECTIONS_MAX: i64 = 1_000;

/// Anybody who is signed in may object while the plan is publicised.
pub fn object(tx: &mut Tx, actor: &Actor, id: PlanId, words: &str) -> Result<Objection, Refusal> {
    actor.permit(Permission::Session)?;
    let today = tx.now().day();
    let plan = publicised_plan(tx, today, id).map_err(|refusal| match store::find(tx, id) {
        // Who knew the address may learn that the days are over, and nothing else.
        Ok(Some(plan)) if plan.publicised_on.is_some() => Refusal::new(&REWARD_OBJECTION_LATE),
        _ => refusal,
    })?;
    text::stated("/text", words, TEXT_CHARS_MAX)?;
    if store::count_objections(tx, id, None)? >= OBJECTIONS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", OBJECTIONS_MAX));
    }
    let person = actor.person()?;
    let objection = Objection {
        id: tx.new_id(),
        version: 1,
        plan: id,
        plan_version: plan.version,
        state: ObjectionState::Open,
        by_user: person.user,
        by_name: person.name.clone(),
        text: words.trim().to_owned(),
        at: tx.now(),
        answer: String::new(),
        answered_by: None,
        answered_at: None,
    };
    store::insert_objection(tx, &objection)?;
    told(tx, actor, &plan, &objection, "reward_plan.objected");
    Ok(objection)
}

pub fn objections(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: PlanId,
    page: &PageQuery,
) -> Result<Page<Objection>, Refusal> {
    actor.permit(Permission::RewardWrite)?;
    own(snapshot, actor, id)?;
    store::objections(snapshot, id, page)
}

/// Answers an objection, by somebody who neither drew the plan up nor objected. An upheld one sends the plan back: it is changed and publicised anew.
pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    id: PlanId,
    objection: ObjectionId,
    expected: Option<i64>,
    upheld: bool,
    words: &str,
) -> Result<Objection, Refusal> {
    actor.permit(Permission::RewardDecide)?;
    let plan = own(tx, actor, id)?;
    let before = store::objection(tx, id, objection)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(before.version, expected)?;
    rules::check_answerer(&plan, &before, actor.person()?.user)?;
    text::stated("/answer", words, TEXT_CHARS_MAX)?;
    if before.state != ObjectionState::Open {
        return Err(Refusal::new(&REWARD_OBJECTION_ANSWERED));
    }
    let after = Objection {
        version: before.version + 1,
        state: if upheld { ObjectionState::Upheld } else { ObjectionState::Dismissed },
        answer: words.trim().to_owned(),
        answered_by: Some(actor.person()?.user),
        answered_at: Some(tx.now()),
        ..before
    };
    store::save_objection(tx, &after)?;
    told(tx, actor, &plan, &after, "reward_plan.objection_answered");
    if upheld && plan.state == PlanState::Publicised {
        let back = Plan {
            state: rules::next(plan.state, PlanState::Draft)?,
            publicised_on: None,
            publicity_ends: None,
            reason: after.answer.clone(),
            ..plan.clone()
        };
        save(tx, actor, &plan, back, "reward_plan.sent_back")?;
    }
    Ok(after)
}

fn told(tx: &mut Tx, actor: &Actor, plan: &Plan, objection: &Objection, event: &'static str) {
    let subject = tx.urn("reward_plan", plan.id);
    let facts = json!({"plan": plan.id, "objection": objection.id, "state": objection.state, "institute": plan.institute});
    tx.record(actor, NewChange::local(event, subject, plan.version, facts));
}

//! Step 4: the last day is over, and one proposal is selected or none (rule 7).

use serde_json::json;

use crate::db::Tx;
use crate::demand;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::trading::challenge::codes::{PROPOSAL_NOT_STANDING, PROPOSALS_OPEN};
use crate::trading::challenge::model::{
    Act, Challenge, ChallengeId, ProposalId, ProposalState, Selection, Stage,
};
use crate::trading::challenge::store;

use super::{Done, commit, load, load_own, propose, words};

const CLOCK: Actor = Actor::System("challenge.deadlines");

/// The challenge after its last day: whoever acts first finds it closed, also when no job ran yet.
pub(super) fn closed(tx: &mut Tx, challenge: Challenge) -> Result<Challenge, Refusal> {
    if challenge.stage != Stage::Published || !challenge.is_closed(tx.now()) {
        return Ok(challenge);
    }
    let proposals = store::standing(tx, challenge.id)?;
    let mut done = Done::moved(&challenge, Act::Close, "")?;
    done.more = json!({ "proposals": proposals });
    commit(tx, &CLOCK, done)
}

/// One slice of the clock: closes what is due; returns how many.
pub fn close_due(tx: &mut Tx, limit: i64) -> Result<usize, Refusal> {
    let today = tx.now().day();
    let due = store::due(tx, today, limit)?;
    for id in &due {
        let challenge = load(tx, *id, None)?;
        closed(tx, challenge)?;
    }
    Ok(due.len())
}

fn reviewed(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
) -> Result<Challenge, Refusal> {
    let before = load_own(tx, actor, id, expected)?;
    if before.stage == Stage::Published && !before.is_closed(tx.now()) {
        return Err(Refusal::new(&PROPOSALS_OPEN));
    }
    closed(tx, before)
}

/// Selects a proposal. What a contract is drafted from stands in the change.
pub fn select(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    proposal: ProposalId,
    opinion: &str,
) -> Result<Challenge, Refusal> {
    let before = reviewed(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Select, opinion)?;
    words("/opinion", opinion)?;
    let node = tx.node().to_owned();
    let chosen = store::find_proposal(tx, id, proposal, &node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if chosen.state != ProposalState::Submitted {
        return Err(Refusal::new(&PROPOSAL_NOT_STANDING));
    }
    let chosen =
        propose::keep(tx, actor, chosen, ProposalState::Selected, None, "challenge.proposal_decided")?;
    done.more = json!({
        "sale": before.urn,
        "proposal": chosen.id,
        "lots": [before.demand_urn],
        "winner": chosen.bidder,
        "price_fen": chosen.plan.price,
        // The number of the selection: each makes a contract draft of its own.
        "rank": store::selections(tx, id)? + 1,
        // Who opened the challenge runs it and buys the solution.
        "seller": before.holder,
        "buys": true,
        "title": before.content.title,
        "contract_sub_type": "commissioned_development",
        "created_by": before.created_by,
    });
    done.after.course.selection = Some(Selection {
        proposal: chosen.id,
        winner: chosen.bidder,
        price: chosen.plan.price,
        words: opinion.trim().to_owned(),
        at: tx.now(),
    });
    commit(tx, actor, done)
}

/// None of the proposals will do: the challenge ends, and its demand is free again.
pub fn fail(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    opinion: &str,
) -> Result<Challenge, Refusal> {
    let before = reviewed(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Fail, opinion)?.ended(tx);
    words("/opinion", opinion)?;
    done.more = json!({ "bidders": settle(tx, id)? });
    demand::service::release(tx, actor, before.demand, &before.urn)?;
    commit(tx, actor, done)
}

/// Whatever still stands is not selected; returns whose it was.
pub(super) fn settle(tx: &mut Tx, id: ChallengeId) -> Result<Vec<String>, Refusal> {
    let now = tx.now();
    store::settle(tx, id, now)
}

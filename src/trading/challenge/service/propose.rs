//! Proposals (rules 5 and 6): rows of their own, which leave no trace on the challenge.

use serde_json::json;

use crate::credit;
use crate::db::{Tx, check_version};
use crate::files;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE, STATE_CONFLICT, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::MAX_JSON_FEN;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::trading::challenge::codes::{
    ALREADY_PROPOSED, FILE_UNKNOWN, OWN_PROPOSAL, PROPOSAL_NOT_STANDING, PROPOSALS_CLOSED, PROPOSER_BARRED,
};
use crate::trading::challenge::model::{
    Challenge, ChallengeId, Plan, Proposal, ProposalId, ProposalState, Stage,
};
use crate::trading::challenge::store;

use super::{LONG_CHARS_MAX, WORDS_CHARS_MAX, load};

const PROPOSALS_MAX: i64 = 300;
const MONTHS_MAX: u32 = 120;

/// A published challenge whose last day is not over; one that nobody published is not found.
fn open(tx: &mut Tx, actor: &Actor, id: ChallengeId) -> Result<Challenge, Refusal> {
    actor.permit(Permission::ChallengeWrite)?;
    let found = load(tx, id, None)?;
    if !found.is_public() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if found.stage != Stage::Published {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", found.stage));
    }
    if found.is_closed(tx.now()) {
        return Err(Refusal::new(&PROPOSALS_CLOSED));
    }
    Ok(found)
}

/// Proposes a solution, once.
pub fn propose(tx: &mut Tx, actor: &Actor, id: ChallengeId, plan: &Plan) -> Result<Proposal, Refusal> {
    let challenge = open(tx, actor, id)?;
    identity::service::require_verified(tx, actor)?;
    let person = actor.person()?;
    if person.organisation == challenge.organisation {
        return Err(Refusal::new(&OWN_PROPOSAL));
    }
    let bidder = identity::service::party(tx, person.organisation)?;
    let today = tx.now().day();
    if credit::service::is_barred(tx, &bidder.credit_code, today)? {
        return Err(Refusal::new(&PROPOSER_BARRED));
    }
    check(tx, actor, plan)?;
    let node = tx.node().to_owned();
    if let Some(earlier) = store::of_bidder(tx, id, &bidder.urn, &node)? {
        // Who took its proposal back may propose again: it stays one proposal.
        if earlier.state == ProposalState::Withdrawn {
            return keep(
                tx,
                actor,
                earlier,
                ProposalState::Submitted,
                Some(plan),
                "challenge.proposal_changed",
            );
        }
        return Err(Refusal::new(&ALREADY_PROPOSED).with("proposal", earlier.id));
    }
    if store::standing(tx, id)? >= PROPOSALS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", PROPOSALS_MAX));
    }
    let new = tx.new_id();
    let proposal = Proposal {
        id: new,
        urn: tx.urn("challenge_proposal", new),
        version: 1,
        challenge: id,
        organisation: person.organisation,
        bidder,
        state: ProposalState::Submitted,
        plan: plan.clone(),
        submitted_by: person.user,
        submitted_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert_proposal(tx, &proposal)?;
    files::service::link(tx, &proposal.urn, &plan.attachments)?;
    record(tx, actor, &proposal, "challenge.proposed");
    Ok(proposal)
}

/// Rewrites the actor's own proposal while the challenge is open.
pub fn change_proposal(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    proposal: ProposalId,
    expected: Option<i64>,
    plan: &Plan,
) -> Result<Proposal, Refusal> {
    let before = load_standing(tx, actor, id, proposal, expected)?;
    check(tx, actor, plan)?;
    keep(tx, actor, before, ProposalState::Submitted, Some(plan), "challenge.proposal_changed")
}

/// Takes the actor's own proposal back while the challenge is open.
pub fn withdraw_proposal(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    proposal: ProposalId,
    expected: Option<i64>,
) -> Result<Proposal, Refusal> {
    let before = load_standing(tx, actor, id, proposal, expected)?;
    keep(tx, actor, before, ProposalState::Withdrawn, None, "challenge.proposal_withdrawn")
}

fn load_standing(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    proposal: ProposalId,
    expected: Option<i64>,
) -> Result<Proposal, Refusal> {
    actor.permit(Permission::ChallengeWrite)?;
    let (node, own) = (tx.node().to_owned(), actor.person()?.organisation);
    let found = store::find_proposal(tx, id, proposal, &node)?.filter(|found| found.organisation == own);
    let found = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    open(tx, actor, id)?;
    check_version(found.version, expected)?;
    if found.state != ProposalState::Submitted {
        return Err(Refusal::new(&PROPOSAL_NOT_STANDING));
    }
    Ok(found)
}

fn check(tx: &mut Tx, actor: &Actor, plan: &Plan) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/summary", &plan.summary, WORDS_CHARS_MAX);
    text::required(&mut errors, "/approach", &plan.approach, LONG_CHARS_MAX);
    text::required(&mut errors, "/team", &plan.team, WORDS_CHARS_MAX);
    let mut range = |pointer: &str, good: bool, max: String| {
        if !good {
            errors.add_with(pointer, &OUT_OF_RANGE, &[("min", "1".into()), ("max", max)]);
        }
    };
    range("/months", (1..=MONTHS_MAX).contains(&plan.months), MONTHS_MAX.to_string());
    range("/price_fen", (1..=MAX_JSON_FEN).contains(&plan.price.0), MAX_JSON_FEN.to_string());
    files::service::check_own(tx, actor, &plan.attachments, ("/attachments", &FILE_UNKNOWN), &mut errors)?;
    errors.check()
}

/// Saves the next version of a proposal.
pub(super) fn keep(
    tx: &mut Tx,
    actor: &Actor,
    before: Proposal,
    state: ProposalState,
    plan: Option<&Plan>,
    event: &'static str,
) -> Result<Proposal, Refusal> {
    let plan = plan.cloned().unwrap_or_else(|| before.plan.clone());
    let after = Proposal { version: before.version + 1, state, plan, updated_at: tx.now(), ..before };
    store::save_proposal(tx, &after)?;
    files::service::link(tx, &after.urn, &after.plan.attachments)?;
    record(tx, actor, &after, event);
    Ok(after)
}

/// Audience none, and nothing of what is proposed.
fn record(tx: &mut Tx, actor: &Actor, of: &Proposal, event: &'static str) {
    let facts = json!({
        "challenge": of.challenge,
        "proposal": of.id,
        "bidder": of.bidder.urn,
        "state": of.state,
    });
    tx.record(actor, NewChange::local(event, of.urn.clone(), of.version, facts));
}

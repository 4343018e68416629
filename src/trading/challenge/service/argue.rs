//! Steps 2 and 3: the experts' argument, and publication (rules 3 and 4).

use serde_json::json;

use crate::db::Tx;
use crate::demand;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::listing::{NAME_CHARS_MAX, Stage as Complete};
use crate::trading::challenge::codes::{EXPERT_TWICE, PROPOSAL_NOT_STANDING};
use crate::trading::challenge::model::{
    Act, Argument, Challenge, ChallengeId, Opinion, ProposalId, ProposalState, Stage, Verdict,
};
use crate::trading::challenge::{rules, store};

use super::select::closed;
use super::{Done, WORDS_CHARS_MAX, collect, commit, load_organised, words};

/// Opinions of one challenge, those about proposals among them.
pub const OPINIONS_MAX: i64 = 300;

/// An expert's opinion as the organiser records it.
#[derive(Clone, Debug)]
pub struct NewOpinion {
    pub expert: String,
    pub unit: String,
    pub verdict: Verdict,
    pub words: String,
    /// In the review: the proposal that it is about.
    pub proposal: Option<ProposalId>,
}

/// Records an expert's opinion: about the challenge in the argument, about a proposal in the review.
pub fn opine(tx: &mut Tx, actor: &Actor, id: ChallengeId, new: &NewOpinion) -> Result<Opinion, Refusal> {
    let before = load_organised(tx, actor, id, None)?;
    let before = closed(tx, before)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/expert", &new.expert, NAME_CHARS_MAX);
    text::required(&mut errors, "/unit", &new.unit, NAME_CHARS_MAX);
    text::required(&mut errors, "/opinion", &new.words, WORDS_CHARS_MAX);
    errors.check()?;
    let done = Done::moved(&before, Act::Argue, "")?;
    match (before.stage, new.proposal) {
        (Stage::ProposalReview, Some(proposal)) => standing(tx, id, proposal)?,
        (Stage::ProposalReview, None) => return Err(Refusal::new(&NOT_FOUND)),
        (_, Some(_)) => return Err(Refusal::new(&NOT_FOUND)),
        (_, None) => rules::may_argue(before.course.argument.as_ref())?,
    }
    let earlier = store::opinions(tx, id, OPINIONS_MAX)?;
    if i64::try_from(earlier.len()).is_ok_and(|count| count >= OPINIONS_MAX) {
        return Err(Refusal::new(&TOO_MANY).with("max", OPINIONS_MAX));
    }
    let (expert, unit) = (new.expert.trim(), new.unit.trim());
    let same = |old: &Opinion| old.expert == expert && old.unit == unit && old.proposal == new.proposal;
    if earlier.iter().any(same) {
        return Err(Refusal::new(&EXPERT_TWICE));
    }
    let opinion = Opinion {
        id: tx.new_id(),
        challenge: id,
        proposal: new.proposal,
        expert: expert.to_owned(),
        unit: unit.to_owned(),
        verdict: new.verdict,
        words: new.words.trim().to_owned(),
        recorded_by: actor.person()?.user,
        at: tx.now(),
    };
    store::insert_opinion(tx, &opinion)?;
    commit(tx, actor, done)?;
    Ok(opinion)
}

fn standing(tx: &mut Tx, id: ChallengeId, proposal: ProposalId) -> Result<(), Refusal> {
    let node = tx.node().to_owned();
    let found = store::find_proposal(tx, id, proposal, &node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if found.state == ProposalState::Submitted { Ok(()) } else { Err(Refusal::new(&PROPOSAL_NOT_STANDING)) }
}

/// Counts the experts' votes: passed, or rejected for good (rule 3).
pub fn conclude(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    summary: &str,
) -> Result<Challenge, Refusal> {
    let before = load_organised(tx, actor, id, expected)?;
    rules::after(before.stage, Act::Pass)?;
    rules::may_argue(before.course.argument.as_ref())?;
    words("/opinion", summary)?;
    let opinions = store::opinions(tx, id, OPINIONS_MAX)?;
    let (verdict, passes, rejects) = rules::argued(&opinions)?;
    let argument = Argument { verdict, passes, rejects, words: summary.trim().to_owned(), at: tx.now() };
    let act = if verdict == Verdict::Pass { Act::Pass } else { Act::Reject };
    let mut done = Done::moved(&before, act, summary)?;
    if verdict == Verdict::Reject {
        done = done.ended(tx);
    }
    done.after.course.argument = Some(argument);
    done.more = json!({ "passes": passes, "rejects": rejects });
    commit(tx, actor, done)
}

/// Publishes what the experts passed, with the last day for proposals (rule 4), and holds its demand (rule 2).
pub fn publish(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    deadline: Day,
) -> Result<Challenge, Refusal> {
    let before = load_organised(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Publish, "")?;
    rules::is_passed(before.course.argument.as_ref())?;
    done.after.content.deadline = Some(deadline);
    collect::check(tx, &done.after.content, Complete::Complete)?;
    demand::service::reserve(tx, actor, before.demand, &before.urn)?;
    done.after.course.published_at = Some(tx.now());
    commit(tx, actor, done)
}

//! Use-cases of open challenges.

mod argue;
mod collect;
mod course;
mod propose;
mod read;
mod select;
mod sign;

use serde_json::{Value, json};

use crate::audit;
use crate::db::{Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::permission::Permission;
use crate::kernel::text;

use super::codes::{OWN_CHALLENGE, STEPS_FULL};
use super::model::{Act, Challenge, ChallengeId, Ending, Side, Stage, Step};
use super::{rules, store};

pub use argue::{NewOpinion, conclude, opine, publish};
pub use collect::{collect, edit, submit};
pub use course::{NewEvaluation, cancel, complete, evaluate, hand_in, review_milestone};
pub use propose::{change_proposal, propose, withdraw_proposal};
pub use read::{
    Seen, evaluations, list, milestone_file, milestones, opinions, own, own_proposals, proposal,
    proposal_file, proposals, show, timeline, waiting,
};
pub use select::{close_due, fail, select};
pub use sign::{NewAgreement, confirm, decline, offer};

pub(super) const WORDS_CHARS_MAX: usize = 2_000;
pub(super) const LONG_CHARS_MAX: usize = 10_000;
/// Opinions, milestones handed in and evaluations among them.
const STEPS_MAX: i64 = 1_000;

fn load(tx: &mut Tx, id: ChallengeId, expected: Option<i64>) -> Result<Challenge, Refusal> {
    let node = tx.node().to_owned();
    let found = store::find(tx, id, &node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(found.version, expected)?;
    Ok(found)
}

/// A challenge of the actor's own organisation; another's is not found.
fn load_own(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
) -> Result<Challenge, Refusal> {
    actor.permit(Permission::ChallengeWrite)?;
    let found = load(tx, id, expected)?;
    if found.organisation != actor.person()?.organisation {
        return Err(Refusal::new(&NOT_FOUND));
    }
    Ok(found)
}

/// Rule 3: a challenge that the actor may organise, which no unit of its own holds or bids for, under whichever membership.
fn load_organised(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
) -> Result<Challenge, Refusal> {
    actor.permit(Permission::ChallengeOrganise)?;
    let found = load(tx, id, expected)?;
    let node = tx.node().to_owned();
    for (_, own) in identity::memberships_of(tx, actor.person()?.user)? {
        let party = tx.urn("organisation", own.id);
        if found.organisation == own.id || store::of_bidder(tx, id, &party, &node)?.is_some() {
            return Err(Refusal::new(&OWN_CHALLENGE));
        }
    }
    if found.stage == Stage::Collected {
        return Err(Refusal::new(&NOT_FOUND));
    }
    Ok(found)
}

/// A challenge with the side on which the actor stands; for everybody else it does not exist.
fn load_sided(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
) -> Result<(Challenge, Side), Refusal> {
    actor.permit(Permission::ChallengeWrite)?;
    let found = load(tx, id, expected)?;
    let side = side(tx.node(), actor, &found)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    Ok((found, side))
}

fn side(node: &str, actor: &Actor, challenge: &Challenge) -> Result<Option<Side>, Refusal> {
    let person = actor.person()?;
    let own = urn(node, "organisation", person.organisation);
    Ok(if challenge.organisation == person.organisation {
        Some(Side::Holder)
    } else if challenge.winner().is_some_and(|winner| winner.urn == own) {
        Some(Side::Winner)
    } else {
        None
    })
}

/// One step done: the challenge after it, and its words on the timeline.
struct Done<'a> {
    before: &'a Challenge,
    after: Challenge,
    act: Act,
    words: &'a str,
    /// What followers need besides what every step tells.
    more: Value,
}

impl<'a> Done<'a> {
    /// A step that only moves the challenge.
    fn moved(before: &'a Challenge, act: Act, words: &'a str) -> Result<Self, Refusal> {
        let after = Challenge { stage: rules::after(before.stage, act)?, ..before.clone() };
        Ok(Self { before, after, act, words, more: json!({}) })
    }

    /// The same, with the words as its end.
    fn ended(mut self, tx: &Tx) -> Self {
        let (from, words, at) = (self.before.stage, self.words.trim().to_owned(), tx.now());
        self.after.course.ending = Some(Ending { from, words, at });
        self
    }
}

/// Saves a step with its entry on the timeline, its history and its change (rule 1).
fn commit(tx: &mut Tx, actor: &Actor, done: Done) -> Result<Challenge, Refusal> {
    let Done { before, mut after, act, words, more } = done;
    let fresh = act == Act::Collect;
    if !fresh {
        after.version = before.version + 1;
    }
    after.steps = before.steps + 1;
    after.updated_at = tx.now();
    if after.steps > STEPS_MAX && after.stage.is_open() {
        return Err(Refusal::new(&STEPS_FULL));
    }
    if fresh {
        store::insert(tx, &after)?
    } else {
        store::save(tx, &after)?
    }
    let person = actor.person().ok();
    let step = Step {
        challenge: after.id,
        number: after.steps,
        at: tx.now(),
        act,
        stage: after.stage,
        user: person.map(|person| person.user),
        unit: person.map(|person| person.organisation_name.clone()).unwrap_or_default(),
        words: words.trim().to_owned(),
    };
    store::insert_step(tx, &step)?;
    let old = if fresh { Value::Null } else { history_of(before) };
    audit::service::record_revision(tx, actor, &after.urn, after.version, words, &old, &history_of(&after))?;
    tx.record(actor, change(before, &after, act, more));
    Ok(after)
}

const fn event(act: Act) -> &'static str {
    match act {
        Act::Collect => "challenge.collected",
        Act::Edit => "challenge.edited",
        Act::Submit => "challenge.submitted",
        Act::Argue => "challenge.argued",
        Act::Pass => "challenge.passed",
        Act::Reject => "challenge.rejected",
        Act::Publish => "challenge.published",
        Act::Close => "challenge.closed",
        Act::Select => "challenge.selected",
        Act::Fail => "challenge.failed",
        Act::Offer => "challenge.agreement_offered",
        Act::Confirm => "challenge.signed",
        Act::Decline => "challenge.agreement_declined",
        Act::HandIn => "challenge.milestone_submitted",
        Act::Accept => "challenge.milestone_accepted",
        Act::Return => "challenge.milestone_returned",
        Act::Evaluate => "challenge.evaluated",
        Act::Complete => "challenge.completed",
        Act::Cancel => "challenge.cancelled",
    }
}

/// The projection goes out when the public would see another one than before.
fn change(before: &Challenge, after: &Challenge, act: Act, more: Value) -> NewChange {
    let (kind, subject, version) = (event(act), after.urn.clone(), after.version);
    let mut facts = facts(after);
    if let (Some(facts), Value::Object(more)) = (facts.as_object_mut(), more) {
        facts.extend(more);
    }
    let shown = projection(after);
    if after.is_public() && (!before.is_public() || projection(before) != shown) {
        return NewChange::published(kind, subject, version, Audience::Public, facts, shown);
    }
    NewChange::local(kind, subject, version, facts)
}

/// For local followers: ids, units and amounts, no words.
fn facts(of: &Challenge) -> Value {
    json!({
        "challenge": of.id,
        "demand": of.demand_urn,
        "holder": of.holder.urn,
        "stage": of.stage,
        "bounty_fen": of.content.bounty,
        "deadline": of.content.deadline,
        "winner": of.winner().map(|winner| &winner.urn),
    })
}

fn history_of(of: &Challenge) -> Value {
    json!({
        "stage": of.stage,
        "title": of.content.title,
        "requirements": of.content.requirements,
        "conditions": of.content.conditions,
        "bounty_fen": of.content.bounty,
        "deadline": of.content.deadline,
        "winner": of.winner().map(|winner| &winner.urn),
        "price_fen": of.course.agreement.as_ref().map(|agreement| agreement.price),
    })
}

/// `challenge.v1`: all that the public may see. Proposals, opinions and words stay inside.
fn projection(of: &Challenge) -> Value {
    let price = of.course.agreement.as_ref().filter(|agreement| agreement.confirmed_at.is_some());
    json!({
        "schema": "challenge.v1",
        "id": of.urn,
        "demand": of.demand_urn,
        "holder": of.holder,
        "title": of.content.title,
        "requirements": of.content.requirements,
        "conditions": of.content.conditions,
        "bounty_fen": of.content.bounty,
        "deadline": of.content.deadline,
        "published_at": of.course.published_at,
        "stage": of.stage,
        "winner": of.winner(),
        "price_fen": price.map(|agreement| agreement.price),
    })
}

/// Required words of a step.
fn words(pointer: &str, words: &str) -> Result<(), Refusal> {
    text::stated(pointer, words, WORDS_CHARS_MAX)
}

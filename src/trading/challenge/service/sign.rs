//! Step 5: both sides sign (rule 8).

use serde_json::json;

use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE, REQUIRED, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::urn;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::trading::challenge::model::{
    Act, Agreement, Challenge, ChallengeId, Milestone, MilestoneState, NewMilestone, ProposalState,
};
use crate::trading::challenge::{rules, store};

use super::{Done, WORDS_CHARS_MAX, commit, load_sided, propose, select, words};

const PAPER_CHARS_MAX: usize = 200;
const MILESTONES_MAX: usize = 20;

/// What one side offers to sign.
#[derive(Clone, Debug)]
pub struct NewAgreement {
    pub price: Fen,
    pub paper: String,
    pub signed_on: Day,
    pub milestones: Vec<NewMilestone>,
}

/// One side offers the agreement; offering again replaces what was offered.
pub fn offer(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    new: &NewAgreement,
) -> Result<Challenge, Refusal> {
    let (before, _) = load_sided(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Offer, &new.paper)?;
    check(new)?;
    store::clear_milestones(tx, id)?;
    for (number, milestone) in (1..).zip(&new.milestones) {
        let row = Milestone {
            challenge: id,
            number,
            version: 1,
            title: milestone.title.trim().to_owned(),
            due_on: milestone.due_on,
            amount: milestone.amount,
            state: MilestoneState::Due,
            report: String::new(),
            files: vec![],
            opinion: String::new(),
            submitted_at: None,
            accepted_at: None,
        };
        store::insert_milestone(tx, &row)?;
    }
    done.after.course.agreement = Some(Agreement {
        price: new.price,
        paper: new.paper.trim().to_owned(),
        signed_on: new.signed_on,
        offered_by: urn(tx.node(), "organisation", actor.person()?.organisation),
        offered_at: tx.now(),
        confirmed_at: None,
    });
    done.more = json!({ "price_fen": new.price });
    commit(tx, actor, done)
}

fn check(new: &NewAgreement) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/paper", &new.paper, PAPER_CHARS_MAX);
    let range = |errors: &mut Errors, pointer: String, fen: Fen| {
        if !(1..=MAX_JSON_FEN).contains(&fen.0) {
            let params = [("min", "1".to_owned()), ("max", MAX_JSON_FEN.to_string())];
            errors.add_with(pointer, &OUT_OF_RANGE, &params);
        }
    };
    range(&mut errors, "/price_fen".into(), new.price);
    if new.milestones.is_empty() {
        errors.add("/milestones", &REQUIRED);
    } else if new.milestones.len() > MILESTONES_MAX {
        errors.add_with("/milestones", &TOO_MANY, &[("max", MILESTONES_MAX.to_string())]);
    }
    for (at, milestone) in new.milestones.iter().enumerate() {
        text::required(&mut errors, &format!("/milestones/{at}/title"), &milestone.title, WORDS_CHARS_MAX);
        range(&mut errors, format!("/milestones/{at}/amount_fen"), milestone.amount);
    }
    if errors.is_empty() {
        rules::check_milestones(&mut errors, &new.milestones, new.signed_on, new.price);
    }
    errors.check()
}

/// The other side signs what it saw; every other proposal is now decided.
pub fn confirm(tx: &mut Tx, actor: &Actor, id: ChallengeId, seen_version: i64) -> Result<Challenge, Refusal> {
    let (before, _) = load_sided(tx, actor, id, None)?;
    let mut done = Done::moved(&before, Act::Confirm, "")?;
    let own = urn(tx.node(), "organisation", actor.person()?.organisation);
    let agreement = rules::may_confirm(&before, &own, seen_version)?;
    done.more = json!({ "price_fen": agreement.price, "bidders": select::settle(tx, id)? });
    done.after.course.agreement = Some(Agreement { confirmed_at: Some(tx.now()), ..agreement });
    commit(tx, actor, done)
}

/// Either side steps back before the signing: the review is open again, and the proposal has lapsed.
pub fn decline(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Challenge, Refusal> {
    let (before, _) = load_sided(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Decline, reason)?;
    words("/reason", reason)?;
    let selection = before.course.selection.as_ref().ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let node = tx.node().to_owned();
    let chosen = store::find_proposal(tx, id, selection.proposal, &node)?;
    let chosen = chosen.ok_or_else(|| Refusal::internal("a selection without a proposal"))?;
    propose::keep(tx, actor, chosen, ProposalState::Lapsed, None, "challenge.proposal_decided")?;
    store::clear_milestones(tx, id)?;
    done.more = json!({ "declined": selection.winner.urn });
    done.after.course.selection = None;
    done.after.course.agreement = None;
    commit(tx, actor, done)
}

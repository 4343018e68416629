//! Steps 6 and 7, and the way out: milestones, evaluations, completion, cancellation (rules 9 to 11).

use serde_json::json;

use crate::db::{Tx, check_version};
use crate::demand;
use crate::files;
use crate::files::model::FileId;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{INVALID_VALUE, NOT_FOUND, OUT_OF_RANGE, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::trading::challenge::codes::FILE_UNKNOWN;
use crate::trading::challenge::model::{
    Act, Challenge, ChallengeId, Evaluation, EvaluationResult, Milestone, MilestoneState, Side, Stage,
};
use crate::trading::challenge::{rules, store};

use super::{Done, LONG_CHARS_MAX, WORDS_CHARS_MAX, commit, load, load_organised, load_sided, select, words};

const EVALUATIONS_MAX: usize = 50;
const SCORE_MAX: i32 = 100;

/// The files of a milestone are filed under this name.
pub(super) fn milestone_subject(challenge: &Challenge, number: i32) -> String {
    format!("{}#milestone-{number}", challenge.urn)
}

fn load_milestone(tx: &mut Tx, id: ChallengeId, number: i32) -> Result<Milestone, Refusal> {
    store::milestone(tx, id, number)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// The bidder hands a milestone in, again after it was returned.
pub fn hand_in(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    number: i32,
    report: &str,
    files: &[FileId],
) -> Result<Milestone, Refusal> {
    let (before, side) = load_sided(tx, actor, id, None)?;
    if side != Side::Winner {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let old = load_milestone(tx, id, number)?;
    let mut done = Done::moved(&before, Act::HandIn, "")?;
    let state = rules::milestone_after(&old, Act::HandIn)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/report", report, LONG_CHARS_MAX);
    files::service::check_own(tx, actor, files, ("/files", &FILE_UNKNOWN), &mut errors)?;
    errors.check()?;
    let milestone = Milestone {
        version: old.version + 1,
        state,
        report: report.trim().to_owned(),
        files: files.to_vec(),
        submitted_at: Some(tx.now()),
        ..old
    };
    store::save_milestone(tx, &milestone)?;
    files::service::link(tx, &milestone_subject(&before, number), files)?;
    done.more = json!({ "milestone": number });
    commit(tx, actor, done)?;
    Ok(milestone)
}

/// The unit that opened the challenge accepts or returns what was handed in; the last one accepted ends step 6.
pub fn review_milestone(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    number: i32,
    expected: Option<i64>,
    accepted: bool,
    opinion: &str,
) -> Result<Milestone, Refusal> {
    let (before, side) = load_sided(tx, actor, id, None)?;
    if side != Side::Holder {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let old = load_milestone(tx, id, number)?;
    check_version(old.version, expected)?;
    let act = if accepted { Act::Accept } else { Act::Return };
    let mut done = Done::moved(&before, act, opinion)?;
    let state = rules::milestone_after(&old, act)?;
    words("/opinion", opinion)?;
    let milestone = Milestone {
        version: old.version + 1,
        state,
        opinion: opinion.trim().to_owned(),
        accepted_at: accepted.then(|| tx.now()),
        ..old
    };
    store::save_milestone(tx, &milestone)?;
    let all = store::milestones(tx, id)?;
    if all.iter().all(|one| one.state == MilestoneState::Accepted) {
        done.after.stage = Stage::Evaluation;
    }
    done.more = json!({ "milestone": number, "amount_fen": milestone.amount });
    commit(tx, actor, done)?;
    Ok(milestone)
}

#[derive(Clone, Debug)]
pub struct NewEvaluation {
    pub result: EvaluationResult,
    pub score: Option<i32>,
    pub words: String,
    pub evaluated_on: Day,
}

/// Records one evaluation more (rule 10).
pub fn evaluate(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    new: &NewEvaluation,
) -> Result<Evaluation, Refusal> {
    let before = load_organised(tx, actor, id, None)?;
    let mut done = Done::moved(&before, Act::Evaluate, &new.words)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/opinion", &new.words, WORDS_CHARS_MAX);
    if new.score.is_some_and(|score| !(0..=SCORE_MAX).contains(&score)) {
        errors.add_with("/score", &OUT_OF_RANGE, &[("min", "0".into()), ("max", SCORE_MAX.to_string())]);
    }
    if new.evaluated_on > tx.now().day() {
        errors.add_with("/evaluated_on", &INVALID_VALUE, &[("reason", new.evaluated_on.to_string())]);
    }
    errors.check()?;
    let earlier = store::evaluations(tx, id)?.len();
    if earlier >= EVALUATIONS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", EVALUATIONS_MAX));
    }
    let evaluation = Evaluation {
        challenge: id,
        number: i32::try_from(earlier + 1).map_err(Refusal::internal)?,
        result: new.result,
        score: new.score,
        words: new.words.trim().to_owned(),
        evaluated_on: new.evaluated_on,
        recorded_by: actor.person()?.user,
        at: tx.now(),
    };
    store::insert_evaluation(tx, &evaluation)?;
    done.more = json!({ "result": new.result, "number": evaluation.number });
    commit(tx, actor, done)?;
    Ok(evaluation)
}

/// Done and passed: the demand leaves the market.
pub fn complete(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    summary: &str,
) -> Result<Challenge, Refusal> {
    let before = load_organised(tx, actor, id, expected)?;
    let done = Done::moved(&before, Act::Complete, summary)?.ended(tx);
    words("/opinion", summary)?;
    rules::may_complete(store::evaluations(tx, id)?.last().map(|last| last.result))?;
    demand::service::mark_traded(tx, actor, before.demand, &before.urn)?;
    commit(tx, actor, done)
}

/// Rule 11. The unit that opened it, or the organiser once it was handed in.
pub fn cancel(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Challenge, Refusal> {
    let own = load(tx, id, expected)?.organisation == actor.person()?.organisation;
    let before = if own {
        actor.permit(Permission::ChallengeWrite)?;
        load(tx, id, expected)?
    } else if actor.may(Permission::ChallengeOrganise) {
        load_organised(tx, actor, id, expected)?
    } else {
        return Err(Refusal::new(&NOT_FOUND));
    };
    let mut done = Done::moved(&before, Act::Cancel, reason)?.ended(tx);
    words("/reason", reason)?;
    done.more = json!({ "from": before.stage, "bidders": select::settle(tx, id)? });
    if before.is_public() {
        demand::service::release(tx, actor, before.demand, &before.urn)?;
    }
    commit(tx, actor, done)
}

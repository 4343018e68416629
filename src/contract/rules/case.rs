//! Rule 1: the state machine (DOMAIN §2, states). One function says what every act makes of every state.

use crate::contract::codes::{
    CORRECTION_REQUIRED, FIRST_REVIEW_REQUIRED, GROUND_REQUIRED, NOT_LARGE, OPINION_REQUIRED,
    REVIEW_DISAGREES, SECOND_REVIEW_REQUIRED, SECOND_REVIEWER_SAME,
};
use crate::contract::model::{
    Acceptance, Cancellation, Correction, Due, File, Number, Opinion, Refused, Registration, Review,
    Revocation, Stage, State, Submission,
};
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::time::Day;

#[derive(Clone, Debug)]
pub enum Act {
    Submit(Submission),
    Accept {
        profile: String,
        profile_version: i64,
        on: Day,
        due: Due,
    },
    /// The longer limit of what is disputed.
    Dispute(Due),
    /// The limit again, after a calendar was set.
    Reckon(Due),
    RequestCorrection(Vec<Correction>),
    Resubmit {
        on: Day,
        due: Due,
    },
    FirstReview(Opinion),
    SecondReview {
        opinion: Opinion,
        large: bool,
    },
    Register {
        number: Number,
        on: Day,
        opinion: Opinion,
        large: bool,
    },
    Refuse(Refused),
    Withdraw,
    /// The next edition of a standing registration.
    Amend,
    Cancel(Cancellation),
    Revoke(Revocation),
}

/// The state after the act, or why not.
pub fn next(state: &State, act: Act) -> Result<State, Refusal> {
    match (state.clone(), act) {
        (State::Draft, Act::Submit(submission)) => Ok(State::Submitted(submission)),
        (State::Submitted(submission), Act::Accept { profile, profile_version, on, due }) => {
            let profile_version = Some(profile_version);
            let acceptance = Acceptance { profile, profile_version, on, due, disputed: false, round: 0 };
            Ok(State::Accepted(File { submission, acceptance }, Review::default()))
        }
        (State::Accepted(file, _), Act::RequestCorrection(wanted)) => {
            check_wanted(&wanted)?;
            Ok(State::CorrectionRequested(file, wanted))
        }
        (State::CorrectionRequested(file, _), Act::Resubmit { on, due }) => Ok(resubmitted(file, on, due)),
        (State::Accepted(file, review), Act::Dispute(due)) => {
            let acceptance = Acceptance { due, disputed: true, ..file.acceptance };
            Ok(State::Accepted(File { acceptance, ..file }, review))
        }
        (State::Accepted(file, review), Act::Reckon(due)) => {
            let acceptance = Acceptance { due, ..file.acceptance };
            Ok(State::Accepted(File { acceptance, ..file }, review))
        }
        (State::Accepted(file, _), Act::FirstReview(first)) => {
            required("/opinion", &first.text)?;
            Ok(State::Accepted(file, Review { first: Some(first), second: None }))
        }
        (State::Accepted(file, review), Act::SecondReview { opinion, large }) => {
            second_review(file, review, opinion, large)
        }
        (State::Accepted(file, review), Act::Register { number, on, opinion, large }) => {
            check_review(&review, &opinion, large)?;
            Ok(State::Registered(file, Registration { number, on, edition: 1 }))
        }
        (State::Accepted(file, _), Act::Refuse(refusal)) => {
            check_refusal(&refusal)?;
            Ok(State::Refused(file, refusal))
        }
        (State::Draft, Act::Withdraw) => Ok(State::Withdrawn(None)),
        (State::Submitted(submission), Act::Withdraw) => Ok(State::Withdrawn(Some(submission))),
        (State::Accepted(file, _) | State::CorrectionRequested(file, _), Act::Withdraw) => {
            Ok(State::Withdrawn(Some(file.submission)))
        }
        (State::Registered(file, registration), Act::Amend) => {
            let edition = registration.edition.saturating_add(1);
            Ok(State::Registered(file, Registration { edition, ..registration }))
        }
        (State::Registered(file, registration), Act::Cancel(cancellation)) => {
            required("/reason", &cancellation.reason)?;
            Ok(State::Cancelled(file, registration, cancellation))
        }
        (State::Registered(file, registration), Act::Revoke(revocation)) => {
            required("/decision", &revocation.decision)?;
            Ok(State::Revoked(file, registration, revocation))
        }
        (state, _) => Err(impossible(state.stage())),
    }
}

fn impossible(stage: Stage) -> Refusal {
    Refusal::new(&STATE_CONFLICT).with("state", stage)
}

/// The acceptance date moves to the day the corrected file arrives; the opinions on the old file lapse.
fn resubmitted(file: File, on: Day, due: Due) -> State {
    let round = file.acceptance.round.saturating_add(1);
    let acceptance = Acceptance { on, due, round, ..file.acceptance };
    State::Accepted(File { acceptance, ..file }, Review::default())
}

/// A large contract is seen by a second person, after the first has agreed.
fn second_review(file: File, review: Review, opinion: Opinion, large: bool) -> Result<State, Refusal> {
    if !large {
        return Err(Refusal::new(&NOT_LARGE));
    }
    let Some(first) = review.first else { return Err(Refusal::new(&FIRST_REVIEW_REQUIRED)) };
    if first.reviewer == opinion.reviewer {
        return Err(Refusal::new(&SECOND_REVIEWER_SAME));
    }
    required("/opinion", &opinion.text)?;
    Ok(State::Accepted(file, Review { first: Some(first), second: Some(opinion) }))
}

/// The registrar's own opinion counts as the first where nobody has given one; it is not enough for a large
/// contract.
fn check_review(review: &Review, opinion: &Opinion, large: bool) -> Result<(), Refusal> {
    required("/opinion", &opinion.text)?;
    let first = review.first.as_ref().unwrap_or(opinion);
    let disagrees = |opinion: &Opinion| !opinion.agrees;
    if disagrees(first) || review.second.as_ref().is_some_and(disagrees) {
        return Err(Refusal::new(&REVIEW_DISAGREES));
    }
    if !large {
        return Ok(());
    }
    match (&review.first, &review.second) {
        (None, _) => Err(Refusal::new(&FIRST_REVIEW_REQUIRED)),
        (Some(first), Some(second)) if first.reviewer != second.reviewer => Ok(()),
        _ => Err(Refusal::new(&SECOND_REVIEW_REQUIRED)),
    }
}

fn check_wanted(wanted: &[Correction]) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if wanted.is_empty() {
        errors.add("/corrections", &CORRECTION_REQUIRED);
    }
    for (at, correction) in wanted.iter().enumerate() {
        if correction.note.trim().is_empty() {
            errors.add(format!("/corrections/{at}/note"), &OPINION_REQUIRED);
        }
    }
    errors.check()
}

/// The closed list: at least one ground, and why. So `other` always has its text.
fn check_refusal(refusal: &Refused) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if refusal.grounds.is_empty() {
        errors.add("/grounds", &GROUND_REQUIRED);
    }
    if refusal.text.trim().is_empty() {
        errors.add("/opinion", &OPINION_REQUIRED);
    }
    errors.check()
}

fn required(pointer: &str, text: &str) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if text.trim().is_empty() {
        errors.add(pointer, &OPINION_REQUIRED);
    }
    errors.check()
}

#[cfg(test)]
mod tests;

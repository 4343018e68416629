//! What may happen in an open challenge, and what results. Pure.

use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::time::Day;

use super::codes::{
    AGREEMENT_CHANGED, AGREEMENT_MISSING, ARGUMENT_DECIDED, ARGUMENT_NOT_PASSED, DEADLINE_NOT_AHEAD,
    EXPERTS_TOO_FEW, MILESTONE_STATE, MILESTONES_NOT_SUM, MILESTONES_OUT_OF_ORDER, NOT_EVALUATED, OWN_OFFER,
};
use super::model::{
    Act, Agreement, Argument, Challenge, EvaluationResult, Milestone, MilestoneState, NewMilestone, Opinion,
    Stage, Verdict,
};

pub const EXPERTS_MIN: usize = 3;
/// Days that proposals may stay open at most.
pub const OPEN_DAYS_MAX: i64 = 365;

/// Rule 1: the one table of moves.
pub fn after(stage: Stage, act: Act) -> Result<Stage, Refusal> {
    use Stage::{
        Collected, Completed, Evaluation, ExpertArgument, Failed, Milestones, ProposalReview, Published,
        Rejected, Signing,
    };
    let next = match (act, stage) {
        (Act::Collect | Act::Edit, Collected) => Collected,
        (Act::Submit, Collected) => ExpertArgument,
        (Act::Argue | Act::Pass, ExpertArgument) => ExpertArgument,
        (Act::Reject, ExpertArgument) => Rejected,
        (Act::Publish, ExpertArgument) => Published,
        (Act::Close, Published) => ProposalReview,
        (Act::Argue, ProposalReview) => ProposalReview,
        (Act::Select, ProposalReview) => Signing,
        (Act::Fail, ProposalReview) => Failed,
        (Act::Offer, Signing) => Signing,
        (Act::Confirm, Signing) => Milestones,
        (Act::Decline, Signing) => ProposalReview,
        (Act::HandIn | Act::Return | Act::Accept, Milestones) => Milestones,
        (Act::Evaluate, Evaluation) => Evaluation,
        (Act::Complete, Evaluation) => Completed,
        (Act::Cancel, open) if open.is_open() => Stage::Cancelled,
        _ => return Err(Refusal::new(&STATE_CONFLICT).with("state", stage)),
    };
    Ok(next)
}

/// Rule 3: the majority decides; an equal vote rejects.
pub fn argued(opinions: &[Opinion]) -> Result<(Verdict, u32, u32), Refusal> {
    if opinions.len() < EXPERTS_MIN {
        return Err(Refusal::new(&EXPERTS_TOO_FEW).with("min", EXPERTS_MIN));
    }
    let passes = opinions.iter().filter(|opinion| opinion.verdict == Verdict::Pass).count();
    let rejects = opinions.len() - passes;
    let verdict = if passes > rejects { Verdict::Pass } else { Verdict::Reject };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok((verdict, count(passes), count(rejects)))
}

/// Rule 3: a concluded argument stands.
pub fn may_argue(argument: Option<&Argument>) -> Result<(), Refusal> {
    if argument.is_none() { Ok(()) } else { Err(Refusal::new(&ARGUMENT_DECIDED)) }
}

/// Rule 3: only what the experts passed is published.
pub fn is_passed(argument: Option<&Argument>) -> Result<(), Refusal> {
    match argument {
        Some(Argument { verdict: Verdict::Pass, .. }) => Ok(()),
        _ => Err(Refusal::new(&ARGUMENT_NOT_PASSED)),
    }
}

/// Rule 4: the last day for proposals lies ahead, but not too far.
pub fn check_deadline(errors: &mut Errors, pointer: &str, day: Day, today: Day) {
    let (earliest, latest) = (today.plus_days(1), today.plus_days(OPEN_DAYS_MAX));
    if day < earliest || day > latest {
        let params = [("earliest", earliest.to_string()), ("latest", latest.to_string())];
        errors.add_with(pointer, &DEADLINE_NOT_AHEAD, &params);
    }
}

/// Rule 8: milestones in order, none before the signing, together the price.
pub fn check_milestones(errors: &mut Errors, milestones: &[NewMilestone], signed_on: Day, price: Fen) {
    let mut last = signed_on;
    for (at, milestone) in milestones.iter().enumerate() {
        if milestone.due_on < last {
            errors.add(format!("/milestones/{at}/due_on"), &MILESTONES_OUT_OF_ORDER);
        }
        last = milestone.due_on;
    }
    let sum: i128 = milestones.iter().map(|milestone| i128::from(milestone.amount.0)).sum();
    if sum != i128::from(price.0) {
        let params = [("sum", sum.to_string()), ("price", price.0.to_string())];
        errors.add_with("/milestones", &MILESTONES_NOT_SUM, &params);
    }
}

/// Rule 8: the other side confirms, and exactly what it saw.
pub fn may_confirm(challenge: &Challenge, by: &str, seen_version: i64) -> Result<Agreement, Refusal> {
    let agreement = challenge.course.agreement.as_ref().ok_or_else(|| Refusal::new(&AGREEMENT_MISSING))?;
    if agreement.offered_by == by {
        return Err(Refusal::new(&OWN_OFFER));
    }
    if seen_version != challenge.version {
        return Err(Refusal::new(&AGREEMENT_CHANGED));
    }
    Ok(agreement.clone())
}

/// Rule 9: what a milestone becomes.
pub fn milestone_after(milestone: &Milestone, act: Act) -> Result<MilestoneState, Refusal> {
    use MilestoneState::{Accepted, Due, Returned, Submitted};
    match (act, milestone.state) {
        (Act::HandIn, Due | Returned | Submitted) => Ok(Submitted),
        (Act::Accept, Submitted) => Ok(Accepted),
        (Act::Return, Submitted) => Ok(Returned),
        (_, state) => Err(Refusal::new(&MILESTONE_STATE).with("state", state)),
    }
}

/// Rule 10: nothing is completed that no evaluation passed; the newest one counts.
pub fn may_complete(newest: Option<EvaluationResult>) -> Result<(), Refusal> {
    if newest == Some(EvaluationResult::Passed) { Ok(()) } else { Err(Refusal::new(&NOT_EVALUATED)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::Id;
    use crate::kernel::time::UtcTime;

    fn allowed(stage: Stage) -> Vec<Act> {
        let possible = |act: &Act| after(stage, *act).is_ok();
        Act::ALL.iter().copied().filter(possible).collect()
    }

    /// DOMAIN §4, open challenge: seven steps in order, cancel from any open state.
    #[test]
    fn domain_4_the_seven_steps_come_in_order() {
        use Stage::*;
        let mut stage = Collected;
        for (act, next) in [
            (Act::Submit, ExpertArgument),
            (Act::Pass, ExpertArgument),
            (Act::Publish, Published),
            (Act::Close, ProposalReview),
            (Act::Select, Signing),
            (Act::Decline, ProposalReview),
            (Act::Select, Signing),
            (Act::Confirm, Milestones),
        ] {
            stage = after(stage, act).unwrap();
            assert_eq!(stage, next, "{act}");
        }
        assert_eq!(after(Evaluation, Act::Evaluate).unwrap(), Evaluation, "repeatable");
        assert_eq!(after(Evaluation, Act::Complete).unwrap(), Completed);
        for stage in Stage::ALL {
            assert_eq!(after(*stage, Act::Cancel).is_ok(), stage.is_open(), "{stage}");
        }
        for ended in [Completed, Rejected, Failed, Cancelled] {
            assert!(allowed(ended).is_empty(), "{ended}");
        }
        assert_eq!(allowed(Published), [Act::Close, Act::Cancel]);
        assert_eq!(after(Collected, Act::Publish).unwrap_err().code(), "state_conflict");
    }

    fn opinion(verdict: Verdict) -> Opinion {
        Opinion {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            challenge: Id::from_uuid(uuid::Uuid::from_u128(2)),
            proposal: None,
            expert: "示例专家".into(),
            unit: "示例大学".into(),
            verdict,
            words: String::new(),
            recorded_by: Id::from_uuid(uuid::Uuid::from_u128(3)),
            at: UtcTime::from_seconds(0),
        }
    }

    /// DOMAIN §4, step 2: pass or reject; the votes decide.
    #[test]
    fn domain_4_the_majority_of_the_experts_decides() {
        let votes = |passes: usize, rejects: usize| {
            let mut list = vec![opinion(Verdict::Pass); passes];
            list.extend(vec![opinion(Verdict::Reject); rejects]);
            argued(&list).map(|(verdict, ..)| verdict)
        };
        assert_eq!(votes(2, 1).unwrap(), Verdict::Pass);
        assert_eq!(votes(1, 2).unwrap(), Verdict::Reject);
        assert_eq!(votes(2, 2).unwrap(), Verdict::Reject, "an equal vote rejects");
        assert_eq!(votes(2, 0).unwrap_err().code(), "experts_too_few");
    }

    /// DOMAIN §4, step 3: the deadline is mandatory and lies ahead.
    #[test]
    fn domain_4_the_last_day_for_proposals_lies_ahead() {
        let today: Day = "2026-03-02".parse().unwrap();
        let told = |day: &str| {
            let mut errors = Errors::new();
            check_deadline(&mut errors, "/deadline", day.parse().unwrap(), today);
            errors.list().len()
        };
        assert_eq!((told("2026-03-02"), told("2026-03-03"), told("2027-03-02")), (1, 0, 0));
        assert_eq!(told("2027-03-03"), 1);
    }

    /// DOMAIN §4, step 6: milestones with days; together they are the price to the fen.
    #[test]
    fn domain_4_milestones_are_in_order_and_sum_to_the_price() {
        let milestone = |day: &str, fen| NewMilestone {
            title: "示例".into(),
            due_on: day.parse().unwrap(),
            amount: Fen(fen),
        };
        let told = |list: &[NewMilestone]| -> Vec<String> {
            let mut errors = Errors::new();
            check_milestones(&mut errors, list, "2026-05-01".parse().unwrap(), Fen(100));
            errors.list().iter().map(|error| error.pointer.clone()).collect()
        };
        assert!(told(&[milestone("2026-06-01", 40), milestone("2026-09-01", 60)]).is_empty());
        assert_eq!(
            told(&[milestone("2026-06-01", 40), milestone("2026-05-20", 60)]),
            ["/milestones/1/due_on"]
        );
        assert_eq!(told(&[milestone("2026-04-30", 100)]), ["/milestones/0/due_on"]);
        assert_eq!(
            told(&[milestone("2026-06-01", i64::MAX), milestone("2026-09-01", i64::MAX)]),
            ["/milestones"]
        );
    }

    /// DOMAIN §4, step 7: evaluation repeats; the newest one counts.
    #[test]
    fn domain_4_only_a_passed_evaluation_completes() {
        assert!(may_complete(Some(EvaluationResult::Passed)).is_ok());
        for other in [None, Some(EvaluationResult::Rectify), Some(EvaluationResult::Failed)] {
            assert_eq!(may_complete(other).unwrap_err().code(), "challenge_not_evaluated");
        }
    }
}

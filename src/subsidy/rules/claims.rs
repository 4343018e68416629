//! What may become of a claim, and how much may be awarded.

use super::super::codes::AWARD_TOO_HIGH;
use super::super::model::{CapScope, ClaimState as State, Formula, Outcome, Reconciled, Scheme};
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimAct {
    Resubmit,
    Withdraw,
    Award,
    Return,
    Refuse,
    Lapse,
    Revoke,
}

pub fn next_claim(state: State, act: ClaimAct) -> Result<State, Refusal> {
    use ClaimAct as A;
    let after = match (state, act) {
        (State::Returned, A::Resubmit) => State::Submitted,
        (State::Submitted | State::Returned, A::Withdraw) => State::Withdrawn,
        (State::Submitted, A::Award) => State::Awarded,
        (State::Submitted, A::Return) => State::Returned,
        (State::Submitted, A::Refuse) => State::Refused,
        (State::Submitted | State::Returned | State::Awarded, A::Lapse) => State::Lapsed,
        (State::Awarded, A::Revoke) => State::Revoked,
        _ => return Err(Refusal::new(&STATE_CONFLICT).with("state", state)),
    };
    Ok(after)
}

/// What is awarded: a fixed reward is its amount; else what the reviewer says, at most what was asked for and
/// what the scheme's cap allows (Annex 5: at most 80 000 yuan).
pub fn award(scheme: &Scheme, requested: Fen, proposed: Option<Fen>) -> Result<Fen, Refusal> {
    if !matches!(scheme.formula, Formula::Award) {
        return Ok(requested);
    }
    let limit = scheme.cap(CapScope::Claim).map_or(requested, |cap| cap.min(requested));
    let amount = proposed.unwrap_or(limit);
    if !amount.is_positive() || amount > limit {
        let mut errors = Errors::new();
        errors.add_with("/amount_fen", &AWARD_TOO_HIGH, &[("limit", limit.yuan())]);
        errors.check()?;
    }
    Ok(amount)
}

/// What a reported transfer means, beside what was open.
pub fn reconciled(outcome: Outcome, open: Fen, amount: Fen) -> Reconciled {
    match outcome {
        Outcome::Failed => Reconciled::Failed,
        Outcome::Paid if !amount.is_positive() => Reconciled::AmountMissing,
        Outcome::Paid if amount > open => Reconciled::AmountTooHigh,
        Outcome::Paid if amount < open => Reconciled::Partial,
        Outcome::Paid => Reconciled::Matched,
    }
}

/// One name for one subject, however it is typed: half width, capitals, no spaces.
pub fn normal_subject(text: &str) -> String {
    let half = |c: char| match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(half).filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_certificate_has_one_name() {
        for text in ["GR202645000123", " gr2026 45000123 ", "ＧＲ２０２６４５０００１２３"] {
            assert_eq!(normal_subject(text), "GR202645000123");
        }
    }

    #[test]
    fn a_decided_claim_is_not_decided_again() {
        for state in [State::Refused, State::Withdrawn, State::Lapsed, State::Revoked] {
            for act in
                [ClaimAct::Award, ClaimAct::Refuse, ClaimAct::Withdraw, ClaimAct::Resubmit, ClaimAct::Revoke]
            {
                assert_eq!(next_claim(state, act).unwrap_err().code(), "state_conflict");
            }
        }
        assert!(next_claim(State::Awarded, ClaimAct::Withdraw).is_err());
        assert_eq!(next_claim(State::Awarded, ClaimAct::Revoke).unwrap(), State::Revoked);
    }
}

//! The diagram of the room: which act leads from which state to which.

use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Mode, Outcome, Signed, Standing, State, UnsoldReason};

/// What can be done to a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Publish,
    Approve,
    Refuse {
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    /// The result is known; the award waits until then.
    End {
        outcome: Outcome,
        award_from: UtcTime,
    },
    Award,
    Unsold {
        reason: UnsoldReason,
    },
    /// The winner defaulted: rank two follows, or the sale has failed.
    Default {
        rank_two_follows: bool,
    },
    /// An objection to the winner was upheld: the same, but nobody broke a word.
    Exclude {
        rank_two_follows: bool,
    },
    /// The winner's side says that the contract is signed.
    Sign(Signed),
    Conclude,
    Annul {
        reason: String,
        decided: bool,
    },
}

pub fn may_edit(state: State) -> Result<(), Refusal> {
    match state {
        State::Draft | State::Refused => Ok(()),
        state => Err(conflict(state)),
    }
}

/// The winner of an awarded sale has not said in its days that it has signed: noted once.
pub fn overdue(before: &Standing, now: UtcTime) -> Option<Standing> {
    match before {
        Standing::Awarded { at, outcome, overdue_at: None, blocked_s, signed: None } => {
            Some(Standing::Awarded {
                at: *at,
                outcome: outcome.clone(),
                overdue_at: Some(now),
                blocked_s: *blocked_s,
                signed: None,
            })
        }
        _ => None,
    }
}

pub fn conflict(state: State) -> Refusal {
    Refusal::new(&STATE_CONFLICT).with("state", state)
}

pub fn next(mode: Mode, before: &Standing, act: Act, at: UtcTime) -> Result<Standing, Refusal> {
    use State as S;
    let state = before.state();
    Ok(match (state, act) {
        // DOMAIN §3: publicity begins with the approval.
        (S::Draft | S::Refused, Act::Publish) if mode == Mode::Negotiated => {
            Standing::PendingReview { submitted_at: at }
        }
        (S::Draft, Act::Publish) | (S::PendingReview, Act::Approve) => Standing::Published {},
        (S::PendingReview, Act::Refuse { reason }) => Standing::Refused { at, reason },
        (S::Draft | S::PendingReview | S::Refused | S::Published, Act::Withdraw { reason }) => {
            Standing::Withdrawn { at, reason }
        }
        (S::Published, Act::End { outcome, award_from }) => Standing::Ended { at, outcome, award_from },
        (S::Published | S::Ended, Act::Unsold { reason }) => Standing::Unsold { at, reason },
        (S::Ended, Act::Award) => match before.outcome() {
            Some(outcome) => Standing::Awarded {
                at,
                outcome: outcome.clone(),
                overdue_at: None,
                blocked_s: 0,
                signed: None,
            },
            None => return Err(conflict(state)),
        },
        (S::Ended | S::Awarded, Act::Default { rank_two_follows }) => {
            passed_on(before, rank_two_follows, UnsoldReason::Defaulted, at)
        }
        (S::Ended | S::Awarded, Act::Exclude { rank_two_follows }) => {
            passed_on(before, rank_two_follows, UnsoldReason::NoAcceptableBid, at)
        }
        (S::Awarded, Act::Sign(signed)) => sign(before, signed)?,
        (S::Awarded, Act::Conclude) => match before.outcome() {
            Some(outcome) => Standing::Concluded { at, outcome: outcome.clone() },
            None => return Err(conflict(state)),
        },
        (S::Published | S::Ended | S::Awarded, Act::Annul { reason, decided }) => {
            Standing::Annulled { at, reason, decided }
        }
        (state, _) => return Err(conflict(state)),
    })
}

/// The winner falls out.
fn passed_on(before: &Standing, rank_two_follows: bool, reason: UnsoldReason, at: UtcTime) -> Standing {
    match before.outcome().filter(|_| rank_two_follows).and_then(Outcome::passed_on) {
        // DOMAIN §4: candidates are published at least three days, whoever of them has won by now.
        Some(outcome) => {
            let award_from = before.award_from().map_or(at, |from| from.max(at));
            Standing::Ended { at, outcome, award_from }
        }
        None => Standing::Unsold { at, reason },
    }
}

fn sign(before: &Standing, it: Signed) -> Result<Standing, Refusal> {
    match before {
        Standing::Awarded { at, outcome, overdue_at, blocked_s, signed: None } => Ok(Standing::Awarded {
            at: *at,
            outcome: outcome.clone(),
            overdue_at: *overdue_at,
            blocked_s: *blocked_s,
            signed: Some(it),
        }),
        _ => Err(conflict(before.state())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Fen;
    use crate::kernel::party::PartyRef;
    use crate::trading::model::Ranked;

    fn at() -> UtcTime {
        UtcTime::from_seconds(1_000)
    }

    fn outcome(bidders: i32) -> Outcome {
        let ranked = |bidder| Ranked {
            bidder,
            alias: format!("{bidder}"),
            party: PartyRef { urn: String::new(), name: String::new(), credit_code: String::new() },
            price_fen: Fen(i64::from(1_000 - bidder)),
        };
        let ranking = (1..=bidders).map(ranked).collect();
        Outcome { ranking, place: 0, decided_at: at(), note: String::new() }
    }

    fn step(mode: Mode, before: &Standing, act: Act) -> Result<Standing, Refusal> {
        next(mode, before, act, at())
    }

    /// DOMAIN §3: pending review → publicised → …; a refusal has a reason and can be mended.
    #[test]
    fn domain_3_an_agreed_price_waits_for_approval() {
        let pending = step(Mode::Negotiated, &Standing::Draft {}, Act::Publish).unwrap();
        assert_eq!(pending.state(), State::PendingReview);
        assert_eq!(step(Mode::Negotiated, &pending, Act::Approve).unwrap(), Standing::Published {});
        let refused = step(Mode::Negotiated, &pending, Act::Refuse { reason: "缺评估".into() }).unwrap();
        assert_eq!(refused.reason(), Some("缺评估"));
        assert_eq!(step(Mode::Negotiated, &refused, Act::Publish).unwrap().state(), State::PendingReview);
        assert_eq!(step(Mode::Listing, &Standing::Draft {}, Act::Publish).unwrap(), Standing::Published {});
    }

    #[test]
    fn rank_two_follows_a_defaulter_only_where_it_was_announced() {
        let end = Act::End { outcome: outcome(2), award_from: at() };
        let ended = step(Mode::OnlineBidding, &Standing::Published {}, end).unwrap();
        let awarded = step(Mode::OnlineBidding, &ended, Act::Award).unwrap();
        let second = step(Mode::OnlineBidding, &awarded, Act::Default { rank_two_follows: true }).unwrap();
        assert_eq!(second.outcome().and_then(Outcome::winner).map(|it| it.bidder), Some(2));
        let third = step(Mode::OnlineBidding, &second, Act::Default { rank_two_follows: true }).unwrap();
        assert_eq!(third, Standing::Unsold { at: at(), reason: UnsoldReason::Defaulted });
        let failed = step(Mode::OnlineBidding, &awarded, Act::Default { rank_two_follows: false }).unwrap();
        assert_eq!(failed.state(), State::Unsold);
    }

    /// DOMAIN §4: candidates published at least three days. Who falls out earlier does not shorten them.
    #[test]
    fn domain_4_the_stand_still_outlasts_a_candidate() {
        let until = UtcTime::from_seconds(5_000);
        let end = Act::End { outcome: outcome(2), award_from: until };
        let ended = step(Mode::SealedTender, &Standing::Published {}, end).unwrap();
        for act in [Act::Default { rank_two_follows: true }, Act::Exclude { rank_two_follows: true }] {
            let after = step(Mode::SealedTender, &ended, act.clone()).unwrap();
            assert_eq!(after.award_from(), Some(until));
            let late = next(Mode::SealedTender, &ended, act, UtcTime::from_seconds(6_000)).unwrap();
            assert_eq!(late.award_from(), Some(UtcTime::from_seconds(6_000)));
        }
        let excluded = step(Mode::Listing, &ended, Act::Exclude { rank_two_follows: false }).unwrap();
        assert_eq!(excluded, Standing::Unsold { at: at(), reason: UnsoldReason::NoAcceptableBid });
    }

    #[test]
    fn there_is_one_result() {
        let end = || Act::End { outcome: outcome(1), award_from: at() };
        let ended = step(Mode::Listing, &Standing::Published {}, end()).unwrap();
        for (before, act) in [
            (ended.clone(), end()),
            (ended, Act::Withdraw { reason: "x".into() }),
            (Standing::Unsold { at: at(), reason: UnsoldReason::NoBids }, end()),
            (Standing::Annulled { at: at(), reason: "x".into(), decided: true }, Act::Award),
            (Standing::Published {}, Act::Conclude),
        ] {
            assert_eq!(step(Mode::Listing, &before, act).unwrap_err().code(), "state_conflict");
        }
    }
}

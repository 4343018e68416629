//! The diagram of the room: which act leads from which state to which.

use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Mode, Outcome, Standing, State, UnsoldReason};

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
    Conclude,
    Annul {
        reason: String,
    },
}

pub fn may_edit(state: State) -> Result<(), Refusal> {
    match state {
        State::Draft | State::Refused => Ok(()),
        state => Err(conflict(state)),
    }
}

/// The winner of an awarded sale has not signed in its days: noted once.
pub fn overdue(before: &Standing, now: UtcTime) -> Option<Standing> {
    match before {
        Standing::Awarded { at, outcome, overdue_at: None, blocked_s } => Some(Standing::Awarded {
            at: *at,
            outcome: outcome.clone(),
            overdue_at: Some(now),
            blocked_s: *blocked_s,
        }),
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
            Some(outcome) => {
                Standing::Awarded { at, outcome: outcome.clone(), overdue_at: None, blocked_s: 0 }
            }
            None => return Err(conflict(state)),
        },
        (S::Ended | S::Awarded, Act::Default { rank_two_follows }) => {
            let next = before.outcome().filter(|_| rank_two_follows).and_then(Outcome::passed_on);
            match next {
                Some(outcome) => Standing::Ended { at, outcome, award_from: at },
                None => Standing::Unsold { at, reason: UnsoldReason::Defaulted },
            }
        }
        (S::Awarded, Act::Conclude) => match before.outcome() {
            Some(outcome) => Standing::Concluded { at, outcome: outcome.clone() },
            None => return Err(conflict(state)),
        },
        (S::Published | S::Ended | S::Awarded, Act::Annul { reason }) => Standing::Annulled { at, reason },
        (state, _) => return Err(conflict(state)),
    })
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

    #[test]
    fn there_is_one_result() {
        let end = || Act::End { outcome: outcome(1), award_from: at() };
        let ended = step(Mode::Listing, &Standing::Published {}, end()).unwrap();
        for (before, act) in [
            (ended.clone(), end()),
            (ended, Act::Withdraw { reason: "x".into() }),
            (Standing::Unsold { at: at(), reason: UnsoldReason::NoBids }, end()),
            (Standing::Annulled { at: at(), reason: "x".into() }, Act::Award),
            (Standing::Published {}, Act::Conclude),
        ] {
            assert_eq!(step(Mode::Listing, &before, act).unwrap_err().code(), "state_conflict");
        }
    }
}

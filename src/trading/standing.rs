//! Where a sale stands, with what belongs to that state alone: as it travels within the platform and is stored.

use serde::{Deserialize, Serialize};

use super::model::State;
use crate::kernel::actor::words;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

words! {
    #[schema(as = SaleUnsoldReason)]
    UnsoldReason {
        NoBids = "no_bids",
        ReserveNotMet = "reserve_not_met",
        TooFewBidders = "too_few_bidders",
        NoAcceptableBid = "no_acceptable_bid",
        NotOpened = "not_opened",
        Defaulted = "defaulted",
    }
}

/// One place of the ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// The bidder's number within the sale; 0 for a party that did not enrol (a negotiated buyer).
    pub bidder: i32,
    pub alias: String,
    pub party: PartyRef,
    pub price_fen: Fen,
}

/// What a sale has come to: the ranking, and whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The best first.
    pub ranking: Vec<Ranked>,
    /// Place of the winner in the ranking: 0, or further down after a default.
    pub place: u32,
    pub decided_at: UtcTime,
    /// Why the final amount differs from the published one.
    #[serde(default)]
    pub note: String,
}

impl Outcome {
    pub fn winner(&self) -> Option<&Ranked> {
        self.ranking.get(usize::try_from(self.place).ok()?)
    }

    /// After a default of the winner: rank two follows, if there is one.
    pub fn passed_on(&self) -> Option<Self> {
        let next = Self { place: self.place.checked_add(1)?, ..self.clone() };
        next.winner()?;
        Some(next)
    }
}

/// Whose word it is, beside the seller's, that the contract is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedBy {
    Winner,
    /// Somebody of the operator has seen the contract of a winner that has no account here.
    Operator,
    /// The contract of the award was registered.
    Registration,
}

/// That the contract is signed, as the winner's side said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    pub at: UtcTime,
    pub by: SignedBy,
}

/// Where a sale stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Standing {
    Draft {},
    /// Waits for the operator's approval (negotiated).
    PendingReview {
        submitted_at: UtcTime,
    },
    Refused {
        at: UtcTime,
        reason: String,
    },
    Published {},
    /// The result is known; the award waits for the end of the stand-still and for open objections.
    Ended {
        at: UtcTime,
        outcome: Outcome,
        award_from: UtcTime,
    },
    Awarded {
        at: UtcTime,
        outcome: Outcome,
        /// Since when the winner should have signed; none while it has time, or until the clock noticed.
        #[serde(default)]
        overdue_at: Option<UtcTime>,
        /// Seconds since the award in which an objection was open: they are added to the days for signing.
        #[serde(default)]
        blocked_s: i64,
        /// The winner's side has said that the contract is signed; the seller's word concludes the sale.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signed: Option<Signed>,
    },
    /// The contract is signed.
    Concluded {
        at: UtcTime,
        outcome: Outcome,
    },
    Unsold {
        at: UtcTime,
        reason: UnsoldReason,
    },
    Withdrawn {
        at: UtcTime,
        reason: String,
    },
    /// Taken back after an objection was upheld.
    Annulled {
        at: UtcTime,
        reason: String,
        /// Something was bid, opened or decided before: who took part may be told.
        #[serde(default)]
        decided: bool,
    },
}

impl Standing {
    pub const fn state(&self) -> State {
        match self {
            Self::Draft {} => State::Draft,
            Self::PendingReview { .. } => State::PendingReview,
            Self::Refused { .. } => State::Refused,
            Self::Published {} => State::Published,
            Self::Ended { .. } => State::Ended,
            Self::Awarded { .. } => State::Awarded,
            Self::Concluded { .. } => State::Concluded,
            Self::Unsold { .. } => State::Unsold,
            Self::Withdrawn { .. } => State::Withdrawn,
            Self::Annulled { .. } => State::Annulled,
        }
    }

    pub const fn outcome(&self) -> Option<&Outcome> {
        match self {
            Self::Ended { outcome, .. } | Self::Awarded { outcome, .. } | Self::Concluded { outcome, .. } => {
                Some(outcome)
            }
            _ => None,
        }
    }

    /// Until when the result stands still before the award.
    pub const fn award_from(&self) -> Option<UtcTime> {
        match self {
            Self::Ended { award_from, .. } => Some(*award_from),
            _ => None,
        }
    }

    /// Since when the winner's side says that the contract is signed.
    pub const fn signed(&self) -> Option<Signed> {
        match self {
            Self::Awarded { signed, .. } => *signed,
            _ => None,
        }
    }

    /// Why it did not come to a deal.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused { reason, .. } | Self::Withdrawn { reason, .. } | Self::Annulled { reason, .. } => {
                Some(reason)
            }
            Self::Unsold { reason, .. } => Some(reason.as_str()),
            _ => None,
        }
    }
}

//! A tender with its key, its officers and what came out of its box. Pure.

use serde::{Deserialize, Serialize};

use super::bid::Fault;
use super::score::Best;
pub use super::setup::{Criterion, Custody, Setup, Weights};
use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::proof::merkle::Hash;
use crate::trading::model::SaleId;

words! {
    /// Where a sealed tender stands.
    #[schema(as = SealedPhase)]
    SealedPhase {
        Preparing = "preparing",
        Ready = "ready",
        Receiving = "receiving",
        Closed = "closed",
        Scoring = "scoring",
        Evaluated = "evaluated",
    }
}

words! {
    /// Which price is the best.
    #[schema(as = SealedBestPrice)]
    BestPrice { Highest = "highest", Lowest = "lowest" }
}

impl BestPrice {
    /// Whoever sells wants much, whoever buys a solution little.
    pub const fn of(buys: bool) -> Self {
        if buys { Self::Lowest } else { Self::Highest }
    }
}

impl From<BestPrice> for Best {
    fn from(best: BestPrice) -> Self {
        match best {
            BestPrice::Highest => Self::Highest,
            BestPrice::Lowest => Self::Lowest,
        }
    }
}

/// The opening key as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// Hexadecimal, like everything here.
    pub public: String,
    /// Commitments to the officers' shares, in the order of their numbers; empty where the server keeps the key.
    pub commitments: Vec<String>,
    pub rehearsal_public: String,
    pub rehearsal_commitments: Vec<String>,
    /// A message that only the rehearsal key opens.
    pub rehearsal_message: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tender {
    pub sale: SaleId,
    pub version: i64,
    pub setup: Setup,
    pub key: Option<KeyRecord>,
    pub rehearsed_at: Option<UtcTime>,
    /// The tree over all envelopes, fixed at the deadline.
    pub root: Option<Hash>,
    pub closed_at: Option<UtcTime>,
    /// The terms that it was published on; from the deadline on those that counted then.
    pub terms_sha256: String,
    pub opened_at: Option<UtcTime>,
    /// The opening key itself, published with the plain texts.
    pub opening_key: Option<Hash>,
    pub committee: Vec<Member>,
    pub evaluated_at: Option<UtcTime>,
}

impl Tender {
    /// Whether the sale is published is the sale's own matter.
    pub const fn phase(&self, published: bool) -> SealedPhase {
        if self.evaluated_at.is_some() {
            SealedPhase::Evaluated
        } else if self.opened_at.is_some() {
            SealedPhase::Scoring
        } else if self.closed_at.is_some() {
            SealedPhase::Closed
        } else if published {
            SealedPhase::Receiving
        } else if self.key.is_some() {
            SealedPhase::Ready
        } else {
            SealedPhase::Preparing
        }
    }
}

/// A member of the evaluation committee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub user: UserId,
    pub name: String,
    /// The operator has vacated the seat: it waits for another member.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vacant: bool,
    /// Who sat there before, and does not come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<UserId>,
}

/// An opening officer.
#[derive(Clone, PartialEq, Eq)]
pub struct Officer {
    /// 1 for the first; the number of its shares.
    pub number: u8,
    pub body: OrganisationId,
    pub body_name: String,
    pub user: Option<UserId>,
    pub public_key: Option<Hash>,
    /// Both shares, sealed to the officer's key.
    pub packet: Option<Vec<u8>>,
    pub rehearsal_share: Option<Vec<u8>>,
    /// Handed in after the deadline.
    pub opening_share: Option<Vec<u8>>,
}

/// An envelope that was in use, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedBid {
    pub slot: i32,
    pub envelope_sha256: Hash,
    pub received_at: UtcTime,
    pub replaced: Option<Hash>,
    /// Empty where the envelope held no bid.
    pub bidder: PartyRef,
    pub price: Fen,
    /// The plain text, as it was.
    pub body: String,
    /// Why it does not count; nothing where it does.
    pub fault: Option<Fault>,
}

/// The points that a member gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Place in the committee, from 0.
    pub member: i32,
    pub at: UtcTime,
    pub rows: Vec<SheetRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedSheetRow)]
pub struct SheetRow {
    /// The bid's slot.
    pub slot: i32,
    /// Points from 0 to 100 for each criterion, in the order of the setup.
    pub points: Vec<u32>,
    #[serde(default)]
    pub comment: String,
}

//! What a sale sells and on which terms, as it travels and is stored: one shape for both.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Mode;
use crate::kernel::id::parse_urn;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

/// An achievement that is for sale, or a demand whose solution is bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleLot)]
pub struct Lot {
    /// URN of a published achievement or demand.
    #[schema(example = "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001")]
    pub about: String,
    /// Its title when it was put up; the platform fills it in.
    #[serde(default)]
    pub title: String,
}

impl Lot {
    pub fn is_demand(&self) -> bool {
        parse_urn(&self.about).is_some_and(|(_, entity, _)| entity == "demand")
    }
}

/// Who has the right of first refusal (Civil Code art. 847, 859, 860). Rank 1 goes before rank 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SalePriorityHolder)]
pub struct PriorityHolder {
    pub name: String,
    pub credit_code: String,
    pub rank: i32,
    /// Why: completed the achievement, commissioned it, developed it together.
    #[serde(default)]
    pub ground: String,
}

/// The terms of a sale. `mode` holds what only that mode has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleTerms)]
pub struct Terms {
    /// What is sold, in the seller's words: rights, state, materials handed over.
    pub description: String,
    /// What a buyer must be or have.
    #[serde(default)]
    pub conditions: String,
    /// How and when the price is paid.
    #[serde(default)]
    pub payment: String,
    /// Vocabulary `contract_sub_type` of the contract that follows.
    #[serde(default)]
    pub contract_sub_type: Option<String>,
    #[serde(default)]
    pub priority_holders: Vec<PriorityHolder>,
    /// Credit codes of the seller's related parties: they may not bid.
    #[serde(default)]
    pub related_parties: Vec<String>,
    pub mode: ModeTerms,
}

impl Terms {
    /// The rank of whoever has this credit code among the priority holders.
    pub fn priority_of(&self, credit_code: &str) -> Option<i32> {
        self.priority_holders.iter().find(|it| it.credit_code == credit_code).map(|it| it.rank)
    }
}

/// What only one mode has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SaleModeTerms)]
pub enum ModeTerms {
    Negotiated(NegotiatedTerms),
    Listing(ListingTerms),
    /// Online bidding and auction.
    Bidding(BiddingTerms),
    Sealed(SealedTerms),
}

impl ModeTerms {
    pub const fn fits(&self, mode: Mode) -> bool {
        match self {
            Self::Negotiated(_) => matches!(mode, Mode::Negotiated),
            Self::Listing(_) => matches!(mode, Mode::Listing),
            Self::Bidding(_) => mode.is_bidding(),
            Self::Sealed(_) => matches!(mode, Mode::SealedTender),
        }
    }
}

/// A price by agreement, before the public (Law on Promoting Conversion, art. 18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleNegotiatedTerms)]
pub struct NegotiatedTerms {
    /// The intended price.
    pub price_fen: Fen,
    pub buyer: PartyRef,
    /// The buyer is an inventor or a related party.
    pub related_party: bool,
    /// How they are related; required when they are.
    #[serde(default)]
    pub relation: String,
    /// How the price was found: appraisal, collective decision.
    #[serde(default)]
    pub price_basis: String,
}

/// A listing (挂牌).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleListingTerms)]
pub struct ListingTerms {
    pub price_fen: Fen,
    /// Fixed: the first offer at this price is the best. Else the highest offer from this price on.
    pub fixed: bool,
    pub ends_at: UtcTime,
    #[serde(default)]
    pub deposit_fen: Option<Fen>,
    /// If nobody has offered by the end: this many days more …
    #[serde(default)]
    pub extend_days: u32,
    /// … at most this many times.
    #[serde(default)]
    pub extensions_max: u32,
}

/// Ascending online bidding, and the auction on the same engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleBiddingTerms)]
pub struct BiddingTerms {
    pub start_fen: Fen,
    /// Bids are the start price and multiples of this above it.
    pub increment_fen: Fen,
    pub deposit_fen: Fen,
    pub starts_at: UtcTime,
    pub ends_at: UtcTime,
    /// Movables (15 days of notice) and not property rights (30).
    #[serde(default)]
    pub movables: bool,
    /// If the winner defaults, rank two follows at its own price; else the sale has failed.
    #[serde(default)]
    pub rank_two_follows: bool,
    /// Auction: the licensed auctioneer on the record.
    #[serde(default)]
    pub auctioneer: Option<Auctioneer>,
}

/// A licensed auction house and its auctioneer (拍卖人, 拍卖师).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleAuctioneer)]
pub struct Auctioneer {
    pub house: String,
    pub house_licence: String,
    pub name: String,
    pub licence: String,
}

/// A sealed tender; everything about envelopes is in `trading::sealed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SaleSealedTerms)]
pub struct SealedTerms {
    /// Envelopes are taken until then, and opened after it.
    pub ends_at: UtcTime,
    /// The highest price (a demand's solution) or the lowest one (an achievement) that counts.
    #[serde(default)]
    pub ceiling_fen: Option<Fen>,
    #[serde(default)]
    pub deposit_fen: Option<Fen>,
    /// A project that must be tendered: longer notice.
    #[serde(default)]
    pub mandatory: bool,
}

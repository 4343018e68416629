//! The document, as it is written and read back: one shape for both.

use serde::{Deserialize, Serialize};

use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::{BidKind, Lot, Mode, Ranked, Rules, Terms, UnsoldReason};
use crate::trading::sealed::Fault;
use crate::trading::sealed::model::{Setup, Sheet};

pub const PROTOCOL_TYPE: &str = "techmart.sale_protocol.v1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    #[serde(rename = "type")]
    pub kind: String,
    pub sale: String,
    pub mode: Mode,
    pub title: String,
    pub seller: PartyRef,
    pub lots: Vec<Lot>,
    pub terms: Terms,
    /// The trading profile's values that it ran under.
    pub rules: Option<Rules>,
    pub run_number: i32,
    pub published_at: Option<UtcTime>,
    pub starts_at: Option<UtcTime>,
    pub ends_at: Option<UtcTime>,
    pub record: Record,
    pub result: Result,
}

/// A protocol as it is kept: signed once, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// 1, and one more for each result that followed from a default.
    pub edition: i32,
    /// Of the document, hexadecimal.
    pub sha256: String,
    /// The protocol in canonical form (RFC 8785).
    pub document: String,
    pub jws: String,
    pub signed_at: UtcTime,
}

/// What decided it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    Negotiated {},
    Listing {
        offers: Vec<OfferLine>,
    },
    Bidding {
        extension_seconds: i32,
        reserve_met: bool,
        bids: Vec<BidLine>,
        suspensions: Vec<SuspensionLine>,
    },
    Sealed(Box<SealedRecord>),
    /// A tender whose box was never opened: nobody knows what lay in it.
    Unopened {
        closed_at: Option<UtcTime>,
        /// Of the tree over all envelopes, as it was published at the deadline.
        root: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferLine {
    pub bidder: i32,
    pub alias: String,
    /// Of a priority holder.
    pub priority: Option<i32>,
    pub price_fen: Fen,
    pub offered_at: UtcTime,
    /// Not confirmed after a correction: it does not count.
    pub confirmed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BidLine {
    pub seq: i64,
    pub bidder: i32,
    pub price_fen: Fen,
    pub kind: BidKind,
    pub leads: bool,
    pub at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspensionLine {
    pub decided_at: UtcTime,
    pub resumes_at: UtcTime,
    pub new_ends_at: UtcTime,
    pub note: String,
}

/// Keys, hashes and shares in hexadecimal, envelopes in base64url.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRecord {
    pub setup: Setup,
    pub public_key: String,
    pub commitments: Vec<String>,
    pub shares: Vec<String>,
    pub opening_key: String,
    pub terms_sha256: String,
    pub closed_at: Option<UtcTime>,
    pub root: String,
    /// All of them, in the order of slots, blank ones too.
    pub envelopes: Vec<String>,
    pub received: Vec<ReceivedLine>,
    /// Names, in their order.
    pub committee: Vec<String>,
    pub sheets: Vec<Sheet>,
}

/// A used slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceivedLine {
    pub slot: i32,
    pub at: UtcTime,
    /// SHA-256 of the same bidder's envelope that it replaced.
    pub replaced: Option<String>,
    pub fault: Option<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Result {
    /// The best first; empty where it came to nothing.
    pub ranking: Vec<Ranked>,
    /// Place of the winner: further down after a default.
    pub place: u32,
    pub unsold: Option<UnsoldReason>,
    /// Why it was taken back, after an objection was upheld: what was bid stands, and decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annulled: Option<String>,
    pub decided_at: Option<UtcTime>,
}

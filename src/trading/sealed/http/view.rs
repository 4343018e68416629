//! What is shown of a tender.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::to_base64;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;
use crate::trading::sealed::bid::Fault;
use crate::trading::sealed::model::{BestPrice, Custody, OpenedBid, SealedPhase, Setup, SheetRow};
use crate::trading::sealed::score::{exact, shown};
use crate::trading::sealed::service::{InTree, Opening, Receipt, SeenTender};

#[derive(Serialize, ToSchema)]
#[schema(as = SealedTender)]
pub struct TenderView {
    pub sale_id: SaleId,
    /// URN of the sale: `aad` when a bid is sealed.
    pub sale: String,
    pub version: i64,
    #[schema(inline)]
    pub phase: SealedPhase,
    #[schema(inline)]
    pub best: BestPrice,
    pub setup: Setup,
    /// Every bid names it: the terms that it is a bid on.
    pub terms_sha256: String,
    /// X25519, base64url: what bids are sealed to.
    pub public_key: Option<String>,
    pub ends_at: Option<UtcTime>,
    pub officers: Vec<OfficerView>,
    /// SHA-256 of each officer's share of the opening key, hexadecimal.
    pub commitments: Vec<String>,
    pub rehearsed_at: Option<UtcTime>,
    /// Root of the tree over all envelopes (RFC 6962), hexadecimal; from the deadline on.
    pub root: Option<String>,
    pub closed_at: Option<UtcTime>,
    pub opened_at: Option<UtcTime>,
    /// Names; secret until the evaluation but for the tenderer and the members.
    pub committee: Vec<String>,
    /// Seats of the committee that wait for another member, from 0.
    pub vacant_seats: Vec<usize>,
    pub evaluated_at: Option<UtcTime>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedOfficer)]
pub struct OfficerView {
    pub number: u8,
    pub body: OrganisationId,
    pub body_name: String,
    pub enrolled: bool,
    pub rehearsed: bool,
    pub share_handed_in: bool,
}

impl From<&SeenTender> for TenderView {
    fn from(seen: &SeenTender) -> Self {
        let tender = &seen.tender;
        let key = tender.key.as_ref();
        let public = key.and_then(|key| hex::decode(&key.public).ok());
        let shown = if seen.committee_shown { tender.committee.as_slice() } else { &[] };
        let vacant = shown.iter().enumerate().filter(|(_, member)| member.vacant).map(|(at, _)| at);
        Self {
            sale_id: tender.sale,
            sale: seen.sale.urn.clone(),
            version: tender.version,
            phase: seen.phase,
            best: seen.best,
            setup: tender.setup.clone(),
            terms_sha256: seen.terms_sha256.clone(),
            public_key: public.map(|public| to_base64(&public)),
            ends_at: seen.sale.times.ends_at,
            officers: seen.officers.iter().map(OfficerView::from).collect(),
            commitments: key.map(|key| key.commitments.clone()).unwrap_or_default(),
            rehearsed_at: tender.rehearsed_at,
            root: tender.root.map(hex::encode),
            closed_at: tender.closed_at,
            opened_at: tender.opened_at,
            committee: shown.iter().map(|member| member.name.clone()).collect(),
            vacant_seats: vacant.collect(),
            evaluated_at: tender.evaluated_at,
        }
    }
}

impl From<&crate::trading::sealed::model::Officer> for OfficerView {
    fn from(it: &crate::trading::sealed::model::Officer) -> Self {
        Self {
            number: it.number,
            body: it.body,
            body_name: it.body_name.clone(),
            enrolled: it.public_key.is_some(),
            rehearsed: it.rehearsal_share.is_some(),
            share_handed_in: it.opening_share.is_some(),
        }
    }
}

/// What a bidder keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = SealedReceipt)]
pub struct ReceiptView {
    /// URN of the sale.
    pub sale: String,
    /// SHA-256 of the envelope, hexadecimal.
    pub envelope_sha256: String,
    pub received_at: UtcTime,
    /// SHA-256 of the same bidder's envelope that this one replaced.
    pub replaces: Option<String>,
    /// Compact JWS (EdDSA) over the canonical form of the above, with `type`: `techmart.bid_receipt.v1`.
    pub jws: String,
    /// Where the proof will be, from the opening on, that the envelope was in the box at the deadline: joined with the
    /// platform's log, to be kept beside the receipt (`techmart verify proof`).
    pub proof: String,
}

impl From<Receipt> for ReceiptView {
    fn from(it: Receipt) -> Self {
        let Receipt { sale, envelope_sha256, received_at, replaces, jws } = it;
        let id = sale.rsplit(':').next().unwrap_or_default();
        let proof = format!("/api/v1/proofs/sealed-bids/{id}?envelope={envelope_sha256}");
        Self { sale, envelope_sha256, received_at, replaces, jws, proof }
    }
}

/// Everything that came out of the box.
#[derive(Serialize, ToSchema)]
#[schema(as = SealedOpening)]
pub struct OpeningView {
    pub sale: String,
    pub root: Option<String>,
    pub opened_at: Option<UtcTime>,
    pub terms_sha256: String,
    /// X25519 private key, hexadecimal: with it anybody opens every envelope again.
    pub opening_key: Option<String>,
    /// The officers' shares as they were handed in.
    pub shares: Vec<String>,
    /// SHA-256 of every envelope in the order of slots, blank ones too.
    pub envelopes: Vec<String>,
    pub bids: Vec<BidView>,
    /// The best first; with the evaluation.
    pub ranking: Vec<PlacedView>,
    /// The points that the members gave; with the evaluation.
    pub sheets: Vec<SheetView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedOpenedBid)]
pub struct BidView {
    pub slot: i32,
    pub envelope_sha256: String,
    pub received_at: UtcTime,
    pub replaced: Option<String>,
    pub bidder: PartyRef,
    pub price_fen: Fen,
    /// The plain text.
    #[schema(value_type = Object)]
    pub bid: Value,
    /// Why it does not count; nothing where it does.
    #[schema(inline)]
    pub fault: Option<Fault>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedPlace)]
pub struct PlacedView {
    pub place: u32,
    pub slot: usize,
    pub price_fen: i64,
    /// Price part, then the criteria: four decimals, half up.
    pub parts: Vec<String>,
    pub total: Option<String>,
    /// The total as an exact fraction.
    pub total_exact: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedSheet)]
pub struct SheetView {
    pub member: String,
    pub at: UtcTime,
    pub rows: Vec<SheetRow>,
}

fn bid(it: &OpenedBid) -> BidView {
    BidView {
        slot: it.slot,
        envelope_sha256: hex::encode(it.envelope_sha256),
        received_at: it.received_at,
        replaced: it.replaced.map(hex::encode),
        bidder: it.bidder.clone(),
        price_fen: it.price,
        bid: serde_json::from_str(&it.body).unwrap_or(Value::Null),
        fault: it.fault,
    }
}

impl From<&Opening> for OpeningView {
    fn from(it: &Opening) -> Self {
        let member = |at: i32| {
            let member = usize::try_from(at).ok().and_then(|at| it.tender.committee.get(at));
            member.map(|member| member.name.clone()).unwrap_or_default()
        };
        let officers = matches!(it.tender.setup.custody, Custody::Officers { .. });
        let shares = it.officers.iter().filter(|_| officers).filter_map(|it| it.opening_share.as_ref());
        let ranking = it.placed.iter().zip(1..).map(|(placed, place)| PlacedView {
            place,
            slot: placed.slot,
            price_fen: placed.price_fen,
            parts: placed.parts.iter().map(shown).collect(),
            total: placed.total.as_ref().map(shown),
            total_exact: placed.total.as_ref().map(exact),
        });
        let sheets = it.sheets.iter().map(|sheet| SheetView {
            member: member(sheet.member),
            at: sheet.at,
            rows: sheet.rows.clone(),
        });
        Self {
            sale: it.sale.urn.clone(),
            root: it.tender.root.map(hex::encode),
            opened_at: it.tender.opened_at,
            terms_sha256: it.tender.terms_sha256.clone(),
            opening_key: it.tender.opening_key.map(hex::encode),
            shares: shares.map(hex::encode).collect(),
            envelopes: it
                .envelopes
                .iter()
                .map(|envelope| hex::encode(crate::trading::sealed::envelope::digest(envelope)))
                .collect(),
            bids: it.bids.iter().map(bid).collect(),
            ranking: ranking.collect(),
            sheets: sheets.collect(),
        }
    }
}

/// Where an envelope lies in the published tree (RFC 6962 §2.1.1).
#[derive(Serialize, ToSchema)]
#[schema(as = SealedInclusion)]
pub struct InclusionView {
    pub slot: u64,
    pub size: u64,
    /// Hexadecimal: SHA-256(0x00 ‖ envelope).
    pub leaf: String,
    pub path: Vec<String>,
    pub root: String,
}

impl From<InTree> for InclusionView {
    fn from(it: InTree) -> Self {
        Self {
            slot: it.slot,
            size: it.size,
            leaf: hex::encode(it.leaf),
            path: it.path.iter().map(hex::encode).collect(),
            root: hex::encode(it.root),
        }
    }
}

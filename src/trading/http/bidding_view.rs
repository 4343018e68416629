//! What this room shows of bids and of one's own part.

use serde::Serialize;
use utoipa::ToSchema;

use super::view::SaleLine;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Bid, BidKind, Bidder, Deposit, DepositId, DepositState, Offer, SaleId};
use crate::trading::service::{Bidden, Enrolment};

/// A bid as everybody sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleBid)]
pub struct BidView {
    seq: i64,
    alias: String,
    price_fen: Fen,
    kind: BidKind,
    /// It stood highest when it was decided.
    leads: bool,
    at: UtcTime,
}

impl BidView {
    pub fn of(bid: &Bid, alias: String) -> Self {
        Self { seq: bid.seq, alias, price_fen: bid.price, kind: bid.kind, leads: bid.leads, at: bid.at }
    }
}

/// One's own bid.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleOwnBid)]
pub struct OwnBid {
    seq: i64,
    price_fen: Fen,
    kind: BidKind,
    leads: bool,
    at: UtcTime,
}

impl From<&Bid> for OwnBid {
    fn from(bid: &Bid) -> Self {
        Self { seq: bid.seq, price_fen: bid.price, kind: bid.kind, leads: bid.leads, at: bid.at }
    }
}

/// What came of a bid: acknowledged once it is durable.
#[derive(Serialize, ToSchema)]
pub struct BidAnswer {
    alias: String,
    /// The bidder has the highest bid now.
    leads: bool,
    seq: i64,
    price_fen: Fen,
    /// The least that the next bid must be.
    next_fen: Fen,
    ends_at: UtcTime,
    /// This bid moved the end.
    extended: bool,
    /// The bidder's lines that it added.
    bids: Vec<OwnBid>,
}

impl From<Bidden> for BidAnswer {
    fn from(it: Bidden) -> Self {
        let own = |bid: &&Bid| bid.bidder == it.number;
        Self {
            bids: it.bids.iter().filter(own).map(OwnBid::from).collect(),
            leads: it.leads,
            seq: it.run.seq,
            price_fen: it.run.price,
            next_fen: it.next,
            ends_at: it.run.ends_at,
            extended: it.extended,
            alias: it.alias,
        }
    }
}

/// A deposit as its bidder sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleOwnDeposit)]
pub struct OwnDeposit {
    /// To be written on the transfer.
    reference: String,
    amount_fen: Fen,
    state: DepositState,
    confirmed_at: Option<UtcTime>,
    settled_at: Option<UtcTime>,
}

/// One's own offer, beside one's part.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleOwnOffer)]
pub struct OwnOffer {
    price_fen: Fen,
    note: String,
    /// False after a correction of the words, until it is made again; only confirmed ones count.
    confirmed: bool,
    offered_at: UtcTime,
}

/// One's own part in a sale.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleEnrolment)]
pub struct EnrolmentView {
    sale: SaleLine,
    alias: String,
    /// May bid: the deposit is confirmed, or none is asked for.
    admitted: bool,
    /// Rank of a priority holder.
    priority: Option<i32>,
    /// The priority holder has used its one match.
    matched: bool,
    leads: bool,
    /// One's secret maximum, readable by the server, which bids by it.
    maximum_fen: Option<Fen>,
    /// In a listing: one's offer; not `confirmed` means that it waits for that after a correction.
    offer: Option<OwnOffer>,
    deposit: Option<OwnDeposit>,
    bids: Vec<OwnBid>,
    enrolled_at: UtcTime,
}

impl EnrolmentView {
    pub fn of(it: &Enrolment, now: UtcTime) -> Self {
        let deposit = it.deposit.as_ref().map(|deposit| OwnDeposit {
            reference: deposit.reference.clone(),
            amount_fen: deposit.amount,
            state: deposit.state,
            confirmed_at: deposit.confirmed_at,
            settled_at: deposit.settled_at,
        });
        Self {
            sale: SaleLine::of(&it.sale, it.run.as_ref(), now),
            alias: it.bidder.alias.clone(),
            admitted: it.bidder.admitted,
            priority: it.bidder.priority,
            matched: it.bidder.matched,
            leads: it.leads,
            maximum_fen: it.maximum,
            offer: it.offer.as_ref().map(|offer| OwnOffer {
                price_fen: offer.price,
                note: offer.note.clone(),
                confirmed: offer.confirmed,
                offered_at: offer.offered_at,
            }),
            deposit,
            bids: it.bids.iter().map(OwnBid::from).collect(),
            enrolled_at: it.bidder.enrolled_at,
        }
    }
}

/// One's own offer in a listing.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleOffer)]
pub struct OfferView {
    version: i64,
    price_fen: Fen,
    note: String,
    confirmed: bool,
    offered_at: UtcTime,
}

impl From<Offer> for OfferView {
    fn from(it: Offer) -> Self {
        Self {
            version: it.version,
            price_fen: it.price,
            note: it.note,
            confirmed: it.confirmed,
            offered_at: it.offered_at,
        }
    }
}

/// A deposit as the finance side sees it: by its reference, without a name.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleDeposit)]
pub struct DepositView {
    pub id: DepositId,
    version: i64,
    sale: SaleId,
    reference: String,
    amount_fen: Fen,
    state: DepositState,
    instructed_at: UtcTime,
    confirmed_at: Option<UtcTime>,
    voucher: String,
    settled_at: Option<UtcTime>,
    reason: String,
}

impl From<Deposit> for DepositView {
    fn from(it: Deposit) -> Self {
        Self {
            id: it.id,
            version: it.version,
            sale: it.sale,
            reference: it.reference,
            amount_fen: it.amount,
            state: it.state,
            instructed_at: it.instructed_at,
            confirmed_at: it.confirmed_at,
            voucher: it.voucher,
            settled_at: it.settled_at,
            reason: it.reason,
        }
    }
}

/// Somebody who took part, after the end.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleParticipant)]
pub struct ParticipantView {
    alias: String,
    /// Absent where the sale was taken back before anything was decided.
    party: Option<PartyRef>,
    admitted: bool,
    /// Rank of a priority holder.
    priority: Option<i32>,
    enrolled_at: UtcTime,
}

impl ParticipantView {
    pub fn of(it: Bidder, named: bool) -> Self {
        Self {
            alias: it.alias,
            party: named.then_some(it.party),
            admitted: it.admitted,
            priority: it.priority,
            enrolled_at: it.enrolled_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SaleParticipants {
    pub items: Vec<ParticipantView>,
}

//! What a bidder of another node is told of its part in a sale (docs/federation/commands.md).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;
use crate::trading::model::DepositState;
use crate::trading::service::{Bidden, Part, Receipt, next_bid};

/// What came of a bid when it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteBid)]
pub struct BidDocument {
    pub alias: String,
    pub leads: bool,
    /// The highest price.
    pub price_fen: Fen,
    /// The least that a further bid needs.
    pub next_fen: Fen,
    pub ends_at: UtcTime,
    /// It came in the last minutes: the end was moved.
    pub extended: bool,
}

impl BidDocument {
    pub fn of(bidden: Bidden) -> Self {
        Self {
            alias: bidden.alias,
            leads: bidden.leads,
            price_fen: bidden.run.price,
            next_fen: bidden.next,
            ends_at: bidden.run.ends_at,
            extended: bidden.extended,
        }
    }
}

/// The receipt of an envelope, signed by the node whose box it lies in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteReceipt)]
pub struct ReceiptDocument {
    /// SHA-256 of the envelope, hexadecimal.
    pub envelope_sha256: String,
    pub received_at: UtcTime,
    /// SHA-256 of the same bidder's envelope that this one replaced.
    pub replaces: Option<String>,
    pub jws: String,
}

impl ReceiptDocument {
    pub fn of(receipt: Receipt) -> Self {
        let Receipt { envelope_sha256, received_at, replaces, jws, .. } = receipt;
        Self { envelope_sha256, received_at, replaces, jws }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteDeposit)]
pub struct DepositDocument {
    /// Written on the transfer.
    pub reference: String,
    pub amount_fen: Fen,
    pub state: DepositState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteOffer)]
pub struct OfferDocument {
    pub price_fen: Fen,
    /// False after a correction, until it is offered again.
    pub confirmed: bool,
    pub offered_at: UtcTime,
}

/// A running sale when its owner last told of it. The public page of the sale at its own node is ahead of this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteRun)]
pub struct RunDocument {
    /// Zero before the first bid.
    pub price_fen: Fen,
    pub next_fen: Fen,
    /// This party stands highest; when it no longer does, it was outbid.
    pub leads: bool,
    /// Its own last bid.
    pub own_fen: Option<Fen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteSaleResult)]
pub struct SaleResultDocument {
    pub won: bool,
    /// This party's place in the ranking; none for who made no bid that counts.
    pub rank: Option<u32>,
    pub price_fen: Option<Fen>,
    pub decided_at: UtcTime,
}

/// The confirmation of the result, for the winner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteSaleConfirmation)]
pub struct ConfirmationDocument {
    /// Canonical JSON.
    pub body: String,
    pub sha256: String,
    pub at: UtcTime,
}

/// A party's part in a sale of another node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteSalePart)]
pub struct PartDocument {
    pub alias: String,
    /// It may bid: the deposit is confirmed, or none is asked for.
    pub admitted: bool,
    pub deposit: Option<DepositDocument>,
    pub starts_at: Option<UtcTime>,
    pub ends_at: Option<UtcTime>,
    /// Of a bidding.
    pub run: Option<RunDocument>,
    /// In a listing.
    pub offer: Option<OfferDocument>,
    pub result: Option<SaleResultDocument>,
    pub confirmation: Option<ConfirmationDocument>,
}

impl PartDocument {
    pub fn of(part: &Part) -> Self {
        let Part { sale, bidder, .. } = part;
        let deposit = part.deposit.as_ref().map(|it| DepositDocument {
            reference: it.reference.clone(),
            amount_fen: it.amount,
            state: it.state,
        });
        let run = part.run.as_ref().map(|run| RunDocument {
            price_fen: run.price,
            next_fen: next_bid(run),
            leads: run.leader == Some(bidder.number),
            own_fen: part.last_bid.as_ref().map(|bid| bid.price),
        });
        let offer = part.offer.as_ref().map(|it| OfferDocument {
            price_fen: it.price,
            confirmed: it.confirmed,
            offered_at: it.offered_at,
        });
        let confirmation = part.confirmation.as_ref().map(|it| ConfirmationDocument {
            body: it.body.clone(),
            sha256: it.sha256.clone(),
            at: it.at,
        });
        Self {
            alias: bidder.alias.clone(),
            admitted: bidder.admitted,
            deposit,
            starts_at: part.run.as_ref().map(|run| run.starts_at).or(sale.times.starts_at),
            ends_at: part.run.as_ref().map(|run| run.ends_at).or(sale.times.ends_at),
            run,
            offer,
            result: result(part),
            confirmation,
        }
    }
}

fn result(part: &Part) -> Option<SaleResultDocument> {
    let outcome = part.sale.standing.outcome()?;
    let own = part.bidder.number;
    let place = outcome.ranking.iter().position(|it| it.bidder == own);
    let winner = outcome.winner();
    Some(SaleResultDocument {
        won: winner.is_some_and(|it| it.bidder == own),
        rank: place.and_then(|at| u32::try_from(at + 1).ok()),
        price_fen: winner.map(|it| it.price_fen),
        decided_at: outcome.decided_at,
    })
}

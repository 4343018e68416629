//! What a bidder, an objector or an asker may know of its own part in a sale, for telling it to its node (TMF-1 rule 11).

use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::trading::model::{
    Bid, Bidder, Confirmation, Deposit, Objection, ObjectionId, Offer, Question, QuestionId, Run, Sale,
    SaleId,
};
use crate::trading::store;

/// As many as one sealed tender has envelopes.
const ELSEWHERE_MAX: i64 = 128;

/// A bidder's part in a sale as it stands. Nothing of anybody else, but what is public.
pub struct Part {
    pub sale: Sale,
    pub bidder: Bidder,
    pub deposit: Option<Deposit>,
    /// Of a bidding.
    pub run: Option<Run>,
    pub last_bid: Option<Bid>,
    /// In a listing.
    pub offer: Option<Offer>,
    /// Of the award, for whom it names.
    pub confirmation: Option<Confirmation>,
}

/// For telling the node of the bidder, and nobody else.
pub fn part(conn: &mut Conn, node: &str, id: SaleId, number: i32) -> Result<Option<Part>, Refusal> {
    let Some(bidder) = store::bidder(conn, id, number)? else { return Ok(None) };
    let sale = super::load(conn, node, id)?;
    let winner = sale.standing.outcome().and_then(|outcome| outcome.winner()).map(|it| it.bidder);
    let confirmation = if winner == Some(number) { store::confirmation(conn, id)? } else { None };
    Ok(Some(Part {
        deposit: store::deposit_of(conn, id, number)?,
        run: store::run(conn, id)?,
        last_bid: store::bids_of(conn, id, number, 1)?.into_iter().next(),
        offer: store::offer(conn, id, number)?,
        confirmation,
        sale,
        bidder,
    }))
}

/// For telling the node of the objector, and nobody else.
pub fn objection(conn: &mut Conn, node: &str, id: ObjectionId) -> Result<Option<(Sale, Objection)>, Refusal> {
    let Some(found) = store::objection(conn, id)? else { return Ok(None) };
    Ok(Some((super::load(conn, node, found.sale)?, found)))
}

/// For telling the node of the asker, and nobody else.
pub fn question(conn: &mut Conn, node: &str, id: QuestionId) -> Result<Option<(Sale, Question)>, Refusal> {
    let Some(found) = store::question(conn, id)? else { return Ok(None) };
    Ok(Some((super::load(conn, node, found.sale)?, found)))
}

/// Bidders of an opened tender whose organisations live at other nodes.
pub fn bidders_elsewhere(conn: &mut Conn, node: &str, id: SaleId) -> Result<Vec<Bidder>, Refusal> {
    store::bidders_elsewhere(conn, id, node, ELSEWHERE_MAX)
}

//! A bid: one small command. It reads the running state, the bidder and whether it is barred, decides, and writes one
//! or two lines and the running state; nothing else of the sale is touched.

use serde_json::json;

use super::drafts::{open_fen, seal_fen};
use super::enrol::admitted;
use super::{TRADING, tend};
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::proof::SecretBox;
use crate::trading::model::{Bid, Bidder, DepositId, Run, SaleId};
use crate::trading::rules::book::{self, Ask, Decided, Who};
use crate::trading::store;

/// What came of a bid, for its bidder.
#[derive(Clone, Debug)]
pub struct Bidden {
    pub run: Run,
    /// The lines that it added, with the leader's answer if there was one.
    pub bids: Vec<Bid>,
    /// The bidder's number and alias.
    pub number: i32,
    pub alias: String,
    pub leads: bool,
    pub next: Fen,
    pub extended: bool,
}

pub(crate) fn maximum_context(sale: SaleId, bidder: i32) -> String {
    format!("sale.maximum:{sale}:{bidder}")
}

/// A bidder's own maximum, opened for itself.
pub(super) fn own_maximum(secrets: &SecretBox, bidder: &Bidder) -> Result<Option<Fen>, Refusal> {
    let context = maximum_context(bidder.sale, bidder.number);
    bidder.maximum.as_deref().map(|sealed| open_fen(secrets, &context, sealed)).transpose()
}

/// Decides a bid, a maximum or a match (rules 5 to 12).
pub fn bid(tx: &mut Tx, actor: &Actor, secrets: &SecretBox, id: SaleId, ask: Ask) -> Result<Bidden, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let run = store::run(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let bidder = admitted(tx, actor, id)?;
    let leader_maximum = match (&run.leader_maximum, run.leader) {
        (Some(sealed), Some(leader)) => Some(open_fen(secrets, &maximum_context(id, leader), sealed)?),
        _ => None,
    };
    let maximum = if matches!(ask, Ask::UpTo(_)) { own_maximum(secrets, &bidder)? } else { None };
    let who = Who { number: bidder.number, priority: bidder.priority, matched: bidder.matched, maximum };
    let decided = book::decide(&run, leader_maximum, &who, ask, tx.now())?;
    let sealed = match decided.leader_maximum {
        None => None,
        Some(it) if leader_maximum == Some(it) && run.leader == Some(decided.leader) => {
            run.leader_maximum.clone()
        }
        Some(it) => Some(seal_fen(tx, secrets, &maximum_context(id, decided.leader), it)?),
    };
    match ask {
        Ask::UpTo(own) => {
            let kept = seal_fen(tx, secrets, &maximum_context(id, bidder.number), own)?;
            store::keep_maximum(tx, id, bidder.number, kept)?;
        }
        Ask::Match => store::note_match(tx, id, bidder.number)?,
        Ask::Bid(_) => {}
    }
    write(tx, run, &bidder, &decided, sealed)
}

fn write(
    tx: &mut Tx,
    before: Run,
    bidder: &Bidder,
    decided: &Decided,
    leader_maximum: Option<Vec<u8>>,
) -> Result<Bidden, Refusal> {
    let (id, at) = (before.sale, tx.now());
    tend::note_resumed(tx, &before)?;
    let outbid = before.leader.filter(|leader| *leader != decided.leader);
    let mut run = Run {
        ends_at: decided.ends_at,
        price: decided.price,
        leader: Some(decided.leader),
        leader_priority: decided.leader_priority,
        leader_maximum,
        extensions: before.extensions + i32::from(decided.extended),
        beat_at: at,
        ..before
    };
    let mut bids = Vec::with_capacity(decided.entries.len());
    for entry in &decided.entries {
        run.seq += 1;
        let &book::Entry { bidder, price, kind, leads } = entry;
        let bid = Bid { seq: run.seq, bidder, price, kind, leads, at };
        store::insert_bid(tx, id, &bid)?;
        bids.push(bid);
    }
    store::move_run(tx, &run)?;
    if !bids.is_empty() {
        record(tx, &run, decided.extended, outbid);
    }
    let (leads, next) = (decided.leader == bidder.number, book::next_bid(&run));
    let (number, alias) = (bidder.number, bidder.alias.clone());
    Ok(Bidden { run, bids, number, alias, leads, next, extended: decided.extended })
}

/// Prices and times, never who: live views look aliases up by the bids' numbers, notices the bidder that is outbid by
/// its number within the sale.
fn record(tx: &mut Tx, run: &Run, extended: bool, outbid: Option<i32>) {
    let facts = json!({
        "sale": tx.urn("sale", run.sale),
        "seq": run.seq,
        "price_fen": run.price,
        "next_fen": book::next_bid(run),
        "ends_at": run.ends_at,
        "extended": extended,
        "extensions": run.extensions,
        "outbid": outbid,
    });
    let subject = urn(tx.node(), "sale_run", run.sale);
    tx.record(&TRADING, NewChange::local("sale.bid_placed", subject, run.seq, facts));
}

/// The bids of a sale with their aliases, the newest first. Public.
pub fn bids(snapshot: &mut Snapshot, id: SaleId, page: &PageQuery) -> Result<Page<(Bid, String)>, Refusal> {
    if store::run(snapshot, id)?.is_none() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    store::bids(snapshot, id, page)
}

/// The running state, for live views.
pub fn run(conn: &mut Conn, id: SaleId) -> Result<Option<Run>, Refusal> {
    store::run(conn, id)
}

/// Bids after a number in their order, with the aliases: for live views and the protocol document.
pub fn bids_after(conn: &mut Conn, id: SaleId, seq: i64, limit: i64) -> Result<Vec<Bid>, Refusal> {
    store::bids_after(conn, id, seq, limit)
}

/// The organisation of a bidder, to tell it of its own part. The caller must show it to nobody else before the end.
pub fn bidder_party(conn: &mut Conn, id: SaleId, number: i32) -> Result<Option<PartyRef>, Refusal> {
    Ok(store::bidder(conn, id, number)?.map(|bidder| bidder.party))
}

/// The organisations of bidders with numbers from one to another, to tell them of the sale. Not for other eyes before
/// the end.
pub fn bidder_parties(conn: &mut Conn, id: SaleId, from: i32, to: i32) -> Result<Vec<PartyRef>, Refusal> {
    Ok(store::bidders_between(conn, id, from, to)?.into_iter().map(|bidder| bidder.party).collect())
}

/// The number of the last bidder that enrolled; 0 for none.
pub(crate) fn last_bidder(conn: &mut Conn, id: SaleId) -> Result<i32, Refusal> {
    store::last_bidder(conn, id)
}

/// The organisation that has a deposit to get back, to tell it of that.
pub fn depositor(conn: &mut Conn, id: DepositId) -> Result<Option<PartyRef>, Refusal> {
    match store::deposit(conn, id)? {
        Some(deposit) => bidder_party(conn, deposit.sale, deposit.bidder),
        None => Ok(None),
    }
}

/// Who takes part, by number. The caller must not show identities before the end.
pub fn bidders(conn: &mut Conn, id: SaleId) -> Result<Vec<Bidder>, Refusal> {
    store::bidders(conn, id)
}

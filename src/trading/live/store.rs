//! The few columns that tell whether a sale shows anything new, and bids with their aliases.

use diesel::prelude::*;

use super::model::{Mark, ShownBid};
use crate::db::Conn;
use crate::db::schema::{sale, sale_bid, sale_bidder, sale_run};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;
use crate::trading::model::{BidKind, Phase, SaleId, State};

type Columns = (SaleId, i64, State, Option<UtcTime>, Option<UtcTime>, Option<(i64, bool, UtcTime, UtcTime)>);

/// The marks of these sales, in one read.
pub fn marks(conn: &mut Conn, ids: &[SaleId], now: UtcTime) -> Result<Vec<(SaleId, Mark)>, Refusal> {
    let rows: Vec<Columns> = sale::table
        .left_join(sale_run::table.on(sale_run::sale.eq(sale::id)))
        .filter(sale::id.eq_any(ids.to_vec()))
        .select((
            sale::id,
            sale::version,
            sale::state,
            sale::starts_at,
            sale::ends_at,
            (sale_run::seq, sale_run::closed, sale_run::starts_at, sale_run::ends_at).nullable(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.0, mark(row, now))).collect())
}

fn mark((_, version, state, starts_at, ends_at, run): Columns, now: UtcTime) -> Mark {
    let begun = starts_at.is_some_and(|start| start <= now);
    let phase = match (state, run) {
        (State::Published, Some((_, closed, starts, ends))) => Some(if now < starts {
            if begun { Phase::Suspended } else { Phase::Notice }
        } else if closed || ends <= now {
            Phase::Closing
        } else {
            Phase::Open
        }),
        (State::Published, None) if ends_at.is_some_and(|end| end <= now) => Some(Phase::Closing),
        (State::Published, None) if begun => Some(Phase::Open),
        (State::Published, None) => Some(Phase::Notice),
        (state, _) => state.is_public().then_some(Phase::Over),
    };
    Mark { version, seq: run.map_or(0, |run| run.0), ends_at: run.map(|run| run.3).or(ends_at), phase }
}

pub fn alias(conn: &mut Conn, id: SaleId, number: i32) -> Result<Option<String>, Refusal> {
    Ok(sale_bidder::table.find((id, number)).select(sale_bidder::alias).first(conn).optional()?)
}

/// Bids after a number in their order, by alias alone.
pub fn bids_after(conn: &mut Conn, id: SaleId, seq: i64, limit: i64) -> Result<Vec<ShownBid>, Refusal> {
    type Row = (i64, String, Fen, BidKind, bool, UtcTime);
    let bidder = sale_bidder::sale.eq(sale_bid::sale).and(sale_bidder::number.eq(sale_bid::bidder));
    let rows: Vec<Row> = sale_bid::table
        .inner_join(sale_bidder::table.on(bidder))
        .filter(sale_bid::sale.eq(id))
        .filter(sale_bid::seq.gt(seq))
        .order(sale_bid::seq)
        .limit(limit)
        .select((
            sale_bid::seq,
            sale_bidder::alias,
            sale_bid::price_fen,
            sale_bid::kind,
            sale_bid::leads,
            sale_bid::at,
        ))
        .load(conn)?;
    let build =
        |(seq, alias, price_fen, kind, leads, at): Row| ShownBid { seq, alias, price_fen, kind, leads, at };
    Ok(rows.into_iter().map(build).collect())
}

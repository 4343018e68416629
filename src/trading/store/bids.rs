//! The running state of biddings, their bids and suspensions: the hot path.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use crate::db::schema::{sale_bid, sale_bidder, sale_run, sale_suspension};
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::trading::model::{Bid, BidKind, Run, SaleId, Suspension, SuspensionReason};
use crate::trading::profile::SECONDS_MAX;
use crate::trading::rules::silence::{BEAT_EVERY_SECONDS, LATE_BEAT_EVERY_SECONDS};

stored_words!(BidKind, SuspensionReason);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale_run, treat_none_as_null = true)]
struct RunRow {
    sale: SaleId,
    closed: bool,
    starts_at: UtcTime,
    ends_at: UtcTime,
    start_fen: Fen,
    increment_fen: Fen,
    extension_s: i32,
    silence_s: i32,
    last_part_s: i32,
    seq: i64,
    price_fen: Fen,
    leader: Option<i32>,
    leader_priority: Option<i32>,
    leader_maximum: Option<Vec<u8>>,
    extensions: i32,
    beat_at: UtcTime,
    told_seq: i64,
    told_at: Option<UtcTime>,
}

impl From<&Run> for RunRow {
    fn from(it: &Run) -> Self {
        Self {
            sale: it.sale,
            closed: it.closed,
            starts_at: it.starts_at,
            ends_at: it.ends_at,
            start_fen: it.start,
            increment_fen: it.increment,
            extension_s: it.extension_s,
            silence_s: it.silence_s,
            last_part_s: it.last_part_s,
            seq: it.seq,
            price_fen: it.price,
            leader: it.leader,
            leader_priority: it.leader_priority,
            leader_maximum: it.leader_maximum.clone(),
            extensions: it.extensions,
            beat_at: it.beat_at,
            told_seq: it.told_seq,
            told_at: it.told_at,
        }
    }
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        Self {
            sale: row.sale,
            closed: row.closed,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            start: row.start_fen,
            increment: row.increment_fen,
            extension_s: row.extension_s,
            silence_s: row.silence_s,
            last_part_s: row.last_part_s,
            seq: row.seq,
            price: row.price_fen,
            leader: row.leader,
            leader_priority: row.leader_priority,
            leader_maximum: row.leader_maximum,
            extensions: row.extensions,
            beat_at: row.beat_at,
            told_seq: row.told_seq,
            told_at: row.told_at,
        }
    }
}

pub fn insert_run(conn: &mut Conn, it: &Run) -> Result<(), Refusal> {
    diesel::insert_into(sale_run::table).values(RunRow::from(it)).execute(conn)?;
    Ok(())
}

/// Commands are serial, so what was read in this one is what stands.
pub fn save_run(conn: &mut Conn, it: &Run) -> Result<(), Refusal> {
    let row = sale_run::table.filter(sale_run::sale.eq(it.sale));
    saved(diesel::update(row).set(RunRow::from(it)).execute(conn)?)
}

/// The few columns that a bid moves.
pub fn move_run(conn: &mut Conn, it: &Run) -> Result<(), Refusal> {
    let row = sale_run::table.filter(sale_run::sale.eq(it.sale));
    let set = (
        sale_run::ends_at.eq(it.ends_at),
        sale_run::seq.eq(it.seq),
        sale_run::price_fen.eq(it.price),
        sale_run::leader.eq(it.leader),
        sale_run::leader_priority.eq(it.leader_priority),
        sale_run::leader_maximum.eq(it.leader_maximum.as_deref()),
        sale_run::extensions.eq(it.extensions),
        sale_run::beat_at.eq(it.beat_at),
    );
    saved(diesel::update(row).set(set).execute(conn)?)
}

pub fn run(conn: &mut Conn, sale: SaleId) -> Result<Option<Run>, Refusal> {
    let row: Option<RunRow> = sale_run::table.find(sale).first(conn).optional()?;
    Ok(row.map(Run::from))
}

/// The runs of some sales: those of a page.
pub fn runs(conn: &mut Conn, of: Vec<SaleId>) -> Result<Vec<Run>, Refusal> {
    let rows: Vec<RunRow> = sale_run::table.filter(sale_run::sale.eq_any(of)).load(conn)?;
    Ok(rows.into_iter().map(Run::from).collect())
}

/// Runs that may need something now, after one of them: over and not closed, without a sign of life
/// for as long as one may be due, or moved since others were told.
pub fn open_runs(
    conn: &mut Conn,
    now: UtcTime,
    after: Option<SaleId>,
    limit: i64,
) -> Result<Vec<Run>, Refusal> {
    let before = |seconds: i64| sale_run::beat_at.le(now.plus_seconds(-seconds));
    let late = sale_run::ends_at.le(now.plus_seconds(i64::from(SECONDS_MAX)));
    let silent = before(BEAT_EVERY_SECONDS).or(late.and(before(LATE_BEAT_EVERY_SECONDS)));
    let mut query = sale_run::table
        .into_boxed()
        .filter(sale_run::closed.eq(false))
        .filter(sale_run::starts_at.le(now))
        .filter(sale_run::ends_at.le(now).or(silent).or(sale_run::seq.ne(sale_run::told_seq)));
    if let Some(after) = after {
        query = query.filter(sale_run::sale.gt(after));
    }
    let rows: Vec<RunRow> = query.order(sale_run::sale.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(Run::from).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_bid)]
struct BidRow {
    sale: SaleId,
    seq: i64,
    bidder: i32,
    price_fen: Fen,
    kind: BidKind,
    leads: bool,
    at: UtcTime,
}

impl From<BidRow> for Bid {
    fn from(row: BidRow) -> Self {
        let BidRow { seq, bidder, price_fen, kind, leads, at, .. } = row;
        Self { seq, bidder, price: price_fen, kind, leads, at }
    }
}

pub fn insert_bid(conn: &mut Conn, sale: SaleId, it: &Bid) -> Result<(), Refusal> {
    let row = BidRow {
        sale,
        seq: it.seq,
        bidder: it.bidder,
        price_fen: it.price,
        kind: it.kind,
        leads: it.leads,
        at: it.at,
    };
    diesel::insert_into(sale_bid::table).values(row).execute(conn)?;
    Ok(())
}

/// The newest first, with the alias of each bidder.
pub fn bids(conn: &mut Conn, sale: SaleId, page: &PageQuery) -> Result<Page<(Bid, String)>, Refusal> {
    let mut query = sale_bid::table
        .inner_join(
            sale_bidder::table
                .on(sale_bidder::sale.eq(sale_bid::sale).and(sale_bidder::number.eq(sale_bid::bidder))),
        )
        .into_boxed()
        .filter(sale_bid::sale.eq(sale));
    if let Some(before) = page.after::<i64>()? {
        query = query.filter(sale_bid::seq.lt(before));
    }
    let rows: Vec<(BidRow, String)> = query
        .order(sale_bid::seq.desc())
        .limit(page.limit + 1)
        .select((sale_bid::all_columns, sale_bidder::alias))
        .load(conn)?;
    let items = rows.into_iter().map(|(row, alias)| (Bid::from(row), alias)).collect();
    Ok(Page::cut(items, page.limit, |(bid, _): &(Bid, String)| bid.seq))
}

/// The own bids of a bidder, the newest first.
pub fn bids_of(conn: &mut Conn, sale: SaleId, bidder: i32, limit: i64) -> Result<Vec<Bid>, Refusal> {
    let rows: Vec<BidRow> = sale_bid::table
        .filter(sale_bid::sale.eq(sale))
        .filter(sale_bid::bidder.eq(bidder))
        .order(sale_bid::seq.desc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Bid::from).collect())
}

/// Bids in their order, for the protocol document.
pub fn bids_after(conn: &mut Conn, sale: SaleId, seq: i64, limit: i64) -> Result<Vec<Bid>, Refusal> {
    let rows: Vec<BidRow> = sale_bid::table
        .filter(sale_bid::sale.eq(sale))
        .filter(sale_bid::seq.gt(seq))
        .order(sale_bid::seq.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Bid::from).collect())
}

/// Each bidder's lines at its own best price: where it last led there, and where it first stood there.
const BEST_BIDS: &str = "SELECT bid.bidder AS bidder, bid.price_fen AS price_fen \
    FROM sale_bid bid \
    JOIN (SELECT bidder, MAX(price_fen) AS price_fen FROM sale_bid WHERE sale = $1 GROUP BY bidder) best \
    ON best.bidder = bid.bidder AND best.price_fen = bid.price_fen \
    WHERE bid.sale = $1 \
    GROUP BY bid.bidder, bid.price_fen \
    ORDER BY bid.price_fen DESC, MAX(CASE WHEN bid.leads THEN bid.seq ELSE 0 END) DESC, MIN(bid.seq) ASC \
    LIMIT $2";

#[derive(QueryableByName)]
struct Best {
    #[diesel(sql_type = Integer)]
    bidder: i32,
    #[diesel(sql_type = BigInt)]
    price_fen: i64,
}

/// The best bid of each bidder, the highest first. Of equal ones whoever led at that price before whoever did not, the
/// last to lead first: a maximum that held, a match; then the earlier. `protocol::replay` ranks alike.
pub fn best_bids(conn: &mut Conn, sale: SaleId, limit: i64) -> Result<Vec<(i32, Fen)>, Refusal> {
    let rows: Vec<Best> =
        diesel::sql_query(BEST_BIDS).bind::<Text, _>(sale).bind::<BigInt, _>(limit).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.bidder, Fen(row.price_fen))).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_suspension)]
struct SuspensionRow {
    sale: SaleId,
    position: i32,
    reason: SuspensionReason,
    note: String,
    since: UtcTime,
    decided_at: UtcTime,
    resumes_at: UtcTime,
    old_ends_at: UtcTime,
    new_ends_at: UtcTime,
}

pub fn insert_suspension(conn: &mut Conn, it: &Suspension) -> Result<(), Refusal> {
    let row = SuspensionRow {
        sale: it.sale,
        position: it.position,
        reason: it.reason,
        note: it.note.clone(),
        since: it.since,
        decided_at: it.decided_at,
        resumes_at: it.resumes_at,
        old_ends_at: it.old_ends_at,
        new_ends_at: it.new_ends_at,
    };
    diesel::insert_into(sale_suspension::table).values(row).execute(conn)?;
    Ok(())
}

/// The oldest first.
pub fn suspensions(conn: &mut Conn, sale: SaleId) -> Result<Vec<Suspension>, Refusal> {
    let rows: Vec<SuspensionRow> = sale_suspension::table
        .filter(sale_suspension::sale.eq(sale))
        .order(sale_suspension::position.asc())
        .load(conn)?;
    let build = |row: SuspensionRow| Suspension {
        sale: row.sale,
        position: row.position,
        reason: row.reason,
        note: row.note,
        since: row.since,
        decided_at: row.decided_at,
        resumes_at: row.resumes_at,
        old_ends_at: row.old_ends_at,
        new_ends_at: row.new_ends_at,
    };
    Ok(rows.into_iter().map(build).collect())
}

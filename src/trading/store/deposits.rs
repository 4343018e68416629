//! Deposits of bidders.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::sale_deposit;
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::trading::model::{Deposit, DepositId, DepositState, SaleId};

stored_words!(DepositState);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale_deposit, treat_none_as_null = true)]
struct Row {
    id: DepositId,
    version: i64,
    sale: SaleId,
    bidder: i32,
    reference: String,
    amount_fen: Fen,
    state: DepositState,
    instructed_at: UtcTime,
    confirmed_at: Option<UtcTime>,
    voucher: String,
    settled_at: Option<UtcTime>,
    reason: String,
}

impl Row {
    fn of(it: &Deposit) -> Self {
        Self {
            id: it.id,
            version: it.version,
            sale: it.sale,
            bidder: it.bidder,
            reference: it.reference.clone(),
            amount_fen: it.amount,
            state: it.state,
            instructed_at: it.instructed_at,
            confirmed_at: it.confirmed_at,
            voucher: it.voucher.clone(),
            settled_at: it.settled_at,
            reason: it.reason.clone(),
        }
    }
}

impl From<Row> for Deposit {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            sale: row.sale,
            bidder: row.bidder,
            reference: row.reference,
            amount: row.amount_fen,
            state: row.state,
            instructed_at: row.instructed_at,
            confirmed_at: row.confirmed_at,
            voucher: row.voucher,
            settled_at: row.settled_at,
            reason: row.reason,
        }
    }
}

pub fn insert_deposit(conn: &mut Conn, it: &Deposit) -> Result<(), Refusal> {
    diesel::insert_into(sale_deposit::table).values(Row::of(it)).execute(conn)?;
    Ok(())
}

/// Writes a deposit back over the version before its own.
pub fn save_deposit(conn: &mut Conn, it: &Deposit) -> Result<(), Refusal> {
    let old = sale_deposit::table
        .filter(sale_deposit::id.eq(it.id))
        .filter(sale_deposit::version.eq(it.version - 1));
    saved(diesel::update(old).set(Row::of(it)).execute(conn)?)
}

pub fn deposit(conn: &mut Conn, id: DepositId) -> Result<Option<Deposit>, Refusal> {
    let row: Option<Row> = sale_deposit::table.find(id).first(conn).optional()?;
    Ok(row.map(Deposit::from))
}

pub fn deposit_of(conn: &mut Conn, sale: SaleId, bidder: i32) -> Result<Option<Deposit>, Refusal> {
    let row: Option<Row> = sale_deposit::table
        .filter(sale_deposit::sale.eq(sale))
        .filter(sale_deposit::bidder.eq(bidder))
        .first(conn)
        .optional()?;
    Ok(row.map(Deposit::from))
}

/// The newest first.
pub fn deposits(
    conn: &mut Conn,
    sale: Option<SaleId>,
    state: Option<DepositState>,
    page: &PageQuery,
) -> Result<Page<Deposit>, Refusal> {
    let mut query = sale_deposit::table.into_boxed();
    if let Some(sale) = sale {
        query = query.filter(sale_deposit::sale.eq(sale));
    }
    if let Some(state) = state {
        query = query.filter(sale_deposit::state.eq(state));
    }
    if let Some(after) = page.after::<DepositId>()? {
        query = query.filter(sale_deposit::id.lt(after));
    }
    let rows: Vec<Row> = query.order(sale_deposit::id.desc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Deposit::from).collect(), page.limit, |it| it.id))
}

/// Deposits of a sale in a state, but for some bidders': a slice of what is to be settled.
pub fn to_settle(
    conn: &mut Conn,
    sale: SaleId,
    states: &[DepositState],
    but: &[i32],
    limit: i64,
) -> Result<Vec<Deposit>, Refusal> {
    let rows: Vec<Row> = sale_deposit::table
        .filter(sale_deposit::sale.eq(sale))
        .filter(sale_deposit::state.eq_any(states))
        .filter(sale_deposit::bidder.ne_all(but.to_vec()))
        .order(sale_deposit::id.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Deposit::from).collect())
}

/// What a sale's deposits come to by their state: count and sum.
pub fn deposit_totals(conn: &mut Conn, sale: SaleId) -> Result<Vec<(DepositState, i64, Fen)>, Refusal> {
    let sum = sql::<BigInt>("CAST(SUM(amount_fen) AS BIGINT)");
    Ok(sale_deposit::table
        .filter(sale_deposit::sale.eq(sale))
        .group_by(sale_deposit::state)
        .order(sale_deposit::state.asc())
        .select((sale_deposit::state, count_star(), sum))
        .load(conn)?)
}

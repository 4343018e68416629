//! Who takes part.

use diesel::prelude::*;

use crate::db::schema::sale_bidder;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Bidder, SaleId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_bidder)]
struct Row {
    sale: SaleId,
    number: i32,
    alias: String,
    party_urn: String,
    party_name: String,
    party_code: String,
    admitted: bool,
    priority: Option<i32>,
    matched: bool,
    maximum: Option<Vec<u8>>,
    enrolled_by: UserId,
    enrolled_at: UtcTime,
}

impl From<Row> for Bidder {
    fn from(row: Row) -> Self {
        Self {
            party: PartyRef { urn: row.party_urn, name: row.party_name, credit_code: row.party_code },
            sale: row.sale,
            number: row.number,
            alias: row.alias,
            admitted: row.admitted,
            priority: row.priority,
            matched: row.matched,
            maximum: row.maximum,
            enrolled_by: row.enrolled_by,
            enrolled_at: row.enrolled_at,
        }
    }
}

pub fn insert_bidder(conn: &mut Conn, it: &Bidder) -> Result<(), Refusal> {
    let row = Row {
        sale: it.sale,
        number: it.number,
        alias: it.alias.clone(),
        party_urn: it.party.urn.clone(),
        party_name: it.party.name.clone(),
        party_code: it.party.credit_code.clone(),
        admitted: it.admitted,
        priority: it.priority,
        matched: it.matched,
        maximum: it.maximum.clone(),
        enrolled_by: it.enrolled_by,
        enrolled_at: it.enrolled_at,
    };
    diesel::insert_into(sale_bidder::table).values(row).execute(conn)?;
    Ok(())
}

/// The bidder that an organisation is in a sale.
pub fn bidder_of(conn: &mut Conn, sale: SaleId, party: &str) -> Result<Option<Bidder>, Refusal> {
    let row: Option<Row> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .filter(sale_bidder::party_urn.eq(party))
        .first(conn)
        .optional()?;
    Ok(row.map(Bidder::from))
}

/// Whether an enterprise takes part already, under whichever account and at whichever node.
pub fn has_enrolled(conn: &mut Conn, sale: SaleId, party: &PartyRef) -> Result<bool, Refusal> {
    let same = sale_bidder::party_urn.eq(&party.urn).or(sale_bidder::party_code.eq(&party.credit_code));
    let found: Option<i32> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .filter(same)
        .select(sale_bidder::number)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Those of a sale whose organisations live at other nodes, by number.
pub fn bidders_elsewhere(
    conn: &mut Conn,
    sale: SaleId,
    node: &str,
    limit: i64,
) -> Result<Vec<Bidder>, Refusal> {
    let here = format!("urn:tm:{node}:organisation:%");
    let rows: Vec<Row> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .filter(sale_bidder::party_urn.not_like(here))
        .order(sale_bidder::number.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Bidder::from).collect())
}

pub fn bidder(conn: &mut Conn, sale: SaleId, number: i32) -> Result<Option<Bidder>, Refusal> {
    let row: Option<Row> = sale_bidder::table.find((sale, number)).first(conn).optional()?;
    Ok(row.map(Bidder::from))
}

/// By number; a sale has at most `BIDDERS_MAX`.
pub fn bidders(conn: &mut Conn, sale: SaleId) -> Result<Vec<Bidder>, Refusal> {
    let rows: Vec<Row> =
        sale_bidder::table.filter(sale_bidder::sale.eq(sale)).order(sale_bidder::number.asc()).load(conn)?;
    Ok(rows.into_iter().map(Bidder::from).collect())
}

/// Those with numbers from one to another.
pub fn bidders_between(conn: &mut Conn, sale: SaleId, from: i32, to: i32) -> Result<Vec<Bidder>, Refusal> {
    let rows: Vec<Row> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .filter(sale_bidder::number.between(from, to))
        .order(sale_bidder::number.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(Bidder::from).collect())
}

/// The sales that an organisation has enrolled for, the newest first.
pub fn enrolments(conn: &mut Conn, party: &str, page: &PageQuery) -> Result<Page<Bidder>, Refusal> {
    let mut query = sale_bidder::table.into_boxed().filter(sale_bidder::party_urn.eq(party.to_owned()));
    if let Some(after) = page.after::<SaleId>()? {
        query = query.filter(sale_bidder::sale.lt(after));
    }
    let rows: Vec<Row> = query.order(sale_bidder::sale.desc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Bidder::from).collect(), page.limit, |it| it.sale))
}

pub fn admit(conn: &mut Conn, sale: SaleId, number: i32) -> Result<(), Refusal> {
    let row = sale_bidder::table.find((sale, number));
    saved(diesel::update(row).set(sale_bidder::admitted.eq(true)).execute(conn)?)
}

pub fn note_match(conn: &mut Conn, sale: SaleId, number: i32) -> Result<(), Refusal> {
    let row = sale_bidder::table.find((sale, number));
    saved(diesel::update(row).set(sale_bidder::matched.eq(true)).execute(conn)?)
}

pub fn keep_maximum(conn: &mut Conn, sale: SaleId, number: i32, sealed: Vec<u8>) -> Result<(), Refusal> {
    let row = sale_bidder::table.find((sale, number));
    saved(diesel::update(row).set(sale_bidder::maximum.eq(sealed)).execute(conn)?)
}

/// Secret maxima are of no use after the end.
pub fn forget_maxima(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    let none: Option<Vec<u8>> = None;
    diesel::update(sale_bidder::table.filter(sale_bidder::sale.eq(sale)))
        .set(sale_bidder::maximum.eq(none))
        .execute(conn)?;
    Ok(())
}

/// The number of the last bidder that enrolled; 0 for none.
pub fn last_bidder(conn: &mut Conn, sale: SaleId) -> Result<i32, Refusal> {
    let last: Option<i32> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .select(diesel::dsl::max(sale_bidder::number))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

pub fn has_alias(conn: &mut Conn, sale: SaleId, alias: &str) -> Result<bool, Refusal> {
    let found: Option<i32> = sale_bidder::table
        .filter(sale_bidder::sale.eq(sale))
        .filter(sale_bidder::alias.eq(alias))
        .select(sale_bidder::number)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

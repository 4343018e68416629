//! What came out of a box, and the points that the committee gave.

use diesel::prelude::*;

use super::tender::hash;
use crate::db::Conn;
use crate::db::schema::{sealed_bid, sealed_opening, sealed_sheet};
use crate::db::types::{from_json, stored_words, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;
use crate::trading::sealed::bid::Fault;
use crate::trading::sealed::model::{OpenedBid, Sheet};

stored_words!(Fault);

#[derive(Queryable, Insertable)]
#[diesel(table_name = sealed_bid)]
struct BidRow {
    sale: SaleId,
    slot: i32,
    envelope_sha256: Vec<u8>,
    received_at: UtcTime,
    replaced: Option<Vec<u8>>,
    bidder_urn: String,
    bidder_name: String,
    bidder_code: String,
    price_fen: Fen,
    body: String,
    fault: Option<Fault>,
}

/// All envelopes of an opened box, one after the other.
pub fn insert_opening(conn: &mut Conn, sale: SaleId, envelopes: &[u8]) -> Result<(), Refusal> {
    let row = (sealed_opening::sale.eq(sale), sealed_opening::envelopes.eq(envelopes));
    diesel::insert_into(sealed_opening::table).values(row).execute(conn)?;
    Ok(())
}

pub fn opening(conn: &mut Conn, sale: SaleId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(sealed_opening::table.find(sale).select(sealed_opening::envelopes).first(conn).optional()?)
}

/// There are at most as many as slots.
pub fn insert_bids(conn: &mut Conn, sale: SaleId, bids: &[OpenedBid]) -> Result<(), Refusal> {
    for it in bids {
        let row = BidRow {
            sale,
            slot: it.slot,
            envelope_sha256: it.envelope_sha256.to_vec(),
            received_at: it.received_at,
            replaced: it.replaced.map(|hash| hash.to_vec()),
            bidder_urn: it.bidder.urn.clone(),
            bidder_name: it.bidder.name.clone(),
            bidder_code: it.bidder.credit_code.clone(),
            price_fen: it.price,
            body: it.body.clone(),
            fault: it.fault,
        };
        diesel::insert_into(sealed_bid::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// In the order of slots.
pub fn bids(conn: &mut Conn, sale: SaleId) -> Result<Vec<OpenedBid>, Refusal> {
    let rows: Vec<BidRow> =
        sealed_bid::table.filter(sealed_bid::sale.eq(sale)).order(sealed_bid::slot.asc()).load(conn)?;
    let build = |row: BidRow| {
        Ok(OpenedBid {
            slot: row.slot,
            envelope_sha256: hash(&row.envelope_sha256)?,
            received_at: row.received_at,
            replaced: row.replaced.as_deref().map(hash).transpose()?,
            bidder: PartyRef { urn: row.bidder_urn, name: row.bidder_name, credit_code: row.bidder_code },
            price: row.price_fen,
            body: row.body,
            fault: row.fault,
        })
    };
    rows.into_iter().map(build).collect()
}

pub fn insert_sheet(conn: &mut Conn, sale: SaleId, sheet: &Sheet) -> Result<(), Refusal> {
    diesel::insert_into(sealed_sheet::table)
        .values((
            sealed_sheet::sale.eq(sale),
            sealed_sheet::member.eq(sheet.member),
            sealed_sheet::at.eq(sheet.at),
            sealed_sheet::document.eq(to_json(sheet)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// In the order of members.
pub fn sheets(conn: &mut Conn, sale: SaleId) -> Result<Vec<Sheet>, Refusal> {
    let rows: Vec<String> = sealed_sheet::table
        .filter(sealed_sheet::sale.eq(sale))
        .order(sealed_sheet::member.asc())
        .select(sealed_sheet::document)
        .load(conn)?;
    rows.iter().map(|row| from_json(row)).collect()
}

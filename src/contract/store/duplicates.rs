//! The first application of a contract that is filed again, in any office.

use diesel::prelude::*;

use super::row::Row;
use crate::contract::model::{AttachmentKind, ContractId, Record, Stage};
use crate::db::Conn;
use crate::db::schema::contract::{contract, contract_attachment};
use crate::kernel::error::Refusal;

/// A standing case, other than this one, with one of these main texts.
pub fn same_text(conn: &mut Conn, own: ContractId, hashes: &[String]) -> Result<Option<Record>, Refusal> {
    let holders: Vec<ContractId> = contract_attachment::table
        .inner_join(contract::table)
        .filter(contract_attachment::text_sha256.eq_any(hashes.to_vec()))
        .filter(contract_attachment::kind.eq(AttachmentKind::MainText))
        .filter(contract::id.ne(own))
        .filter(contract::state.eq_any(Stage::STANDING.to_vec()))
        .order(contract::id)
        .limit(1)
        .select(contract::id)
        .load(conn)?;
    first(conn, &holders)
}

/// A standing case, other than this one, of the same deal.
pub fn same_deal(conn: &mut Conn, own: ContractId, key: &str) -> Result<Option<Record>, Refusal> {
    let holders: Vec<ContractId> = contract::table
        .filter(contract::deal_key.eq(key))
        .filter(contract::id.ne(own))
        .filter(contract::state.eq_any(Stage::STANDING.to_vec()))
        .order(contract::id)
        .limit(1)
        .select(contract::id)
        .load(conn)?;
    first(conn, &holders)
}

/// The newest standing cases of the same seller and buyer.
pub fn same_parties(conn: &mut Conn, own: &Record, limit: i64) -> Result<Vec<Record>, Refusal> {
    if own.seller.credit_code.is_empty() || own.buyer.credit_code.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<Row> = contract::table
        .filter(contract::seller_code.eq(&own.seller.credit_code))
        .filter(contract::buyer_code.eq(&own.buyer.credit_code))
        .filter(contract::id.ne(own.id))
        .filter(contract::state.eq_any(Stage::STANDING.to_vec()))
        .order(contract::id.desc())
        .limit(limit)
        .select(contract::all_columns)
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

fn first(conn: &mut Conn, holders: &[ContractId]) -> Result<Option<Record>, Refusal> {
    match holders.first() {
        Some(id) => super::find(conn, *id),
        None => Ok(None),
    }
}

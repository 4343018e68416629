//! The first application of a contract that is filed again, in any office.

use diesel::prelude::*;

use crate::contract::model::{AttachmentKind, ContractId, Record, Stage};
use crate::db::Conn;
use crate::db::schema::contract::{contract, contract_attachment};
use crate::kernel::error::Refusal;

/// A standing case, other than this one, with one of these main texts.
pub fn same_text(conn: &mut Conn, own: ContractId, hashes: &[String]) -> Result<Option<Record>, Refusal> {
    let holders: Vec<ContractId> = contract_attachment::table
        .inner_join(contract::table)
        .filter(contract_attachment::sha256.eq_any(hashes.to_vec()))
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

fn first(conn: &mut Conn, holders: &[ContractId]) -> Result<Option<Record>, Refusal> {
    match holders.first() {
        Some(id) => super::find(conn, *id),
        None => Ok(None),
    }
}

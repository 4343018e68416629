//! Which awards have made a draft.

use diesel::prelude::*;

use crate::contract::model::ContractId;
use crate::db::Conn;
use crate::db::schema::contract_sale;
use crate::kernel::error::Refusal;

pub fn is_drafted(conn: &mut Conn, sale: &str, rank: i32) -> Result<bool, Refusal> {
    let found: Option<String> =
        contract_sale::table.find((sale, rank)).select(contract_sale::contract).first(conn).optional()?;
    Ok(found.is_some())
}

/// The drafts that the awards of a sale have made; a ranking has at most 20 places, a challenge 500 steps.
pub fn drafted(conn: &mut Conn, sale: &str) -> Result<Vec<ContractId>, Refusal> {
    Ok(contract_sale::table
        .filter(contract_sale::sale.eq(sale))
        .order(contract_sale::place.asc())
        .select(contract_sale::contract)
        .load(conn)?)
}

/// The award that a contract was drafted from: its sale, or challenge, and rank.
pub fn sale_of(conn: &mut Conn, contract: ContractId) -> Result<Option<(String, i32)>, Refusal> {
    Ok(contract_sale::table
        .filter(contract_sale::contract.eq(contract))
        .select((contract_sale::sale, contract_sale::place))
        .first(conn)
        .optional()?)
}

pub fn note_sale(conn: &mut Conn, sale: &str, rank: i32, contract: ContractId) -> Result<(), Refusal> {
    diesel::insert_into(contract_sale::table)
        .values((
            contract_sale::sale.eq(sale),
            contract_sale::place.eq(rank),
            contract_sale::contract.eq(contract),
        ))
        .execute(conn)?;
    Ok(())
}

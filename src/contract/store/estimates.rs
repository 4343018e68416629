//! Which contracts have an estimated price.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::contract::model::{ContractId, Record};
use crate::db::Conn;
use crate::db::schema::contract::contract_estimate;
use crate::kernel::error::Refusal;

/// Keeps that the price is an estimate, if it is one.
pub fn note(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    if record.form.estimated {
        let row = contract_estimate::contract.eq(record.id);
        diesel::insert_into(contract_estimate::table).values(row).execute(conn)?;
    }
    Ok(())
}

pub fn clear(conn: &mut Conn, contracts: &[ContractId]) -> Result<(), Refusal> {
    let known = contract_estimate::table.filter(contract_estimate::contract.eq_any(contracts));
    diesel::delete(known).execute(conn)?;
    Ok(())
}

/// The price of a contract of the query is final.
pub fn is_final() -> SqlLiteral<Bool> {
    diesel::dsl::sql::<Bool>("NOT EXISTS (SELECT 1 FROM contract_estimate e WHERE e.contract = contract.id)")
}

//! Which open cases have a last day that may still move.

use diesel::prelude::*;

use crate::contract::model::{ContractId, Record, State};
use crate::db::Conn;
use crate::db::schema::contract::contract_provisional;
use crate::kernel::error::Refusal;

/// Keeps whether the case's running clock ends on a provisional day.
pub fn note(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    let own = contract_provisional::table.find(record.id);
    diesel::delete(own).execute(conn)?;
    let running = matches!(&record.state, State::Accepted(file, _) if file.acceptance.due.provisional);
    if running {
        let row = contract_provisional::contract.eq(record.id);
        diesel::insert_into(contract_provisional::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// A part of them, from after one on.
pub fn provisional(
    conn: &mut Conn,
    after: Option<ContractId>,
    limit: i64,
) -> Result<Vec<ContractId>, Refusal> {
    let mut query = contract_provisional::table.select(contract_provisional::contract).into_boxed();
    if let Some(after) = after {
        query = query.filter(contract_provisional::contract.gt(after));
    }
    Ok(query.order(contract_provisional::contract).limit(limit).load(conn)?)
}

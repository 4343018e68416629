//! Serials without gaps: the counter's row changes in the transaction that uses the number, so that a registration
//! that fails gives its serial back.

use diesel::prelude::*;

use crate::db::schema::contract_counter;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;

/// The next serial for these ten digits, 1 for the first.
pub fn next_serial(conn: &mut Conn, prefix: &str) -> Result<i64, Refusal> {
    let first = (contract_counter::prefix.eq(prefix), contract_counter::last.eq(0_i64));
    on_each!(conn, c => diesel::insert_into(contract_counter::table)
        .values(first)
        .on_conflict_do_nothing()
        .execute(c))?;
    diesel::update(contract_counter::table.find(prefix))
        .set(contract_counter::last.eq(contract_counter::last + 1))
        .execute(conn)?;
    Ok(contract_counter::table.find(prefix).select(contract_counter::last).first(conn)?)
}

//! Rows of contracts. Every function works inside the caller's transaction or snapshot.

mod after;
mod attached;
mod casework;
mod counter;
mod duplicates;
mod editions;
mod estimates;
mod imports;
mod lists;
mod provisional;
mod row;
mod sale;
mod steps;
mod supervision;

use diesel::prelude::*;

use super::model::{ContractId, Number, Record};
use crate::db::schema::contract::contract;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;
use row::Row;

pub use after::{add_amendment, add_income, amendments, incomes, save_amendment, save_income, verified};
pub use attached::{attach, attached};
pub use counter::next_serial;
pub use duplicates::{same_deal, same_parties, same_text};
pub use editions::{add_edition, edition_by_code, editions, latest_edition};
pub use imports::{
    abandoned_import, add_import, add_item, count_items, finish_import, finished_import, import, sweep_import,
};
pub use lists::{Scope, Wanted, kept, list, sold, standing, work};
pub use provisional::provisional;
pub use sale::{drafted, is_drafted, note_sale, sale_of};
pub use steps::{add_step, steps};
pub use supervision::{counted, due_between, open_now};

pub fn insert(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    diesel::insert_into(contract::table).values(&Row::of(record)?).execute(conn)?;
    estimates::note(conn, record)
}

/// Writes a record back over the version before its own.
pub fn save(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    let before = contract::table.find(record.id).filter(contract::version.eq(record.version - 1));
    saved(diesel::update(before).set(&Row::of(record)?).execute(conn)?)?;
    provisional::note(conn, record)?;
    estimates::clear(conn, &[record.id])?;
    estimates::note(conn, record)
}

pub fn find(conn: &mut Conn, id: ContractId) -> Result<Option<Record>, Refusal> {
    let shown = contract::table.find(id).filter(imports::is_shown());
    let row: Option<Row> = shown.select(contract::all_columns).first(conn).optional()?;
    row.map(Row::build).transpose()
}

pub fn by_number(conn: &mut Conn, number: &Number) -> Result<Option<Record>, Refusal> {
    let row: Option<Row> = contract::table
        .filter(contract::number.eq(number.as_str()))
        .select(contract::all_columns)
        .first(conn)
        .optional()?;
    row.map(Row::build).transpose()
}

/// Stands in the due column where nothing is due, so that it is never null and such cases come last.
fn nothing_due() -> Day {
    Day::new(9999, 12, 31).unwrap_or_else(|| crate::kernel::time::UtcTime::from_micros(0).day())
}

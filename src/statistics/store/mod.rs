//! Rows of statistics.

mod ask;
mod releases;
mod reports;

pub use ask::{lines, records};
pub use releases::{add_release, ocid_of, release_page, releases_of};
pub use reports::{add_report, first_day, last_report, reports};

use diesel::prelude::*;

use super::model::Record;
use super::rules;
use crate::contract::model::ContractId;
use crate::db::Conn;
use crate::db::schema::statistics_record;
use crate::kernel::error::Refusal;

/// Puts the contract's row as it now stands in the place of the earlier one.
pub fn put(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    use statistics_record as t;
    remove(conn, record.contract)?;
    diesel::insert_into(t::table)
        .values((
            (
                t::contract.eq(record.contract),
                t::number.eq(&record.number),
                t::state.eq(record.stage),
                t::edition.eq(record.edition),
                t::office.eq(record.office),
                t::registered_on.eq(record.registered_on),
                t::month.eq(rules::month(record.registered_on)),
                t::title.eq(&record.title),
                t::class.eq(&record.class),
                t::sub_type.eq(&record.sub_type),
                t::technical_field.eq(&record.technical_field),
                t::ip_kind.eq(&record.ip_kind),
                t::plan_source.eq(&record.plan_source),
                t::industry.eq(&record.industry),
                t::objective.eq(&record.objective),
            ),
            (
                t::seller_name.eq(&record.seller.name),
                t::seller_code.eq(&record.seller.credit_code),
                t::seller_kind.eq(&record.seller.kind),
                t::seller_division.eq(&record.seller.division),
                t::buyer_name.eq(&record.buyer.name),
                t::buyer_code.eq(&record.buyer.credit_code),
                t::buyer_kind.eq(&record.buyer.kind),
                t::buyer_division.eq(&record.buyer.division),
                t::total_fen.eq(record.total),
                t::technical_fen.eq(record.technical),
                t::estimated.eq(record.estimated),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

fn remove(conn: &mut Conn, contract: ContractId) -> Result<(), Refusal> {
    diesel::delete(statistics_record::table.find(contract)).execute(conn)?;
    Ok(())
}

//! What was published of each act: written once, never changed.

use diesel::prelude::*;

use crate::contract::model::ContractId;
use crate::db::schema::statistics_release as t;
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::statistics::model::Release;

#[derive(Queryable, Insertable)]
#[diesel(table_name = t)]
struct Row {
    seq: i64,
    contract: ContractId,
    ocid: String,
    at: UtcTime,
    document: String,
}

pub fn add_release(conn: &mut Conn, release: &Release) -> Result<(), Refusal> {
    let row = Row {
        seq: release.seq,
        contract: release.contract,
        ocid: release.ocid.clone(),
        at: release.at,
        document: to_json(&release.document)?,
    };
    diesel::insert_into(t::table).values(&row).execute(conn)?;
    Ok(())
}

/// The process that the releases of a contract belong to.
pub fn ocid_of(conn: &mut Conn, contract: ContractId) -> Result<Option<String>, Refusal> {
    let own = t::table.filter(t::contract.eq(contract));
    Ok(own.order(t::seq).select(t::ocid).first(conn).optional()?)
}

/// In the order of the acts, after the one of this number.
pub fn release_page(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Release>, Refusal> {
    let rows: Vec<Row> = t::table.filter(t::seq.gt(after)).order(t::seq).limit(limit).load(conn)?;
    rows.into_iter().map(build).collect()
}

pub fn releases_of(conn: &mut Conn, contract: ContractId) -> Result<Vec<Release>, Refusal> {
    let rows: Vec<Row> = t::table.filter(t::contract.eq(contract)).order(t::seq).load(conn)?;
    rows.into_iter().map(build).collect()
}

fn build(row: Row) -> Result<Release, Refusal> {
    Ok(Release {
        seq: row.seq,
        contract: row.contract,
        ocid: row.ocid,
        at: row.at,
        document: from_json(&row.document)?,
    })
}

//! What was registered, edition by edition.

use diesel::prelude::*;

use crate::contract::model::{ContractId, Edition, Number};
use crate::db::schema::contract_edition;
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;

#[derive(Queryable, Insertable)]
#[diesel(table_name = contract_edition)]
struct Row {
    contract: ContractId,
    edition: i32,
    number: String,
    code: String,
    at: UtcTime,
    office: OrganisationId,
    office_name: String,
    registrar: String,
    total_fen: Fen,
    technical_fen: Fen,
    reason: String,
    form: String,
}

pub fn add_edition(conn: &mut Conn, edition: &Edition) -> Result<(), Refusal> {
    let row = Row {
        contract: edition.contract,
        edition: i32::try_from(edition.edition).map_err(Refusal::internal)?,
        number: edition.number.as_str().to_owned(),
        code: edition.code.clone(),
        at: edition.at,
        office: edition.office,
        office_name: edition.office_name.clone(),
        registrar: edition.registrar.clone(),
        total_fen: edition.total,
        technical_fen: edition.technical,
        reason: edition.reason.clone(),
        form: to_json(&edition.form)?,
    };
    diesel::insert_into(contract_edition::table).values(&row).execute(conn)?;
    Ok(())
}

pub fn latest_edition(conn: &mut Conn, contract: ContractId) -> Result<Option<Edition>, Refusal> {
    let row: Option<Row> = contract_edition::table
        .filter(contract_edition::contract.eq(contract))
        .order(contract_edition::edition.desc())
        .first(conn)
        .optional()?;
    row.map(build).transpose()
}

/// Oldest first.
pub fn editions(conn: &mut Conn, contract: ContractId) -> Result<Vec<Edition>, Refusal> {
    let rows: Vec<Row> = contract_edition::table
        .filter(contract_edition::contract.eq(contract))
        .order(contract_edition::edition)
        .load(conn)?;
    rows.into_iter().map(build).collect()
}

/// The edition whose certificate bears this number and code.
pub fn edition_by_code(conn: &mut Conn, number: &Number, code: &str) -> Result<Option<Edition>, Refusal> {
    let row: Option<Row> = contract_edition::table
        .filter(contract_edition::number.eq(number.as_str()))
        .filter(contract_edition::code.eq(code))
        .first(conn)
        .optional()?;
    row.map(build).transpose()
}

fn build(row: Row) -> Result<Edition, Refusal> {
    let number = Number::parse(&row.number);
    Ok(Edition {
        contract: row.contract,
        edition: u32::try_from(row.edition).map_err(Refusal::internal)?,
        number: number.ok_or_else(|| Refusal::internal(format!("stored number {}", row.number)))?,
        code: row.code,
        at: row.at,
        office: row.office,
        office_name: row.office_name,
        registrar: row.registrar,
        total: row.total_fen,
        technical: row.technical_fen,
        reason: row.reason,
        form: from_json(&row.form)?,
    })
}

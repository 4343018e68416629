//! Imports and the drafts that they hold back until they are finished.

use diesel::dsl::{count_star, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::contract::model::{ContractId, Import, ImportId};
use crate::db::schema::contract::{contract, contract_step};
use crate::db::schema::contract_import::{contract_import as t, contract_import_item as item};
use crate::db::{Conn, saved};
use crate::files::model::FileId;
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Insertable)]
#[diesel(table_name = t)]
struct Row {
    id: ImportId,
    organisation: OrganisationId,
    created_by: UserId,
    file: FileId,
    sha256: String,
    entries: i32,
    created_at: UtcTime,
    finished_at: Option<UtcTime>,
}

impl Row {
    fn build(self) -> Import {
        Import {
            id: self.id,
            organisation: self.organisation,
            created_by: self.created_by,
            file: self.file,
            sha256: self.sha256,
            entries: self.entries,
            created_at: self.created_at,
            finished_at: self.finished_at,
        }
    }
}

/// Not a draft of an import that is under way or was abandoned.
pub fn is_shown() -> SqlLiteral<Bool> {
    sql::<Bool>(
        "NOT EXISTS (SELECT 1 FROM contract_import_item i JOIN contract_import m ON m.id = i.batch \
         WHERE i.contract = contract.id AND m.finished_at IS NULL)",
    )
}

pub fn add_import(conn: &mut Conn, import: &Import) -> Result<(), Refusal> {
    let row = Row {
        id: import.id,
        organisation: import.organisation,
        created_by: import.created_by,
        file: import.file,
        sha256: import.sha256.clone(),
        entries: import.entries,
        created_at: import.created_at,
        finished_at: import.finished_at,
    };
    diesel::insert_into(t::table).values(&row).execute(conn)?;
    Ok(())
}

pub fn import(conn: &mut Conn, id: ImportId) -> Result<Option<Import>, Refusal> {
    let row: Option<Row> = t::table.find(id).first(conn).optional()?;
    Ok(row.map(Row::build))
}

/// The finished import of the same bytes by the same organisation.
pub fn finished_import(
    conn: &mut Conn,
    organisation: OrganisationId,
    sha256: &str,
) -> Result<Option<Import>, Refusal> {
    let row: Option<Row> = t::table
        .filter(t::organisation.eq(organisation))
        .filter(t::sha256.eq(sha256))
        .filter(t::finished_at.is_not_null())
        .first(conn)
        .optional()?;
    Ok(row.map(Row::build))
}

pub fn add_item(conn: &mut Conn, import: ImportId, id: ContractId) -> Result<(), Refusal> {
    diesel::insert_into(item::table).values((item::contract.eq(id), item::batch.eq(import))).execute(conn)?;
    Ok(())
}

pub fn count_items(conn: &mut Conn, import: ImportId) -> Result<i64, Refusal> {
    Ok(item::table.filter(item::batch.eq(import)).select(count_star()).first(conn)?)
}

/// One row makes all drafts of the import visible.
pub fn finish_import(conn: &mut Conn, import: ImportId, at: UtcTime) -> Result<(), Refusal> {
    let open = t::table.find(import).filter(t::finished_at.is_null());
    saved(diesel::update(open).set(t::finished_at.eq(Some(at))).execute(conn)?)
}

/// An import that was begun before then and never finished.
pub fn abandoned_import(conn: &mut Conn, before: UtcTime) -> Result<Option<ImportId>, Refusal> {
    Ok(t::table
        .filter(t::finished_at.is_null())
        .filter(t::created_at.lt(before))
        .select(t::id)
        .first(conn)
        .optional()?)
}

/// Removes some of an abandoned import's drafts, and the import itself once it has none; whether more is to do.
pub fn sweep_import(conn: &mut Conn, import: ImportId, limit: i64) -> Result<bool, Refusal> {
    let ids: Vec<ContractId> = item::table
        .filter(item::batch.eq(import))
        .select(item::contract)
        .order(item::contract)
        .limit(limit)
        .load(conn)?;
    if ids.is_empty() {
        diesel::delete(t::table.find(import).filter(t::finished_at.is_null())).execute(conn)?;
        return Ok(false);
    }
    diesel::delete(contract_step::table.filter(contract_step::contract.eq_any(&ids))).execute(conn)?;
    diesel::delete(item::table.filter(item::contract.eq_any(&ids))).execute(conn)?;
    super::estimates::clear(conn, &ids)?;
    diesel::delete(contract::table.filter(contract::id.eq_any(&ids))).execute(conn)?;
    Ok(true)
}

//! Files of a contract.

use diesel::prelude::*;

use crate::contract::model::{Attached, AttachmentKind, ContractId};
use crate::db::Conn;
use crate::db::schema::contract_attachment;
use crate::files::model::FileId;
use crate::kernel::error::Refusal;

#[derive(Queryable, Insertable)]
#[diesel(table_name = contract_attachment)]
struct Row {
    contract: ContractId,
    file: FileId,
    position: i32,
    kind: AttachmentKind,
    name: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
    text_sha256: String,
}

/// Makes these the contract's files, instead of those it had.
pub fn attach(conn: &mut Conn, contract: ContractId, files: &[Attached]) -> Result<(), Refusal> {
    diesel::delete(contract_attachment::table.filter(contract_attachment::contract.eq(contract)))
        .execute(conn)?;
    for (position, file) in (0..).zip(files) {
        let row = Row {
            contract,
            file: file.file,
            position,
            kind: file.kind,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.clone(),
            text_sha256: file.text_sha256.clone(),
        };
        diesel::insert_into(contract_attachment::table).values(&row).execute(conn)?;
    }
    Ok(())
}

pub fn attached(conn: &mut Conn, contract: ContractId) -> Result<Vec<Attached>, Refusal> {
    let rows: Vec<Row> = contract_attachment::table
        .filter(contract_attachment::contract.eq(contract))
        .order(contract_attachment::position)
        .load(conn)?;
    let build = |row: Row| Attached {
        file: row.file,
        kind: row.kind,
        name: row.name,
        media_type: row.media_type,
        size_bytes: row.size_bytes,
        sha256: row.sha256,
        text_sha256: row.text_sha256,
    };
    Ok(rows.into_iter().map(build).collect())
}

//! Protocols as they were signed, and which are still to be written.

use diesel::prelude::*;

use super::model::Signed;
use crate::db::Conn;
use crate::db::schema::{sale_protocol, sale_protocol_due};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_protocol)]
struct Row {
    sale: SaleId,
    edition: i32,
    sha256: String,
    document: String,
    jws: String,
    signed_at: UtcTime,
}

/// Sales after one of them whose protocol is to be written.
pub fn due(conn: &mut Conn, after: Option<SaleId>, limit: i64) -> Result<Vec<SaleId>, Refusal> {
    let mut query = sale_protocol_due::table.into_boxed();
    if let Some(after) = after {
        query = query.filter(sale_protocol_due::sale.gt(after));
    }
    Ok(query.order(sale_protocol_due::sale).limit(limit).select(sale_protocol_due::sale).load(conn)?)
}

/// Whether one is still due: false when another instance has written it.
pub fn is_due(conn: &mut Conn, sale: SaleId) -> Result<bool, Refusal> {
    let found: Option<SaleId> =
        sale_protocol_due::table.find(sale).select(sale_protocol_due::sale).first(conn).optional()?;
    Ok(found.is_some())
}

pub fn done(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    diesel::delete(sale_protocol_due::table.find(sale)).execute(conn)?;
    Ok(())
}

pub fn insert(conn: &mut Conn, sale: SaleId, it: &Signed) -> Result<(), Refusal> {
    let row = Row {
        sale,
        edition: it.edition,
        sha256: it.sha256.clone(),
        document: it.document.clone(),
        jws: it.jws.clone(),
        signed_at: it.signed_at,
    };
    diesel::insert_into(sale_protocol::table).values(row).execute(conn)?;
    Ok(())
}

/// An edition, or the last one.
pub fn signed(conn: &mut Conn, sale: SaleId, edition: Option<i32>) -> Result<Option<Signed>, Refusal> {
    let mut query = sale_protocol::table.into_boxed().filter(sale_protocol::sale.eq(sale));
    if let Some(edition) = edition {
        query = query.filter(sale_protocol::edition.eq(edition));
    }
    let row: Option<Row> = query.order(sale_protocol::edition.desc()).first(conn).optional()?;
    Ok(row.map(|row| Signed {
        edition: row.edition,
        sha256: row.sha256,
        document: row.document,
        jws: row.jws,
        signed_at: row.signed_at,
    }))
}

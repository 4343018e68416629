//! What is sealed under the master key: ballot boxes, and opening keys that the server keeps.

use diesel::prelude::*;

use crate::db::schema::{sealed_box, sealed_key};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::trading::model::SaleId;

pub fn insert_box(conn: &mut Conn, sale: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let row = (sealed_box::sale.eq(sale), sealed_box::sealed.eq(sealed));
    diesel::insert_into(sealed_box::table).values(row).execute(conn)?;
    Ok(())
}

pub fn put_box(conn: &mut Conn, sale: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let old = sealed_box::table.find(sale);
    saved(diesel::update(old).set(sealed_box::sealed.eq(sealed)).execute(conn)?)
}

pub fn sealed_box(conn: &mut Conn, sale: SaleId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(sealed_box::table.find(sale).select(sealed_box::sealed).first(conn).optional()?)
}

pub fn insert_key(conn: &mut Conn, sale: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let row = (sealed_key::sale.eq(sale), sealed_key::sealed.eq(sealed));
    diesel::insert_into(sealed_key::table).values(row).execute(conn)?;
    Ok(())
}

pub fn sealed_key(conn: &mut Conn, sale: SaleId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(sealed_key::table.find(sale).select(sealed_key::sealed).first(conn).optional()?)
}

pub fn delete_key(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    diesel::delete(sealed_key::table.find(sale)).execute(conn)?;
    Ok(())
}

/// After the opening, or when the tender is set up anew.
pub fn delete_box(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    diesel::delete(sealed_box::table.find(sale)).execute(conn)?;
    Ok(())
}

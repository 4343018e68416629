//! What is sealed under the master key: ballot boxes, and opening keys that the server keeps.

use diesel::prelude::*;

use crate::db::schema::{sale, sealed_box, sealed_key};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::trading::model::{Mode, SaleId, State};

pub fn insert_box(conn: &mut Conn, of: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let row = (sealed_box::sale.eq(of), sealed_box::sealed.eq(sealed));
    diesel::insert_into(sealed_box::table).values(row).execute(conn)?;
    Ok(())
}

/// Tenders that were taken back before their opening and still have a box.
pub fn left_behind(conn: &mut Conn, limit: i64) -> Result<Vec<SaleId>, Refusal> {
    let dead = sale::table
        .filter(sale::mode.eq(Mode::SealedTender))
        .filter(sale::state.eq_any([State::Withdrawn, State::Annulled]))
        .select(sale::id);
    Ok(sealed_box::table
        .filter(sealed_box::sale.eq_any(dead))
        .order(sealed_box::sale)
        .limit(limit)
        .select(sealed_box::sale)
        .load(conn)?)
}

pub fn put_box(conn: &mut Conn, of: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let old = sealed_box::table.find(of);
    saved(diesel::update(old).set(sealed_box::sealed.eq(sealed)).execute(conn)?)
}

pub fn sealed_box(conn: &mut Conn, of: SaleId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(sealed_box::table.find(of).select(sealed_box::sealed).first(conn).optional()?)
}

pub fn insert_key(conn: &mut Conn, of: SaleId, sealed: &[u8]) -> Result<(), Refusal> {
    let row = (sealed_key::sale.eq(of), sealed_key::sealed.eq(sealed));
    diesel::insert_into(sealed_key::table).values(row).execute(conn)?;
    Ok(())
}

pub fn sealed_key(conn: &mut Conn, of: SaleId) -> Result<Option<Vec<u8>>, Refusal> {
    Ok(sealed_key::table.find(of).select(sealed_key::sealed).first(conn).optional()?)
}

pub fn delete_key(conn: &mut Conn, of: SaleId) -> Result<(), Refusal> {
    diesel::delete(sealed_key::table.find(of)).execute(conn)?;
    Ok(())
}

/// After the opening, when the tender is set up anew, or when it was taken back.
pub fn delete_box(conn: &mut Conn, of: SaleId) -> Result<(), Refusal> {
    diesel::delete(sealed_box::table.find(of)).execute(conn)?;
    Ok(())
}

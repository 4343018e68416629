//! Answers kept for repeated requests.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::idempotency;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency)]
pub struct Kept {
    pub body_hash: Vec<u8>,
    pub status: i32,
    pub headers: String,
    pub body: String,
    pub seq: i64,
}

pub fn find(conn: &mut Conn, principal: &str, operation: &str, key: &str) -> Result<Option<Kept>, Refusal> {
    let found = idempotency::table.find((principal, operation, key)).select(Kept::as_select());
    Ok(found.first(conn).optional()?)
}

pub fn insert(
    conn: &mut Conn,
    principal: &str,
    operation: &str,
    key: &str,
    at: UtcTime,
    kept: &Kept,
) -> Result<(), Refusal> {
    let scope = (
        idempotency::principal.eq(principal),
        idempotency::operation.eq(operation),
        idempotency::key.eq(key),
        idempotency::at.eq(at),
    );
    diesel::insert_into(idempotency::table).values((scope, kept)).execute(conn)?;
    Ok(())
}

pub fn delete_before(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<usize, Refusal> {
    let oldest: Option<UtcTime> = idempotency::table
        .filter(idempotency::at.lt(before))
        .order(idempotency::at)
        .select(idempotency::at)
        .offset(limit - 1)
        .first(conn)
        .optional()?;
    let until = oldest.map_or(before, |at| at.plus_micros(1));
    let old = idempotency::table.filter(idempotency::at.lt(until));
    Ok(diesel::delete(old).execute(conn)?)
}

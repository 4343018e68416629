//! Which steps of the demo have been done.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::demo_step;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

pub fn is_done(conn: &mut Conn, name: &str) -> Result<bool, Refusal> {
    let found: Option<String> = demo_step::table.find(name).select(demo_step::name).first(conn).optional()?;
    Ok(found.is_some())
}

pub fn mark_done(conn: &mut Conn, name: &str, at: UtcTime) -> Result<(), Refusal> {
    let row = (demo_step::name.eq(name), demo_step::at.eq(at));
    diesel::insert_into(demo_step::table).values(row).execute(conn)?;
    Ok(())
}

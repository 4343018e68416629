//! What was published last.

use diesel::prelude::*;

use crate::db::schema::commands::published_projection;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::id::ids;
use crate::kernel::time::UtcTime;

ids! {
    PublishedId of PublishedKind;
}

#[derive(Clone, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = published_projection)]
pub struct Published {
    pub name: String,
    pub id: PublishedId,
    pub version: i64,
    /// Empty once it was withdrawn.
    pub digest: String,
    pub published_at: UtcTime,
}

pub fn published(conn: &mut Conn, name: &str) -> Result<Option<Published>, Refusal> {
    let found = published_projection::table.find(name).select(published_projection::all_columns);
    Ok(found.first(conn).optional()?)
}

pub fn put(conn: &mut Conn, row: &Published) -> Result<(), Refusal> {
    on_each!(conn, c => diesel::insert_into(published_projection::table)
        .values(row.clone())
        .on_conflict(published_projection::name)
        .do_update()
        .set(row.clone())
        .execute(c))?;
    Ok(())
}

/// Names that begin so and were not withdrawn.
pub fn living(conn: &mut Conn, prefix: &str) -> Result<Vec<String>, Refusal> {
    Ok(published_projection::table
        .filter(published_projection::name.ge(prefix))
        .filter(published_projection::name.lt(format!("{prefix}\u{10FFFF}")))
        .filter(published_projection::digest.ne(""))
        .order(published_projection::name)
        .select(published_projection::name)
        .load(conn)?)
}

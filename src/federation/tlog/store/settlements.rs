//! Cases of two histories that were settled.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::tlog_settlement;
use crate::db::types::stored_words;
use crate::federation::model::{SettledBy, SettlementId};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

stored_words!(SettledBy);

/// A case that was settled.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = tlog_settlement)]
pub struct Settlement {
    pub id: SettlementId,
    pub origin: String,
    pub node: String,
    pub epoch: i64,
    pub fault: String,
    pub fault_at: UtcTime,
    /// The notes that prove it.
    pub evidence: String,
    pub ground: SettledBy,
    pub reason: String,
    pub settled_by: UserId,
    pub settled_by_name: String,
    pub settled_at: UtcTime,
}

pub fn insert_settlement(conn: &mut Conn, row: &Settlement) -> Result<(), Refusal> {
    diesel::insert_into(tlog_settlement::table).values(row.clone()).execute(conn)?;
    Ok(())
}

/// Of one log, the newest first, at most so many.
pub fn settled_of(conn: &mut Conn, origin: &str, limit: i64) -> Result<Vec<Settlement>, Refusal> {
    let of = tlog_settlement::table.filter(tlog_settlement::origin.eq(origin));
    Ok(of.order(tlog_settlement::id.desc()).limit(limit).select(Settlement::as_select()).load(conn)?)
}

/// All of them or those of one node, the newest first.
pub fn settlements(
    conn: &mut Conn,
    node: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Settlement>, Refusal> {
    let mut query = tlog_settlement::table.into_boxed::<MultiBackend>();
    if let Some(node) = node {
        query = query.filter(tlog_settlement::node.eq(node.to_owned()));
    }
    if let Some(after) = page.after::<SettlementId>()? {
        query = query.filter(tlog_settlement::id.lt(after));
    }
    let rows: Vec<Settlement> = query
        .order(tlog_settlement::id.desc())
        .limit(page.limit + 1)
        .select(Settlement::as_select())
        .load(conn)?;
    Ok(Page::cut(rows, page.limit, |it: &Settlement| it.id))
}

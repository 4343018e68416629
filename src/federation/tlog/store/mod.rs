//! Rows of the tree, of checkpoints, and of neighbours' logs.

mod settlements;

pub use settlements::{Settlement, insert_settlement, settled_of, settlements};

use diesel::prelude::*;

use crate::db::schema::{
    tlog_checkpoint, tlog_cosignature, tlog_head, tlog_neighbour, tlog_tile, tlog_watch,
};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::proof::merkle::{Edge, Hash};

const HASH_BYTES: usize = 32;
/// Epochs of one node that are looked through.
const LOGS_MAX: i64 = 100;

/// Concatenated hashes, as tiles are served.
pub fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(HASH_BYTES).filter_map(|chunk| chunk.try_into().ok()).collect()
}

/// The right edge of the tree.
pub fn edge(conn: &mut Conn) -> Result<Edge, Refusal> {
    let columns = (tlog_head::size, tlog_head::peaks);
    let (size, peaks): (i64, String) = tlog_head::table.find(1).select(columns).first(conn)?;
    let peaks = hex::decode(&peaks).map_err(Refusal::internal)?;
    let size = u64::try_from(size).map_err(Refusal::internal)?;
    Edge::new(size, hashes(&peaks)).ok_or_else(|| Refusal::internal("the tree's head is damaged"))
}

/// Moves the head; false when another instance was faster.
pub fn grow(conn: &mut Conn, old: u64, edge: &Edge) -> Result<bool, Refusal> {
    let old = i64::try_from(old).map_err(Refusal::internal)?;
    let new = i64::try_from(edge.size()).map_err(Refusal::internal)?;
    let peaks = hex::encode(edge.peaks().concat());
    let mine = tlog_head::table.filter(tlog_head::id.eq(1).and(tlog_head::size.eq(old)));
    let rows =
        diesel::update(mine).set((tlog_head::size.eq(new), tlog_head::peaks.eq(peaks))).execute(conn)?;
    Ok(rows == 1)
}

pub fn tile(conn: &mut Conn, level: u32, index: u64) -> Result<Option<Vec<u8>>, Refusal> {
    let key = (i32::try_from(level).unwrap_or(i32::MAX), i64::try_from(index).unwrap_or(i64::MAX));
    Ok(tlog_tile::table.find(key).select(tlog_tile::hashes).first(conn).optional()?)
}

pub fn put_tile(conn: &mut Conn, level: u32, index: u64, hashes: &[u8]) -> Result<(), Refusal> {
    let level = i32::try_from(level).map_err(Refusal::internal)?;
    let index = i64::try_from(index).map_err(Refusal::internal)?;
    let updated = diesel::update(tlog_tile::table.find((level, index)))
        .set(tlog_tile::hashes.eq(hashes))
        .execute(conn)?;
    if updated == 0 {
        let row = (tlog_tile::level.eq(level), tlog_tile::idx.eq(index), tlog_tile::hashes.eq(hashes));
        diesel::insert_into(tlog_tile::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// A checkpoint that this node signed.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tlog_checkpoint)]
pub struct Signed {
    pub size: i64,
    pub root: Vec<u8>,
    pub note: String,
}

pub fn latest(conn: &mut Conn) -> Result<Option<Signed>, Refusal> {
    let newest = tlog_checkpoint::table.order(tlog_checkpoint::size.desc());
    Ok(newest.select(Signed::as_select()).first(conn).optional()?)
}

/// The next checkpoints behind a size, the smallest first.
pub fn checkpoints_after(conn: &mut Conn, size: i64, limit: i64) -> Result<Vec<Signed>, Refusal> {
    let next = tlog_checkpoint::table.filter(tlog_checkpoint::size.gt(size)).order(tlog_checkpoint::size);
    Ok(next.limit(limit).select(Signed::as_select()).load(conn)?)
}

/// The smallest signed tree that holds this many leaves.
pub fn covering(conn: &mut Conn, leaves: i64) -> Result<Option<Signed>, Refusal> {
    let enough = tlog_checkpoint::table.filter(tlog_checkpoint::size.ge(leaves));
    Ok(enough.order(tlog_checkpoint::size).select(Signed::as_select()).first(conn).optional()?)
}

/// The newest signed tree of at least this many leaves that a neighbour has cosigned.
pub fn cosigned(conn: &mut Conn, leaves: i64) -> Result<Option<Signed>, Refusal> {
    let witnessed = tlog_cosignature::table.filter(tlog_cosignature::size.ge(leaves));
    let newest: Option<i64> = witnessed.select(diesel::dsl::max(tlog_cosignature::size)).first(conn)?;
    match newest {
        None => Ok(None),
        Some(size) => {
            Ok(tlog_checkpoint::table.find(size).select(Signed::as_select()).first(conn).optional()?)
        }
    }
}

pub fn put_checkpoint(
    conn: &mut Conn,
    size: u64,
    root: &Hash,
    note: &str,
    at: UtcTime,
) -> Result<(), Refusal> {
    let row = (
        tlog_checkpoint::size.eq(i64::try_from(size).map_err(Refusal::internal)?),
        tlog_checkpoint::root.eq(root.as_slice()),
        tlog_checkpoint::note.eq(note),
        tlog_checkpoint::at.eq(at),
    );
    on_each!(conn, c => diesel::insert_into(tlog_checkpoint::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Drops old checkpoints that nobody cosigned, but the newest ones.
pub fn drop_old(conn: &mut Conn, kept: i64, at_most: i64) -> Result<(), Refusal> {
    let sizes = tlog_checkpoint::table.select(tlog_checkpoint::size);
    let edge: Option<i64> = sizes.order(tlog_checkpoint::size.desc()).offset(kept).first(conn).optional()?;
    let Some(edge) = edge else { return Ok(()) };
    let witnessed = tlog_cosignature::table.select(tlog_cosignature::size);
    let old: Vec<i64> = tlog_checkpoint::table
        .filter(tlog_checkpoint::size.le(edge))
        .filter(tlog_checkpoint::size.ne_all(witnessed))
        .order(tlog_checkpoint::size)
        .limit(at_most)
        .select(tlog_checkpoint::size)
        .load(conn)?;
    diesel::delete(tlog_checkpoint::table.filter(tlog_checkpoint::size.eq_any(old))).execute(conn)?;
    Ok(())
}

pub fn cosignatures(conn: &mut Conn, size: i64) -> Result<Vec<String>, Refusal> {
    let of = tlog_cosignature::table.filter(tlog_cosignature::size.eq(size));
    Ok(of.order(tlog_cosignature::witness).select(tlog_cosignature::line).load(conn)?)
}

pub fn put_cosignature(
    conn: &mut Conn,
    size: i64,
    witness: &str,
    line: &str,
    at: UtcTime,
) -> Result<(), Refusal> {
    let row = (
        tlog_cosignature::size.eq(size),
        tlog_cosignature::witness.eq(witness),
        tlog_cosignature::line.eq(line),
        tlog_cosignature::at.eq(at),
    );
    on_each!(conn, c => diesel::insert_into(tlog_cosignature::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// A neighbour's log as it was last seen.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tlog_neighbour, treat_none_as_null = true)]
pub struct Neighbour {
    pub origin: String,
    pub node: String,
    pub epoch: i64,
    /// Verifier keys, one a line.
    pub keys: String,
    /// 0 and an empty note: nothing was seen yet.
    pub size: i64,
    pub note: String,
    pub seen_at: UtcTime,
    pub fault: Option<String>,
    pub fault_at: Option<UtcTime>,
    /// The notes that prove it.
    pub evidence: Option<String>,
}

pub fn neighbour(conn: &mut Conn, origin: &str) -> Result<Option<Neighbour>, Refusal> {
    Ok(tlog_neighbour::table.find(origin).select(Neighbour::as_select()).first(conn).optional()?)
}

pub fn neighbours(conn: &mut Conn, limit: i64) -> Result<Vec<Neighbour>, Refusal> {
    let ordered = tlog_neighbour::table.order((tlog_neighbour::node, tlog_neighbour::epoch.desc()));
    Ok(ordered.limit(limit).select(Neighbour::as_select()).load(conn)?)
}

pub fn put_neighbour(conn: &mut Conn, row: &Neighbour) -> Result<(), Refusal> {
    let updated = diesel::update(tlog_neighbour::table.find(&row.origin)).set(row).execute(conn)?;
    if updated == 0 {
        diesel::insert_into(tlog_neighbour::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// The logs of one node, one for each of its epochs, the newest first.
pub fn logs_of(conn: &mut Conn, node: &str) -> Result<Vec<Neighbour>, Refusal> {
    let of = tlog_neighbour::table.filter(tlog_neighbour::node.eq(node));
    Ok(of.order(tlog_neighbour::epoch.desc()).limit(LOGS_MAX).select(Neighbour::as_select()).load(conn)?)
}

/// How a neighbour's log was looked at.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tlog_watch, treat_none_as_null = true)]
pub struct Watch {
    pub node: String,
    pub looked_at: UtcTime,
    pub failures: i32,
    pub last_error: Option<String>,
    pub cosigned_size: i64,
    pub cosigned_at: Option<UtcTime>,
}

pub fn watch(conn: &mut Conn, node: &str) -> Result<Option<Watch>, Refusal> {
    Ok(tlog_watch::table.find(node).select(Watch::as_select()).first(conn).optional()?)
}

pub fn put_watch(conn: &mut Conn, row: &Watch) -> Result<(), Refusal> {
    let updated = diesel::update(tlog_watch::table.find(&row.node)).set(row).execute(conn)?;
    if updated == 0 {
        diesel::insert_into(tlog_watch::table).values(row).execute(conn)?;
    }
    Ok(())
}

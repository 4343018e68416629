//! Reading the log and keeping the cursors.

use diesel::prelude::*;

use super::codes::{EPOCH_NOT_GREATER, NODE_DIFFERS};
use super::leaves::PassedOn;
use crate::db::schema::{change, change_head, change_relay, follower, follower_parked, lease};
use crate::db::{Conn, from_json, on_each};
use crate::kernel::change::{Audience, Change, Method};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// Epochs that the clock makes count every other second since 1970: two restores never fall into one, and 32 bits
/// last until 2106.
const EPOCH_SECONDS: i64 = 2;
/// CloudEvents integers have 32 bits.
const EPOCH_MAX: i64 = i32::MAX as i64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Head {
    /// Grows with each restore from a backup; a cursor of an older epoch is void.
    pub epoch: i64,
    pub seq: i64,
    pub feed_seq: i64,
}

pub fn head(conn: &mut Conn) -> Result<Head, Refusal> {
    let columns = (change_head::epoch, change_head::seq, change_head::feed_seq);
    Ok(change_head::table.find(1).select(columns).first(conn)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
struct Row {
    seq: i64,
    feed_seq: Option<i64>,
    at: UtcTime,
    kind: String,
    subject: String,
    version: i64,
    method: Method,
    actor: String,
    audience: String,
    facts: Option<String>,
    public: Option<String>,
}

impl Row {
    fn read(self) -> Result<Change, Refusal> {
        let audience = Audience::from_text(&self.audience)
            .ok_or_else(|| Refusal::internal(format!("audience {:?}", self.audience)))?;
        Ok(Change {
            seq: self.seq,
            feed_seq: self.feed_seq,
            at: self.at,
            kind: self.kind,
            subject: self.subject,
            version: self.version,
            method: self.method,
            actor: self.actor,
            audience,
            facts: self.facts.as_deref().map_or(Ok(serde_json::Value::Null), from_json)?,
            public: self.public.as_deref().map(from_json).transpose()?,
        })
    }
}

/// The next changes after `seq`, in order and without holes.
pub fn read_after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<Change>, Refusal> {
    let rows: Vec<Row> = change::table
        .filter(change::seq.gt(seq))
        .order(change::seq)
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// Numbers and kinds of the next changes after `seq`: for passing over what a follower does not want.
pub fn kinds_after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<(i64, String)>, Refusal> {
    let next = change::table.filter(change::seq.gt(seq)).order(change::seq).limit(limit);
    Ok(next.select((change::seq, change::kind)).load(conn)?)
}

/// A change with its hashes, as a verifier needs it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
pub struct Hashed {
    pub seq: i64,
    pub feed_seq: Option<i64>,
    pub epoch: i64,
    pub at: UtcTime,
    pub subject: String,
    pub version: i64,
    pub method: Method,
    pub public: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub data_hash: Option<Vec<u8>>,
    pub leaf_hash: Option<Vec<u8>>,
    #[diesel(embed)]
    pub relay: Option<PassedOn>,
}

pub fn read_hashed(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<Hashed>, Refusal> {
    let joined = change::table.left_join(change_relay::table.on(change_relay::seq.eq(change::seq)));
    let next = joined.filter(change::seq.gt(seq)).order(change::seq).limit(limit);
    Ok(next.select(Hashed::as_select()).load(conn)?)
}

/// A restored node must not continue the numbers that its neighbours know: a new epoch begins (TMF-1 rule 6). It is
/// made of the time, so that two restores of one backup never begin the same; or it is the one that is asked for.
pub fn begin_epoch(conn: &mut Conn, now: UtcTime, wanted: Option<i64>) -> Result<i64, Refusal> {
    let before = head(conn)?.epoch;
    let epoch = wanted.unwrap_or_else(|| (before + 1).max(now.seconds() / EPOCH_SECONDS));
    if epoch <= before || epoch > EPOCH_MAX {
        return Err(Refusal::new(&EPOCH_NOT_GREATER).with("epoch", before).with("max", EPOCH_MAX));
    }
    diesel::update(change_head::table.find(1)).set(change_head::epoch.eq(epoch)).execute(conn)?;
    Ok(epoch)
}

/// Whose log this is; empty before its first start.
pub fn node(conn: &mut Conn) -> Result<String, Refusal> {
    Ok(change_head::table.find(1).select(change_head::node).first(conn)?)
}

/// The first start says whose log this is; nobody opens it as another node's afterwards.
pub fn claim(conn: &mut Conn, named: &str) -> Result<(), Refusal> {
    let mut owner = node(conn)?;
    if owner.is_empty() {
        let unclaimed = change_head::table.find(1).filter(change_head::node.eq(""));
        diesel::update(unclaimed).set(change_head::node.eq(named)).execute(conn)?;
        owner = node(conn)?;
    }
    same_node(&owner, named)
}

/// Whether the database of a node, or one that is nobody's yet, may be opened as this one's.
pub fn same_node(owner: &str, named: &str) -> Result<(), Refusal> {
    if owner.is_empty() || owner == named {
        Ok(())
    } else {
        Err(Refusal::new(&NODE_DIFFERS).with("node", owner).with("named", named))
    }
}

#[derive(Clone, Debug, Queryable)]
pub struct Cursor {
    pub seq: i64,
    pub failures: i32,
    pub stopped: bool,
    pub last_error: Option<String>,
}

pub fn cursor(conn: &mut Conn, name: &str) -> Result<Option<Cursor>, Refusal> {
    let columns = (follower::seq, follower::failures, follower::stopped, follower::last_error);
    Ok(follower::table.find(name).select(columns).first(conn).optional()?)
}

pub fn create_cursor(conn: &mut Conn, name: &str, seq: i64) -> Result<(), Refusal> {
    let row = (
        follower::name.eq(name),
        follower::seq.eq(seq),
        follower::failures.eq(0),
        follower::stopped.eq(false),
    );
    on_each!(conn, c => diesel::insert_into(follower::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Moves the cursor; false when another instance was faster.
pub fn advance(conn: &mut Conn, name: &str, old: i64, new: i64) -> Result<bool, Refusal> {
    let mine = follower::table.filter(follower::name.eq(name).and(follower::seq.eq(old)));
    let none: Option<String> = None;
    let rows = diesel::update(mine)
        .set((follower::seq.eq(new), follower::failures.eq(0), follower::last_error.eq(none)))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Notes a failure at the cursor; returns how many there were in a row.
pub fn note_failure(conn: &mut Conn, name: &str, seq: i64, error: &str) -> Result<i32, Refusal> {
    let mine = follower::table.filter(follower::name.eq(name).and(follower::seq.eq(seq)));
    diesel::update(mine)
        .set((follower::failures.eq(follower::failures + 1), follower::last_error.eq(error)))
        .execute(conn)?;
    Ok(cursor(conn, name)?.map_or(0, |c| c.failures))
}

pub fn stop(conn: &mut Conn, name: &str) -> Result<(), Refusal> {
    diesel::update(follower::table.find(name)).set(follower::stopped.eq(true)).execute(conn)?;
    Ok(())
}

/// Lets a stopped follower go on where it stands, after its cause was mended.
pub fn resume(conn: &mut Conn, name: &str) -> Result<bool, Refusal> {
    let rows = diesel::update(follower::table.find(name))
        .set((follower::stopped.eq(false), follower::failures.eq(0)))
        .execute(conn)?;
    Ok(rows == 1)
}

pub fn park(conn: &mut Conn, name: &str, seq: i64, at: UtcTime, error: &str) -> Result<(), Refusal> {
    let row = (
        follower_parked::name.eq(name),
        follower_parked::seq.eq(seq),
        follower_parked::at.eq(at),
        follower_parked::error.eq(error),
    );
    on_each!(conn, c => diesel::insert_into(follower_parked::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Takes or renews a lease; none when somebody else holds it. The number fences what the holder writes.
pub fn take_lease(
    conn: &mut Conn,
    name: &str,
    holder: &str,
    now: UtcTime,
    until: UtcTime,
) -> Result<Option<i64>, Refusal> {
    let found: Option<(String, i64, UtcTime)> =
        lease::table.find(name).select((lease::holder, lease::fence, lease::until)).first(conn).optional()?;
    let fence = match found {
        Some((other, _, held_until)) if other != holder && held_until > now => return Ok(None),
        Some((same, fence, _)) if same == holder => fence,
        Some((_, fence, _)) => fence + 1,
        None => 1,
    };
    let columns = (lease::holder.eq(holder), lease::fence.eq(fence), lease::until.eq(until));
    let updated = diesel::update(lease::table.find(name)).set(columns).execute(conn)?;
    if updated == 0 {
        diesel::insert_into(lease::table).values((lease::name.eq(name), columns)).execute(conn)?;
    }
    Ok(Some(fence))
}

//! The part of the log that somebody outside may see, as its readers need it: in the order of the feed, by
//! subject for the snapshot, and the blanking that erasure asks for.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{change, change_relay};
use crate::kernel::change::{Audience, Method};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// One change of the feed. What has a `relay` came from elsewhere and is passed on.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = change)]
pub struct Entry {
    pub seq: i64,
    feed_seq: Option<i64>,
    pub epoch: i64,
    pub at: UtcTime,
    pub kind: String,
    pub subject: String,
    pub version: i64,
    pub method: Method,
    audience: String,
    /// Canonical text (RFC 8785); none where the change has no data or they were erased.
    pub public: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub data_hash: Option<Vec<u8>>,
    pub leaf_hash: Option<Vec<u8>>,
    #[diesel(embed)]
    pub relay: Option<RelayEntry>,
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = change_relay)]
pub struct RelayEntry {
    pub origin: String,
    pub via: String,
    pub origin_epoch: i64,
    pub origin_seq: i64,
    pub hops: i32,
    pub origin_time: UtcTime,
    pub event_type: String,
    pub reason: Option<String>,
}

impl Entry {
    pub fn feed_seq(&self) -> i64 {
        self.feed_seq.unwrap_or(0)
    }

    pub fn audience(&self) -> Result<Audience, Refusal> {
        Audience::from_text(&self.audience)
            .ok_or_else(|| Refusal::internal(format!("audience {:?}", self.audience)))
    }
}

/// The next entries of the feed after a number, in order and without holes.
pub fn after(conn: &mut Conn, feed_seq: i64, limit: i64) -> Result<Vec<Entry>, Refusal> {
    let joined = change::table.left_join(change_relay::table.on(change_relay::seq.eq(change::seq)));
    let next = joined.filter(change::feed_seq.gt(feed_seq)).order(change::feed_seq).limit(limit);
    Ok(next.select(Entry::as_select()).load(conn)?)
}

/// The first number that the feed still has.
pub fn earliest(conn: &mut Conn) -> Result<Option<i64>, Refusal> {
    let numbered = change::table.filter(change::feed_seq.is_not_null()).order(change::feed_seq);
    let first: Option<Option<i64>> = numbered.select(change::feed_seq).first(conn).optional()?;
    Ok(first.flatten())
}

/// What stands in the log of this node's own records behind a subject: subject, number and audience, the latest
/// number of each subject first.
pub fn own_versions(
    conn: &mut Conn,
    prefix: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, i64, String)>, Refusal> {
    let end = format!("{prefix}\u{10FFFF}");
    let own = change::table
        .filter(change::subject.gt(after.max(prefix)))
        .filter(change::subject.lt(end))
        .filter(change::feed_seq.is_not_null());
    let ordered = own.order((change::subject, change::seq.desc())).limit(limit);
    Ok(ordered.select((change::subject, change::seq, change::audience)).load(conn)?)
}

/// Entries by their number in the log.
pub fn by_seq(conn: &mut Conn, seqs: &[i64]) -> Result<Vec<Entry>, Refusal> {
    let joined = change::table.left_join(change_relay::table.on(change_relay::seq.eq(change::seq)));
    let found = joined.filter(change::seq.eq_any(seqs)).order(change::subject);
    Ok(found.select(Entry::as_select()).load(conn)?)
}

/// What a digest says of entries: subject, version, method, and the hash of the data that are still there.
pub type Line = (String, i64, Method, Option<Vec<u8>>);

/// The same without their data.
pub fn lines(conn: &mut Conn, seqs: &[i64]) -> Result<Vec<Line>, Refusal> {
    let there = change::public.is_not_null().and(change::salt.is_not_null());
    let columns = (change::subject, change::version, change::method, change::data_hash, there);
    type Row = (String, i64, Method, Option<Vec<u8>>, bool);
    let rows: Vec<Row> = change::table.filter(change::seq.eq_any(seqs)).select(columns).load(conn)?;
    let line =
        |(subject, version, method, hash, there): Row| (subject, version, method, hash.filter(|_| there));
    Ok(rows.into_iter().map(line).collect())
}

/// What the log says last of a subject: its version, and the latest change that others may see.
pub fn last(conn: &mut Conn, subject: &str) -> Result<Option<(i64, Entry)>, Refusal> {
    let of_subject = change::table.filter(change::subject.eq(subject));
    let highest: Option<i64> = of_subject.select(diesel::dsl::max(change::version)).first(conn)?;
    let seen = of_subject.filter(change::feed_seq.is_not_null()).order(change::seq.desc());
    let seq: Option<i64> = seen.select(change::seq).first(conn).optional()?;
    let entry = seq.map(|seq| by_seq(conn, &[seq])).transpose()?.and_then(|mut found| found.pop());
    Ok(highest.zip(entry))
}

/// Takes the data, facts and salts out of all that the log says of a subject; numbers and hashes stay (TMF-1
/// rule 5).
pub fn blank(conn: &mut Conn, subject: &str) -> Result<usize, Refusal> {
    let none: Option<String> = None;
    let no_salt: Option<Vec<u8>> = None;
    let of_subject = change::table.filter(change::subject.eq(subject));
    let blanked = (change::public.eq(none.clone()), change::facts.eq(none), change::salt.eq(no_salt));
    Ok(diesel::update(of_subject).set(blanked).execute(conn)?)
}

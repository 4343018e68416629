//! The feed as the tree over it sees it: one leaf for each event, and what a leaf was made of.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::{change, change_relay};
use crate::kernel::change::{Audience, Method};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

/// The next leaf hashes of the feed after an event, in order and without holes.
pub fn read_leaves(conn: &mut Conn, feed_seq: i64, limit: i64) -> Result<Vec<[u8; 32]>, Refusal> {
    let next = change::table.filter(change::feed_seq.gt(feed_seq)).order(change::feed_seq).limit(limit);
    let rows: Vec<(Option<i64>, Option<Vec<u8>>)> =
        next.select((change::feed_seq, change::leaf_hash)).load(conn)?;
    let numbered = rows.into_iter().zip(1_i64..);
    let leaves = numbered.map(|((seq, hash), number)| {
        let hash = hash.and_then(|hash| hash.try_into().ok());
        match (seq == Some(feed_seq + number), hash) {
            (true, Some(hash)) => Ok(hash),
            _ => Err(Refusal::internal(format!("the feed has no sound event {}", feed_seq + number))),
        }
    });
    leaves.collect()
}

/// Of an event that came from elsewhere and is passed on: what its leaf names in the place of this node's own.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = change_relay)]
pub struct PassedOn {
    pub origin: String,
    pub event_type: String,
    pub origin_time: UtcTime,
}

/// Whose event it is, of which type and when, as its leaf says.
pub fn names<'a>(
    relay: Option<&'a PassedOn>,
    node: &'a str,
    at: UtcTime,
) -> (&'a str, Option<&'a str>, UtcTime) {
    match relay {
        Some(relay) => (&relay.origin, Some(&relay.event_type), relay.origin_time),
        None => (node, None, at),
    }
}

/// An event with what its leaf commits to.
#[derive(Clone, Debug)]
pub struct Event {
    pub feed_seq: i64,
    /// In which it was written.
    pub epoch: i64,
    pub at: UtcTime,
    pub relay: Option<PassedOn>,
    pub subject: String,
    pub version: i64,
    pub method: Method,
    pub audience: Audience,
    /// Canonical text (RFC 8785).
    pub public: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub data_hash: Option<Vec<u8>>,
    pub leaf_hash: Vec<u8>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = change)]
struct Row {
    feed_seq: Option<i64>,
    epoch: i64,
    at: UtcTime,
    subject: String,
    version: i64,
    method: Method,
    audience: String,
    public: Option<String>,
    salt: Option<Vec<u8>>,
    data_hash: Option<Vec<u8>>,
    leaf_hash: Option<Vec<u8>>,
    #[diesel(embed)]
    relay: Option<PassedOn>,
}

impl Row {
    fn read(self) -> Result<Event, Refusal> {
        let audience = Audience::from_text(&self.audience)
            .ok_or_else(|| Refusal::internal(format!("audience {:?}", self.audience)))?;
        Ok(Event {
            feed_seq: self.feed_seq.unwrap_or(0),
            epoch: self.epoch,
            at: self.at,
            relay: self.relay,
            subject: self.subject,
            version: self.version,
            method: self.method,
            audience,
            public: self.public,
            salt: self.salt,
            data_hash: self.data_hash,
            leaf_hash: self.leaf_hash.unwrap_or_default(),
        })
    }
}

pub fn event(conn: &mut Conn, feed_seq: i64) -> Result<Option<Event>, Refusal> {
    let joined = change::table.left_join(change_relay::table.on(change_relay::seq.eq(change::seq)));
    let one = joined.filter(change::feed_seq.eq(feed_seq));
    one.select(Row::as_select()).first(conn).optional()?.map(Row::read).transpose()
}

/// The events of a record, the newest first.
pub fn events_of(conn: &mut Conn, subject: &str, limit: i64) -> Result<Vec<Event>, Refusal> {
    let joined = change::table.left_join(change_relay::table.on(change_relay::seq.eq(change::seq)));
    let of_subject = joined.filter(change::subject.eq(subject)).filter(change::feed_seq.is_not_null());
    let rows: Vec<Row> =
        of_subject.order(change::seq.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

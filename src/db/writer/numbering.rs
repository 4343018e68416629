//! Numbers the kept changes of a group from the head row and inserts them with their hashes.

use diesel::prelude::*;

use crate::db::conn::Conn;
use crate::db::schema::{change, change_head, change_relay};
use crate::db::tx::Pending;
use crate::db::{Settings, on_each};
use crate::kernel::change::Relay;
use crate::kernel::error::Refusal;
use crate::kernel::leaf::{self, Leaf};
use crate::kernel::time::UtcTime;

const SALT_BYTES: usize = 32;
const INSERT_ROWS_MAX: usize = 500;

/// The head of the change log; its row is the first lock of every write transaction.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Head {
    pub epoch: i64,
    pub seq: i64,
    pub feed_seq: i64,
    pub last_at: UtcTime,
}

#[derive(Insertable)]
#[diesel(table_name = change, treat_none_as_default_value = false)]
struct Row {
    seq: i64,
    epoch: i64,
    feed_seq: Option<i64>,
    at: UtcTime,
    kind: &'static str,
    subject: String,
    version: i64,
    method: &'static str,
    actor: String,
    cause: Option<i64>,
    audience: String,
    facts: Option<String>,
    public: Option<String>,
    salt: Option<Vec<u8>>,
    data_hash: Option<Vec<u8>>,
    leaf_hash: Option<Vec<u8>>,
}

#[derive(Insertable)]
#[diesel(table_name = change_relay, treat_none_as_default_value = false)]
struct RelayRow<'a> {
    seq: i64,
    origin: &'a str,
    via: &'a str,
    origin_epoch: i64,
    origin_seq: i64,
    hops: i32,
    origin_time: UtcTime,
    event_type: &'a str,
    reason: Option<&'a str>,
}

impl Head {
    pub fn lock(conn: &mut Conn) -> Result<Self, Refusal> {
        let columns = (change_head::epoch, change_head::seq, change_head::feed_seq, change_head::last_at);
        let query = change_head::table.find(1).select(columns);
        let head = match conn {
            Conn::Postgres(c) => query.for_update().first(c),
            // BEGIN IMMEDIATE holds the database's one write lock already.
            Conn::Sqlite(c) => query.first(c),
        };
        Ok(head?)
    }
}

pub fn number(
    conn: &mut Conn,
    settings: &Settings,
    head: &mut Head,
    pending: &[Pending],
) -> Result<(), Refusal> {
    let mut rows = Vec::with_capacity(pending.len());
    let mut relays = Vec::new();
    for one in pending {
        rows.push(row(settings, head, one)?);
        relays.extend(one.change.relay.as_deref().map(|relay| relay_row(head.seq, relay)));
    }
    for slice in rows.chunks(INSERT_ROWS_MAX) {
        on_each!(&mut *conn, c => diesel::insert_into(change::table).values(slice).execute(c))?;
    }
    for slice in relays.chunks(INSERT_ROWS_MAX) {
        on_each!(&mut *conn, c => diesel::insert_into(change_relay::table).values(slice).execute(c))?;
    }
    diesel::update(change_head::table.find(1))
        .set((
            change_head::seq.eq(head.seq),
            change_head::feed_seq.eq(head.feed_seq),
            change_head::last_at.eq(head.last_at),
        ))
        .execute(conn)?;
    Ok(())
}

fn row(settings: &Settings, head: &mut Head, pending: &Pending) -> Result<Row, Refusal> {
    let change = &pending.change;
    head.seq += 1;
    let mut row = Row {
        seq: head.seq,
        epoch: head.epoch,
        feed_seq: None,
        at: head.last_at,
        kind: change.kind,
        subject: change.subject.clone(),
        version: change.version,
        method: change.method.as_str(),
        actor: pending.actor.clone(),
        cause: pending.cause,
        audience: change.audience.to_text(),
        facts: Some(change.facts.to_string()),
        public: None,
        salt: None,
        data_hash: None,
        leaf_hash: None,
    };
    if change.audience.is_outside() {
        head.feed_seq += 1;
        row.feed_seq = Some(head.feed_seq);
        let mut commitment = None;
        let relay = change.relay.as_deref();
        if let Some(data) = relay.and_then(|relay| relay.data.as_ref()) {
            commitment = Some(leaf::commitment(&data.salt, &data.hash));
            row.public = Some(data.canonical.clone());
            row.data_hash = Some(data.hash.to_vec());
            row.salt = Some(data.salt.clone());
        } else if let Some(public) = &change.public {
            let canonical = leaf::canonical(public).map_err(Refusal::internal)?;
            let data_hash = leaf::data_hash(&canonical);
            let mut salt = vec![0; SALT_BYTES];
            settings.random.fill(&mut salt);
            commitment = Some(leaf::commitment(&salt, &data_hash));
            row.public = Some(String::from_utf8(canonical).map_err(Refusal::internal)?);
            row.data_hash = Some(data_hash.to_vec());
            row.salt = Some(salt);
        }
        let event = Leaf {
            epoch: head.epoch,
            feed_seq: head.feed_seq,
            origin: relay.map_or(&settings.node, |relay| relay.origin.as_str()),
            event_type: relay.map(|relay| relay.event_type.as_str()),
            subject: &change.subject,
            version: change.version,
            method: change.method.as_str(),
            time: relay.map_or(head.last_at, |relay| relay.time),
            commitment,
        };
        row.leaf_hash = Some(event.hash().map_err(Refusal::internal)?.to_vec());
    }
    Ok(row)
}

fn relay_row(seq: i64, relay: &Relay) -> RelayRow<'_> {
    RelayRow {
        seq,
        origin: &relay.origin,
        via: &relay.via,
        origin_epoch: relay.epoch,
        origin_seq: relay.seq,
        hops: relay.hops,
        origin_time: relay.time,
        event_type: &relay.event_type,
        reason: relay.reason.as_deref(),
    }
}

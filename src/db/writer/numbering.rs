//! Numbers the kept changes of a group from the head row and inserts them with their hashes.

use diesel::prelude::*;

use crate::db::conn::Conn;
use crate::db::schema::{change, change_head};
use crate::db::tx::Pending;
use crate::db::{Settings, on_each};
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
#[diesel(table_name = change)]
struct Row {
    seq: i64,
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
    for one in pending {
        rows.push(row(settings, head, one)?);
    }
    for slice in rows.chunks(INSERT_ROWS_MAX) {
        on_each!(&mut *conn, c => diesel::insert_into(change::table).values(slice).execute(c))?;
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
        if let Some(public) = &change.public {
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
            origin: &settings.node,
            subject: &change.subject,
            version: change.version,
            method: change.method.as_str(),
            time: head.last_at,
            commitment,
        };
        row.leaf_hash = Some(event.hash().map_err(Refusal::internal)?.to_vec());
    }
    Ok(row)
}

//! How far each neighbour was followed. Every move names where it moves from: no row means that another instance
//! was faster, and the command does nothing.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::peer_sync;
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, on_each, to_json};
use crate::federation::model::{Alarm, Cursor, Stage, Sync};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

stored_words!(Stage);

#[derive(Queryable, Selectable)]
#[diesel(table_name = peer_sync)]
struct Row {
    node: String,
    stage: Stage,
    epoch: i64,
    seq: i64,
    view: String,
    head: i64,
    generation: i64,
    as_of_epoch: i64,
    as_of_seq: i64,
    as_of_view: String,
    after_subject: String,
    failures: i32,
    last_error: Option<String>,
    last_error_at: Option<UtcTime>,
    last_ok_at: Option<UtcTime>,
    last_event_at: Option<UtcTime>,
    behind_since: Option<UtcTime>,
    applied: i64,
    acked_seq: i64,
    hinted_seq: i64,
    compared_at: Option<UtcTime>,
}

impl Row {
    fn read(self) -> Sync {
        Sync {
            node: self.node,
            stage: self.stage,
            cursor: Cursor { epoch: self.epoch, seq: self.seq, view: self.view },
            head: self.head,
            generation: self.generation,
            as_of: Cursor { epoch: self.as_of_epoch, seq: self.as_of_seq, view: self.as_of_view },
            after_subject: self.after_subject,
            failures: self.failures,
            last_error: self.last_error,
            last_error_at: self.last_error_at,
            last_ok_at: self.last_ok_at,
            last_event_at: self.last_event_at,
            behind_since: self.behind_since,
            applied: self.applied,
            acked_seq: self.acked_seq,
            hinted_seq: self.hinted_seq,
            compared_at: self.compared_at,
        }
    }
}

/// A neighbour that was never followed begins with its snapshot.
pub fn ensure(conn: &mut Conn, node: &str) -> Result<(), Refusal> {
    let row = (
        (
            peer_sync::node.eq(node),
            peer_sync::stage.eq(Stage::Snapshot),
            peer_sync::epoch.eq(0_i64),
            peer_sync::seq.eq(0_i64),
            peer_sync::view.eq(""),
            peer_sync::head.eq(0_i64),
            peer_sync::generation.eq(0_i64),
            peer_sync::as_of_epoch.eq(0_i64),
            peer_sync::as_of_seq.eq(0_i64),
            peer_sync::as_of_view.eq(""),
        ),
        (
            peer_sync::after_subject.eq(""),
            peer_sync::failures.eq(0),
            peer_sync::applied.eq(0_i64),
            peer_sync::acked_seq.eq(0_i64),
            peer_sync::hinted_seq.eq(0_i64),
            peer_sync::alarms.eq("{}"),
        ),
    );
    on_each!(conn, c => diesel::insert_into(peer_sync::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

pub fn sync(conn: &mut Conn, node: &str) -> Result<Option<Sync>, Refusal> {
    let row: Option<Row> = peer_sync::table.find(node).select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(Row::read))
}

/// What a slice of the feed moves.
#[derive(Clone, Debug)]
pub struct Progress {
    pub from: i64,
    pub to: i64,
    pub epoch: i64,
    pub head: i64,
    pub applied: i64,
    pub last_event_at: Option<UtcTime>,
    pub now: UtcTime,
}

/// Moves the cursor in the feed; false when it does not stand where the slice begins.
pub fn advance(conn: &mut Conn, node: &str, progress: &Progress) -> Result<bool, Refusal> {
    let mine = peer_sync::table
        .find(node)
        .filter(peer_sync::stage.eq(Stage::Feed))
        .filter(peer_sync::epoch.eq(progress.epoch).and(peer_sync::seq.eq(progress.from)));
    let set = (
        peer_sync::seq.eq(progress.to),
        peer_sync::head.eq(progress.head),
        peer_sync::applied.eq(peer_sync::applied + progress.applied),
    );
    if diesel::update(mine).set(set).execute(conn)? != 1 {
        return Ok(false);
    }
    if let Some(at) = progress.last_event_at {
        diesel::update(peer_sync::table.find(node)).set(peer_sync::last_event_at.eq(at)).execute(conn)?;
    }
    heard(conn, node, progress.head, progress.now)?;
    Ok(true)
}

/// The neighbour answered and has this head; it is behind no more once the cursor is there.
pub fn heard(conn: &mut Conn, node: &str, head: i64, now: UtcTime) -> Result<(), Refusal> {
    let none: Option<String> = None;
    let ok = (
        peer_sync::failures.eq(0),
        peer_sync::last_error.eq(none),
        peer_sync::last_ok_at.eq(now),
        peer_sync::head.eq(head),
    );
    diesel::update(peer_sync::table.find(node)).set(ok).execute(conn)?;
    // A hint only wakes: what the feed itself says is believed, and a hint that came since is followed by the next answer.
    let beyond = peer_sync::table.find(node).filter(peer_sync::hinted_seq.gt(head));
    diesel::update(beyond).set(peer_sync::hinted_seq.eq(head)).execute(conn)?;
    let behind = peer_sync::table.find(node).filter(peer_sync::seq.lt(peer_sync::head));
    let newly = behind.filter(peer_sync::behind_since.is_null());
    diesel::update(newly).set(peer_sync::behind_since.eq(now)).execute(conn)?;
    let level = peer_sync::table.find(node).filter(peer_sync::seq.ge(peer_sync::head));
    let never: Option<UtcTime> = None;
    diesel::update(level).set(peer_sync::behind_since.eq(never)).execute(conn)?;
    Ok(())
}

/// Notes a failure; how many there were in a row.
pub fn failed(conn: &mut Conn, node: &str, error: &str, now: UtcTime) -> Result<i32, Refusal> {
    let set = (
        peer_sync::failures.eq(peer_sync::failures + 1),
        peer_sync::last_error.eq(error),
        peer_sync::last_error_at.eq(now),
    );
    diesel::update(peer_sync::table.find(node)).set(set).execute(conn)?;
    Ok(sync(conn, node)?.map_or(0, |sync| sync.failures))
}

/// The cursor is void: the snapshot is taken from its beginning.
pub fn resync(conn: &mut Conn, node: &str) -> Result<bool, Refusal> {
    let set = (
        peer_sync::stage.eq(Stage::Snapshot),
        peer_sync::as_of_epoch.eq(0_i64),
        peer_sync::as_of_seq.eq(0_i64),
        peer_sync::after_subject.eq(""),
    );
    Ok(diesel::update(peer_sync::table.find(node)).set(set).execute(conn)? == 1)
}

/// Nothing more is read of its feed: it has fewer numbers than it has told.
pub fn stop(conn: &mut Conn, node: &str) -> Result<(), Refusal> {
    let following = peer_sync::table.find(node).filter(peer_sync::stage.eq(Stage::Feed));
    diesel::update(following).set(peer_sync::stage.eq(Stage::Stopped)).execute(conn)?;
    Ok(())
}

/// The newest snapshot that was begun of each neighbour.
pub fn generations(conn: &mut Conn) -> Result<BTreeMap<String, i64>, Refusal> {
    let rows: Vec<(String, i64)> =
        peer_sync::table.select((peer_sync::node, peer_sync::generation)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The first part of a snapshot has come: this is where the feed will be read on.
pub fn begin_snapshot(conn: &mut Conn, node: &str, as_of: &Cursor) -> Result<i64, Refusal> {
    let set = (
        peer_sync::stage.eq(Stage::Snapshot),
        peer_sync::generation.eq(peer_sync::generation + 1),
        peer_sync::as_of_epoch.eq(as_of.epoch),
        peer_sync::as_of_seq.eq(as_of.seq),
        peer_sync::as_of_view.eq(&as_of.view),
        peer_sync::after_subject.eq(""),
        // What it said before may have been of numbers that a restore took.
        peer_sync::hinted_seq.eq(0_i64),
        peer_sync::head.eq(as_of.seq),
    );
    diesel::update(peer_sync::table.find(node)).set(set).execute(conn)?;
    Ok(sync(conn, node)?.map_or(0, |sync| sync.generation))
}

/// Moves on in the snapshot; false when somebody else was faster.
pub fn move_snapshot(conn: &mut Conn, before: &Sync, after: &str, applied: i64) -> Result<bool, Refusal> {
    let set = (peer_sync::after_subject.eq(after), peer_sync::applied.eq(peer_sync::applied + applied));
    Ok(diesel::update(where_it_was(before, Stage::Snapshot)).set(set).execute(conn)? == 1)
}

/// All of the snapshot is here: what it did not name is next.
pub fn sweep_begins(conn: &mut Conn, before: &Sync) -> Result<bool, Refusal> {
    let set = (peer_sync::stage.eq(Stage::Sweep), peer_sync::after_subject.eq(""));
    Ok(diesel::update(where_it_was(before, Stage::Snapshot)).set(set).execute(conn)? == 1)
}

pub fn sweep_moves(conn: &mut Conn, before: &Sync, after: &str) -> Result<bool, Refusal> {
    let set = peer_sync::after_subject.eq(after);
    Ok(diesel::update(where_it_was(before, Stage::Sweep)).set(set).execute(conn)? == 1)
}

/// The feed goes on where the snapshot began.
pub fn end_snapshot(conn: &mut Conn, before: &Sync) -> Result<bool, Refusal> {
    let set = (
        peer_sync::stage.eq(Stage::Feed),
        peer_sync::epoch.eq(before.as_of.epoch),
        peer_sync::seq.eq(before.as_of.seq),
        peer_sync::view.eq(&before.as_of.view),
        peer_sync::after_subject.eq(""),
    );
    Ok(diesel::update(where_it_was(before, Stage::Sweep)).set(set).execute(conn)? == 1)
}

type WhereItWas<'a> = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Filter<
            diesel::dsl::Find<peer_sync::table, &'a str>,
            diesel::dsl::Eq<peer_sync::stage, Stage>,
        >,
        diesel::dsl::Eq<peer_sync::generation, i64>,
    >,
    diesel::dsl::Eq<peer_sync::after_subject, &'a str>,
>;

fn where_it_was(before: &Sync, stage: Stage) -> WhereItWas<'_> {
    peer_sync::table
        .find(before.node.as_str())
        .filter(peer_sync::stage.eq(stage))
        .filter(peer_sync::generation.eq(before.generation))
        .filter(peer_sync::after_subject.eq(before.after_subject.as_str()))
}

/// The neighbour says that it has something.
pub fn hint(conn: &mut Conn, node: &str, head: i64) -> Result<(), Refusal> {
    let row = peer_sync::table.find(node).filter(peer_sync::hinted_seq.lt(head));
    diesel::update(row).set(peer_sync::hinted_seq.eq(head)).execute(conn)?;
    Ok(())
}

/// The neighbour has taken this node's feed up to here.
pub fn ack(conn: &mut Conn, node: &str, seq: i64) -> Result<(), Refusal> {
    diesel::update(peer_sync::table.find(node)).set(peer_sync::acked_seq.eq(seq)).execute(conn)?;
    Ok(())
}

pub fn compared(conn: &mut Conn, node: &str, at: UtcTime) -> Result<(), Refusal> {
    diesel::update(peer_sync::table.find(node)).set(peer_sync::compared_at.eq(at)).execute(conn)?;
    Ok(())
}

/// Whether an alarm is to be raised: at most one of a kind in so many seconds.
pub fn alarm_due(
    conn: &mut Conn,
    node: &str,
    alarm: Alarm,
    now: UtcTime,
    every_seconds: i64,
) -> Result<bool, Refusal> {
    let row = peer_sync::table.find(node);
    let Some(text) = row.select(peer_sync::alarms).first::<String>(conn).optional()? else {
        return Ok(true);
    };
    let mut raised: BTreeMap<String, UtcTime> = from_json(&text)?;
    let recent = raised.get(alarm.as_str()).is_some_and(|at| now < at.plus_seconds(every_seconds));
    if recent {
        return Ok(false);
    }
    raised.insert(alarm.as_str().to_owned(), now);
    diesel::update(row).set(peer_sync::alarms.eq(to_json(&raised)?)).execute(conn)?;
    Ok(true)
}

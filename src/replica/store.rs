//! Rows of replicas, of the inbox and of what was set aside.

use diesel::prelude::*;

use super::model::{Aside, Known, Outline, QuarantineId, Replica, SetAside, Standing, State, Way};
use crate::db::conn::MultiBackend;
use crate::db::schema::{inbox, quarantine, replica, replica_way};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each};
use crate::kernel::change::Audience;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

stored_words!(State, Aside);

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = replica, treat_none_as_default_value = false)]
struct Row {
    subject: String,
    origin: String,
    via: String,
    epoch: i64,
    version: i64,
    event_type: String,
    state: State,
    audience: String,
    hops: i32,
    public: Option<String>,
    salt: Option<Vec<u8>>,
    data_hash: Option<Vec<u8>>,
    origin_seq: i64,
    changed_at: UtcTime,
    received_at: UtcTime,
    generation: i64,
}

#[derive(Insertable)]
#[diesel(table_name = inbox)]
struct InboxRow<'a> {
    origin: &'a str,
    origin_epoch: i64,
    origin_seq: i64,
}

/// What is known of these subjects.
pub fn known(conn: &mut Conn, subjects: &[&str]) -> Result<Vec<(String, Known)>, Refusal> {
    let stand = (replica::epoch, replica::version, replica::state, replica::data_hash);
    let columns = (replica::subject, stand, replica::via, replica::hops);
    let found = replica::table.filter(replica::subject.eq_any(subjects)).select(columns);
    type Stand = (i64, i64, State, Option<Vec<u8>>);
    let rows: Vec<(String, Stand, String, i32)> = found.load(conn)?;
    let known = |(subject, (epoch, version, state, hash), via, hops): (String, Stand, String, i32)| {
        (subject, Known { epoch, version, state, hash, via, hops })
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Those of an origin's numbers that were taken before.
pub fn seen(conn: &mut Conn, origin: &str, epoch: i64, seqs: &[i64]) -> Result<Vec<i64>, Refusal> {
    let found = inbox::table
        .filter(inbox::origin.eq(origin).and(inbox::origin_epoch.eq(epoch)))
        .filter(inbox::origin_seq.eq_any(seqs));
    Ok(found.select(inbox::origin_seq).load(conn)?)
}

/// Notes events as taken. They are new: the caller looked, and writes are serial.
pub fn note(conn: &mut Conn, keys: &[(&str, i64, i64)]) -> Result<(), Refusal> {
    let rows: Vec<InboxRow> = keys
        .iter()
        .map(|&(origin, origin_epoch, origin_seq)| InboxRow { origin, origin_epoch, origin_seq })
        .collect();
    on_each!(conn, c => diesel::insert_into(inbox::table).values(&rows).execute(c))?;
    Ok(())
}

/// Writes replicas in the place of what was here of their subjects.
pub fn put(conn: &mut Conn, replicas: Vec<Replica>) -> Result<(), Refusal> {
    let rows: Vec<Row> = replicas.into_iter().map(Row::of).collect();
    let subjects: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    diesel::delete(replica::table.filter(replica::subject.eq_any(subjects))).execute(conn)?;
    on_each!(conn, c => diesel::insert_into(replica::table).values(&rows).execute(c))?;
    Ok(())
}

/// Marks subjects as seen in a snapshot.
pub fn mark(conn: &mut Conn, subjects: &[&str], generation: i64) -> Result<(), Refusal> {
    let these = replica::table.filter(replica::subject.eq_any(subjects));
    diesel::update(these).set(replica::generation.eq(generation)).execute(conn)?;
    Ok(())
}

/// Further neighbours that give these subjects.
pub fn further(conn: &mut Conn, subjects: &[&str]) -> Result<Vec<Way>, Refusal> {
    let found = replica_way::table.filter(replica_way::subject.eq_any(subjects));
    let columns = (replica_way::subject, replica_way::via, replica_way::hops, replica_way::generation);
    let rows: Vec<(String, String, i32, i64)> = found.select(columns).load(conn)?;
    let way = |(subject, via, hops, generation)| Way { subject, via, hops, generation };
    Ok(rows.into_iter().map(way).collect())
}

/// Writes ways in the place of what was known of the same neighbour and subjects; all are of one neighbour.
pub fn open(conn: &mut Conn, via: &str, ways: &[Way]) -> Result<(), Refusal> {
    let subjects: Vec<&str> = ways.iter().map(|way| way.subject.as_str()).collect();
    close(conn, via, &subjects)?;
    let row = |way: &Way| {
        (
            replica_way::subject.eq(way.subject.clone()),
            replica_way::via.eq(way.via.clone()),
            replica_way::hops.eq(way.hops),
            replica_way::generation.eq(way.generation),
        )
    };
    let rows: Vec<_> = ways.iter().map(row).collect();
    on_each!(conn, c => diesel::insert_into(replica_way::table).values(&rows).execute(c))?;
    Ok(())
}

/// This neighbour gives them no more.
pub fn close(conn: &mut Conn, via: &str, subjects: &[&str]) -> Result<(), Refusal> {
    let these = replica_way::table.filter(replica_way::via.eq(via));
    diesel::delete(these.filter(replica_way::subject.eq_any(subjects))).execute(conn)?;
    Ok(())
}

/// They are gone, whoever gave them.
pub fn close_all(conn: &mut Conn, subjects: &[&str]) -> Result<(), Refusal> {
    diesel::delete(replica_way::table.filter(replica_way::subject.eq_any(subjects))).execute(conn)?;
    Ok(())
}

/// They are held by the way of this neighbour from now on.
pub fn lead_over(conn: &mut Conn, via: &str, hops: i32, subjects: &[&str]) -> Result<(), Refusal> {
    let these = replica::table.filter(replica::subject.eq_any(subjects));
    diesel::update(these).set((replica::via.eq(via), replica::hops.eq(hops))).execute(conn)?;
    Ok(())
}

/// Damaged here: it is taken again as if it had never been.
pub fn forget(conn: &mut Conn, subject: &str) -> Result<(), Refusal> {
    diesel::delete(replica::table.find(subject)).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, subject: &str) -> Result<Option<Replica>, Refusal> {
    let row: Option<Row> = replica::table.find(subject).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::read).transpose()
}

pub fn load(conn: &mut Conn, subjects: &[String]) -> Result<Vec<Replica>, Refusal> {
    let found = replica::table.filter(replica::subject.eq_any(subjects));
    let rows: Vec<Row> = found.order(replica::subject).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// What a list of replicas is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    pub event_types: Option<&'a [&'a str]>,
    pub origin: Option<&'a str>,
    pub via: Option<&'a str>,
    pub state: Option<State>,
    pub audience: Option<&'a str>,
    /// Subjects that begin so.
    pub prefix: Option<&'a str>,
    pub through: Option<&'a str>,
    /// Not seen in this snapshot.
    pub not_generation: Option<i64>,
}

fn filtered<'a>(filter: &Filter<'a>, after: &'a str) -> replica::BoxedQuery<'a, MultiBackend> {
    let mut query = replica::table.into_boxed::<MultiBackend>().filter(replica::subject.gt(after));
    if let Some(types) = filter.event_types {
        query = query.filter(replica::event_type.eq_any(types));
    }
    if let Some(origin) = filter.origin {
        query = query.filter(replica::origin.eq(origin));
    }
    if let Some(via) = filter.via {
        query = query.filter(replica::via.eq(via));
    }
    if let Some(state) = filter.state {
        query = query.filter(replica::state.eq(state));
    }
    if let Some(audience) = filter.audience {
        query = query.filter(replica::audience.eq(audience));
    }
    if let Some(prefix) = filter.prefix {
        query = query.filter(replica::subject.ge(prefix));
        query = query.filter(replica::subject.lt(format!("{prefix}\u{10FFFF}")));
    }
    if let Some(through) = filter.through {
        query = query.filter(replica::subject.le(through));
    }
    if let Some(generation) = filter.not_generation {
        query = query.filter(replica::generation.ne(generation));
    }
    query
}

/// The next replicas behind a subject.
pub fn after(conn: &mut Conn, filter: &Filter, after: &str, limit: i64) -> Result<Vec<Replica>, Refusal> {
    let query = filtered(filter, after).order(replica::subject).limit(limit);
    let rows: Vec<Row> = query.select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// What a digest says of the next replicas behind a subject.
pub fn standings(
    conn: &mut Conn,
    filter: &Filter,
    after: &str,
    limit: i64,
) -> Result<Vec<(Standing, State)>, Refusal> {
    let columns = (replica::subject, replica::version, replica::state, replica::data_hash);
    let query = filtered(filter, after).order(replica::subject).limit(limit);
    let rows: Vec<(String, i64, State, Option<Vec<u8>>)> = query.select(columns).load(conn)?;
    let standing = |(subject, version, state, data_hash)| {
        (Standing { subject, version, gone: state != State::Live, data_hash }, state)
    };
    Ok(rows.into_iter().map(standing).collect())
}

/// The next replicas behind a subject, without their data.
pub fn outlines(conn: &mut Conn, filter: &Filter, after: &str, limit: i64) -> Result<Vec<Outline>, Refusal> {
    let there = replica::public.is_not_null().and(replica::salt.is_not_null());
    let whence = (replica::subject, replica::origin, replica::via, replica::audience, replica::hops);
    let columns = (whence, (replica::version, replica::state, replica::data_hash, there));
    let query = filtered(filter, after).order(replica::subject).limit(limit);
    type Whence = (String, String, String, String, i32);
    type Stand = (i64, State, Option<Vec<u8>>, bool);
    let rows: Vec<(Whence, Stand)> = query.select(columns).load(conn)?;
    let outline = |(whence, stand): (Whence, Stand)| {
        let (subject, origin, via, audience, hops) = whence;
        let (version, state, data_hash, there) = stand;
        let unknown = || Refusal::internal(format!("audience {audience:?}"));
        let audience = Audience::from_text(&audience).ok_or_else(unknown)?;
        let data_hash = data_hash.filter(|_| there);
        Ok(Outline { subject, origin, via, audience, hops, version, state, data_hash })
    };
    rows.into_iter().map(outline).collect()
}

/// The neighbours by which records of this type and these origins came.
pub fn ways(conn: &mut Conn, event_type: &str) -> Result<Vec<(String, String)>, Refusal> {
    let of_type = replica::table.filter(replica::event_type.eq(event_type));
    Ok(of_type.select((replica::origin, replica::via)).distinct().load(conn)?)
}

pub fn count(conn: &mut Conn, via: &str) -> Result<i64, Refusal> {
    let live = replica::table.filter(replica::via.eq(via).and(replica::state.eq(State::Live)));
    Ok(live.count().get_result(conn)?)
}

type AsideRow = (QuarantineId, String, String, Aside, String, UtcTime, Option<UtcTime>);

pub fn set_aside(conn: &mut Conn, one: &SetAside) -> Result<(), Refusal> {
    let row = (
        quarantine::id.eq(one.id),
        quarantine::peer.eq(&one.peer),
        quarantine::subject.eq(&one.subject),
        quarantine::reason.eq(one.reason),
        quarantine::event.eq(&one.event),
        quarantine::at.eq(one.at),
        quarantine::resolved_at.eq(one.resolved_at),
    );
    diesel::insert_into(quarantine::table).values(row).execute(conn)?;
    Ok(())
}

/// What was set aside of a record that is erased keeps no data.
pub fn blank_asides(conn: &mut Conn, subject: &str) -> Result<(), Refusal> {
    let of = quarantine::table.filter(quarantine::subject.eq(subject).and(quarantine::event.ne("")));
    diesel::update(of).set(quarantine::event.eq("")).execute(conn)?;
    Ok(())
}

pub fn open_asides(conn: &mut Conn, peer: &str) -> Result<i64, Refusal> {
    let open = quarantine::table.filter(quarantine::peer.eq(peer).and(quarantine::resolved_at.is_null()));
    Ok(open.count().get_result(conn)?)
}

pub fn asides(conn: &mut Conn, page: &PageQuery) -> Result<Page<SetAside>, Refusal> {
    let mut query = quarantine::table.into_boxed::<MultiBackend>();
    if let Some(id) = page.after::<QuarantineId>()? {
        query = query.filter(quarantine::id.lt(id));
    }
    let rows: Vec<AsideRow> = query.order(quarantine::id.desc()).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(aside).collect();
    Ok(Page::cut(found, page.limit, |one: &SetAside| one.id))
}

fn aside((id, peer, subject, reason, event, at, resolved_at): AsideRow) -> SetAside {
    SetAside { id, peer, subject, reason, event, at, resolved_at }
}

pub fn resolve(conn: &mut Conn, id: QuarantineId, at: UtcTime) -> Result<bool, Refusal> {
    let open = quarantine::table.filter(quarantine::id.eq(id).and(quarantine::resolved_at.is_null()));
    Ok(diesel::update(open).set(quarantine::resolved_at.eq(at)).execute(conn)? == 1)
}

impl Row {
    fn of(it: Replica) -> Self {
        Self {
            audience: it.audience.to_text(),
            subject: it.subject,
            origin: it.origin,
            via: it.via,
            epoch: it.epoch,
            version: it.version,
            event_type: it.event_type,
            state: it.state,
            hops: it.hops,
            public: it.public,
            salt: it.salt,
            data_hash: it.data_hash,
            origin_seq: it.origin_seq,
            changed_at: it.changed_at,
            received_at: it.received_at,
            generation: it.generation,
        }
    }

    fn read(self) -> Result<Replica, Refusal> {
        let audience = Audience::from_text(&self.audience);
        let unknown = || Refusal::internal(format!("audience {:?}", self.audience));
        Ok(Replica {
            audience: audience.ok_or_else(unknown)?,
            subject: self.subject,
            origin: self.origin,
            via: self.via,
            epoch: self.epoch,
            version: self.version,
            event_type: self.event_type,
            state: self.state,
            hops: self.hops,
            public: self.public,
            salt: self.salt,
            data_hash: self.data_hash,
            origin_seq: self.origin_seq,
            changed_at: self.changed_at,
            received_at: self.received_at,
            generation: self.generation,
        })
    }
}

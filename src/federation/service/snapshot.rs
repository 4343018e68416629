//! All that a neighbour may see, as it is now: own records and those of others, live ones and tombstones, in the
//! order of their subjects (TMF-1 rule 7).

use std::collections::HashMap;

use serde_json::json;

use super::feed::Sight;
use crate::changes;
use crate::db::Conn;
use crate::federation::model::{Cursor, Peer};
use crate::federation::wire;
use crate::kernel::change::{Audience, Method};
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::replica;
use crate::replica::model::{Event, Outline, Standing, State};

const PART_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Versions of own records looked at in one go; the latest that may be seen counts.
const VERSIONS_SLICE: i64 = 2000;
/// Records that are in memory at a time: each may have half a megabyte.
const SLICE_LINES: usize = 32;
/// Names of one query; their data are not read.
const DIGEST_SLICE: usize = 500;

/// What of a snapshot is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub after: String,
    /// Up to this subject: for repairs.
    pub through: Option<String>,
    /// Subjects that begin so.
    pub prefix: String,
    /// One type alone: the entity of its URNs.
    pub entity: Option<String>,
    pub limit: usize,
}

/// One subject, and where it stands. Its data are read when it is its turn: they may be large, and only so many fit into
/// an answer.
struct Place {
    subject: String,
    at: At,
}

enum At {
    /// The number in this node's log.
    Own(i64),
    /// With what a digest says of it.
    Other(Standing),
}

/// The next subjects that a neighbour may see, and whether there may be more.
fn next(conn: &mut Conn, sight: &Sight, node: &str, asked: &Asked) -> Result<(Vec<Place>, bool), Refusal> {
    let own = own(conn, sight, node, asked)?;
    let others = others(conn, sight, asked)?;
    // Each of the two knows everything up to where it broke off, if it did: no further may be told.
    let end = [&own.1, &others.1].into_iter().flatten().min().cloned();
    let mut all: Vec<Place> = own.0.into_iter().chain(others.0).collect();
    all.sort_unstable_by(|one, other| one.subject.cmp(&other.subject));
    if let Some(end) = &end {
        all.retain(|one| one.subject <= *end);
    }
    let more = end.is_some() || all.len() > asked.limit;
    all.truncate(asked.limit);
    Ok((all, more))
}

/// Found, and the subject at which it was broken off.
type Found = (Vec<Place>, Option<String>);

fn wanted(asked: &Asked, subject: &str) -> bool {
    let entity = || parse_urn(subject).map_or("record", |(_, entity, _)| entity);
    asked.through.as_ref().is_none_or(|through| subject <= through.as_str())
        && subject.starts_with(&asked.prefix)
        && asked.entity.as_ref().is_none_or(|wanted| wanted == entity())
}

fn own(conn: &mut Conn, sight: &Sight, node: &str, asked: &Asked) -> Result<Found, Refusal> {
    let prefix = format!("urn:tm:{node}:");
    let mut found: Vec<Place> = Vec::new();
    let mut after = asked.after.clone();
    while found.len() <= asked.limit {
        let rows = changes::feed::own_versions(conn, &prefix, &after, VERSIONS_SLICE)?;
        let full = i64::try_from(rows.len()).unwrap_or(0) == VERSIONS_SLICE;
        // The last subject may have more versions behind the slice's end: it is looked at with the next one.
        let cut = rows.last().filter(|_| full).map(|(subject, _, _)| subject.clone());
        let one_subject = cut.as_ref().is_some_and(|cut| rows.first().is_some_and(|first| first.0 == *cut));
        let Some(last) = rows.last().map(|(subject, _, _)| subject.clone()) else { break };
        let whole = rows.iter().filter(|row| one_subject || cut.as_ref() != Some(&row.0));
        found.extend(latest(sight, asked, whole));
        after = match cut {
            Some(cut) if !one_subject => predecessor(&rows, &cut),
            _ => last,
        };
        let beyond = asked.through.as_ref().is_some_and(|through| after.as_str() > through.as_str());
        if !full || beyond {
            return Ok((found, None));
        }
    }
    let end = (found.len() > asked.limit).then_some(after);
    Ok((found, end))
}

/// The subject before this one in a slice.
fn predecessor(rows: &[(String, i64, String)], cut: &str) -> String {
    rows.iter().rev().find(|row| row.0 != cut).map(|row| row.0.clone()).unwrap_or_default()
}

/// The latest version of each subject that may be seen.
fn latest<'a>(
    sight: &Sight,
    asked: &Asked,
    rows: impl Iterator<Item = &'a (String, i64, String)>,
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (subject, seq, audience) in rows {
        if places.last().is_some_and(|last| last.subject == *subject) || !wanted(asked, subject) {
            continue;
        }
        let audience = Audience::from_text(audience).unwrap_or(Audience::None);
        if sight.allows_subject(subject, &audience) {
            places.push(Place { subject: subject.clone(), at: At::Own(*seq) });
        }
    }
    places
}

fn others(conn: &mut Conn, sight: &Sight, asked: &Asked) -> Result<Found, Refusal> {
    let filter = replica::service::Filter {
        prefix: Some(asked.prefix.as_str()).filter(|prefix| !prefix.is_empty()),
        through: asked.through.as_deref(),
        ..replica::service::Filter::default()
    };
    let mut found: Vec<Place> = Vec::new();
    let mut after = asked.after.clone();
    let limit = i64::try_from(asked.limit).unwrap_or(i64::MAX).clamp(1, 1000);
    while found.len() <= asked.limit {
        let rows = replica::service::outlines(conn, &filter, &after, limit)?;
        let full = i64::try_from(rows.len()).unwrap_or(0) == limit;
        let Some(last) = rows.last().map(|last| last.subject.clone()) else { break };
        after = last;
        found.extend(
            rows.into_iter().filter(|it| is_passed_on(sight, it) && wanted(asked, &it.subject)).map(|it| {
                let (version, gone, data_hash) = (it.version, it.state != State::Live, it.data_hash);
                let standing = Standing { subject: it.subject.clone(), version, gone, data_hash };
                Place { subject: it.subject, at: At::Other(standing) }
            }),
        );
        if !full {
            return Ok((found, None));
        }
    }
    let end = (found.len() > asked.limit).then_some(after);
    Ok((found, end))
}

fn is_passed_on(sight: &Sight, it: &Outline) -> bool {
    it.hops < replica::service::HOPS_MAX
        && it.state != State::Withdrawn
        && matches!(it.audience, Audience::Public | Audience::Nodes(_))
        && !sight.is_back(&it.origin, Some(&it.via))
        && sight.allows_subject(&it.subject, &it.audience)
}

/// The events behind a slice of places, by their subjects.
fn events(conn: &mut Conn, node: &str, places: &[Place]) -> Result<HashMap<String, Event>, Refusal> {
    let (mut seqs, mut subjects) = (Vec::new(), Vec::new());
    for place in places {
        match place.at {
            At::Own(seq) => seqs.push(seq),
            At::Other(_) => subjects.push(place.subject.clone()),
        }
    }
    let mut found = HashMap::new();
    for entry in changes::feed::by_seq(conn, &seqs)? {
        found.insert(entry.subject.clone(), wire::event_of(node, &entry)?);
    }
    let others = replica::service::load(conn, &subjects)?;
    found.extend(others.into_iter().map(|it| (it.subject.clone(), replica::service::event_of(it))));
    Ok(found)
}

/// A part of the snapshot: the line that says what it is, a line for each subject, and one that says where it goes
/// on. Each part is whole and signed by itself; the first one's number is where the feed goes on.
pub fn part(conn: &mut Conn, node: &str, peer: &Peer, asked: &Asked) -> Result<(Cursor, String), Refusal> {
    let sight = Sight::of(conn, node, peer)?;
    let head = changes::head(conn)?;
    let as_of = Cursor { epoch: head.epoch, seq: head.feed_seq, view: sight.revision() };
    let (places, mut more) = next(conn, &sight, node, asked)?;
    let opening = json!({ "node": node, "as_of_seq": as_of.seq, "epoch": as_of.epoch, "view": as_of.view });
    let mut body = format!("{opening}\n");
    let (mut last, mut count) = (asked.after.clone(), 0_usize);
    'whole: for slice in places.chunks(SLICE_LINES) {
        let events = events(conn, node, slice)?;
        for place in slice {
            if body.len() > PART_BYTES_MAX {
                more = true;
                break 'whole;
            }
            let event = events.get(&place.subject);
            let event = event.ok_or_else(|| Refusal::internal("a subject went out of a snapshot"))?;
            body.push_str(&wire::snapshot_line(event)?);
            body.push('\n');
            last.clone_from(&place.subject);
            count += 1;
        }
    }
    let closing = json!({ "count": count, "next": more.then_some(last) });
    body.push_str(&format!("{closing}\n"));
    Ok((as_of, body))
}

/// What a digest says of the next subjects that a neighbour may see, and whether there may be more.
pub fn standings(
    conn: &mut Conn,
    sight: &Sight,
    node: &str,
    asked: &Asked,
) -> Result<(Vec<Standing>, bool), Refusal> {
    let (places, more) = next(conn, sight, node, asked)?;
    let seqs = places.iter().filter_map(|place| match place.at {
        At::Own(seq) => Some(seq),
        At::Other(_) => None,
    });
    let mut own: HashMap<String, Standing> = HashMap::new();
    for slice in seqs.collect::<Vec<_>>().chunks(DIGEST_SLICE) {
        for (subject, version, method, data_hash) in changes::feed::lines(conn, slice)? {
            let gone = method == Method::Delete;
            own.insert(subject.clone(), Standing { subject, version, gone, data_hash });
        }
    }
    let standing = |place: Place| match place.at {
        At::Other(standing) => Some(standing),
        At::Own(_) => own.remove(&place.subject),
    };
    Ok((places.into_iter().filter_map(standing).collect(), more))
}

//! Comparing what a neighbour has with what is here of it (TMF-1 rule 12).
//!
//! Subjects in their order are cut into buckets of so many; a bucket says where it begins and ends, how many are in
//! it and their hash. The reader computes the same over its replicas and asks again only for what differs.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::feed::Sight;
use super::peers;
use super::snapshot::{self, Asked};
use super::take::Lines;
use crate::changes;
use crate::db::Conn;
use crate::federation::model::{Cursor, Peer, Received, State as PeerState};
use crate::kernel::change::Method;
use crate::kernel::error::Refusal;
use crate::kernel::leaf;
use crate::replica::model::{Event, Replica, State};
use crate::replica::service::{self as replicas, Filter};

pub const BUCKET_SUBJECTS: usize = 256;
/// Subjects in one answer.
pub const PART_SUBJECTS_MAX: usize = 20 * BUCKET_SUBJECTS;
/// Subjects of one range read here; a neighbour's bucket has no more.
const RANGE_SUBJECTS_MAX: i64 = 4 * BUCKET_SUBJECTS as i64;

/// A part of a digest, as it travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Digest {
    pub as_of_seq: i64,
    pub epoch: i64,
    pub view: String,
    pub buckets: Vec<Bucket>,
    /// Where the next part begins; none at the end.
    pub next: Option<String>,
}

/// Subjects behind `after` up to `through`; to the end where that is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub after: String,
    pub through: String,
    pub count: i64,
    pub hash: String,
}

/// The digest of what a neighbour may see.
pub fn digest(conn: &mut Conn, node: &str, peer: &Peer, asked: &Asked) -> Result<Digest, Refusal> {
    let sight = Sight::of(conn, node, peer)?;
    let head = changes::head(conn)?;
    let (standings, more) = snapshot::standings(conn, &sight, node, asked)?;
    let mut buckets: Vec<Bucket> = replicas::buckets(&asked.after, &standings, BUCKET_SUBJECTS)
        .into_iter()
        .map(|it| Bucket {
            after: it.after,
            through: it.through,
            count: it.count,
            hash: hex::encode(it.hash),
        })
        .collect();
    let last = buckets.last().map_or_else(|| asked.after.clone(), |bucket| bucket.through.clone());
    if !more {
        let hash = hex::encode(replicas::hash_of(&[]));
        buckets.push(Bucket { after: last.clone(), through: String::new(), count: 0, hash });
    }
    let (as_of_seq, epoch, view) = (head.feed_seq, head.epoch, sight.revision());
    Ok(Digest { as_of_seq, epoch, view, buckets, next: more.then_some(last) })
}

/// The buckets in which something may differ: neither what came from the neighbour nor all that is here has their
/// hash. A record that came by another way is one that the neighbour names too.
pub fn differing(conn: &mut Conn, node: &str, buckets: &[Bucket]) -> Result<Vec<Bucket>, Refusal> {
    let mut different = Vec::new();
    for bucket in buckets {
        let through = Some(bucket.through.as_str()).filter(|through| !through.is_empty());
        let mut same = false;
        for via in [Some(node), None] {
            let filter = Filter { via, through, ..Filter::default() };
            let here = replicas::standings_of(conn, &filter, &bucket.after, RANGE_SUBJECTS_MAX)?;
            same = same || hex::encode(replicas::hash_of(&here)) == bucket.hash;
        }
        if !same {
            different.push(bucket.clone());
        }
    }
    Ok(different)
}

/// What differs in a range that a neighbour was asked for again, subject by subject.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    /// Its lines that are not what is here.
    pub lines: Vec<Received>,
    /// What is here by its way and it does not have.
    pub surplus: Vec<String>,
}

/// Compares the lines of a range with what is here of their subjects, by whatever way it came.
pub fn differences(
    conn: &mut Conn,
    node: &str,
    (after, through): (&str, Option<&str>),
    lines: &Lines,
) -> Result<Differences, Refusal> {
    let named: Vec<String> = lines.iter().map(|(subject, _)| subject.clone()).collect();
    let here = replicas::load(conn, &named)?;
    let here: HashMap<&str, &Replica> = here.iter().map(|it| (it.subject.as_str(), it)).collect();
    let near = peers::all(conn)?.into_iter().filter(|peer| peer.state == PeerState::Confirmed);
    let near: HashSet<String> = near.map(|peer| peer.node).collect();
    let differs = |(subject, line): &&(String, Received)| match line {
        Received::Stub => false,
        Received::Bad { .. } => true,
        Received::Event(event) => {
            let known = here.get(subject.as_str());
            let stands = known.map(|known| (known.via.as_str(), known.state));
            // Of its own records a neighbour tells itself.
            !replicas::is_for_its_owner(node, event, near.contains(&event.origin), stands)
                && known.is_none_or(|known| is_other(known, event))
        }
    };
    let differing = lines.iter().filter(differs).map(|(_, line)| line.clone()).collect();
    let filter = Filter { via: Some(node), through, state: Some(State::Live), ..Filter::default() };
    let held = replicas::standings_of(conn, &filter, after, RANGE_SUBJECTS_MAX)?;
    let named: HashSet<&str> = named.iter().map(String::as_str).collect();
    let surplus = held.into_iter().map(|it| it.subject).filter(|it| !named.contains(it.as_str())).collect();
    Ok(Differences { lines: differing, surplus })
}

/// Whether a line says something else than a record here, which is not newer and not damaged.
fn is_other(known: &Replica, event: &Event) -> bool {
    let gone = event.method == Method::Delete;
    let hash = event.data.as_ref().map(|data| data.hash.as_slice());
    let stored = known.public.as_deref().map(|public| leaf::data_hash(public.as_bytes()));
    let damaged = stored.is_some_and(|stored| known.data_hash.as_deref() != Some(stored.as_slice()));
    let alike = (known.state != State::Live) == gone && (gone || known.data_hash.as_deref() == hash);
    match (known.epoch, known.version).cmp(&(event.epoch, event.version)) {
        _ if damaged => true,
        Ordering::Greater => false,
        Ordering::Less => true,
        Ordering::Equal => !alike,
    }
}

/// Whether a digest speaks of the number at which the replicas stand: otherwise differences mean nothing.
pub fn comparable(digest: &Digest, cursor: &Cursor) -> bool {
    (digest.epoch, digest.as_of_seq, digest.view.as_str()) == (cursor.epoch, cursor.seq, cursor.view.as_str())
}

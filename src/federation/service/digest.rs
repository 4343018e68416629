//! Comparing what a neighbour has with what is here of it (TMF-1 rule 12).
//!
//! Subjects in their order are cut into buckets of so many; a bucket says where it begins and ends, how many are in
//! it and their hash. The reader computes the same over its replicas and asks again only for what differs.

use serde::{Deserialize, Serialize};

use super::feed::Sight;
use super::snapshot::{self, Asked};
use crate::changes;
use crate::db::Conn;
use crate::federation::model::{Cursor, Peer};
use crate::kernel::error::Refusal;
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

/// The buckets in which the replicas that came from a neighbour differ.
pub fn differing(conn: &mut Conn, node: &str, buckets: &[Bucket]) -> Result<Vec<Bucket>, Refusal> {
    let mut different = Vec::new();
    for bucket in buckets {
        let through = Some(bucket.through.as_str()).filter(|through| !through.is_empty());
        let filter = Filter { via: Some(node), through, ..Filter::default() };
        let here = replicas::standings_of(conn, &filter, &bucket.after, RANGE_SUBJECTS_MAX)?;
        if hex::encode(replicas::hash_of(&here)) != bucket.hash {
            different.push(bucket.clone());
        }
    }
    Ok(different)
}

/// Whether a digest speaks of the number at which the replicas stand: otherwise differences mean nothing.
pub fn comparable(digest: &Digest, cursor: &Cursor) -> bool {
    (digest.epoch, digest.as_of_seq, digest.view.as_str()) == (cursor.epoch, cursor.seq, cursor.view.as_str())
}

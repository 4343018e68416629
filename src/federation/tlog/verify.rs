//! Recomputes the tree from the change log, and what was signed over it, beside a running server.

use super::note::{Checkpoint, Kind, Note, VerifierKey};
use super::store::{self, Signed};
use crate::changes::leaves::read_leaves;
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::proof::merkle::{self, Edge, Hash, TILE_WIDTH};
use crate::proof::model::Purpose;
use crate::proof::{self, PublicKey};

const SLICE_LEAVES: i64 = 4096;
const SLICE_CHECKPOINTS: i64 = 256;

/// What was found: how much is sound, or the first fault in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub leaves: u64,
    pub checkpoints: u64,
    pub fault: Option<String>,
}

/// Reads every leaf that is in the tree, every tile and every checkpoint.
pub fn verify(conn: &mut Conn) -> Result<Verified, Refusal> {
    let mut done = Verified { leaves: 0, checkpoints: 0, fault: None };
    let head = match store::edge(conn) {
        Ok(head) => head,
        Err(_) => return Ok(Verified { fault: Some("the tree's head cannot be read".into()), ..done }),
    };
    let mut walk = Walk::new(conn)?;
    while walk.edge.size() < head.size() && done.fault.is_none() {
        let from = i64::try_from(walk.edge.size()).map_err(Refusal::internal)?;
        let left = i64::try_from(head.size()).map_err(Refusal::internal)? - from;
        let leaves = read_leaves(conn, from, SLICE_LEAVES.min(left))?;
        if leaves.is_empty() {
            done.fault = Some(format!("the tree has {} leaves, the feed only {from}", head.size()));
        }
        for leaf in leaves {
            if done.fault.is_none() {
                done.fault = walk.take(conn, leaf)?;
            }
        }
    }
    if done.fault.is_none() && (walk.edge != head || walk.levels.iter().any(|level| !level.is_empty())) {
        done.fault = walk.end(conn, &head)?;
    }
    if done.fault.is_none() && !walk.signed.is_empty() {
        done.fault = Some("a checkpoint is larger than the tree".into());
    }
    done.leaves = walk.edge.size();
    done.checkpoints = walk.checked;
    Ok(done)
}

/// The tree as it grew, with the checkpoints on its way.
struct Walk {
    edge: Edge,
    /// The hashes of the tile that still grows, for each level of tiles.
    levels: Vec<Vec<Hash>>,
    /// How many tiles of each level are behind.
    full: Vec<u64>,
    signed: Vec<Signed>,
    checked: u64,
    last: i64,
    keys: Vec<PublicKey>,
}

impl Walk {
    fn new(conn: &mut Conn) -> Result<Self, Refusal> {
        let keys = proof::service::public_keys(conn, Purpose::Checkpoint)?;
        let mut walk = Self {
            edge: Edge::default(),
            levels: Vec::new(),
            full: Vec::new(),
            signed: Vec::new(),
            checked: 0,
            last: 0,
            keys,
        };
        walk.more(conn)?;
        Ok(walk)
    }

    fn more(&mut self, conn: &mut Conn) -> Result<(), Refusal> {
        self.signed = store::checkpoints_after(conn, self.last, SLICE_CHECKPOINTS)?;
        self.signed.reverse();
        Ok(())
    }

    fn take(&mut self, conn: &mut Conn, leaf: Hash) -> Result<Option<String>, Refusal> {
        self.edge.push(leaf);
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
                self.full.push(0);
            }
            self.levels[level].push(hash);
            if (self.levels[level].len() as u64) < TILE_WIDTH {
                break;
            }
            let tile = std::mem::take(&mut self.levels[level]);
            if let Some(fault) = self.tile(conn, level, &tile)? {
                return Ok(Some(fault));
            }
            self.full[level] += 1;
            hash = merkle::root(&tile);
        }
        self.checkpoint(conn)
    }

    fn tile(&self, conn: &mut Conn, level: usize, hashes: &[Hash]) -> Result<Option<String>, Refusal> {
        let number = u32::try_from(level).map_err(Refusal::internal)?;
        let kept = store::tile(conn, number, self.full[level])?.unwrap_or_default();
        let fits = kept == hashes.concat();
        Ok((!fits).then(|| format!("tile {level}/{} is not that of the feed", self.full[level])))
    }

    fn checkpoint(&mut self, conn: &mut Conn) -> Result<Option<String>, Refusal> {
        let size = i64::try_from(self.edge.size()).map_err(Refusal::internal)?;
        let Some(next) = self.signed.last() else { return Ok(None) };
        if next.size > size {
            return Ok(None);
        }
        let root = self.edge.root();
        let fits = next.root == root && next.size == size && self.is_signed(next, &root);
        if !fits {
            return Ok(Some(format!("the checkpoint of {} leaves is not that of the feed", next.size)));
        }
        self.last = next.size;
        self.checked += 1;
        self.signed.pop();
        if self.signed.is_empty() {
            self.more(conn)?;
        }
        Ok(None)
    }

    fn is_signed(&self, signed: &Signed, root: &Hash) -> bool {
        let Some(note) = Note::parse(&signed.note) else { return false };
        let Some(checkpoint) = Checkpoint::parse(&note.body) else { return false };
        let named = |key: &PublicKey| VerifierKey::new(&checkpoint.origin, Kind::Log, key.clone());
        checkpoint.root == *root
            && i64::try_from(checkpoint.size) == Ok(signed.size)
            && self.keys.iter().any(|key| note.is_signed_by(&named(key)))
    }

    /// The tiles that still grow, and the head.
    fn end(&self, conn: &mut Conn, head: &Edge) -> Result<Option<String>, Refusal> {
        if self.edge != *head {
            return Ok(Some("the tree's head is not that of the feed".into()));
        }
        for (level, hashes) in self.levels.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty()) {
            if let Some(fault) = self.tile(conn, level, hashes)? {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    }
}

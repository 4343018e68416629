//! The Merkle tree of RFC 6962 §2.1 over SHA-256: roots, inclusion and consistency proofs, tiles, and an edge
//! that grows without recomputing what lies left of it. Pure.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Levels of the tree that one tile spans (C2SP tlog-tiles).
pub const TILE_HEIGHT: u32 = 8;
/// Hashes of a full tile.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
/// No proof of a tree with fewer than 2^64 leaves is longer; a longer one is refused unread.
pub const PROOF_HASHES_MAX: usize = 64;

/// The root of the tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0_u8]).chain_update(entry).finalize().into()
}

pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1_u8]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(usize::try_from(split(leaves.len() as u64)).unwrap_or(1));
            node(&root(left), &root(right))
        }
    }
}

/// The proof that leaf `index` stands in the tree over these leaves; empty also when it does not.
pub fn inclusion(leaves: &[Hash], index: u64) -> Vec<Hash> {
    let mut found = Vec::new();
    for (from, to) in inclusion_ranges(index, leaves.len() as u64) {
        found.extend(slice(leaves, from, to).map(root));
    }
    found
}

/// The proof that the tree over these leaves begins with the tree over the first `old` of them.
pub fn consistency(leaves: &[Hash], old: u64) -> Vec<Hash> {
    let mut found = Vec::new();
    for (from, to) in consistency_ranges(old, leaves.len() as u64) {
        found.extend(slice(leaves, from, to).map(root));
    }
    found
}

fn slice(leaves: &[Hash], from: u64, to: u64) -> Option<&[Hash]> {
    leaves.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
}

/// The largest power of two below `size`, which is at least 2.
const fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// The runs of leaves whose roots are the inclusion proof (RFC 6962 §2.1.1), nearest first.
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<(u64, u64)> {
    let mut ranges = Vec::new();
    if index >= size {
        return ranges;
    }
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The runs of leaves whose roots are the consistency proof (RFC 6962 §2.1.2), in its order.
pub fn consistency_ranges(old: u64, new: u64) -> Vec<(u64, u64)> {
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    let (mut from, mut to) = (0, new);
    // Down to the subtree that ends where the old tree ended.
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            ranges.push((middle, to));
            to = middle;
        } else {
            ranges.push((from, middle));
            from = middle;
        }
    }
    // The verifier knows the old root already where the old tree is that whole subtree.
    if from > 0 {
        ranges.push((from, to));
    }
    ranges.reverse();
    ranges
}

/// The whole subtrees `(level, index)`, left to right, whose leaves are exactly `from..to`. `from` is a multiple
/// of the largest power of two that does not exceed the run, as in every range of a proof.
pub fn subtrees(from: u64, to: u64) -> Vec<(u32, u64)> {
    let (mut found, mut at) = (Vec::new(), from);
    while at < to {
        let level = (u64::BITS - 1 - (to - at).leading_zeros()).min(at.trailing_zeros());
        found.push((level, at >> level));
        at += 1 << level;
    }
    found
}

/// The root of a run from the hashes of its whole subtrees, left to right.
pub fn join(subtrees: &[Hash]) -> Hash {
    let mut right_to_left = subtrees.iter().rev();
    match right_to_left.next() {
        None => empty_root(),
        Some(last) => right_to_left.fold(*last, |right, left| node(left, &right)),
    }
}

/// Whether the path leads from the leaf hash to the root (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size || path.len() > PROOF_HASHES_MAX {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the newer tree begins with the older one (RFC 9162 §2.1.4.2).
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    if old > new || path.len() > PROOF_HASHES_MAX {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    let (mut at, mut last) = (old - 1, new - 1);
    let shift = (!at).trailing_zeros();
    at >>= shift;
    last >>= shift;
    // A whole old tree is itself the first hash.
    let mut steps = path.iter();
    let Some(seed) = (if old.is_power_of_two() { Some(old_root) } else { steps.next() }) else {
        return false;
    };
    let (mut first, mut second) = (*seed, *seed);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            first = node(step, &first);
            second = node(step, &second);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            second = node(&second, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && first == *old_root && second == *new_root
}

/// The right edge of a growing tree: the roots of its whole subtrees, largest first. It is all that is needed to
/// append leaves and to tell the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// None when the number of peaks does not fit the size.
    pub fn new(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (u32::try_from(peaks.len()) == Ok(size.count_ones())).then_some(Self { size, peaks })
    }

    pub const fn size(&self) -> u64 {
        self.size
    }

    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        join(&self.peaks)
    }
}

/// Where a whole subtree lies among the tiles: tile level, tile index, and its first and end hash in the tile,
/// whose root it is.
pub const fn in_tile(level: u32, index: u64) -> (u32, u64, u64, u64) {
    let (tile_level, above) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
    let first = index << above;
    let from = first % TILE_WIDTH;
    (tile_level, first / TILE_WIDTH, from, from + (1 << above))
}

/// How many hashes a tile of a tree of `size` leaves holds: none, some, or all.
pub const fn tile_width(size: u64, tile_level: u32, tile_index: u64) -> u64 {
    let shift = TILE_HEIGHT * tile_level;
    if shift >= u64::BITS {
        return 0;
    }
    let Some(first) = tile_index.checked_mul(TILE_WIDTH) else { return 0 };
    let left = (size >> shift).saturating_sub(first);
    if left < TILE_WIDTH { left } else { TILE_WIDTH }
}

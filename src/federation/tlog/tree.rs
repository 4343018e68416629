//! The tree in its tiles: growing it, and the root of any run of leaves without reading the leaves.

use std::collections::BTreeMap;

use super::store;
use crate::changes::leaves::read_leaves;
use crate::db::{Conn, Tx};
use crate::kernel::error::Refusal;
use crate::proof::merkle::{self, Hash, TILE_HEIGHT, TILE_WIDTH};

/// Leaves taken in one command: a dozen tiles, about 5 ms.
pub const SLICE_LEAVES_MAX: i64 = 1024;

/// Takes the next leaves of the feed into the tree; how many there were.
pub fn grow(tx: &mut Tx) -> Result<usize, Refusal> {
    let mut edge = store::edge(tx)?;
    let old = edge.size();
    let from = i64::try_from(old).map_err(Refusal::internal)?;
    let leaves = read_leaves(tx, from, SLICE_LEAVES_MAX)?;
    let mut tiles = Growing::default();
    for leaf in &leaves {
        tiles.push(tx, 0, edge.size(), *leaf)?;
        edge.push(*leaf);
    }
    if !leaves.is_empty() && store::grow(tx, old, &edge)? {
        tiles.save(tx)?;
    }
    Ok(leaves.len())
}

/// The tiles at the right edge while leaves come in.
#[derive(Default)]
struct Growing(BTreeMap<(u32, u64), Vec<Hash>>);

impl Growing {
    /// `place` is the number of the hash within its level of tiles.
    fn push(&mut self, conn: &mut Conn, level: u32, place: u64, hash: Hash) -> Result<(), Refusal> {
        let index = place / TILE_WIDTH;
        let tile = match self.0.entry((level, index)) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(empty) => {
                let kept = store::tile(conn, level, index)?.unwrap_or_default();
                empty.insert(store::hashes(&kept))
            }
        };
        if tile.len() as u64 != place % TILE_WIDTH {
            return Err(Refusal::internal(format!("tile {level}/{index} of the tree is damaged")));
        }
        tile.push(hash);
        if tile.len() as u64 == TILE_WIDTH {
            let root = merkle::root(tile);
            return self.push(conn, level + 1, index, root);
        }
        Ok(())
    }

    fn save(self, tx: &mut Tx) -> Result<(), Refusal> {
        let mut tiles = self.0.into_iter();
        tiles.try_for_each(|((level, index), hashes)| store::put_tile(tx, level, index, &hashes.concat()))
    }
}

/// Reads tiles, each once.
#[derive(Default)]
pub struct Tiles(BTreeMap<(u32, u64), Vec<Hash>>);

impl Tiles {
    /// The root of the leaves `from..to`: a range of a proof, or the whole of a tree.
    pub fn range(&mut self, conn: &mut Conn, from: u64, to: u64) -> Result<Hash, Refusal> {
        let mut hashes = Vec::new();
        for (level, index) in merkle::subtrees(from, to) {
            hashes.push(self.subtree(conn, level, index)?);
        }
        Ok(merkle::join(&hashes))
    }

    pub fn ranges(&mut self, conn: &mut Conn, ranges: &[(u64, u64)]) -> Result<Vec<Hash>, Refusal> {
        ranges.iter().map(|(from, to)| self.range(conn, *from, *to)).collect()
    }

    fn subtree(&mut self, conn: &mut Conn, level: u32, index: u64) -> Result<Hash, Refusal> {
        let (tile_level, tile, from, to) = merkle::in_tile(level, index);
        let held = match self.0.entry((tile_level, tile)) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(empty) => {
                empty.insert(store::hashes(&store::tile(conn, tile_level, tile)?.unwrap_or_default()))
            }
        };
        let whole = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        let hashes = whole.and_then(|(from, to)| held.get(from..to));
        hashes.map(merkle::root).ok_or_else(|| {
            Refusal::internal(format!("tile {tile_level}/{tile} of the tree lacks hashes {from}..{to}"))
        })
    }
}

/// The path of a tile (C2SP tlog-tiles): `0/x001/x234/067`, `0/000.p/17`.
pub fn parse_path(path: &str) -> Option<(u32, u64, u64)> {
    let (level, rest) = path.split_once('/')?;
    let level: u32 = number(level)?.try_into().ok().filter(|level| *level < u64::BITS / TILE_HEIGHT)?;
    let (index, width) = match rest.rsplit_once(".p/") {
        Some((index, width)) => (index, number(width).filter(|width| (1..TILE_WIDTH).contains(width))?),
        None => (rest, TILE_WIDTH),
    };
    let mut found = 0_u64;
    let groups: Vec<&str> = index.split('/').collect();
    for (at, group) in groups.iter().enumerate() {
        let digits = if at + 1 == groups.len() { Some(*group) } else { group.strip_prefix('x') };
        let digits = digits.filter(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))?;
        found = found.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    let padded = groups.len() > 1 && groups.first() == Some(&"x000");
    (!padded).then_some((level, found, width))
}

fn number(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| canonical && text.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::parse_path;

    /// C2SP tlog-tiles: its example, and what is no path.
    #[test]
    fn tile_paths_are_the_published_ones() {
        assert_eq!(parse_path("0/x001/x234/067"), Some((0, 1_234_067, 256)));
        assert_eq!(parse_path("1/000"), Some((1, 0, 256)));
        assert_eq!(parse_path("0/x001/067.p/17"), Some((0, 1067, 17)));
        for bad in [
            "",
            "0",
            "0/",
            "0/1",
            "0/0000",
            "0/x000/001",
            "0/001/002",
            "00/001",
            "0/001.p/0",
            "0/001.p/256",
            "0/001.p/07",
            "8/000",
            "-1/000",
            "entries/000",
            "0/x001",
            "0/00a",
        ] {
            assert_eq!(parse_path(bad), None, "{bad}");
        }
    }
}

//! The published vectors of the tree, and every proof of every small tree.

use super::merkle::*;

fn hexed(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// The leaves of the tests of certificate-transparency (merkle_tree_test.cc), which RFC 6962's authors publish.
fn published() -> Vec<Hash> {
    let entries =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    entries.map(|entry| leaf(&hex::decode(entry).unwrap())).to_vec()
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

/// RFC 6962 §2.1: the published roots of the trees of one to eight leaves.
#[test]
fn roots_are_those_that_were_published() {
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves = published();
    let mut edge = Edge::default();
    assert_eq!(hex::encode(edge.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (at, expected) in roots.iter().enumerate() {
        edge.push(leaves[at]);
        assert_eq!(hex::encode(root(&leaves[..=at])), *expected, "{} leaves", at + 1);
        assert_eq!(edge.root(), root(&leaves[..=at]));
    }
}

/// RFC 6962 §2.1.1, §2.1.2: published paths of the same tree.
#[test]
fn paths_are_those_that_were_published() {
    let leaves = published();
    let path = |hashes: &[&str]| hashes.iter().map(|hash| hexed(hash)).collect::<Vec<_>>();
    assert_eq!(
        inclusion(&leaves, 5),
        path(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(
        inclusion(&leaves[..3], 2),
        path(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"])
    );
    assert_eq!(
        consistency(&leaves, 6),
        path(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(
        consistency(&leaves[..5], 2),
        path(&[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ])
    );
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_and_nothing_else() {
    let all = leaves(40);
    for size in 1..=all.len() {
        let (tree, wrong) = (&all[..size], [9; 32]);
        let (size, top) = (size as u64, root(tree));
        for index in 0..size {
            let path = inclusion(tree, index);
            let leaf = &tree[index as usize];
            assert!(verify_inclusion(leaf, index, size, &path, &top), "{index} of {size}");
            assert!(!verify_inclusion(&wrong, index, size, &path, &top));
            assert!(!verify_inclusion(leaf, index, size, &path, &wrong));
            assert!(!verify_inclusion(leaf, size, size, &path, &top));
            for other in (0..size).filter(|other| *other != index) {
                assert!(!verify_inclusion(leaf, other, size, &path, &top), "{index} as {other} of {size}");
            }
            let longer = [path.clone(), vec![wrong]].concat();
            assert!(!verify_inclusion(leaf, index, size, &longer, &top));
            for at in 0..path.len() {
                let mut bent = path.clone();
                bent[at][31] ^= 1;
                assert!(!verify_inclusion(leaf, index, size, &bent, &top));
            }
            if let Some((_, shorter)) = path.split_last() {
                assert!(!verify_inclusion(leaf, index, size, shorter, &top));
            }
        }
    }
}

#[test]
fn every_small_tree_continues_every_smaller_one() {
    let all = leaves(40);
    for new in 0..=all.len() {
        let top = root(&all[..new]);
        for old in 0..=new {
            let (path, base) = (consistency(&all[..new], old as u64), root(&all[..old]));
            let (old, new) = (old as u64, new as u64);
            assert!(verify_consistency(old, &base, new, &top, &path), "{old} to {new}");
            assert!(!verify_consistency(old, &[9; 32], new, &top, &path), "{old} to {new}");
            let longer = [path.clone(), vec![[9; 32]]].concat();
            assert!(!verify_consistency(old, &base, new, &top, &longer));
            if old > 0 {
                assert!(!verify_consistency(old, &base, new, &[9; 32], &path), "{old} to {new}");
            }
            for at in 0..path.len() {
                let mut bent = path.clone();
                bent[at][0] ^= 1;
                assert!(!verify_consistency(old, &base, new, &top, &bent), "{old} to {new} at {at}");
            }
            if let Some((_, shorter)) = path.split_last() {
                assert!(!verify_consistency(old, &base, new, &top, shorter));
            }
        }
    }
    assert!(!verify_consistency(3, &root(&all[..3]), 2, &root(&all[..2]), &[]));
}

/// The subtrees of every range of every proof have its root, and lie in tiles of the tree.
#[test]
fn ranges_of_proofs_are_whole_subtrees_in_tiles() {
    let all = leaves(700);
    let hash_of = |level: u32, index: u64| {
        let (tile_level, tile, from, to) = in_tile(level, index);
        let width = tile_width(all.len() as u64, tile_level, tile);
        assert!(to <= width, "tile {tile_level}/{tile} has {width} of {to}");
        let span = 1_u64 << (TILE_HEIGHT * tile_level);
        let first = tile * TILE_WIDTH * span;
        root(&all[(first + from * span) as usize..(first + to * span) as usize])
    };
    let whole = |from: u64, to: u64| {
        let parts = subtrees(from, to);
        join(&parts.iter().map(|(level, index)| hash_of(*level, *index)).collect::<Vec<_>>())
    };
    assert_eq!(whole(0, 700), root(&all));
    for at in [0, 1, 255, 256, 511, 512, 513, 600, 698, 699] {
        let ranges = inclusion_ranges(at, 700);
        assert_eq!(ranges.iter().map(|(a, b)| whole(*a, *b)).collect::<Vec<_>>(), inclusion(&all, at));
        let ranges = consistency_ranges(at, 700);
        assert_eq!(ranges.iter().map(|(a, b)| whole(*a, *b)).collect::<Vec<_>>(), consistency(&all, at));
    }
}

#[test]
fn an_edge_goes_on_where_it_was_kept() {
    let all = leaves(300);
    let mut edge = Edge::default();
    for (at, leaf) in all.iter().enumerate() {
        let mut again = Edge::new(edge.size(), edge.peaks().to_vec()).unwrap();
        edge.push(*leaf);
        again.push(*leaf);
        assert_eq!(again, edge);
        assert_eq!(edge.root(), root(&all[..=at]));
    }
    assert_eq!(Edge::new(3, vec![[0; 32]]), None);
    assert_eq!((tile_width(700, 0, 2), tile_width(700, 0, 3), tile_width(700, 1, 0)), (188, 0, 2));
}

//! The house: a room uses only lower ranks, and of those only `service` and `model`. This table is the
//! architecture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rank of each room. Rank 0 is what every room may use.
const RANKS: &[(&str, u8)] = &[
    ("kernel", 0),
    ("db", 0),
    ("changes", 0),
    ("http", 0),
    ("kv", 0),
    ("files", 0),
    ("papers", 0),
    ("reference", 1),
    ("audit", 1),
    ("proof", 1),
    ("identity", 2),
    ("ledger", 2),
    ("replica", 2),
    ("search", 3),
    ("listing", 3),
    ("credit", 3),
    ("achievement", 4),
    ("demand", 4),
    ("engagement", 5),
    ("matching", 6),
    ("brokerage", 5),
    ("trading", 7),
    ("contract", 8),
    ("project", 9),
    ("subsidy", 10),
    ("reward", 10),
    ("statistics", 11),
    ("federation", 12),
    ("notice", 11),
];

/// The composition root and what stands around it may use everything.
const OUTSIDE: &[&str] = &["app", "cli", "config", "main", "lib", "demo"];

/// What a room shows to higher ranks, besides what its `mod.rs` holds itself; of proof also the pure parts.
const SHOWN: &[&str] = &["service", "model", "merkle", "hpke", "shares", "http_signature"];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap().to_owned();
            let room = inside.components().next().unwrap().as_os_str().to_string_lossy();
            let room = room.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (room, inside, text)
        })
        .collect()
}

/// Every `crate::room::part` in a source, whether in a `use` (braces opened) or in the code.
fn uses(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let heads: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split_once("};").map_or(list, |(inside, _)| inside).split(',').collect(),
            None => vec![rest],
        };
        for head in heads {
            let word = |s: &str| {
                s.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
            };
            let room = word(head);
            let part = head
                .trim()
                .get(room.len()..)
                .and_then(|r| r.strip_prefix("::"))
                .map(word)
                .unwrap_or_default();
            found.push((room, part));
        }
    }
    found
}

#[test]
fn a_room_uses_only_lower_ranks_and_only_their_service_and_model() {
    let ranks: BTreeMap<_, _> = RANKS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        if OUTSIDE.contains(&room.as_str()) {
            continue;
        }
        let Some(own) = ranks.get(room.as_str()) else {
            wrong.push(format!("{}: the room {room} has no rank", path.display()));
            continue;
        };
        for (used, part) in uses(&text) {
            let Some(rank) = ranks.get(used.as_str()) else { continue };
            if used == room || *rank == 0 {
                continue;
            }
            if rank >= own {
                wrong.push(format!("{}: rank {own} uses {used} of rank {rank}", path.display()));
            }
            let inner =
                part.chars().next().is_some_and(char::is_lowercase) && !SHOWN.contains(&part.as_str());
            if inner {
                wrong.push(format!("{}: uses {used}::{part}, which is not service or model", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn diesel_stays_in_stores() {
    let mut wrong = Vec::new();
    for (room, path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        let store = shown.ends_with("store.rs")
            || shown.contains("/store/")
            || matches!(room.as_str(), "db" | "changes");
        if !store && (text.contains("diesel::") || text.contains("use diesel")) {
            wrong.push(shown);
        }
    }
    assert!(wrong.is_empty(), "diesel outside stores: {wrong:?}");
}

#[test]
fn models_and_rules_are_pure() {
    let mut wrong = Vec::new();
    for (_, path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        let pure = shown.ends_with("/rules.rs") || shown.contains("/rules/") || shown.ends_with("/model.rs");
        let impure = ["actix_web", "diesel", "crate::db", "crate::http", "std::fs", "std::env"];
        for word in impure.iter().filter(|word| pure && text.contains(**word)) {
            wrong.push(format!("{shown}: {word}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_check_can_fail() {
    let found = uses("use crate::{contract::store, kernel::id};\nlet x = crate::subsidy::service::y();");
    let expected = [("contract", "store"), ("kernel", "id"), ("subsidy", "service")];
    assert_eq!(found, expected.map(|(room, part)| (room.to_owned(), part.to_owned())));
}

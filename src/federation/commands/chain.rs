//! Whose keys are believed: those of neighbours are pinned; those of others are countersigned, link by link.
//!
//! Every node states, signed, which keys its parent and its children have, as it pinned them. From this node the way
//! goes up along its own ancestors and then down, each link stated by the node that is nearer:
//!
//! ```text
//! county ──pinned──▶ city ──states its parent──▶ region ──states its child──▶ city' ──states its child──▶ county'
//! ```
//!
//! 1. What is pinned is never replaced by what others say.
//! 2. Upward only the own ancestors are believed: a sibling cannot give itself another region.
//! 3. A node is above another by its division code (450000 above 450700 above 450721): nobody countersigns a node
//!    outside its own division.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::federation::model::Role;
use crate::proof::PublicKey;

const NODES_MAX: usize = 10_000;

/// What one node states about the keys of a neighbour of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub by: String,
    pub node: String,
    /// `parent` or `child` of `by`.
    pub relation: String,
    /// Ed25519 public keys, base64url.
    pub keys: Vec<String>,
}

/// A neighbour and the keys that were pinned for it.
#[derive(Clone, Debug)]
pub struct Pinned {
    pub node: String,
    pub relation: Role,
    pub keys: Vec<PublicKey>,
}

/// The keys of `target`, if a chain of statements leads to it. `check` opens a signed statement with the keys of
/// the node that it must be of.
pub fn keys_of<S>(
    own: &str,
    target: &str,
    pinned: &[Pinned],
    statements: &BTreeMap<String, Vec<S>>,
    check: impl Fn(&S, &[PublicKey]) -> Option<(Statement, Vec<PublicKey>)>,
) -> Option<Vec<PublicKey>> {
    let mut known: BTreeMap<String, Vec<PublicKey>> = BTreeMap::new();
    let mut waiting = VecDeque::new();
    for neighbour in pinned {
        known.insert(neighbour.node.clone(), neighbour.keys.clone());
        waiting.push_back((neighbour.node.clone(), neighbour.relation == Role::Parent));
    }
    while let Some((at, is_ancestor)) = waiting.pop_front() {
        if let Some(found) = known.get(target) {
            return Some(found.clone());
        }
        let keys = known.get(&at).cloned().unwrap_or_default();
        for signed in statements.get(&at).into_iter().flatten() {
            let Some((statement, stated)) = check(signed, &keys) else { continue };
            let upward = statement.relation == "parent";
            let (above, below) = if upward { (&statement.node, &at) } else { (&at, &statement.node) };
            let believed = statement.by == at
                && (upward || statement.relation == "child")
                && (!upward || is_ancestor)
                && is_above(above, below)
                && statement.node != own
                && !known.contains_key(&statement.node)
                && known.len() < NODES_MAX;
            if believed {
                known.insert(statement.node.clone(), stated);
                waiting.push_back((statement.node, upward));
            }
        }
    }
    known.get(target).cloned()
}

/// Whether a node's division contains the other's (GB/T 2260): `cn-450000` is above `cn-450700` and `cn-450721`,
/// and `cn-450700` is above `cn-450700-hitech`.
pub fn is_above(above: &str, below: &str) -> bool {
    let (Some((a, a_name)), Some((b, b_name))) = (parts(above), parts(below)) else { return false };
    let inside = b.starts_with(significant(a));
    inside && a_name.is_empty() && (significant(a).len() < significant(b).len() || !b_name.is_empty())
}

/// The six characters of the division, and a name within it.
fn parts(node: &str) -> Option<(&str, &str)> {
    let rest = node.strip_prefix("cn-")?;
    let code = rest.get(..6)?;
    let good = code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    match rest.get(6..)? {
        "" if good => Some((code, "")),
        name if good => name.strip_prefix('-').map(|name| (code, name)),
        _ => None,
    }
}

fn significant(code: &str) -> &str {
    let two = code.strip_suffix("00").unwrap_or(code);
    if two.len() == 4 { two.strip_suffix("00").unwrap_or(two) } else { two }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::Signer;

    fn key(byte: u8) -> PublicKey {
        Signer::from_seed(&[byte; 32]).unwrap().public().clone()
    }

    /// A statement in the clear, and whose key "signed" it.
    #[derive(Clone)]
    struct Said(Statement, u8, u8);

    fn said(by: &str, signed: u8, relation: &str, node: &str, stated: u8) -> (String, Said) {
        let statement =
            Statement { by: by.into(), node: node.into(), relation: relation.into(), keys: vec![] };
        (by.to_owned(), Said(statement, signed, stated))
    }

    fn check(said: &Said, keys: &[PublicKey]) -> Option<(Statement, Vec<PublicKey>)> {
        let signed = key(said.1);
        keys.iter().any(|known| known.kid() == signed.kid()).then(|| (said.0.clone(), vec![key(said.2)]))
    }

    fn look(own: &str, target: &str, pinned: &[Pinned], all: &[(String, Said)]) -> Option<String> {
        let mut statements: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for (by, said) in all {
            statements.entry(by.clone()).or_default().push(said.clone());
        }
        keys_of(own, target, pinned, &statements, check).map(|keys| keys[0].kid().to_owned())
    }

    fn pin(node: &str, relation: Role, byte: u8) -> Pinned {
        Pinned { node: node.into(), relation, keys: vec![key(byte)] }
    }

    const CITY: &str = "cn-450700";
    const REGION: &str = "cn-450000";

    /// TMF-1 rule 11: countersigned by each node's parent up to a common ancestor.
    #[test]
    fn tmf_1_rule_11_keys_come_along_a_chain_of_countersignatures() {
        let city = [pin(CITY, Role::Parent, 1)];
        let whole = [
            said(CITY, 1, "parent", REGION, 2),
            said(REGION, 2, "child", "cn-450100", 3),
            said("cn-450100", 3, "child", "cn-450122", 4),
        ];
        let county = key(4).kid().to_owned();
        assert_eq!(look("cn-450721", "cn-450122", &city, &whole), Some(county));
        for missing in 0..whole.len() {
            let mut rest = whole.to_vec();
            rest.remove(missing);
            assert_eq!(look("cn-450721", "cn-450122", &city, &rest), None, "link {missing}");
        }
        let mut forged = whole.to_vec();
        forged[2] = said("cn-450100", 9, "child", "cn-450122", 5);
        assert_eq!(look("cn-450721", "cn-450122", &city, &forged), None, "signed with another key");
        assert_eq!(
            look("cn-450721", CITY, &city, &[]),
            Some(key(1).kid().to_owned()),
            "a neighbour is pinned"
        );
    }

    #[test]
    fn what_is_pinned_is_never_replaced() {
        let near = [pin(CITY, Role::Parent, 1), pin("cn-450722", Role::Peer, 7)];
        let lie = [said(CITY, 1, "child", "cn-450722", 9)];
        assert_eq!(look("cn-450721", "cn-450722", &near, &lie), Some(key(7).kid().to_owned()));
    }

    #[test]
    fn nobody_countersigns_outside_its_division_or_above_a_stranger() {
        let near = [pin(CITY, Role::Parent, 1)];
        let outside = [said(CITY, 1, "child", "cn-450122", 9)];
        assert_eq!(look("cn-450721", "cn-450122", &near, &outside), None);
        // The region's other city gives itself another region.
        let sideways = [
            said(CITY, 1, "parent", REGION, 2),
            said(REGION, 2, "child", "cn-450100", 3),
            said("cn-450100", 3, "parent", "cn-450000-x", 9),
            said("cn-450000-x", 9, "child", "cn-450200", 9),
        ];
        assert_eq!(look("cn-450721", "cn-450200", &near, &sideways), None);
        let of_another = [(CITY.to_owned(), said(REGION, 1, "child", "cn-450722", 9).1)];
        assert_eq!(look("cn-450721", "cn-450722", &near, &of_another), None, "in the name of another");
    }

    #[test]
    fn a_division_is_above_its_parts() {
        assert!(is_above("cn-450000", "cn-450700") && is_above("cn-450000", "cn-450721"));
        assert!(is_above("cn-450700", "cn-450721") && is_above("cn-450700", "cn-450700-hitech"));
        assert!(is_above("cn-450700", "cn-4507Z1"));
        for (above, below) in [
            ("cn-450700", "cn-450000"),
            ("cn-450700", "cn-450700"),
            ("cn-450721", "cn-450722"),
            ("cn-450700", "cn-450122"),
            ("cn-450700-hitech", "cn-450721"),
            ("county", "cn-450721"),
        ] {
            assert!(!is_above(above, below), "{above} {below}");
        }
    }
}

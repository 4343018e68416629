//! Who outside may see what: one table, and the revision that tells a neighbour when its part of it changed
//! (TMF-1 rule 5 and "What travels"). Pure.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::model::{Peer, Role};
use crate::kernel::change::Audience;

/// Grows when the meaning of the table changes without its rows.
const REVISION: i64 = 1;
const VIEW_CHARS: usize = 16;

/// Which neighbours may see a type of record at all; the audience of each change narrows it further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The entity of the URN.
    pub entity: &'static str,
    pub roles: &'static [Role],
    /// The type that it says more about: hidden with it.
    pub part_of: Option<&'static str>,
}

const fn row(entity: &'static str, roles: &'static [Role]) -> Row {
    Row { entity, roles, part_of: None }
}

const fn part(entity: &'static str, part_of: &'static str) -> Row {
    Row { entity, roles: EVERYBODY, part_of: Some(part_of) }
}

const EVERYBODY: &[Role] = &[Role::Parent, Role::Child, Role::Peer];
const PARENT: &[Role] = &[Role::Parent];

/// Every type that this node publishes. A type of others that is not in it travels as its audience says.
pub const TABLE: &[Row] = &[
    row("node", EVERYBODY),
    row("node_keys", EVERYBODY),
    row("organisation", EVERYBODY),
    row("achievement", EVERYBODY),
    row("demand", EVERYBODY),
    row("sale", EVERYBODY),
    part("sealed_tender", "sale"),
    part("sale_protocol", "sale"),
    row("challenge", EVERYBODY),
    row("credit_record", EVERYBODY),
    row("command_result", EVERYBODY),
    row("contract", PARENT),
    row("statistics_report", PARENT),
    row("target", PARENT),
    row("actual", PARENT),
];

/// What one neighbour may see.
#[derive(Clone, Debug)]
pub struct View {
    node: String,
    role: Role,
    hidden: Vec<String>,
}

impl View {
    pub fn of(peer: &Peer) -> Self {
        let mut hidden = peer.hidden.clone();
        hidden.sort_unstable();
        Self { node: peer.node.clone(), role: peer.role, hidden }
    }

    /// Names what this neighbour may see: another value means that it has to take the snapshot again.
    pub fn revision(&self) -> String {
        let rows: Vec<_> = TABLE.iter().map(|row| (row.entity, self.type_allowed(row.entity))).collect();
        let said = json!([REVISION, self.role, self.hidden, rows]).to_string();
        hex::encode(Sha256::digest(said)).chars().take(VIEW_CHARS).collect()
    }

    pub fn type_allowed(&self, entity: &str) -> bool {
        let row = TABLE.iter().find(|row| row.entity == entity);
        let is_hidden = |entity: &str| self.hidden.iter().any(|hidden| hidden == entity);
        let with_whole = row.and_then(|row| row.part_of).is_some_and(is_hidden);
        row.is_none_or(|row| row.roles.contains(&self.role)) && !is_hidden(entity) && !with_whole
    }

    /// Whether it may see a change. `leads_to` says whether a node is reached by this neighbour.
    pub fn allows(&self, entity: &str, audience: &Audience, leads_to: impl Fn(&str) -> bool) -> bool {
        self.type_allowed(entity)
            && match audience {
                Audience::None => false,
                Audience::Public => true,
                Audience::Parent => self.role == Role::Parent,
                Audience::Nodes(nodes) => nodes.iter().any(|node| *node == self.node || leads_to(node)),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::model::State;
    use crate::kernel::time::UtcTime;

    fn peer(role: Role, hidden: &[&str]) -> Peer {
        Peer {
            node: "cn-450700".into(),
            version: 1,
            name: "示例".into(),
            base_url: "https://platform.example".into(),
            role,
            state: State::Confirmed,
            keys: vec![],
            hidden: hidden.iter().map(|h| (*h).to_owned()).collect(),
            created_at: UtcTime::from_seconds(0),
            updated_at: UtcTime::from_seconds(0),
        }
    }

    /// TMF-1 "What travels", row by row: who sees what.
    #[test]
    fn the_table_says_who_sees_what() {
        let allows = |role, entity: &str, audience: &Audience| {
            View::of(&peer(role, &[])).allows(entity, audience, |_| false)
        };
        for role in Role::ALL {
            for entity in
                ["node", "node_keys", "organisation", "achievement", "demand", "sale", "credit_record"]
            {
                assert!(allows(*role, entity, &Audience::Public), "{role} {entity}");
                assert!(!allows(*role, entity, &Audience::None));
            }
            for entity in ["contract", "statistics_report", "target", "actual"] {
                let parent = *role == Role::Parent;
                assert_eq!(allows(*role, entity, &Audience::Public), parent, "{role} {entity}");
                assert_eq!(allows(*role, entity, &Audience::Parent), parent, "{role} {entity}");
            }
        }
    }

    /// TMF-1 rule 11: between the two nodes concerned, and those on the way.
    #[test]
    fn what_is_addressed_goes_to_its_node_and_towards_it() {
        let here = View::of(&peer(Role::Child, &[]));
        let to = |node: &str| Audience::Nodes(vec![node.to_owned()]);
        assert!(here.allows("command_result", &to("cn-450700"), |_| false));
        assert!(!here.allows("command_result", &to("cn-450721"), |_| false));
        assert!(here.allows("command_result", &to("cn-450721"), |node| node == "cn-450721"));
    }

    /// TMF-1 rule 5: what is hidden is hidden with all that says more about it.
    #[test]
    fn hiding_sales_hides_their_parts() {
        let some = View::of(&peer(Role::Child, &["sale"]));
        for entity in ["sale", "sealed_tender", "sale_protocol"] {
            assert!(!some.allows(entity, &Audience::Public, |_| true), "{entity}");
        }
        assert!(some.allows("challenge", &Audience::Public, |_| false));
        let parts = View::of(&peer(Role::Child, &["sealed_tender"]));
        assert!(parts.allows("sale", &Audience::Public, |_| false));
    }

    #[test]
    fn hiding_a_type_changes_the_view() {
        let (all, some) = (View::of(&peer(Role::Child, &[])), View::of(&peer(Role::Child, &["demand"])));
        assert!(!some.allows("demand", &Audience::Public, |_| true));
        assert!(some.allows("achievement", &Audience::Public, |_| false));
        assert_ne!(all.revision(), some.revision());
        assert_ne!(all.revision(), View::of(&peer(Role::Parent, &[])).revision());
        assert_eq!(all.revision().len(), VIEW_CHARS);
    }
}

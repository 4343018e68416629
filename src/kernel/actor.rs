//! Who acts: the words for people, their organisation and their roles.

use super::codes_common::{FORBIDDEN, UNAUTHENTICATED};
use super::error::Refusal;
use super::id::{self, OrganisationId, SessionId, UserId};
use super::party::PartyRef;
use super::permission::{self, Permission};

/// A closed list of words with stable codes: `as_str`, `parse`, `ALL`, serde and OpenAPI as the code.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:tt),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$doc])*
        pub enum $name { $(#[serde(rename = $code)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Kinds of organisation (DESIGN, who may do what).
    OrganisationKind {
        Institute = "institute",
        Enterprise = "enterprise",
        Broker = "broker",
        RegistrationOffice = "registration_office",
        Government = "government",
        Financier = "financier",
        Operator = "operator",
    }
}

words! {
    /// Roles of a member within its organisation.
    Role {
        Member = "member",
        Admin = "admin",
        Registrar = "registrar",
        Reviewer = "reviewer",
        Preparer = "preparer",
        Approver = "approver",
        Payer = "payer",
        CountyOfficer = "county_officer",
        Operator = "operator",
        Auditor = "auditor",
    }
}

/// Who asks for an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Anonymous,
    Person(Box<Person>),
    /// A neighbouring node that signed its request, by its id.
    Peer(String),
    /// A person of another node, for whom that node answers (TMF-1 rule 11).
    Remote(Box<Remote>),
    /// A job or follower of this node, by its name.
    System(&'static str),
}

/// A person acting for one organisation: a token is for one membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    pub name: String,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub kind: OrganisationKind,
    pub roles: Vec<Role>,
    /// Division code (GB/T 2260) or local unit code of the organisation: the scope of a county officer.
    pub division: String,
    pub session: SessionId,
    /// Only for an API key: the permissions that the key was given, out of those of its roles.
    pub scopes: Option<Vec<Permission>>,
}

/// A person of another node: no account here, and only the permissions that acts across nodes need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub node: String,
    /// The person's id at its own node.
    pub user: UserId,
    pub name: String,
    /// The organisation it acts for; its URN is of the same node.
    pub party: PartyRef,
    pub kind: OrganisationKind,
}

/// Who signs an act, at whichever node that person has its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signatory<'a> {
    pub user: UserId,
    pub name: &'a str,
}

impl Actor {
    /// A person with an account here; what a remote person asks for is not done this way.
    pub fn person(&self) -> Result<&Person, Refusal> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Remote(_) => Err(Refusal::new(&FORBIDDEN)),
            Self::Anonymous | Self::Peer(_) | Self::System(_) => Err(Refusal::new(&UNAUTHENTICATED)),
        }
    }

    /// Who signs: a person of this node or of another.
    pub fn signatory(&self) -> Result<Signatory<'_>, Refusal> {
        match self {
            Self::Remote(remote) => Ok(Signatory { user: remote.user, name: &remote.name }),
            _ => self.person().map(|person| Signatory { user: person.user, name: &person.name }),
        }
    }

    /// The URN of the organisation that the actor acts for, at whichever node it lives.
    pub fn party_urn(&self, node: &str) -> Result<String, Refusal> {
        match self {
            Self::Remote(remote) => Ok(remote.party.urn.clone()),
            _ => self.person().map(|person| id::urn(node, "organisation", person.organisation)),
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::System(_) => true,
            Self::Anonymous => permission == Permission::Public,
            Self::Peer(_) => matches!(permission, Permission::Public | Permission::Peer),
            Self::Person(person) => person.may(permission),
            Self::Remote(remote) => remote.may(permission),
        }
    }

    /// The edge's first question, before anything is loaded: 401 without a login, 403 without the role.
    pub fn permit(&self, permission: Permission) -> Result<(), Refusal> {
        if self.may(permission) {
            Ok(())
        } else if matches!(self, Self::Anonymous) {
            Err(Refusal::new(&UNAUTHENTICATED))
        } else {
            Err(Refusal::new(&FORBIDDEN))
        }
    }

    /// The name of the actor in the change log and in trails: an id, never a personal name.
    pub fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::Peer(node) => format!("node:{node}"),
            Self::System(name) => format!("system:{name}"),
            Self::Person(person) => format!("user:{}@{}", person.user, person.organisation),
            Self::Remote(remote) => format!("remote:{}@{}", remote.user, remote.party.urn),
        }
    }
}

impl Remote {
    /// A fixed, small set, out of what a member of such an organisation may do at its own node.
    pub fn may(&self, permission: Permission) -> bool {
        permission::crosses_nodes(permission) && permission::allows(self.kind, Role::Member, permission)
    }
}

impl Person {
    pub fn may(&self, permission: Permission) -> bool {
        let scoped = self
            .scopes
            .as_ref()
            .is_none_or(|scopes| matches!(permission, Permission::Public) || scopes.contains(&permission));
        scoped && self.roles.iter().any(|role| permission::allows(self.kind, *role, permission))
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(kind: OrganisationKind, role: Role) -> Person {
        let id = "01980000-0000-7000-8000-000000000001";
        Person {
            user: id.parse().unwrap(),
            name: "示例".into(),
            organisation: id.parse().unwrap(),
            organisation_name: "示例大学".into(),
            kind,
            roles: vec![role],
            division: "450700".into(),
            session: id.parse().unwrap(),
            scopes: None,
        }
    }

    #[test]
    fn a_role_counts_only_in_its_kind_of_organisation() {
        let fake = person(OrganisationKind::Enterprise, Role::Payer);
        assert!(!fake.may(Permission::SubsidyPay));
        assert!(person(OrganisationKind::Government, Role::Payer).may(Permission::SubsidyPay));
    }

    #[test]
    fn a_key_has_at_most_the_scopes_it_was_given() {
        let mut key = person(OrganisationKind::Institute, Role::Member);
        key.scopes = Some(vec![Permission::DemandWrite]);
        assert!(key.may(Permission::DemandWrite));
        assert!(!key.may(Permission::AchievementWrite));
        key.scopes = Some(vec![Permission::SubsidyPay]);
        assert!(!key.may(Permission::SubsidyPay), "a scope never adds to the role");
    }

    /// TMF-1 §14: what a neighbour may do is no person's permission, and the other way round.
    #[test]
    fn a_peer_may_do_what_peers_may_and_nothing_else() {
        let peer = Actor::Peer("cn-450721".into());
        for permission in Permission::ALL {
            let open = matches!(permission, Permission::Public | Permission::Peer);
            assert_eq!(peer.may(*permission), open, "{permission}");
        }
        assert!(!Actor::Anonymous.may(Permission::Peer));
        assert_eq!(peer.label(), "node:cn-450721");
    }

    /// TMF-1 rule 11: a remote person acts on records, and has no account, session or office here.
    #[test]
    fn tmf_1_rule_11_a_remote_person_has_a_fixed_small_set_of_permissions() {
        let of = |kind| Remote {
            node: "cn-450721".into(),
            user: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            name: "示例".into(),
            party: PartyRef {
                urn: "urn:tm:cn-450721:organisation:x".into(),
                name: "示例".into(),
                credit_code: String::new(),
            },
            kind,
        };
        let remote = of(OrganisationKind::Enterprise);
        assert!(remote.may(Permission::EngagementWrite) && !remote.may(Permission::ContractWrite));
        assert!(!of(OrganisationKind::Operator).may(Permission::EngagementWrite), "nor more than at home");
        let actor = Actor::Remote(Box::new(remote));
        assert_eq!(actor.party_urn("cn-450700").unwrap(), "urn:tm:cn-450721:organisation:x");
        assert_eq!(actor.signatory().unwrap().name, "示例");
        assert_eq!(actor.permit(Permission::Session).unwrap_err().status(), 403);
        assert_eq!(actor.person().unwrap_err().status(), 403);
        let held = Permission::ALL.iter().filter(|permission| actor.may(**permission)).count();
        assert!(held < 10, "{held} permissions cross nodes");
    }

    #[test]
    fn anonymous_is_401_and_a_wrong_role_403() {
        let refused = Actor::Anonymous.permit(Permission::ContractWrite).unwrap_err();
        assert_eq!(refused.status(), 401);
        let other = Actor::Person(Box::new(person(OrganisationKind::Financier, Role::Member)));
        assert_eq!(other.permit(Permission::ContractWrite).unwrap_err().status(), 403);
    }
}

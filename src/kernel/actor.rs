//! Who acts: the words for people, their organisation and their roles.

use super::codes_common::{FORBIDDEN, UNAUTHENTICATED};
use super::error::Refusal;
use super::id::{OrganisationId, SessionId, UserId};
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

impl Actor {
    pub fn person(&self) -> Result<&Person, Refusal> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Anonymous | Self::Peer(_) | Self::System(_) => Err(Refusal::new(&UNAUTHENTICATED)),
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::System(_) => true,
            Self::Anonymous => permission == Permission::Public,
            Self::Peer(_) => matches!(permission, Permission::Public | Permission::Peer),
            Self::Person(person) => person.may(permission),
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
        }
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

    #[test]
    fn anonymous_is_401_and_a_wrong_role_403() {
        let refused = Actor::Anonymous.permit(Permission::ContractWrite).unwrap_err();
        assert_eq!(refused.status(), 401);
        let other = Actor::Person(Box::new(person(OrganisationKind::Financier, Role::Member)));
        assert_eq!(other.permit(Permission::ContractWrite).unwrap_err().status(), 403);
    }
}

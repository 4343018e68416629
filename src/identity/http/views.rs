//! What identity takes and gives as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::identity::model::{
    ApiKeyId, Contact, InvitationId, InvitationRecord, KeyRecord, Member, Membership, Organisation,
    OrganisationState, Profile, Secret, Session,
};
use crate::identity::service::{NewAccount, Registration};
use crate::kernel::actor;
use crate::kernel::actor::{OrganisationKind, Role};
use crate::kernel::id::{MembershipId, OrganisationId, SessionId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

/// How to reach an organisation; seen by itself and by operators.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactBody {
    #[schema(example = "示例·李")]
    pub person: String,
    #[schema(example = "0777-2800000")]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub address: String,
}

/// What an organisation says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileBody {
    #[schema(example = "示例科技有限公司")]
    name: String,
    /// Unified social credit code (GB 32100-2015).
    #[schema(example = "914599000000001019")]
    credit_code: String,
    /// Division code (GB/T 2260) or local unit code.
    #[schema(example = "450700")]
    division: String,
    #[serde(default)]
    introduction: String,
    contact: ContactBody,
}

impl ProfileBody {
    pub fn profile(&self) -> Profile {
        let contact = self.contact.clone();
        Profile {
            name: self.name.clone(),
            credit_code: self.credit_code.clone(),
            division: self.division.clone(),
            introduction: self.introduction.clone(),
            contact: Contact {
                person: contact.person,
                phone: contact.phone,
                email: contact.email,
                address: contact.address,
            },
        }
    }
}

/// A new person's account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    #[schema(example = "li.wei")]
    login: String,
    #[schema(example = "示例·李")]
    name: String,
    #[schema(format = Password)]
    password: String,
}

impl AccountBody {
    pub fn account(&self) -> NewAccount {
        NewAccount {
            login: self.login.clone(),
            name: self.name.clone(),
            password: Secret::new(self.password.clone()),
        }
    }
}

/// An organisation that registers itself, with its first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationBody {
    kind: OrganisationKind,
    name: String,
    credit_code: String,
    division: String,
    #[serde(default)]
    introduction: String,
    contact: ContactBody,
    admin: AccountBody,
}

impl RegistrationBody {
    pub fn registration(&self) -> Registration {
        let profile = ProfileBody {
            name: self.name.clone(),
            credit_code: self.credit_code.clone(),
            division: self.division.clone(),
            introduction: self.introduction.clone(),
            contact: self.contact.clone(),
        };
        Registration { kind: self.kind, profile: profile.profile(), admin: self.admin.account() }
    }
}

/// The public part of an organisation.
#[derive(Serialize, ToSchema)]
pub struct PublicOrganisation {
    id: OrganisationId,
    kind: OrganisationKind,
    name: String,
    credit_code: String,
    division: String,
    introduction: String,
    state: OrganisationState,
    /// Two digits, of a registration office only.
    office_number: Option<String>,
}

impl From<Organisation> for PublicOrganisation {
    fn from(it: Organisation) -> Self {
        Self {
            id: it.id,
            kind: it.kind,
            name: it.profile.name,
            credit_code: it.profile.credit_code,
            division: it.profile.division,
            introduction: it.profile.introduction,
            state: it.standing.state(),
            office_number: it.office_number,
        }
    }
}

/// An organisation as itself and operators see it.
#[derive(Serialize, ToSchema)]
pub struct OrganisationView {
    #[serde(flatten)]
    public: PublicOrganisation,
    contact: ContactBody,
    /// Why it was refused or suspended; empty otherwise.
    state_reason: String,
    state_at: UtcTime,
    verified_at: Option<UtcTime>,
    registered_at: UtcTime,
    version: i64,
}

impl From<Organisation> for OrganisationView {
    fn from(it: Organisation) -> Self {
        let contact = it.profile.contact.clone();
        Self {
            contact: ContactBody {
                person: contact.person,
                phone: contact.phone,
                email: contact.email,
                address: contact.address,
            },
            state_reason: it.standing.reason().to_owned(),
            state_at: it.standing_at,
            verified_at: it.verified_at,
            registered_at: it.registered_at,
            version: it.version,
            public: PublicOrganisation::from(it),
        }
    }
}

/// A membership of the person who asks.
#[derive(Serialize, ToSchema)]
pub struct MembershipView {
    id: MembershipId,
    organisation: OrganisationId,
    organisation_name: String,
    kind: OrganisationKind,
    state: OrganisationState,
    roles: Vec<Role>,
    since: UtcTime,
}

impl From<(Membership, Organisation)> for MembershipView {
    fn from((membership, organisation): (Membership, Organisation)) -> Self {
        Self {
            id: membership.id,
            organisation: organisation.id,
            kind: organisation.kind,
            state: organisation.standing.state(),
            organisation_name: organisation.profile.name,
            roles: membership.roles,
            since: membership.since,
        }
    }
}

/// A member of an organisation, for its admin.
#[derive(Serialize, ToSchema)]
pub struct MemberView {
    /// Of the membership, not of the person.
    id: MembershipId,
    user: UserId,
    login: String,
    name: String,
    roles: Vec<Role>,
    since: UtcTime,
    version: i64,
}

impl From<Member> for MemberView {
    fn from(it: Member) -> Self {
        let Member { membership, login, name } = it;
        Self {
            id: membership.id,
            user: membership.user,
            login,
            name,
            roles: membership.roles,
            since: membership.since,
            version: membership.version,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    id: InvitationId,
    name: String,
    roles: Vec<Role>,
    invited_by: UserId,
    created_at: UtcTime,
    expires_at: UtcTime,
    version: i64,
    /// Shown once, to whoever made the invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl From<InvitationRecord> for InvitationView {
    fn from(it: InvitationRecord) -> Self {
        Self {
            id: it.id,
            name: it.name,
            roles: it.roles,
            invited_by: it.invited_by,
            created_at: it.created_at,
            expires_at: it.expires_at,
            version: it.version,
            token: None,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: SessionId,
    /// The one that this request came with.
    current: bool,
    opened_at: UtcTime,
    used_at: UtcTime,
    ends_at: UtcTime,
    address: String,
    agent: String,
}

impl SessionView {
    pub fn new(it: Session, current: SessionId) -> Self {
        Self {
            id: it.id,
            current: it.id == current,
            opened_at: it.opened_at,
            used_at: it.used_at,
            ends_at: it.ends_at,
            address: it.address,
            agent: it.agent,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ApiKeyView {
    id: ApiKeyId,
    label: String,
    /// The first characters of the key.
    hint: String,
    scopes: Vec<Permission>,
    created_at: UtcTime,
    expires_at: UtcTime,
    /// Shown once, to whoever made the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl From<KeyRecord> for ApiKeyView {
    fn from(it: KeyRecord) -> Self {
        Self {
            id: it.id,
            label: it.label,
            hint: it.hint,
            scopes: it.scopes,
            created_at: it.created_at,
            expires_at: it.expires_at,
            key: None,
        }
    }
}

/// Who an access token acts as.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    user: UserId,
    name: String,
    organisation: OrganisationId,
    organisation_name: String,
    kind: OrganisationKind,
    division: String,
    roles: Vec<Role>,
    /// What these roles permit.
    permissions: Vec<Permission>,
}

impl From<&actor::Person> for PersonView {
    fn from(person: &actor::Person) -> Self {
        Self {
            user: person.user,
            name: person.name.clone(),
            organisation: person.organisation,
            organisation_name: person.organisation_name.clone(),
            kind: person.kind,
            division: person.division.clone(),
            roles: person.roles.clone(),
            permissions: Permission::ALL.iter().copied().filter(|p| person.may(*p)).collect(),
        }
    }
}

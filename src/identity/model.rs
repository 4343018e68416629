//! Organisations, people, memberships, sessions and keys as the rules know them.

use std::fmt;

use crate::kernel::actor::{OrganisationKind, Role, words};
use crate::kernel::id::{MembershipId, OrganisationId, SessionId, UserId, ids};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

ids! {
    InvitationId of Invitation;
    ApiKeyId of ApiKey;
}

words! {
    /// Where an organisation stands with the operator.
    OrganisationState {
        Pending = "pending",
        Verified = "verified",
        Refused = "refused",
        Suspended = "suspended",
    }
}

/// The state with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Pending,
    Verified,
    Refused { reason: String },
    Suspended { reason: String },
}

impl Standing {
    pub const fn state(&self) -> OrganisationState {
        match self {
            Self::Pending => OrganisationState::Pending,
            Self::Verified => OrganisationState::Verified,
            Self::Refused { .. } => OrganisationState::Refused,
            Self::Suspended { .. } => OrganisationState::Suspended,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Refused { reason } | Self::Suspended { reason } => reason,
            Self::Pending | Self::Verified => "",
        }
    }

    pub fn from_parts(state: OrganisationState, reason: String) -> Self {
        match state {
            OrganisationState::Pending => Self::Pending,
            OrganisationState::Verified => Self::Verified,
            OrganisationState::Refused => Self::Refused { reason },
            OrganisationState::Suspended => Self::Suspended { reason },
        }
    }
}

/// How to reach an organisation. Never part of a published projection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    pub person: String,
    pub phone: String,
    pub email: String,
    pub address: String,
}

/// What an organisation says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub credit_code: String,
    pub division: String,
    /// A short public introduction; may be empty.
    pub introduction: String,
    pub contact: Contact,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub version: i64,
    pub kind: OrganisationKind,
    pub profile: Profile,
    pub standing: Standing,
    pub standing_at: UtcTime,
    /// The latest verification; once there is one, the public part is published with every change.
    pub verified_at: Option<UtcTime>,
    /// Two digits within its city, of a registration office only (DOMAIN §2, numbers).
    pub office_number: Option<String>,
    pub registered_at: UtcTime,
}

impl Organisation {
    pub fn is_verified(&self) -> bool {
        self.standing == Standing::Verified
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub version: i64,
    /// Folded to lower case; what people type to sign in.
    pub login: String,
    pub name: String,
    pub created_at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub id: MembershipId,
    pub version: i64,
    pub user: UserId,
    pub organisation: OrganisationId,
    pub roles: Vec<Role>,
    pub active: bool,
    pub since: UtcTime,
}

/// A member as its organisation's admin sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub membership: Membership,
    pub login: String,
    pub name: String,
}

words! {
    /// Why a session ended before its time.
    RevocationReason {
        Logout = "logout",
        Ended = "ended_by_user",
        PasswordChanged = "password_changed",
        Reuse = "refresh_token_reused",
        MemberRemoved = "member_removed",
    }
}

/// One login: the family of its refresh tokens, and the row that revokes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub version: i64,
    pub user: UserId,
    pub membership: MembershipId,
    /// Access tokens of an older generation are void: roles changed, or another organisation was chosen.
    pub generation: i64,
    pub opened_at: UtcTime,
    pub used_at: UtcTime,
    /// The end whatever happens; refreshing does not move it.
    pub ends_at: UtcTime,
    /// Since when tokens of an older generation, or all of them, are void.
    pub voided_at: Option<UtcTime>,
    pub revoked: Option<(UtcTime, RevocationReason)>,
    pub address: String,
    pub agent: String,
}

/// A link in the chain of a session's refresh tokens. The token itself is stored nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub hash: String,
    pub session: SessionId,
    pub expires_at: UtcTime,
    pub used_at: Option<UtcTime>,
    /// The hash of the token that replaced this one.
    pub successor: Option<String>,
    /// The successor itself, sealed, for answers that got lost.
    pub sealed_successor: Option<Vec<u8>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    pub id: ApiKeyId,
    pub version: i64,
    pub membership: MembershipId,
    pub label: String,
    /// The first characters, so that people can tell their keys apart.
    pub hint: String,
    pub scopes: Vec<Permission>,
    pub created_at: UtcTime,
    pub expires_at: UtcTime,
    pub revoked_at: Option<UtcTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    pub id: InvitationId,
    pub version: i64,
    pub organisation: OrganisationId,
    pub invited_by: UserId,
    pub name: String,
    pub roles: Vec<Role>,
    pub created_at: UtcTime,
    pub expires_at: UtcTime,
    pub accepted_at: Option<UtcTime>,
    pub revoked_at: Option<UtcTime>,
}

/// A secret on its way through: it has no Display, and Debug hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

//! Use-cases of identity, and what other rooms may ask about organisations and people.

mod api_keys;
mod invitations;
mod members;
mod organisations;
mod seed;
mod sessions;

use std::ops::DerefMut;

pub use api_keys::{ApiKeyMade, NewApiKey, api_keys, create_api_key, person_by_api_key, revoke_api_key};
pub use invitations::{
    Invited, NewAccount, NewInvitation, accept_invitation, invitation_of_token, invitations, invite,
    revoke_invitation,
};
pub use members::{
    change_roles, is_member, is_member_of_kind, members, members_with, memberships_of, remove_member,
};
pub use organisations::{
    OrganisationFilter, Registration, decide, edit_organisation, own_organisation, public_organisation,
    public_organisations, register, review_organisation, review_organisations,
};
pub use seed::{
    OperatorAccount, SeedOrganisation, create_operator, has_operator, operators, seed_organisation, seed_user,
};
pub use sessions::{
    Grant, Login, Refreshed, begin_attempt, change_password, end_session, login_account, open_session,
    own_hash, refresh, reset_password, sessions, sweep, switch, voided_since,
};

use super::codes::{NOT_AN_OFFICE, PARTY_IS_LOCAL};
use super::model::{Organisation, User};
use super::{rules, store};
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes::CreditCode;
use crate::kernel::codes_common::{CREDIT_CODE_INVALID, NOT_FOUND, ORGANISATION_NOT_VERIFIED};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::party::PartyRef;

/// A place that rows are read from and that knows this node's name: a command or a snapshot.
pub trait Place: DerefMut<Target = Conn> {
    fn organisation_urn(&self, id: OrganisationId) -> String;
}

impl Place for Tx<'_> {
    fn organisation_urn(&self, id: OrganisationId) -> String {
        self.urn("organisation", id)
    }
}

impl Place for Snapshot<'_> {
    fn organisation_urn(&self, id: OrganisationId) -> String {
        self.urn("organisation", id)
    }
}

/// An organisation of this node.
pub fn organisation(conn: &mut Conn, id: OrganisationId) -> Result<Organisation, Refusal> {
    store::organisation(conn, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// A living organisation by its credit code; refused registrations don't count.
pub fn organisation_by_code(conn: &mut Conn, credit_code: &str) -> Result<Option<Organisation>, Refusal> {
    store::organisation_by_code(conn, credit_code)
}

/// An organisation as a party of an engagement, sale or contract.
pub fn party(place: &mut impl Place, id: OrganisationId) -> Result<PartyRef, Refusal> {
    let it = organisation(place, id)?;
    let urn = place.organisation_urn(id);
    Ok(PartyRef { urn, name: it.profile.name, credit_code: it.profile.credit_code })
}

/// The party that an actor acts for, wherever it lives: a verified organisation of this node, or one for which its own
/// node answers (TMF-1 rule 11). Who is registered here acts here: one enterprise is one party, and no other node
/// speaks for it.
pub fn acting_party(place: &mut impl Place, actor: &Actor) -> Result<PartyRef, Refusal> {
    let Actor::Remote(remote) = actor else {
        require_verified(place, actor)?;
        return party(place, actor.person()?.organisation);
    };
    let it = &remote.party;
    let code = CreditCode::parse(&it.credit_code).map_err(|_| Refusal::new(&CREDIT_CODE_INVALID))?;
    if organisation_by_code(place, code.as_str())?.is_some_and(|known| known.is_verified()) {
        return Err(Refusal::new(&PARTY_IS_LOCAL));
    }
    Ok(PartyRef { credit_code: code.as_str().to_owned(), ..it.clone() })
}

/// A person of this node.
pub fn user(conn: &mut Conn, id: UserId) -> Result<User, Refusal> {
    store::user(conn, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// A registration office that may register now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    pub id: OrganisationId,
    pub name: String,
    pub credit_code: String,
    pub division: String,
    /// Two digits within its city (DOMAIN §2, numbers).
    pub number: String,
}

/// The office behind an organisation: 422 if it is none, 403 while it is not verified.
pub fn office(conn: &mut Conn, id: OrganisationId) -> Result<Office, Refusal> {
    office_of(organisation(conn, id)?)
}

fn office_of(it: Organisation) -> Result<Office, Refusal> {
    if it.kind != OrganisationKind::RegistrationOffice {
        return Err(Refusal::new(&NOT_AN_OFFICE));
    }
    rules::check_verified(&it)?;
    let number = it.office_number.ok_or_else(|| Refusal::new(&ORGANISATION_NOT_VERIFIED))?;
    let profile = it.profile;
    Ok(Office {
        id: it.id,
        name: profile.name,
        credit_code: profile.credit_code,
        division: profile.division,
        number,
    })
}

/// All verified registration offices, by city and number.
pub fn offices(conn: &mut Conn) -> Result<Vec<Office>, Refusal> {
    let filter = OrganisationFilter {
        states: vec![super::model::OrganisationState::Verified],
        kind: Some(OrganisationKind::RegistrationOffice),
        ..OrganisationFilter::default()
    };
    // A city has at most 99 numbers and a region some dozen cities.
    const OFFICES_MAX: i64 = 2000;
    let found = store::organisations(conn, &filter, None, OFFICES_MAX)?;
    let mut offices = found.into_iter().map(office_of).collect::<Result<Vec<_>, _>>()?;
    offices.sort_by_key(|it| (it.division.get(..4).unwrap_or_default().to_owned(), it.number.clone()));
    Ok(offices)
}

/// Rule 7: what an official act needs. Jobs and followers of this node pass.
pub fn require_verified(conn: &mut Conn, actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::System(_) => Ok(()),
        Actor::Person(_) | Actor::Remote(_) | Actor::Peer(_) | Actor::Anonymous => {
            let id = actor.person()?.organisation;
            rules::check_verified(&organisation(conn, id)?)
        }
    }
}

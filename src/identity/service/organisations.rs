//! Registering organisations, what they say of themselves, and the operator's decisions.

use serde_json::{Value, json};

pub use super::super::store::OrganisationFilter;
use super::invitations::{NewAccount, create_account};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::identity::codes::{CREDIT_CODE_TAKEN, DIVISION_UNKNOWN, OFFICE_NUMBER_TAKEN, OWN_ORGANISATION};
use crate::identity::model::{Membership, Organisation, OrganisationState, Profile, Standing, User};
use crate::identity::rules::{self, Decision};
use crate::identity::store;
use crate::kernel::actor::{Actor, OrganisationKind, Role};
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::codes::{CreditCode, DivisionCode};
use crate::kernel::codes_common::{CREDIT_CODE_INVALID, NOT_FOUND};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::reference;

/// An organisation that registers itself, with its first admin.
#[derive(Clone, Debug)]
pub struct Registration {
    pub kind: OrganisationKind,
    pub profile: Profile,
    pub admin: NewAccount,
}

impl Registration {
    /// Every problem at once, before the password is hashed.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut errors = Errors::new();
        rules::check_open_kind(&mut errors, self.kind);
        check_profile(&mut errors, &self.profile);
        self.admin.check(&mut errors, "/admin");
        errors.check()
    }
}

fn check_profile(errors: &mut Errors, profile: &Profile) {
    rules::check_profile(errors, profile);
    if CreditCode::parse(&profile.credit_code).is_err() {
        errors.add("/credit_code", &CREDIT_CODE_INVALID);
    }
    if DivisionCode::parse(&profile.division).is_err() {
        errors.add("/division", &DIVISION_UNKNOWN);
    }
}

/// The one normal form of the codes; checked before.
fn normal(mut profile: Profile) -> Result<Profile, Refusal> {
    profile.name = profile.name.trim().to_owned();
    profile.credit_code = CreditCode::parse(&profile.credit_code)
        .map_err(|_| Refusal::new(&CREDIT_CODE_INVALID))?
        .as_str()
        .to_owned();
    profile.division = DivisionCode::parse(&profile.division)
        .map_err(|_| Refusal::new(&DIVISION_UNKNOWN))?
        .as_str()
        .to_owned();
    Ok(profile)
}

/// Rule 1: pending until an operator has looked; the session works at once.
pub fn register(
    tx: &mut Tx,
    actor: &Actor,
    new: &Registration,
    password_hash: &str,
) -> Result<(Organisation, User), Refusal> {
    new.check()?;
    let profile = normal(new.profile.clone())?;
    check_division(tx, &profile.division)?;
    check_code_free(tx, &profile.credit_code, None)?;
    let organisation = insert(tx, new.kind, profile, Standing::Pending, None)?;
    let user = create_account(tx, &new.admin, password_hash)?;
    let membership = Membership {
        id: tx.new_id(),
        version: 1,
        user: user.id,
        organisation: organisation.id,
        roles: vec![Role::Member, Role::Admin],
        active: true,
        since: tx.now(),
    };
    store::insert_membership(tx, &membership)?;
    record(tx, actor, "organisation.registered", &organisation);
    Ok((organisation, user))
}

pub(super) fn insert(
    tx: &mut Tx,
    kind: OrganisationKind,
    profile: Profile,
    standing: Standing,
    office_number: Option<String>,
) -> Result<Organisation, Refusal> {
    let now = tx.now();
    let verified_at = (standing == Standing::Verified).then_some(now);
    let it = Organisation {
        id: tx.new_id(),
        version: 1,
        kind,
        profile,
        standing,
        standing_at: now,
        verified_at,
        office_number,
        registered_at: now,
    };
    store::insert_organisation(tx, &it)?;
    Ok(it)
}

/// A division of a city whose divisions we keep must be one of them; of elsewhere the form is enough.
fn check_division(conn: &mut Conn, code: &str) -> Result<(), Refusal> {
    let prefecture = format!("{:0<6}", code.get(..4).unwrap_or(code));
    let known = reference::service::division(conn, code)?.is_some()
        || reference::service::division(conn, &prefecture)?.is_none();
    let mut errors = Errors::new();
    if !known {
        errors.add("/division", &DIVISION_UNKNOWN);
    }
    errors.check()
}

pub(super) fn check_code_free(
    conn: &mut Conn,
    code: &str,
    own: Option<OrganisationId>,
) -> Result<(), Refusal> {
    match store::organisation_by_code(conn, code)? {
        Some(holder) if Some(holder.id) != own => Err(Refusal::new(&CREDIT_CODE_TAKEN)),
        _ => Ok(()),
    }
}

/// Rule 5: one number, one office of a city.
pub(super) fn check_number_free(
    conn: &mut Conn,
    division: &str,
    number: &str,
    own: Option<OrganisationId>,
) -> Result<(), Refusal> {
    let city = division.get(..4).unwrap_or(division);
    match store::office_by_number(conn, city, number)? {
        Some(holder) if Some(holder) != own => Err(Refusal::new(&OFFICE_NUMBER_TAKEN)),
        _ => Ok(()),
    }
}

/// The published projection: nothing private, whatever the state.
pub fn projection(urn: &str, it: &Organisation) -> Value {
    json!({
        "id": urn,
        "kind": it.kind.as_str(),
        "name": it.profile.name,
        "credit_code": it.profile.credit_code,
        "division": it.profile.division,
        "introduction": it.profile.introduction,
        "state": it.standing.state().as_str(),
        "office_number": it.office_number,
    })
}

/// Published from the first verification on; before, nobody outside learns of it.
pub(super) fn record(tx: &mut Tx, actor: &Actor, kind: &'static str, it: &Organisation) {
    let subject = tx.urn("organisation", it.id);
    let facts = json!({
        "organisation": it.id, "kind": it.kind.as_str(), "state": it.standing.state().as_str(),
    });
    let change = if it.verified_at.is_some() {
        let public = projection(&subject, it);
        NewChange::published(kind, subject, it.version, Audience::Public, facts, public)
    } else {
        NewChange::local(kind, subject, it.version, facts)
    };
    tx.record(actor, change);
}

/// Rule 6: an admin corrects what the organisation says of itself.
pub fn edit_organisation(
    tx: &mut Tx,
    actor: &Actor,
    profile: &Profile,
    expected: Option<i64>,
) -> Result<Organisation, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let before = super::organisation(tx, actor.person()?.organisation)?;
    check_version(before.version, expected)?;
    let mut errors = Errors::new();
    check_profile(&mut errors, profile);
    errors.check()?;
    let profile = normal(profile.clone())?;
    check_division(tx, &profile.division)?;
    let standing = rules::standing_after_edit(&before, &profile);
    if standing.state() != OrganisationState::Refused {
        check_code_free(tx, &profile.credit_code, Some(before.id))?;
    }
    if let Some(number) = &before.office_number {
        check_number_free(tx, &profile.division, number, Some(before.id))?;
    }
    let standing_at = if standing == before.standing { before.standing_at } else { tx.now() };
    let after = Organisation { version: before.version + 1, profile, standing, standing_at, ..before };
    store::save_organisation(tx, &after)?;
    record(tx, actor, "organisation.edited", &after);
    Ok(after)
}

/// Rules 2-5: an operator verifies, refuses, suspends or reinstates; never its own organisation.
pub fn decide(
    tx: &mut Tx,
    actor: &Actor,
    id: OrganisationId,
    decision: Decision,
    expected: Option<i64>,
) -> Result<Organisation, Refusal> {
    actor.permit(Permission::OrganisationVerify)?;
    if let Actor::Person(person) = actor
        && person.organisation == id
    {
        return Err(Refusal::new(&OWN_ORGANISATION));
    }
    let before = super::organisation(tx, id)?;
    check_version(before.version, expected)?;
    let (kind, act) = match &decision {
        Decision::Verify { .. } => ("organisation.verified", "verify"),
        Decision::Refuse { .. } => ("organisation.refused", "refuse"),
        Decision::Suspend { .. } => ("organisation.suspended", "suspend"),
        Decision::Reinstate => ("organisation.reinstated", "reinstate"),
    };
    let (standing, office_number) = rules::decide(&before, decision)?;
    if let Some(number) = &office_number {
        check_number_free(tx, &before.profile.division, number, Some(id))?;
    }
    let now = tx.now();
    let verified_at = if standing == Standing::Verified { Some(now) } else { before.verified_at };
    let version = before.version + 1;
    let after = Organisation { version, standing, standing_at: now, verified_at, office_number, ..before };
    store::save_organisation(tx, &after)?;
    record(tx, actor, kind, &after);
    let subject = tx.urn("organisation", id);
    audit::service::record(
        tx,
        actor,
        &format!("organisation.{act}"),
        &subject,
        &json!({ "version": version }),
    )?;
    Ok(after)
}

/// The caller's own organisation, contact included.
pub fn own_organisation(snapshot: &mut Snapshot, actor: &Actor) -> Result<Organisation, Refusal> {
    actor.permit(Permission::Session)?;
    super::organisation(snapshot, actor.person()?.organisation)
}

/// An organisation that was ever verified, or the caller's own; show the public part only.
pub fn public_organisation(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: OrganisationId,
) -> Result<Organisation, Refusal> {
    let it = super::organisation(snapshot, id)?;
    let own = matches!(actor, Actor::Person(person) if person.organisation == id);
    if it.verified_at.is_some() || own { Ok(it) } else { Err(Refusal::new(&NOT_FOUND)) }
}

/// Verified organisations; show the public part only.
pub fn public_organisations(
    snapshot: &mut Snapshot,
    mut filter: OrganisationFilter,
    page: &PageQuery,
) -> Result<Page<Organisation>, Refusal> {
    filter.states = vec![OrganisationState::Verified];
    list(snapshot, &filter, page)
}

/// An operator's view of one organisation, contact included.
pub fn review_organisation(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: OrganisationId,
) -> Result<Organisation, Refusal> {
    actor.permit(Permission::OrganisationVerify)?;
    super::organisation(snapshot, id)
}

/// An operator's list, contact included.
pub fn review_organisations(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &OrganisationFilter,
    page: &PageQuery,
) -> Result<Page<Organisation>, Refusal> {
    actor.permit(Permission::OrganisationVerify)?;
    list(snapshot, filter, page)
}

fn list(
    snapshot: &mut Snapshot,
    filter: &OrganisationFilter,
    page: &PageQuery,
) -> Result<Page<Organisation>, Refusal> {
    let rows = store::organisations(snapshot, filter, page.after()?, page.limit.saturating_add(1))?;
    Ok(Page::cut(rows, page.limit, |it| it.id))
}

//! Accounts and invitations: how people come to an organisation.

use serde_json::json;

use crate::db::{Snapshot, Tx, check_version};
use crate::identity::codes::{
    ACCOUNT_REQUIRED, ACCOUNT_UNEXPECTED, ALREADY_MEMBER, API_KEY_NOT_HERE, INVITATION_INVALID, LOGIN_TAKEN,
};
use crate::identity::model::{InvitationId, InvitationRecord, Membership, Secret, User};
use crate::identity::password::check_password;
use crate::identity::secrets::SecretKind;
use crate::identity::{rules, store};
use crate::kernel::actor::{Actor, Person, Role};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;

/// A new person's account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub password: Secret,
}

impl NewAccount {
    pub fn check(&self, errors: &mut Errors, pointer: &str) {
        let login = rules::fold_login(&self.login);
        rules::check_login(errors, &format!("{pointer}/login"), &login);
        text::required(errors, &format!("{pointer}/name"), &self.name, 50);
        check_password(errors, &format!("{pointer}/password"), &self.password, &login);
    }
}

/// Rule 10: a login is a person's on the whole platform.
pub(super) fn create_account(tx: &mut Tx, new: &NewAccount, password_hash: &str) -> Result<User, Refusal> {
    insert_user(tx, &new.login, &new.name, password_hash)
}

pub(super) fn insert_user(
    tx: &mut Tx,
    login: &str,
    name: &str,
    password_hash: &str,
) -> Result<User, Refusal> {
    let login = rules::fold_login(login);
    if store::user_by_login(tx, &login)?.is_some() {
        return Err(Refusal::new(&LOGIN_TAKEN));
    }
    let user =
        User { id: tx.new_id(), version: 1, login, name: name.trim().to_owned(), created_at: tx.now() };
    store::insert_user(tx, &user, password_hash)?;
    Ok(user)
}

#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Whom it is for, so that the admin can tell invitations apart.
    pub name: String,
    pub roles: Vec<Role>,
}

/// An invitation with its token, which is shown this once.
#[derive(Clone, Debug)]
pub struct Invited {
    pub invitation: InvitationRecord,
    pub token: Secret,
}

pub fn invite(tx: &mut Tx, actor: &Actor, new: &NewInvitation) -> Result<Invited, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let person = actor.person()?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/name", &new.name, 50);
    rules::check_roles(&mut errors, person.kind, &new.roles);
    errors.check()?;
    let token = SecretKind::Invitation.make(tx.random());
    let hash = SecretKind::Invitation.hash(token.expose()).ok_or_else(|| Refusal::internal("token form"))?;
    let now = tx.now();
    let invitation = InvitationRecord {
        id: tx.new_id(),
        version: 1,
        organisation: person.organisation,
        invited_by: person.user,
        name: new.name.trim().to_owned(),
        roles: distinct(&new.roles),
        created_at: now,
        expires_at: now.plus_days(rules::INVITATION_LIFE_DAYS),
        accepted_at: None,
        revoked_at: None,
    };
    store::insert_invitation(tx, &invitation, hash)?;
    record(tx, actor, "invitation.made", &invitation);
    Ok(Invited { invitation, token })
}

pub(super) fn distinct(roles: &[Role]) -> Vec<Role> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn record(tx: &mut Tx, actor: &Actor, kind: &'static str, it: &InvitationRecord) {
    let subject = tx.urn("invitation", it.id);
    let facts = json!({ "organisation": it.organisation });
    tx.record(actor, NewChange::local(kind, subject, it.version, facts));
}

pub fn invitations(
    snapshot: &mut Snapshot,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<InvitationRecord>, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let (own, now) = (actor.person()?.organisation, snapshot.now());
    let rows = store::invitations(snapshot, own, now, page.after()?, page.limit.saturating_add(1))?;
    Ok(Page::cut(rows, page.limit, |it| it.id))
}

pub fn revoke_invitation(
    tx: &mut Tx,
    actor: &Actor,
    id: InvitationId,
    expected: Option<i64>,
) -> Result<(), Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let own = actor.person()?.organisation;
    let found = store::invitation(tx, id)?.filter(|it| it.organisation == own);
    let before = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(before.version, expected)?;
    let now = tx.now();
    rules::check_invitation(&before, now)?;
    let after = InvitationRecord { version: before.version + 1, revoked_at: Some(now), ..before };
    store::save_invitation(tx, &after)?;
    record(tx, actor, "invitation.revoked", &after);
    Ok(())
}

/// The open invitation that a token stands for.
pub fn invitation_of_token(
    place: &mut crate::db::Conn,
    token: &str,
    now: crate::kernel::time::UtcTime,
) -> Result<InvitationRecord, Refusal> {
    let invalid = || Refusal::new(&INVITATION_INVALID);
    let hash = SecretKind::Invitation.hash(token).ok_or_else(invalid)?;
    let found = store::invitation_by_token(place, &hash)?.ok_or_else(invalid)?;
    rules::check_invitation(&found, now)?;
    Ok(found)
}

/// Accepts with a new account, or as the person who is signed in. The hash belongs to the account.
pub fn accept_invitation(
    tx: &mut Tx,
    actor: &Actor,
    token: &str,
    account: Option<(&NewAccount, &str)>,
) -> Result<Membership, Refusal> {
    let now = tx.now();
    let before = invitation_of_token(tx, token, now)?;
    let user = match (actor, account) {
        (Actor::Person(person), None) => signed_in(person)?,
        (Actor::Person(_), Some(_)) => return Err(Refusal::new(&ACCOUNT_UNEXPECTED)),
        (_, None) => return Err(Refusal::new(&ACCOUNT_REQUIRED)),
        (_, Some((account, hash))) => create_account(tx, account, hash)?.id,
    };
    let organisation = super::organisation(tx, before.organisation)?;
    let mut errors = Errors::new();
    rules::check_roles(&mut errors, organisation.kind, &before.roles);
    errors.check()?;
    let membership = join(tx, user, &before)?;
    let after = InvitationRecord { version: before.version + 1, accepted_at: Some(now), ..before };
    store::save_invitation(tx, &after)?;
    super::members::record(tx, actor, "membership.begun", &membership);
    Ok(membership)
}

fn signed_in(person: &Person) -> Result<crate::kernel::id::UserId, Refusal> {
    if person.scopes.is_some() { Err(Refusal::new(&API_KEY_NOT_HERE)) } else { Ok(person.user) }
}

/// A new membership, or the one that ended before, with the roles of the invitation.
fn join(tx: &mut Tx, user: crate::kernel::id::UserId, it: &InvitationRecord) -> Result<Membership, Refusal> {
    let roles = distinct(&it.roles);
    let since = tx.now();
    match store::membership_of(tx, user, it.organisation)? {
        Some(old) if old.active => Err(Refusal::new(&ALREADY_MEMBER)),
        Some(old) => {
            let again = Membership { version: old.version + 1, roles, active: true, since, ..old };
            store::save_membership(tx, &again)?;
            Ok(again)
        }
        None => {
            let (id, organisation) = (tx.new_id(), it.organisation);
            let new = Membership { id, version: 1, user, organisation, roles, active: true, since };
            store::insert_membership(tx, &new)?;
            Ok(new)
        }
    }
}

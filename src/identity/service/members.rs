//! Members of an organisation and their roles.

use serde_json::json;

use super::sessions::{end_sessions_of_membership, supersede_sessions_of_membership};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::identity::model::{Member, Membership, Organisation, RevocationReason};
use crate::identity::tokens::Revocations;
use crate::identity::{rules, store};
use crate::kernel::actor::{Actor, OrganisationKind, Role};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{MembershipId, OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::{Permission, allows};

pub(super) fn record(tx: &mut Tx, actor: &Actor, kind: &'static str, it: &Membership) {
    let subject = tx.urn("membership", it.id);
    let roles: Vec<&str> = it.roles.iter().map(|role| role.as_str()).collect();
    let facts = json!({ "organisation": it.organisation, "user": it.user, "roles": roles });
    tx.record(actor, NewChange::local(kind, subject, it.version, facts));
}

pub fn members(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Member>, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let own = actor.person()?.organisation;
    let rows = store::members(snapshot, own, page.after()?, page.limit.saturating_add(1))?;
    Ok(Page::cut(rows, page.limit, |it| it.membership.id))
}

/// A person's living memberships with their organisations, the oldest first.
pub fn memberships_of(conn: &mut Conn, user: UserId) -> Result<Vec<(Membership, Organisation)>, Refusal> {
    let mut found = vec![];
    for membership in store::memberships_of(conn, user)? {
        let organisation = super::organisation(conn, membership.organisation)?;
        found.push((membership, organisation));
    }
    Ok(found)
}

/// Members of an organisation whose roles carry the permission: who is told of what concerns it.
pub fn members_with(
    conn: &mut Conn,
    organisation: OrganisationId,
    permission: Permission,
    limit: i64,
) -> Result<Vec<UserId>, Refusal> {
    let kind = super::organisation(conn, organisation)?.kind;
    let found = store::members(conn, organisation, None, limit)?;
    let may = |roles: &[Role]| roles.iter().any(|role| allows(kind, *role, permission));
    Ok(found.into_iter().map(|it| it.membership).filter(|it| may(&it.roles)).map(|it| it.user).collect())
}

/// Whether a person is a living member of an organisation of this kind.
pub fn is_member_of_kind(conn: &mut Conn, user: UserId, kind: OrganisationKind) -> Result<bool, Refusal> {
    store::is_member_of_kind(conn, user, kind)
}

/// Whether a person is a living member of an organisation.
pub fn is_member(conn: &mut Conn, user: UserId, organisation: OrganisationId) -> Result<bool, Refusal> {
    Ok(store::membership_of(conn, user, organisation)?.is_some_and(|it| it.active))
}

/// A living member of the caller's own organisation.
fn own_member(
    tx: &mut Tx,
    actor: &Actor,
    id: MembershipId,
    expected: Option<i64>,
) -> Result<Membership, Refusal> {
    let own = actor.person()?.organisation;
    let found = store::membership(tx, id)?.filter(|it| it.active && it.organisation == own);
    let found = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(found.version, expected)?;
    Ok(found)
}

/// Rules 8 and 9; access tokens with the old roles are void at once.
pub fn change_roles(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: MembershipId,
    roles: &[Role],
    expected: Option<i64>,
) -> Result<Membership, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let before = own_member(tx, actor, id, expected)?;
    let mut errors = Errors::new();
    rules::check_roles(&mut errors, actor.person()?.kind, roles);
    errors.check()?;
    let roles = super::invitations::distinct(roles);
    let others = store::other_admins(tx, before.organisation, id)?;
    rules::check_admin_left(&before.roles, &roles, others)?;
    let after = Membership { version: before.version + 1, roles, ..before };
    store::save_membership(tx, &after)?;
    supersede_sessions_of_membership(tx, actor, ended, id)?;
    record(tx, actor, "membership.roles_changed", &after);
    let subject = tx.urn("membership", id);
    audit::service::record(tx, actor, "membership.change_roles", &subject, &json!({ "roles": after.roles }))?;
    Ok(after)
}

/// Rule 9; the member's sessions for this organisation and its keys end at once.
pub fn remove_member(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: MembershipId,
    expected: Option<i64>,
) -> Result<(), Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let before = own_member(tx, actor, id, expected)?;
    let others = store::other_admins(tx, before.organisation, id)?;
    rules::check_admin_left(&before.roles, &[], others)?;
    let after = Membership { version: before.version + 1, roles: vec![], active: false, ..before };
    store::save_membership(tx, &after)?;
    end_sessions_of_membership(tx, actor, ended, id, RevocationReason::MemberRemoved)?;
    super::api_keys::revoke_keys_of_membership(tx, actor, ended, id)?;
    record(tx, actor, "membership.ended", &after);
    let subject = tx.urn("membership", id);
    audit::service::record(tx, actor, "membership.remove", &subject, &json!({}))
}

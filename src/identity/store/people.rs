//! People and their memberships.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{app_user, membership, membership_role, organisation};
use crate::db::{Conn, on_each, saved};
use crate::identity::model::{Member, Membership, User};
use crate::kernel::actor::{OrganisationKind, Role};
use crate::kernel::error::Refusal;
use crate::kernel::id::{MembershipId, OrganisationId, UserId};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable)]
#[diesel(table_name = app_user)]
struct UserRow {
    id: UserId,
    version: i64,
    login: String,
    name: String,
    created_at: UtcTime,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        let UserRow { id, version, login, name, created_at } = row;
        Self { id, version, login, name, created_at }
    }
}

#[derive(Insertable)]
#[diesel(table_name = app_user)]
struct NewUserRow<'a> {
    id: UserId,
    version: i64,
    login: &'a str,
    name: &'a str,
    password_hash: &'a str,
    password_at: UtcTime,
    created_at: UtcTime,
}

pub fn insert_user(conn: &mut Conn, user: &User, password_hash: &str) -> Result<(), Refusal> {
    let row = NewUserRow {
        id: user.id,
        version: user.version,
        login: &user.login,
        name: &user.name,
        password_hash,
        password_at: user.created_at,
        created_at: user.created_at,
    };
    diesel::insert_into(app_user::table).values(row).execute(conn)?;
    Ok(())
}

pub fn user(conn: &mut Conn, id: UserId) -> Result<Option<User>, Refusal> {
    let row = app_user::table.find(id).select(UserRow::as_select()).first(conn).optional()?;
    Ok(row.map(User::from))
}

pub fn user_by_login(conn: &mut Conn, login: &str) -> Result<Option<User>, Refusal> {
    let found = app_user::table.filter(app_user::login.eq(login));
    Ok(found.select(UserRow::as_select()).first(conn).optional()?.map(User::from))
}

pub fn password_hash(conn: &mut Conn, id: UserId) -> Result<Option<String>, Refusal> {
    Ok(app_user::table.find(id).select(app_user::password_hash).first(conn).optional()?)
}

/// Replaces the hash if it is still `old`: two changes at once don't both succeed.
pub fn set_password(conn: &mut Conn, id: UserId, old: &str, new: &str, now: UtcTime) -> Result<(), Refusal> {
    let present = app_user::table.find(id).filter(app_user::password_hash.eq(old));
    let set = (
        app_user::password_hash.eq(new),
        app_user::password_at.eq(now),
        app_user::version.eq(app_user::version + 1),
    );
    saved(diesel::update(present).set(set).execute(conn)?)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = membership)]
struct MembershipRow {
    id: MembershipId,
    version: i64,
    user_id: UserId,
    organisation_id: OrganisationId,
    active: bool,
    since: UtcTime,
}

fn with_roles(conn: &mut Conn, rows: Vec<MembershipRow>) -> Result<Vec<Membership>, Refusal> {
    let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
    let mut roles: HashMap<MembershipId, Vec<Role>> = HashMap::new();
    let found: Vec<(MembershipId, Role)> = membership_role::table
        .filter(membership_role::membership_id.eq_any(ids))
        .select((membership_role::membership_id, membership_role::role))
        .load(conn)?;
    for (id, role) in found {
        roles.entry(id).or_default().push(role);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut held = roles.remove(&row.id).unwrap_or_default();
            held.sort_unstable();
            Membership {
                id: row.id,
                version: row.version,
                user: row.user_id,
                organisation: row.organisation_id,
                roles: held,
                active: row.active,
                since: row.since,
            }
        })
        .collect())
}

pub fn membership(conn: &mut Conn, id: MembershipId) -> Result<Option<Membership>, Refusal> {
    let row = membership::table.find(id).select(MembershipRow::as_select()).first(conn).optional()?;
    Ok(with_roles(conn, row.into_iter().collect())?.pop())
}

pub fn membership_of(
    conn: &mut Conn,
    user: UserId,
    organisation: OrganisationId,
) -> Result<Option<Membership>, Refusal> {
    let row = membership::table
        .filter(membership::user_id.eq(user))
        .filter(membership::organisation_id.eq(organisation))
        .select(MembershipRow::as_select())
        .first(conn)
        .optional()?;
    Ok(with_roles(conn, row.into_iter().collect())?.pop())
}

/// A person's living memberships, the oldest first.
pub fn memberships_of(conn: &mut Conn, user: UserId) -> Result<Vec<Membership>, Refusal> {
    let rows = membership::table
        .filter(membership::user_id.eq(user))
        .filter(membership::active.eq(true))
        .order((membership::since, membership::id))
        .select(MembershipRow::as_select())
        .load(conn)?;
    with_roles(conn, rows)
}

/// Whether one of a person's living memberships is in an organisation of this kind.
pub fn is_member_of_kind(conn: &mut Conn, user: UserId, kind: OrganisationKind) -> Result<bool, Refusal> {
    let own = membership::table
        .filter(membership::user_id.eq(user))
        .filter(membership::active.eq(true))
        .select(membership::organisation_id);
    let found: Option<OrganisationId> = organisation::table
        .filter(organisation::id.eq_any(own))
        .filter(organisation::kind.eq(kind))
        .select(organisation::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

pub fn insert_membership(conn: &mut Conn, it: &Membership) -> Result<(), Refusal> {
    let row = MembershipRow {
        id: it.id,
        version: it.version,
        user_id: it.user,
        organisation_id: it.organisation,
        active: it.active,
        since: it.since,
    };
    diesel::insert_into(membership::table).values(row).execute(conn)?;
    insert_roles(conn, it)
}

fn insert_roles(conn: &mut Conn, it: &Membership) -> Result<(), Refusal> {
    let rows: Vec<_> = it
        .roles
        .iter()
        .map(|role| (membership_role::membership_id.eq(it.id), membership_role::role.eq(*role)))
        .collect();
    on_each!(conn, c => diesel::insert_into(membership_role::table).values(rows).execute(c))?;
    Ok(())
}

/// Saves the next version of a membership with its roles.
pub fn save_membership(conn: &mut Conn, it: &Membership) -> Result<(), Refusal> {
    let old = membership::table.find(it.id).filter(membership::version.eq(it.version.saturating_sub(1)));
    let set = (
        membership::version.eq(it.version),
        membership::active.eq(it.active),
        membership::since.eq(it.since),
    );
    saved(diesel::update(old).set(set).execute(conn)?)?;
    let held = membership_role::table.filter(membership_role::membership_id.eq(it.id));
    diesel::delete(held).execute(conn)?;
    insert_roles(conn, it)
}

/// Living admins of an organisation besides one member.
pub fn other_admins(
    conn: &mut Conn,
    organisation: OrganisationId,
    except: MembershipId,
) -> Result<i64, Refusal> {
    Ok(membership::table
        .inner_join(membership_role::table)
        .filter(membership::organisation_id.eq(organisation))
        .filter(membership::active.eq(true))
        .filter(membership::id.ne(except))
        .filter(membership_role::role.eq(Role::Admin))
        .count()
        .get_result(conn)?)
}

pub fn members(
    conn: &mut Conn,
    organisation: OrganisationId,
    after: Option<MembershipId>,
    limit: i64,
) -> Result<Vec<Member>, Refusal> {
    let mut query = membership::table
        .inner_join(app_user::table)
        .filter(membership::organisation_id.eq(organisation))
        .filter(membership::active.eq(true))
        .order(membership::id)
        .limit(limit)
        .select((MembershipRow::as_select(), app_user::login, app_user::name))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(membership::id.gt(after));
    }
    let found: Vec<(MembershipRow, String, String)> = query.load(conn)?;
    let mut rows = vec![];
    let mut names = vec![];
    for (row, login, name) in found {
        rows.push(row);
        names.push((login, name));
    }
    let memberships = with_roles(conn, rows)?;
    Ok(memberships
        .into_iter()
        .zip(names)
        .map(|(membership, (login, name))| Member { membership, login, name })
        .collect())
}

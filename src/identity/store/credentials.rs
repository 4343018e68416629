//! Invitations and API keys.

use diesel::prelude::*;

use crate::db::schema::{api_key, invitation, membership};
use crate::db::{Conn, from_json, saved, to_json};
use crate::identity::model::{ApiKeyId, InvitationId, InvitationRecord, KeyRecord};
use crate::kernel::actor::Role;
use crate::kernel::error::Refusal;
use crate::kernel::id::{MembershipId, OrganisationId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = invitation)]
struct InvitationRow {
    id: InvitationId,
    version: i64,
    organisation_id: OrganisationId,
    invited_by: UserId,
    name: String,
    roles: String,
    token_hash: String,
    created_at: UtcTime,
    expires_at: UtcTime,
    accepted_at: Option<UtcTime>,
    revoked_at: Option<UtcTime>,
}

impl InvitationRow {
    fn read(self) -> Result<InvitationRecord, Refusal> {
        Ok(InvitationRecord {
            id: self.id,
            version: self.version,
            organisation: self.organisation_id,
            invited_by: self.invited_by,
            name: self.name,
            roles: from_json::<Vec<Role>>(&self.roles)?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            accepted_at: self.accepted_at,
            revoked_at: self.revoked_at,
        })
    }
}

pub fn insert_invitation(conn: &mut Conn, it: &InvitationRecord, token_hash: String) -> Result<(), Refusal> {
    let row = InvitationRow {
        id: it.id,
        version: it.version,
        organisation_id: it.organisation,
        invited_by: it.invited_by,
        name: it.name.clone(),
        roles: to_json(&it.roles)?,
        token_hash,
        created_at: it.created_at,
        expires_at: it.expires_at,
        accepted_at: it.accepted_at,
        revoked_at: it.revoked_at,
    };
    diesel::insert_into(invitation::table).values(row).execute(conn)?;
    Ok(())
}

pub fn invitation(conn: &mut Conn, id: InvitationId) -> Result<Option<InvitationRecord>, Refusal> {
    let row = invitation::table.find(id).select(InvitationRow::as_select()).first(conn).optional()?;
    row.map(InvitationRow::read).transpose()
}

pub fn invitation_by_token(conn: &mut Conn, hash: &str) -> Result<Option<InvitationRecord>, Refusal> {
    let found = invitation::table.filter(invitation::token_hash.eq(hash));
    let row = found.select(InvitationRow::as_select()).first(conn).optional()?;
    row.map(InvitationRow::read).transpose()
}

/// The open invitations of an organisation.
pub fn invitations(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: UtcTime,
    after: Option<InvitationId>,
    limit: i64,
) -> Result<Vec<InvitationRecord>, Refusal> {
    let mut query = invitation::table
        .filter(invitation::organisation_id.eq(organisation))
        .filter(invitation::accepted_at.is_null())
        .filter(invitation::revoked_at.is_null())
        .filter(invitation::expires_at.gt(now))
        .order(invitation::id)
        .limit(limit)
        .select(InvitationRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(invitation::id.gt(after));
    }
    query.load::<InvitationRow>(conn)?.into_iter().map(InvitationRow::read).collect()
}

pub fn save_invitation(conn: &mut Conn, it: &InvitationRecord) -> Result<(), Refusal> {
    let old = invitation::table.find(it.id).filter(invitation::version.eq(it.version.saturating_sub(1)));
    let set = (
        invitation::version.eq(it.version),
        invitation::accepted_at.eq(it.accepted_at),
        invitation::revoked_at.eq(it.revoked_at),
    );
    saved(diesel::update(old).set(set).execute(conn)?)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_key)]
struct KeyRow {
    id: ApiKeyId,
    version: i64,
    membership_id: MembershipId,
    hash: String,
    label: String,
    hint: String,
    scopes: String,
    created_at: UtcTime,
    expires_at: UtcTime,
    revoked_at: Option<UtcTime>,
}

impl KeyRow {
    fn read(self) -> Result<KeyRecord, Refusal> {
        Ok(KeyRecord {
            id: self.id,
            version: self.version,
            membership: self.membership_id,
            label: self.label,
            hint: self.hint,
            scopes: from_json::<Vec<Permission>>(&self.scopes)?,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        })
    }
}

pub fn insert_api_key(conn: &mut Conn, it: &KeyRecord, hash: String) -> Result<(), Refusal> {
    let row = KeyRow {
        id: it.id,
        version: it.version,
        membership_id: it.membership,
        hash,
        label: it.label.clone(),
        hint: it.hint.clone(),
        scopes: to_json(&it.scopes)?,
        created_at: it.created_at,
        expires_at: it.expires_at,
        revoked_at: it.revoked_at,
    };
    diesel::insert_into(api_key::table).values(row).execute(conn)?;
    Ok(())
}

pub fn api_key_by_hash(conn: &mut Conn, hash: &str) -> Result<Option<KeyRecord>, Refusal> {
    let found = api_key::table.filter(api_key::hash.eq(hash));
    let row = found.select(KeyRow::as_select()).first(conn).optional()?;
    row.map(KeyRow::read).transpose()
}

/// The living keys of an organisation.
pub fn api_keys(conn: &mut Conn, own: OrganisationId, now: UtcTime) -> Result<Vec<KeyRecord>, Refusal> {
    let rows: Vec<KeyRow> = api_key::table
        .inner_join(membership::table)
        .filter(membership::organisation_id.eq(own))
        .filter(api_key::revoked_at.is_null())
        .filter(api_key::expires_at.gt(now))
        .order(api_key::id)
        .select(KeyRow::as_select())
        .load(conn)?;
    rows.into_iter().map(KeyRow::read).collect()
}

pub fn revoke_api_key(conn: &mut Conn, it: &KeyRecord, now: UtcTime) -> Result<(), Refusal> {
    let old = api_key::table.find(it.id).filter(api_key::version.eq(it.version));
    let set = (api_key::version.eq(it.version.saturating_add(1)), api_key::revoked_at.eq(now));
    saved(diesel::update(old).set(set).execute(conn)?)
}

//! Rows of signing keys.

use diesel::prelude::*;

use super::model::{KeyState, Purpose, SigningKeyId};
use crate::db::Conn;
use crate::db::schema::signing_key;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_key)]
pub struct KeyRow {
    pub id: SigningKeyId,
    pub kid: String,
    purpose: String,
    pub public_key: Vec<u8>,
    pub sealed: Vec<u8>,
    pub created_at: UtcTime,
    retired_at: Option<UtcTime>,
    revoked_at: Option<UtcTime>,
}

impl KeyRow {
    pub fn new(
        id: SigningKeyId,
        kid: String,
        purpose: Purpose,
        public_key: Vec<u8>,
        sealed: Vec<u8>,
        now: UtcTime,
    ) -> Self {
        let purpose = purpose.code().to_owned();
        Self { id, kid, purpose, public_key, sealed, created_at: now, retired_at: None, revoked_at: None }
    }

    pub fn purpose(&self) -> Result<Purpose, Refusal> {
        Purpose::parse(&self.purpose)
            .ok_or_else(|| Refusal::internal(format!("signing key of an unknown purpose {}", self.purpose)))
    }

    pub const fn state(&self) -> KeyState {
        match (self.revoked_at, self.retired_at) {
            (Some(at), _) => KeyState::Revoked { at },
            (None, Some(at)) => KeyState::Retired { at },
            (None, None) => KeyState::Active,
        }
    }
}

pub fn all(conn: &mut Conn) -> Result<Vec<KeyRow>, Refusal> {
    Ok(signing_key::table.order(signing_key::id).select(KeyRow::as_select()).load(conn)?)
}

pub fn insert(conn: &mut Conn, row: &KeyRow) -> Result<(), Refusal> {
    diesel::insert_into(signing_key::table).values(row).execute(conn)?;
    Ok(())
}

pub fn retire(conn: &mut Conn, purpose: Purpose, now: UtcTime) -> Result<(), Refusal> {
    let active = signing_key::table
        .filter(signing_key::purpose.eq(purpose.code()))
        .filter(signing_key::retired_at.is_null())
        .filter(signing_key::revoked_at.is_null());
    diesel::update(active).set(signing_key::retired_at.eq(now)).execute(conn)?;
    Ok(())
}

/// The id of the key, unless it is revoked already.
pub fn revoke(conn: &mut Conn, kid: &str, now: UtcTime) -> Result<Option<SigningKeyId>, Refusal> {
    let living =
        signing_key::table.filter(signing_key::kid.eq(kid)).filter(signing_key::revoked_at.is_null());
    let found: Option<SigningKeyId> = living.select(signing_key::id).first(conn).optional()?;
    if let Some(id) = found {
        diesel::update(signing_key::table.find(id)).set(signing_key::revoked_at.eq(now)).execute(conn)?;
    }
    Ok(found)
}

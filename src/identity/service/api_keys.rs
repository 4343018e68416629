//! API keys: programs that act for an organisation, with some of their maker's permissions.

use serde_json::json;

use crate::audit;
use crate::db::{Conn, Snapshot, Tx};
use crate::identity::codes::{API_KEYS_MAX, MEMBERSHIP_NONE, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_REVOKED};
use crate::identity::model::{ApiKeyId, KeyRecord, Secret};
use crate::identity::secrets::{SecretKind, hint};
use crate::identity::tokens::{GENERATION_NEVER, Revocations, Verified};
use crate::identity::{rules, store};
use crate::kernel::actor::{Actor, Person};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{Id, MembershipId};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

/// How long a checked key is believed without another look: roles that changed count after this time at
/// the latest, a revocation at once.
const KEY_BELIEVED_S: i64 = 30;

#[derive(Clone, Debug)]
pub struct NewApiKey {
    pub label: String,
    pub scopes: Vec<Permission>,
    pub days: i64,
}

/// A key with its secret, which is shown this once.
#[derive(Clone, Debug)]
pub struct ApiKeyMade {
    pub key: KeyRecord,
    pub secret: Secret,
}

/// Rule 13.
pub fn create_api_key(tx: &mut Tx, actor: &Actor, new: &NewApiKey) -> Result<ApiKeyMade, Refusal> {
    actor.permit(Permission::ApiKeyManage)?;
    let person = super::sessions::in_person(actor)?;
    let mut errors = Errors::new();
    rules::check_api_key(&mut errors, &new.label, &new.scopes, new.days, |scope| person.may(scope));
    errors.check()?;
    let now = tx.now();
    if store::api_keys(tx, person.organisation, now)?.len() >= rules::API_KEYS_MAX {
        return Err(Refusal::new(&API_KEYS_MAX).with("max", rules::API_KEYS_MAX));
    }
    let membership = store::membership_of(tx, person.user, person.organisation)?.filter(|it| it.active);
    let membership = membership.ok_or_else(|| Refusal::new(&MEMBERSHIP_NONE))?;
    let secret = SecretKind::ApiKey.make(tx.random());
    let hash = SecretKind::ApiKey.hash(secret.expose()).ok_or_else(|| Refusal::internal("key form"))?;
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let key = KeyRecord {
        id: tx.new_id(),
        version: 1,
        membership: membership.id,
        label: new.label.trim().to_owned(),
        hint: hint(&secret),
        scopes,
        created_at: now,
        expires_at: now.plus_days(new.days),
        revoked_at: None,
    };
    store::insert_api_key(tx, &key, hash)?;
    let subject = tx.urn("api_key", key.id);
    let facts = json!({ "organisation": person.organisation, "scopes": key.scopes });
    tx.record(actor, NewChange::local("api_key.made", subject.clone(), 1, facts.clone()));
    audit::service::record(tx, actor, "api_key.make", &subject, &facts)?;
    Ok(ApiKeyMade { key, secret })
}

/// The living keys of the caller's organisation.
pub fn api_keys(snapshot: &mut Snapshot, actor: &Actor) -> Result<Vec<KeyRecord>, Refusal> {
    actor.permit(Permission::ApiKeyManage)?;
    let (own, now) = (actor.person()?.organisation, snapshot.now());
    store::api_keys(snapshot, own, now)
}

pub fn revoke_api_key(tx: &mut Tx, actor: &Actor, ended: &Revocations, id: ApiKeyId) -> Result<(), Refusal> {
    actor.permit(Permission::ApiKeyManage)?;
    let (own, now) = (actor.person()?.organisation, tx.now());
    let found = store::api_keys(tx, own, now)?.into_iter().find(|key| key.id == id);
    revoke(tx, actor, ended, &found.ok_or_else(|| Refusal::new(&NOT_FOUND))?)
}

pub(super) fn revoke_keys_of_membership(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: MembershipId,
) -> Result<(), Refusal> {
    let Some(membership) = store::membership(tx, id)? else { return Ok(()) };
    let now = tx.now();
    for key in store::api_keys(tx, membership.organisation, now)? {
        if key.membership == id {
            revoke(tx, actor, ended, &key)?;
        }
    }
    Ok(())
}

fn revoke(tx: &mut Tx, actor: &Actor, ended: &Revocations, key: &KeyRecord) -> Result<(), Refusal> {
    let now = tx.now();
    store::revoke_api_key(tx, key, now)?;
    let subject = tx.urn("api_key", key.id);
    tx.record(actor, NewChange::local("api_key.revoked", subject.clone(), key.version + 1, json!({})));
    audit::service::record(tx, actor, "api_key.revoke", &subject, &json!({}))?;
    let (ended, id) = (ended.clone(), key.id);
    tx.after_commit(Box::new(move || ended.note(id, GENERATION_NEVER, now)));
    Ok(())
}

/// Who a key acts as: its maker's membership as it stands, narrowed to the key's scopes.
pub fn person_by_api_key(conn: &mut Conn, presented: &str, now: UtcTime) -> Result<Verified, Refusal> {
    let invalid = || Refusal::new(&TOKEN_INVALID);
    let hash = SecretKind::ApiKey.hash(presented).ok_or_else(invalid)?;
    let key = store::api_key_by_hash(conn, &hash)?.ok_or_else(invalid)?;
    if key.revoked_at.is_some() {
        return Err(Refusal::new(&TOKEN_REVOKED));
    }
    if now >= key.expires_at {
        return Err(Refusal::new(&TOKEN_EXPIRED));
    }
    let membership = store::membership(conn, key.membership)?.filter(|it| it.active).ok_or_else(invalid)?;
    let organisation = super::organisation(conn, membership.organisation)?;
    let user = super::user(conn, membership.user)?;
    let person = Person {
        user: user.id,
        name: user.name,
        organisation: organisation.id,
        organisation_name: organisation.profile.name,
        kind: organisation.kind,
        roles: membership.roles,
        division: organisation.profile.division,
        // A key stands in a session's place.
        session: Id::from_uuid(key.id.uuid()),
        scopes: Some(key.scopes),
    };
    let expires_at = key.expires_at.min(now.plus_seconds(KEY_BELIEVED_S));
    Ok(Verified { person, generation: 0, expires_at })
}

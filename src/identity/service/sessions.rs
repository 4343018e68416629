//! Signing in and staying signed in.

use serde_json::json;

use crate::db::{Conn, Snapshot, Tx};
use crate::identity::codes::{API_KEY_NOT_HERE, MEMBERSHIP_NONE, MEMBERSHIP_NOT_YOURS};
use crate::identity::model::{Membership, RefreshToken, RevocationReason, Secret, Session};
use crate::identity::rules::{self, Refresh};
use crate::identity::secrets::SecretKind;
use crate::identity::store;
use crate::identity::tokens::{GENERATION_NEVER, Revocations};
use crate::kernel::actor::{Actor, Person};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::{MembershipId, OrganisationId, SessionId, UserId};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;

/// Rule 11: counts an attempt before the password is looked at; 429 while the pair must wait.
pub fn begin_attempt(tx: &mut Tx, key: &str) -> Result<(), Refusal> {
    let now = tx.now();
    let next = rules::attempt(store::attempts(tx, key)?, now)?;
    store::put_attempts(tx, key, next)
}

/// The account behind a login with its password hash, for the hashing thread.
pub fn login_account(conn: &mut Conn, login: &str) -> Result<Option<(UserId, String)>, Refusal> {
    match store::user_by_login(conn, &rules::fold_login(login))? {
        Some(user) => Ok(store::password_hash(conn, user.id)?.map(|hash| (user.id, hash))),
        None => Ok(None),
    }
}

/// The caller's own password hash.
pub fn own_hash(conn: &mut Conn, actor: &Actor) -> Result<String, Refusal> {
    let user = in_person(actor)?.user;
    store::password_hash(conn, user)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// A password that was found right.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: UserId,
    /// The organisation to act for; the oldest membership when absent.
    pub organisation: Option<OrganisationId>,
    pub address: String,
    pub agent: String,
    /// The back-off row to forget.
    pub attempt_key: Option<String>,
    /// The hash that was checked and a new one at today's cost.
    pub rehashed: Option<(String, String)>,
}

/// What a session gives: who it acts as, and the refresh token, shown this once.
#[derive(Clone, Debug)]
pub struct Grant {
    pub person: Person,
    pub generation: i64,
    pub refresh: Secret,
    pub refresh_expires_at: UtcTime,
}

pub fn open_session(tx: &mut Tx, login: &Login) -> Result<Grant, Refusal> {
    if let Some(key) = &login.attempt_key {
        store::forget_attempts(tx, key)?;
    }
    let now = tx.now();
    if let Some((old, new)) = &login.rehashed {
        store::set_password(tx, login.user, old, new, now)?;
    }
    let membership = choose(tx, login.user, login.organisation)?;
    let session = Session {
        id: tx.new_id(),
        version: 1,
        user: login.user,
        membership: membership.id,
        generation: 1,
        opened_at: now,
        used_at: now,
        ends_at: now.plus_seconds(rules::SESSION_LIFE_S),
        voided_at: None,
        revoked: None,
        address: login.address.clone(),
        agent: login.agent.chars().take(200).collect(),
    };
    store::insert_session(tx, &session)?;
    let (refresh, stored) = new_token(tx, &session)?;
    store::insert_refresh_token(tx, &stored)?;
    let person = person_of(tx, &session, &membership)?;
    Ok(Grant { person, generation: session.generation, refresh, refresh_expires_at: stored.expires_at })
}

fn choose(conn: &mut Conn, user: UserId, wanted: Option<OrganisationId>) -> Result<Membership, Refusal> {
    match wanted {
        Some(organisation) => store::membership_of(conn, user, organisation)?
            .filter(|it| it.active)
            .ok_or_else(|| Refusal::new(&MEMBERSHIP_NOT_YOURS)),
        None => {
            let first = store::memberships_of(conn, user)?.into_iter().next();
            first.ok_or_else(|| Refusal::new(&MEMBERSHIP_NONE))
        }
    }
}

fn new_token(tx: &mut Tx, session: &Session) -> Result<(Secret, RefreshToken), Refusal> {
    let secret = SecretKind::Refresh.make(tx.random());
    let hash = SecretKind::Refresh.hash(secret.expose()).ok_or_else(|| Refusal::internal("token form"))?;
    let expires_at = tx.now().plus_seconds(rules::REFRESH_TOKEN_LIFE_S).min(session.ends_at);
    let stored = RefreshToken {
        hash,
        session: session.id,
        expires_at,
        used_at: None,
        successor: None,
        sealed_successor: None,
    };
    Ok((secret, stored))
}

/// Who a session acts as now: roles and names as they stand, not as they were.
fn person_of(conn: &mut Conn, session: &Session, membership: &Membership) -> Result<Person, Refusal> {
    let organisation = super::organisation(conn, membership.organisation)?;
    let user = super::user(conn, session.user)?;
    Ok(Person {
        user: user.id,
        name: user.name,
        organisation: organisation.id,
        organisation_name: organisation.profile.name,
        kind: organisation.kind,
        roles: membership.roles.clone(),
        division: organisation.profile.division,
        session: session.id,
        scopes: None,
    })
}

/// The outcome of presenting a refresh token. `Reused` is an outcome and not a refusal, because the
/// revocation that it brings must be kept.
#[derive(Clone, Debug)]
pub enum Refreshed {
    Granted(Box<Grant>),
    Reused,
    Invalid,
}

/// Rule 12.
pub fn refresh(
    tx: &mut Tx,
    secrets: &SecretBox,
    ended: &Revocations,
    presented: &str,
) -> Result<Refreshed, Refusal> {
    let Some(hash) = SecretKind::Refresh.hash(presented) else { return Ok(Refreshed::Invalid) };
    let Some(token) = store::refresh_token(tx, &hash)? else { return Ok(Refreshed::Invalid) };
    let Some(session) = store::session(tx, token.session)? else { return Ok(Refreshed::Invalid) };
    let membership = store::membership(tx, session.membership)?.filter(|it| it.active);
    let Some(membership) = membership else { return Ok(Refreshed::Invalid) };
    let successor = match &token.successor {
        Some(hash) => store::refresh_token(tx, hash)?,
        None => None,
    };
    let successor_used = successor.as_ref().is_some_and(|it| it.used_at.is_some());
    let now = tx.now();
    let (session, refresh, stored) = match rules::refresh(&token, successor_used, &session, now) {
        Refresh::Invalid => return Ok(Refreshed::Invalid),
        Refresh::Reused => {
            end(tx, &Actor::System("sessions"), ended, &session, RevocationReason::Reuse)?;
            return Ok(Refreshed::Reused);
        }
        Refresh::Repeat => match (successor, &token.sealed_successor) {
            (Some(stored), Some(sealed)) => {
                let plain = secrets.open(&context(&token), sealed).map_err(Refusal::internal)?;
                let plain = String::from_utf8(plain).map_err(Refusal::internal)?;
                (session, Secret::new(plain), stored)
            }
            _ => return Ok(Refreshed::Invalid),
        },
        Refresh::Rotate => {
            let session = Session { version: session.version + 1, used_at: now, ..session };
            let (refresh, stored) = rotate(tx, secrets, &token, &session)?;
            (session, refresh, stored)
        }
    };
    let person = person_of(tx, &session, &membership)?;
    let (generation, refresh_expires_at) = (session.generation, stored.expires_at);
    Ok(Refreshed::Granted(Box::new(Grant { person, generation, refresh, refresh_expires_at })))
}

fn context(token: &RefreshToken) -> String {
    format!("refresh_successor:{}", token.hash)
}

fn rotate(
    tx: &mut Tx,
    secrets: &SecretBox,
    token: &RefreshToken,
    session: &Session,
) -> Result<(Secret, RefreshToken), Refusal> {
    let (refresh, stored) = new_token(tx, session)?;
    let nonce = tx.random();
    let sealed =
        secrets.seal(nonce, &context(token), refresh.expose().as_bytes()).map_err(Refusal::internal)?;
    let now = tx.now();
    store::replace_refresh_token(tx, token, &stored.hash, &sealed, now)?;
    store::insert_refresh_token(tx, &stored)?;
    store::save_session(tx, session)?;
    Ok((refresh, stored))
}

/// A person at a screen: what changes the login itself is not for API keys.
pub(super) fn in_person(actor: &Actor) -> Result<&Person, Refusal> {
    let person = actor.person()?;
    if person.scopes.is_some() { Err(Refusal::new(&API_KEY_NOT_HERE)) } else { Ok(person) }
}

/// Ends a session, and lets every instance know.
fn end(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    session: &Session,
    reason: RevocationReason,
) -> Result<(), Refusal> {
    if session.revoked.is_some() {
        return Ok(());
    }
    let now = tx.now();
    let (version, revoked) = (session.version + 1, Some((now, reason)));
    let after = Session { version, voided_at: Some(now), revoked, ..session.clone() };
    store::save_session(tx, &after)?;
    let subject = tx.urn("session", session.id);
    let facts = json!({ "user": session.user, "reason": reason.as_str() });
    tx.record(actor, NewChange::local("session.revoked", subject, version, facts));
    let (ended, id) = (ended.clone(), session.id);
    tx.after_commit(Box::new(move || ended.note(id, GENERATION_NEVER, now)));
    Ok(())
}

/// Voids the access tokens of a session but not the session: the next refresh says what is true now.
fn supersede(tx: &mut Tx, actor: &Actor, ended: &Revocations, session: Session) -> Result<Session, Refusal> {
    let now = tx.now();
    let after = Session {
        version: session.version + 1,
        generation: session.generation + 1,
        voided_at: Some(now),
        ..session
    };
    store::save_session(tx, &after)?;
    let subject = tx.urn("session", after.id);
    let facts = json!({ "user": after.user, "generation": after.generation });
    tx.record(actor, NewChange::local("session.superseded", subject, after.version, facts));
    let (ended, id, generation) = (ended.clone(), after.id, after.generation);
    tx.after_commit(Box::new(move || ended.note(id, generation, now)));
    Ok(after)
}

pub(super) fn end_sessions_of_membership(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: MembershipId,
    reason: RevocationReason,
) -> Result<(), Refusal> {
    let now = tx.now();
    for session in store::sessions_of_membership(tx, id, now)? {
        end(tx, actor, ended, &session, reason)?;
    }
    Ok(())
}

pub(super) fn supersede_sessions_of_membership(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: MembershipId,
) -> Result<(), Refusal> {
    let now = tx.now();
    for session in store::sessions_of_membership(tx, id, now)? {
        supersede(tx, actor, ended, session)?;
    }
    Ok(())
}

/// Acts for another organisation of the same person; access tokens for the former one are void.
pub fn switch(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    to: OrganisationId,
) -> Result<(Person, i64), Refusal> {
    let person = in_person(actor)?;
    let membership = choose(tx, person.user, Some(to))?;
    let session = store::session(tx, person.session)?.filter(|it| it.revoked.is_none());
    let session = session.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let session = supersede(tx, actor, ended, Session { membership: membership.id, ..session })?;
    Ok((person_of(tx, &session, &membership)?, session.generation))
}

/// Ends one of the caller's own sessions; without an id, the one in use.
pub fn end_session(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    id: Option<SessionId>,
) -> Result<(), Refusal> {
    let person = in_person(actor)?;
    let chosen = id.unwrap_or(person.session);
    let found = store::session(tx, chosen)?.filter(|it| it.user == person.user && it.revoked.is_none());
    let session = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let reason = if chosen == person.session { RevocationReason::Logout } else { RevocationReason::Ended };
    end(tx, actor, ended, &session, reason)
}

/// The caller's own living sessions, the newest first.
pub fn sessions(snapshot: &mut Snapshot, actor: &Actor) -> Result<Vec<Session>, Refusal> {
    actor.permit(Permission::Session)?;
    let (user, now) = (in_person(actor)?.user, snapshot.now());
    store::sessions_of(snapshot, user, now)
}

/// A new password ends every other session of the person: whoever knew the old one is out.
pub fn change_password(
    tx: &mut Tx,
    actor: &Actor,
    ended: &Revocations,
    old: &str,
    new: &str,
) -> Result<(), Refusal> {
    let person = in_person(actor)?;
    let now = tx.now();
    store::set_password(tx, person.user, old, new, now)?;
    for session in store::sessions_of(tx, person.user, now)? {
        if session.id != person.session {
            end(tx, actor, ended, &session, RevocationReason::PasswordChanged)?;
        }
    }
    record_password(tx, actor, person.user)
}

/// Sets a password without the old one, from the machine; returns how many sessions ended.
pub fn reset_password(tx: &mut Tx, ended: &Revocations, login: &str, new: &str) -> Result<usize, Refusal> {
    let account = login_account(tx, login)?;
    let (user, old) = account.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let now = tx.now();
    store::set_password(tx, user, &old, new, now)?;
    let (machine, living) = (Actor::System("admin"), store::sessions_of(tx, user, now)?);
    for session in &living {
        end(tx, &machine, ended, session, RevocationReason::PasswordChanged)?;
    }
    record_password(tx, &machine, user)?;
    Ok(living.len())
}

fn record_password(tx: &mut Tx, actor: &Actor, id: UserId) -> Result<(), Refusal> {
    let user = super::user(tx, id)?;
    let subject = tx.urn("user", id);
    tx.record(actor, NewChange::local("user.password_changed", subject, user.version, json!({})));
    Ok(())
}

/// Sessions and keys that ended or were superseded since a time, for [`Revocations`].
pub fn voided_since(conn: &mut Conn, since: UtcTime) -> Result<Vec<(SessionId, i64)>, Refusal> {
    let found = store::voided_since(conn, since)?;
    let last = |generation, revoked| if revoked { GENERATION_NEVER } else { generation };
    Ok(found.into_iter().map(|(id, generation, revoked)| (id, last(generation, revoked))).collect())
}

/// Forgets what is long over: a slice of clock-driven work. True when there may be more.
pub fn sweep(tx: &mut Tx) -> Result<bool, Refusal> {
    const ROWS_AT_ONCE: i64 = 200;
    let now = tx.now();
    // Sessions are kept a while after their end, so that people can see what happened.
    let sessions = store::sweep_sessions(tx, now.plus_days(-90), ROWS_AT_ONCE)?;
    let attempts = store::sweep_attempts(tx, now.plus_seconds(-rules::BACKOFF_FORGET_S), ROWS_AT_ONCE)?;
    Ok(i64::try_from(sessions.max(attempts)).unwrap_or(0) >= ROWS_AT_ONCE)
}

//! The steps of signing in and staying signed in that are not one command: the hashing between two commands, and
//! the signature after the last.

use super::codes::{CREDENTIALS_WRONG, PASSWORD_UNCHANGED, REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED};
use super::gate::Gate;
use super::model::Secret;
use super::password::{Verdict, check_password};
use super::service::{self, Grant, Login, Refreshed};
use super::{rules, secrets};
use crate::db::Written;
use crate::kernel::actor::{Actor, Person};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;

/// Somebody wants in.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub login: String,
    pub password: Secret,
    pub organisation: Option<OrganisationId>,
    pub address: String,
    pub agent: String,
}

/// Somebody is in: the grant of the session and an access token for it.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub grant: Grant,
    pub access_token: String,
    pub expires_at: UtcTime,
    pub seq: i64,
}

/// The same session, for another organisation.
#[derive(Clone, Debug)]
pub struct Switched {
    pub person: Person,
    pub access_token: String,
    pub expires_at: UtcTime,
    pub seq: i64,
}

impl Gate {
    /// Rule 11. The attempt is a row before the hash is worked out: parallel guesses count one by one.
    pub async fn login(&self, attempt: Attempt) -> Result<Admitted, Refusal> {
        self.inner.hasher.has_room()?;
        let key = attempt_key(&rules::fold_login(&attempt.login), &attempt.address);
        self.begin(key.clone()).await?;
        let login = attempt.login;
        let account = self.inner.db.read(move |snapshot| service::login_account(snapshot, &login)).await?;
        let (user, stored) = account.unzip();
        let verdict = self.inner.hasher.verify(attempt.password, stored.clone()).await?;
        let (Verdict::Right { rehashed }, Some(user), Some(stored)) = (verdict, user, stored) else {
            return Err(Refusal::new(&CREDENTIALS_WRONG));
        };
        self.admit(Login {
            user,
            organisation: attempt.organisation,
            address: attempt.address,
            agent: attempt.agent,
            attempt_key: Some(key),
            rehashed: rehashed.map(|new| (stored, new)),
        })
        .await
    }

    async fn begin(&self, key: String) -> Result<(), Refusal> {
        self.inner.db.write("login.attempt", move |tx| service::begin_attempt(tx, &key)).await?;
        Ok(())
    }

    async fn admit(&self, login: Login) -> Result<Admitted, Refusal> {
        let opened = self
            .inner
            .db
            .write("session.open", move |tx| Ok((service::open_session(tx, &login)?, tx.now())))
            .await?;
        self.admitted(opened)
    }

    pub(super) fn admitted(&self, written: Written<(Grant, UtcTime)>) -> Result<Admitted, Refusal> {
        let (grant, now) = written.value;
        let access_token = self.issue(&grant.person, grant.generation, now)?;
        let expires_at = now.plus_seconds(rules::ACCESS_TOKEN_LIFE_S);
        Ok(Admitted { grant, access_token, expires_at, seq: written.seq })
    }

    /// Rule 12.
    pub async fn refresh(&self, presented: Secret) -> Result<Admitted, Refusal> {
        let (boxed, ended) = (self.inner.secrets.clone(), self.inner.ended.clone());
        let written = self
            .inner
            .db
            .write("session.refresh", move |tx| {
                Ok((service::refresh(tx, &boxed, &ended, presented.expose())?, tx.now()))
            })
            .await?;
        let seq = written.seq;
        match written.value {
            (Refreshed::Granted(grant), now) => self.admitted(Written { value: (*grant, now), seq }),
            (Refreshed::Reused, _) => Err(Refusal::new(&REFRESH_TOKEN_REUSED)),
            (Refreshed::Invalid, _) => Err(Refusal::new(&REFRESH_TOKEN_INVALID)),
        }
    }

    /// Acts for another organisation of the same person.
    pub async fn switch(&self, actor: Actor, to: OrganisationId) -> Result<Switched, Refusal> {
        let ended = self.inner.ended.clone();
        let written = self
            .inner
            .db
            .write("session.switch", move |tx| Ok((service::switch(tx, &actor, &ended, to)?, tx.now())))
            .await?;
        let ((person, generation), now) = written.value;
        let access_token = self.issue(&person, generation, now)?;
        let expires_at = now.plus_seconds(rules::ACCESS_TOKEN_LIFE_S);
        Ok(Switched { person, access_token, expires_at, seq: written.seq })
    }

    /// Checks the present password, with the same back-off as a login, and hashes the new one.
    pub async fn prepare_password(
        &self,
        actor: &Actor,
        present: Secret,
        new: Secret,
    ) -> Result<(String, String), Refusal> {
        let (asking, person) = (actor.clone(), actor.person()?.clone());
        let user: UserId = person.user;
        let (stored, login) = self
            .inner
            .db
            .read(move |snapshot| {
                Ok((service::own_hash(snapshot, &asking)?, service::user(snapshot, user)?.login))
            })
            .await?;
        let mut errors = Errors::new();
        check_password(&mut errors, "/new_password", &new, &login);
        if new == present {
            errors.add("/new_password", &PASSWORD_UNCHANGED);
        }
        errors.check()?;
        self.inner.hasher.has_room()?;
        // A session is the "address" here: who stole one session cannot slow down the owner's others.
        self.begin(secrets::backoff_key(&login, person.session.as_str())).await?;
        match self.inner.hasher.verify(present, Some(stored.clone())).await? {
            Verdict::Right { .. } => Ok((stored, self.inner.hasher.hash(new).await?)),
            Verdict::Wrong => Err(Refusal::new(&CREDENTIALS_WRONG)),
        }
    }
}

/// What counts as one guesser: an account and an address. A text that is no address counts as it is.
fn attempt_key(login: &str, address: &str) -> String {
    match address.parse() {
        Ok(address) => secrets::backoff_key(login, &rules::backoff_address(address)),
        Err(_) => secrets::backoff_key(login, address),
    }
}

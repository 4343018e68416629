//! What an instance holds to know people: the keys, the hashing thread, the tokens verified a moment ago and
//! the sessions that ended early.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::model::Secret;
use super::password::{Cost, Hasher};
use super::rules::ACCESS_TOKEN_LIFE_S;
use super::secrets::SecretKind;
use super::service;
use super::tokens::{self, Revocations, Verified, VerifiedCache};
use crate::db::Db;
use crate::http::auth::{Authenticated, Authenticator, Credentials};
use crate::kernel::actor::{Actor, Person};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::proof::model::Purpose;
use crate::proof::{self, KeyRing, Keys, MasterKey, SecretBox};

/// Credentials remembered as verified; about 1 kB each.
const VERIFIED_MAX: usize = 8192;
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
/// How far back each look at ended sessions overlaps the one before.
const OVERLAP_S: i64 = 10;

/// Cheap to clone; clones are one gate.
#[derive(Clone)]
pub struct Gate {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) db: Db,
    keys: Keys,
    pub(super) secrets: SecretBox,
    pub(super) hasher: Hasher,
    cache: VerifiedCache,
    pub(super) ended: Revocations,
    issuer: String,
    /// The last time that was looked for keys because a token named an unknown one, in seconds.
    keys_looked_at: AtomicI64,
}

impl Gate {
    /// Makes the keys of a new node, loads them, and starts the hashing thread.
    pub fn open(db: &Db, master: &MasterKey, cost: Cost) -> Result<Self, Refusal> {
        let secrets = SecretBox::new(master);
        let seal = secrets.clone();
        db.write_blocking("keys.ensure", move |tx| proof::service::ensure_keys(tx, &seal))?;
        let inner = Inner {
            db: db.clone(),
            keys: Keys::default(),
            secrets,
            hasher: Hasher::start(cost)?,
            cache: VerifiedCache::new(VERIFIED_MAX),
            ended: Revocations::default(),
            issuer: format!("urn:tm:{}", db.settings().node),
            keys_looked_at: AtomicI64::new(0),
        };
        let gate = Self { inner: Arc::new(inner) };
        gate.catch_up(ACCESS_TOKEN_LIFE_S)?;
        Ok(gate)
    }

    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    pub fn secrets(&self) -> &SecretBox {
        &self.inner.secrets
    }

    pub fn ended(&self) -> &Revocations {
        &self.inner.ended
    }

    /// Follows what other processes end and which keys they make, until the gate is gone.
    pub fn follow(&self) -> Result<(), Refusal> {
        let gate = Arc::downgrade(&self.inner);
        std::thread::Builder::new()
            .name("identity".into())
            .spawn(move || follow(&gate))
            .map_err(Refusal::internal)?;
        Ok(())
    }

    /// One look at what ended since `seconds` ago, and at the keys.
    pub fn catch_up(&self, seconds: i64) -> Result<(), Refusal> {
        let secrets = self.inner.secrets.clone();
        let (ended, ring, now) = self.inner.db.read_blocking(move |snapshot| {
            let now = snapshot.now();
            let ended = service::voided_since(snapshot, now.plus_seconds(-seconds))?;
            Ok((ended, proof::service::ring(snapshot, &secrets)?, now))
        })?;
        for (id, generation) in ended {
            self.inner.ended.note(id, generation, now);
        }
        self.take_up(ring);
        Ok(())
    }

    fn take_up(&self, ring: KeyRing) {
        if self.inner.keys.ring().kids() != ring.kids() {
            self.inner.keys.replace(ring);
            // A key that is gone takes the tokens that it signed with it.
            self.inner.cache.clear();
        }
    }

    /// Who a bearer credential belongs to.
    pub async fn known(&self, credential: &str) -> Result<Actor, Refusal> {
        let now = self.inner.db.settings().clock.now();
        let key = tokens::fingerprint(credential);
        if let Some(known) = self.inner.cache.get(&key)
            && now < known.expires_at
        {
            self.inner.ended.check(&known)?;
            return Ok(Actor::Person(Box::new(known.person.clone())));
        }
        let verified = Arc::new(self.verify(credential, now).await?);
        self.inner.ended.check(&verified)?;
        self.inner.cache.put(key, Arc::clone(&verified));
        Ok(Actor::Person(Box::new(verified.person.clone())))
    }

    async fn verify(&self, credential: &str, now: UtcTime) -> Result<Verified, Refusal> {
        if SecretKind::ApiKey.hash(credential).is_some() {
            let presented = credential.to_owned();
            return self.inner.db.read(move |s| service::person_by_api_key(s, &presented, now)).await;
        }
        if !self.inner.keys.ring().knows(Purpose::Token, credential) {
            self.look_for_keys(now).await?;
        }
        let ring = self.inner.keys.ring();
        tokens::check(credential, &self.inner.issuer, now, &ring)
    }

    /// Another instance may have rotated; at most one look a second, whatever tokens strangers make up.
    async fn look_for_keys(&self, now: UtcTime) -> Result<(), Refusal> {
        let last = self.inner.keys_looked_at.swap(now.seconds(), Ordering::AcqRel);
        if last == now.seconds() {
            return Ok(());
        }
        let secrets = self.inner.secrets.clone();
        let ring = self.inner.db.read(move |snapshot| proof::service::ring(snapshot, &secrets)).await?;
        self.take_up(ring);
        Ok(())
    }

    /// An access token for a session's person; 15 minutes.
    pub fn issue(&self, person: &Person, generation: i64, now: UtcTime) -> Result<String, Refusal> {
        let ring = self.inner.keys.ring();
        tokens::issue(ring.signer(Purpose::Token)?, &self.inner.issuer, person, generation, now)
    }

    /// Hashes a new password on the hashing thread.
    pub async fn hash(&self, password: Secret) -> Result<String, Refusal> {
        self.inner.hasher.hash(password).await
    }
}

impl Authenticator for Gate {
    fn authenticate(&self, credentials: Credentials) -> Authenticated {
        match credentials {
            Credentials::None => Box::pin(std::future::ready(Ok(Actor::Anonymous))),
            Credentials::Bearer(credential) => {
                let gate = self.clone();
                Box::pin(async move { gate.known(&credential).await })
            }
        }
    }
}

fn follow(gate: &Weak<Inner>) {
    loop {
        std::thread::sleep(FOLLOW_EVERY);
        let Some(inner) = gate.upgrade() else { return };
        if let Err(refusal) = (Gate { inner }).catch_up(OVERLAP_S) {
            tracing::warn!(error = %refusal, "ended sessions could not be followed");
        }
    }
}

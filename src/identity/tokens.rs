//! Access tokens: what they say, the cache of verified ones, and the sessions that ended early.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::codes::*;
use super::rules::ACCESS_TOKEN_LIFE_S;
use crate::kernel::actor::{OrganisationKind, Person, Role};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, SessionId, UserId};
use crate::kernel::time::UtcTime;
use crate::proof::model::Purpose;
use crate::proof::{KeyRing, Signer};

/// RFC 9068: keeps an access token from being taken for any other signed thing.
pub const TOKEN_KIND: &str = "at+jwt";
const AUDIENCE: &str = "techmart";
/// A token of ours is about 700 bytes.
pub const TOKEN_MAX_BYTES: usize = 4096;

/// What an access token says. Short names: it travels with every request.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    name: String,
    org: OrganisationId,
    org_name: String,
    kind: OrganisationKind,
    roles: Vec<Role>,
    division: String,
    sid: SessionId,
    #[serde(rename = "gen")]
    generation: i64,
    iat: i64,
    exp: i64,
}

/// A person whose credential was checked, and how long that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub person: Person,
    pub generation: i64,
    pub expires_at: UtcTime,
}

/// Signs an access token for a session.
pub fn issue(
    signer: &Signer,
    issuer: &str,
    person: &Person,
    generation: i64,
    now: UtcTime,
) -> Result<String, Refusal> {
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: person.user,
        name: person.name.clone(),
        org: person.organisation,
        org_name: person.organisation_name.clone(),
        kind: person.kind,
        roles: person.roles.clone(),
        division: person.division.clone(),
        sid: person.session,
        generation,
        iat: now.seconds(),
        exp: now.seconds().saturating_add(ACCESS_TOKEN_LIFE_S),
    };
    let payload = serde_json::to_vec(&claims).map_err(Refusal::internal)?;
    signer.sign(TOKEN_KIND, &payload).map_err(Refusal::internal)
}

/// Checks signature, type, issuer, audience and time; not whether the session was revoked.
pub fn check(token: &str, issuer: &str, now: UtcTime, ring: &KeyRing) -> Result<Verified, Refusal> {
    let invalid = |why: &dyn std::fmt::Display| Refusal::new(&TOKEN_INVALID).because(why);
    if token.len() > TOKEN_MAX_BYTES {
        return Err(invalid(&"too long"));
    }
    let payload = ring.verify(Purpose::Token, TOKEN_KIND, token).map_err(|e| invalid(&e))?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|e| invalid(&e))?;
    if claims.iss != issuer || claims.aud != AUDIENCE {
        return Err(invalid(&"for another platform"));
    }
    let expires_at = UtcTime::from_seconds(claims.exp);
    if now >= expires_at {
        return Err(Refusal::new(&TOKEN_EXPIRED));
    }
    let person = Person {
        user: claims.sub,
        name: claims.name,
        organisation: claims.org,
        organisation_name: claims.org_name,
        kind: claims.kind,
        roles: claims.roles,
        division: claims.division,
        session: claims.sid,
        scopes: None,
    };
    Ok(Verified { person, generation: claims.generation, expires_at })
}

/// SHA-256 of a credential: what the cache is keyed by, so that it holds nothing worth stealing.
pub fn fingerprint(credential: &str) -> [u8; 32] {
    Sha256::digest(credential).into()
}

const SHARDS: usize = 16;

/// Credentials verified a moment ago. A hit saves an Ed25519 verification (about 60 µs) or a database read.
/// Bounded: each shard keeps two halves and drops the older when the younger is full.
pub struct VerifiedCache {
    shards: [Mutex<Shard>; SHARDS],
    half: usize,
}

#[derive(Default)]
struct Shard {
    young: HashMap<[u8; 32], Arc<Verified>>,
    old: HashMap<[u8; 32], Arc<Verified>>,
}

impl VerifiedCache {
    /// Holds at most about `entries_max` credentials, each about 1 kB.
    pub fn new(entries_max: usize) -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), half: (entries_max / SHARDS / 2).max(1) }
    }

    fn shard(&self, key: &[u8; 32]) -> &Mutex<Shard> {
        &self.shards[usize::from(key[0]) % SHARDS]
    }

    pub fn get(&self, key: &[u8; 32]) -> Option<Arc<Verified>> {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = shard.young.get(key) {
            return Some(Arc::clone(found));
        }
        let found = shard.old.remove(key)?;
        shard.put(*key, Arc::clone(&found), self.half);
        Some(found)
    }

    pub fn put(&self, key: [u8; 32], verified: Arc<Verified>) {
        self.shard(&key).lock().unwrap_or_else(PoisonError::into_inner).put(key, verified, self.half);
    }

    pub fn clear(&self) {
        for shard in &self.shards {
            *shard.lock().unwrap_or_else(PoisonError::into_inner) = Shard::default();
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|s| s.lock().map_or(0, |s| s.young.len() + s.old.len())).sum()
    }
}

impl Shard {
    fn put(&mut self, key: [u8; 32], verified: Arc<Verified>, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, verified);
    }
}

/// What ended early: sessions (and API keys) whose unexpired tokens must not work any more. An entry is
/// needed only as long as such a token could live, so the set stays small.
#[derive(Clone, Debug, Default)]
pub struct Revocations(Arc<RwLock<HashMap<Uuid, Entry>>>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Tokens of at least this generation still work; `GENERATION_NEVER` after a revocation.
    generation: i64,
    forget_at: UtcTime,
}

pub const GENERATION_NEVER: i64 = i64::MAX;

impl Revocations {
    pub fn note<T>(&self, id: Id<T>, generation: i64, now: UtcTime) {
        let forget_at = now.plus_seconds(ACCESS_TOKEN_LIFE_S);
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| now < entry.forget_at);
        let entry = entries.entry(id.uuid()).or_insert(Entry { generation, forget_at });
        entry.generation = entry.generation.max(generation);
        entry.forget_at = forget_at;
    }

    pub fn check(&self, verified: &Verified) -> Result<(), Refusal> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match entries.get(&verified.person.session.uuid()) {
            Some(entry) if entry.generation == GENERATION_NEVER => Err(Refusal::new(&TOKEN_REVOKED)),
            Some(entry) if verified.generation < entry.generation => Err(Refusal::new(&TOKEN_SUPERSEDED)),
            _ => Ok(()),
        }
    }

    /// How many ended sessions are remembered.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "urn:tm:cn-450700";

    fn at(seconds: i64) -> UtcTime {
        UtcTime::from_seconds(1_790_000_000 + seconds)
    }

    fn person() -> Person {
        let id = "01980000-0000-7000-8000-000000000001";
        Person {
            user: id.parse().unwrap(),
            name: "示例·李".into(),
            organisation: id.parse().unwrap(),
            organisation_name: "示例大学".into(),
            kind: OrganisationKind::Institute,
            roles: vec![Role::Member],
            division: "450700".into(),
            session: id.parse().unwrap(),
            scopes: None,
        }
    }

    #[test]
    fn a_token_lives_fifteen_minutes() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let mut ring = KeyRing::default();
        ring.add_signer(Purpose::Token, signer.clone());
        let token = issue(&signer, ISSUER, &person(), 3, at(0)).unwrap();
        let read = |now| check(&token, ISSUER, now, &ring);
        assert_eq!(read(at(899)).unwrap().person, person());
        assert_eq!(read(at(899)).unwrap().generation, 3);
        assert_eq!(read(at(900)).unwrap_err().code(), "token_expired");
        let elsewhere = check(&token, "urn:tm:cn-450721", at(1), &ring);
        assert_eq!(elsewhere.unwrap_err().code(), "token_invalid");
        let long = format!("{token}{}", "a".repeat(TOKEN_MAX_BYTES));
        assert!(check(&long, ISSUER, at(1), &ring).is_err());
    }

    /// Another library reads our tokens by our JWKS (RFC 7519, RFC 8037).
    #[test]
    fn jsonwebtoken_reads_them_by_the_published_key() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let token = issue(&signer, ISSUER, &person(), 1, at(0)).unwrap();
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(signer.public().jwk()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &rules).unwrap();
        assert_eq!(read.claims["org_name"], "示例大学");
        assert_eq!(read.header.typ.as_deref(), Some(TOKEN_KIND));
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let cache = VerifiedCache::new(320);
        let entry = Arc::new(Verified { person: person(), generation: 1, expires_at: at(900) });
        let hot = fingerprint("hot");
        cache.put(hot, Arc::clone(&entry));
        for n in 0..5000 {
            cache.put(fingerprint(&n.to_string()), Arc::clone(&entry));
            assert!(cache.get(&hot).is_some(), "lost after {n}");
        }
        assert!(cache.len() <= 320, "{}", cache.len());
        assert!(cache.get(&fingerprint("0")).is_none());
    }

    #[test]
    fn a_revoked_session_is_refused_until_its_tokens_are_dead() {
        let revocations = Revocations::default();
        let with = |generation| Verified { person: person(), generation, expires_at: at(900) };
        let code = |generation| revocations.check(&with(generation)).err().map(|r| r.code());
        assert_eq!(code(1), None);
        revocations.note(person().session, 2, at(0));
        assert_eq!((code(1), code(2)), (Some("token_superseded"), None));
        revocations.note(person().session, GENERATION_NEVER, at(1));
        revocations.note(person().session, 3, at(2));
        assert_eq!(code(9), Some("token_revoked"), "a revocation is final");
        let other: SessionId = "01980000-0000-7000-8000-000000000002".parse().unwrap();
        revocations.note(other, 2, at(2 + ACCESS_TOKEN_LIFE_S));
        assert_eq!(revocations.len(), 1, "what no living token needs is forgotten");
    }
}

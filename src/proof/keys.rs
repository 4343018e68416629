//! The keys of this node in memory: what signs, and what is accepted.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};

use super::codes::SIGNING_KEY_MISSING;
use super::jws::{self, JwsError, PublicKey, SEED_BYTES, Signer};
use super::model::Purpose;
use crate::kernel::error::Refusal;

/// All keys that are not revoked, as they stood when it was loaded.
#[derive(Clone, Default)]
pub struct KeyRing {
    signers: HashMap<Purpose, Signer>,
    known: HashMap<String, (Purpose, PublicKey)>,
    /// What opens letters to this node, by key id; of retired keys too, because letters are under way for days.
    openers: HashMap<String, [u8; SEED_BYTES]>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.keys()).finish()
    }
}

impl KeyRing {
    pub fn add_signer(&mut self, purpose: Purpose, signer: Signer) {
        self.add_public(purpose, signer.public().clone());
        self.add_opener(purpose, &signer);
        self.signers.insert(purpose, signer);
    }

    /// A key that signs no more and still opens what was encrypted to it.
    pub fn add_opener(&mut self, purpose: Purpose, signer: &Signer) {
        if purpose == Purpose::Node {
            self.openers.insert(signer.public().kid().to_owned(), signer.agreement());
        }
    }

    pub(super) fn opener(&self, kid: &str) -> Option<&[u8; SEED_BYTES]> {
        self.openers.get(kid)
    }

    pub fn add_public(&mut self, purpose: Purpose, key: PublicKey) {
        self.known.insert(key.kid().to_owned(), (purpose, key));
    }

    pub fn signer(&self, purpose: Purpose) -> Result<&Signer, Refusal> {
        self.signers.get(&purpose).ok_or_else(|| Refusal::new(&SIGNING_KEY_MISSING).because(purpose.code()))
    }

    /// A key that may have signed for this purpose (rule 4).
    pub fn find(&self, purpose: Purpose, kid: &str) -> Option<&PublicKey> {
        self.known.get(kid).filter(|(of, _)| *of == purpose).map(|(_, key)| key)
    }

    /// Whether a key of this purpose that the text names is here; nothing is verified.
    pub fn knows(&self, purpose: Purpose, text: &str) -> bool {
        jws::kid_of(text).is_none_or(|kid| self.find(purpose, &kid).is_some())
    }

    /// The bytes that were signed, if one of these keys signed them for this purpose as `kind`.
    pub fn verify(&self, purpose: Purpose, kind: &str, text: &str) -> Result<Vec<u8>, JwsError> {
        jws::verify(text, kind, |kid| self.find(purpose, kid))
    }

    /// The keys of some purposes, in the order of their ids, and whether each is the one that signs.
    pub fn published(&self, purposes: &[Purpose]) -> Vec<(Purpose, &PublicKey, bool)> {
        let wanted = self.known.values().filter(|(of, _)| purposes.contains(of));
        let signs = |of: &Purpose, key: &PublicKey| {
            self.signers.get(of).is_some_and(|signer| signer.public().kid() == key.kid())
        };
        let mut keys: Vec<_> = wanted.map(|(of, key)| (*of, key, signs(of, key))).collect();
        keys.sort_by_key(|(_, key, _)| key.kid().to_owned());
        keys
    }

    /// The ids of all keys that are accepted, in order.
    pub fn kids(&self) -> Vec<&str> {
        let mut kids: Vec<&str> = self.known.keys().map(String::as_str).collect();
        kids.sort_unstable();
        kids
    }

    /// The JSON Web Key Set (RFC 7517 §5) of some purposes, in the order of key ids.
    pub fn jwks(&self, purposes: &[Purpose]) -> Value {
        let mut keys: Vec<&PublicKey> =
            self.known.values().filter(|(of, _)| purposes.contains(of)).map(|(_, key)| key).collect();
        keys.sort_by_key(|key| key.kid().to_owned());
        json!({ "keys": keys.into_iter().map(PublicKey::jwk).collect::<Vec<_>>() })
    }
}

/// The ring that an instance uses; clones share it. Reloaded when another instance has rotated.
#[derive(Clone, Debug, Default)]
pub struct Keys(Arc<RwLock<Arc<KeyRing>>>);

impl Keys {
    pub fn new(ring: KeyRing) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(ring))))
    }

    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn replace(&self, ring: KeyRing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Signs exactly these bytes as `kind` (a compact JWS).
    pub fn sign(&self, purpose: Purpose, kind: &str, payload: &[u8]) -> Result<String, Refusal> {
        self.ring().signer(purpose)?.sign(kind, payload).map_err(Refusal::internal)
    }

    /// The bytes that were signed, if one of our keys of this purpose signed them as `kind`.
    pub fn verify(&self, purpose: Purpose, kind: &str, text: &str) -> Result<Vec<u8>, JwsError> {
        self.ring().verify(purpose, kind, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 4: a key of one purpose is unknown to another.
    #[test]
    fn a_purpose_does_not_borrow_anothers_key() {
        let mut ring = KeyRing::default();
        ring.add_signer(Purpose::Token, Signer::from_seed(&[1; 32]).unwrap());
        ring.add_signer(Purpose::Certificate, Signer::from_seed(&[2; 32]).unwrap());
        let keys = Keys::new(ring);
        let text = keys.sign(Purpose::Certificate, "certificate+jws", b"{}").unwrap();
        assert_eq!(keys.verify(Purpose::Certificate, "certificate+jws", &text), Ok(b"{}".to_vec()));
        assert_eq!(keys.verify(Purpose::Token, "certificate+jws", &text), Err(JwsError::UnknownKey));
        assert_eq!(keys.sign(Purpose::Node, "x", b"").unwrap_err().code(), "signing_key_missing");
        let published = keys.ring().jwks(&[Purpose::Token, Purpose::Certificate]);
        assert_eq!(published["keys"].as_array().unwrap().len(), 2);
        assert!(published.to_string().find("\"d\"").is_none(), "no private part is published");
    }
}

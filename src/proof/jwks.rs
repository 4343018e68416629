//! Keys that somebody published: a JSON Web Key Set read from outside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::jws::{self, JwsError, PUBLIC_BYTES, PublicKey};

const KEYS_MAX: usize = 100;

/// The Ed25519 keys of a set; others in it are passed over.
#[derive(Debug)]
pub struct JwkSet(Vec<PublicKey>);

impl JwkSet {
    /// Keys that are known otherwise.
    pub const fn of(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }

    pub fn parse(set: &Value) -> Result<Self, JwsError> {
        let keys = set["keys"].as_array().filter(|keys| keys.len() <= KEYS_MAX).ok_or(JwsError::BadKey)?;
        let ours = keys.iter().filter(|key| key["kty"] == "OKP" && key["crv"] == "Ed25519");
        let parsed = ours.map(|key| {
            let bytes = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap_or_default()).ok();
            let bytes: Option<[u8; PUBLIC_BYTES]> = bytes.and_then(|bytes| bytes.try_into().ok());
            // The id is computed, not believed (rule 5).
            bytes.map(PublicKey::from_bytes).ok_or(JwsError::BadKey)
        });
        Ok(Self(parsed.collect::<Result<_, _>>()?))
    }
}

/// The key id and the bytes that were signed, if a key of the set signed them as `kind`.
pub fn verify_with(keys: &JwkSet, kind: &str, text: &str) -> Result<(String, Vec<u8>), JwsError> {
    let signed = jws::verify(text, kind, |kid| keys.0.iter().find(|key| key.kid() == kid))?;
    Ok((jws::kid_of(text).unwrap_or_default(), signed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::Signer;
    use serde_json::json;

    #[test]
    fn published_keys_verify_and_their_ids_are_computed() {
        let (ours, other) = (Signer::from_seed(&[1; 32]).unwrap(), Signer::from_seed(&[2; 32]).unwrap());
        let mut lying = other.public().jwk();
        lying["kid"] = json!(ours.public().kid());
        let text = ours.sign("certificate+jws", b"{}").unwrap();
        let set = |keys: Value| JwkSet::parse(&json!({"keys": keys})).unwrap();
        let published = set(json!([{"kty": "RSA"}, ours.public().jwk()]));
        let (kid, signed) = verify_with(&published, "certificate+jws", &text).unwrap();
        assert_eq!((kid.as_str(), signed.as_slice()), (ours.public().kid(), b"{}".as_slice()));
        assert_eq!(verify_with(&set(json!([lying])), "certificate+jws", &text), Err(JwsError::UnknownKey));
        assert!(JwkSet::parse(&json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]})).is_err());
        assert!(JwkSet::parse(&json!({})).is_err());
    }
}

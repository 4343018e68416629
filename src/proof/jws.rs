//! Compact JWS with EdDSA (RFC 7515, RFC 8037). Access tokens and certificates share this one path.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const SEED_BYTES: usize = 32;
pub const PUBLIC_BYTES: usize = 32;
pub const SIGNATURE_BYTES: usize = 64;
/// A header of ours is about 110 bytes; nothing longer is worth parsing.
const HEADER_MAX_BYTES: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsError {
    Malformed,
    /// Another algorithm than EdDSA, or another type than the one asked for.
    WrongKind,
    UnknownKey,
    BadSignature,
    /// The stored key is not an Ed25519 key.
    BadKey,
}

impl fmt::Display for JwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not a compact JWS",
            Self::WrongKind => "signed for another purpose or with another algorithm",
            Self::UnknownKey => "signed with an unknown key",
            Self::BadSignature => "the signature does not fit",
            Self::BadKey => "not an Ed25519 key",
        })
    }
}

impl std::error::Error for JwsError {}

/// The public half: verifies and is published.
#[derive(Clone)]
pub struct PublicKey {
    kid: String,
    bytes: [u8; PUBLIC_BYTES],
    key: DecodingKey,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.kid)
    }
}

impl PublicKey {
    pub fn from_bytes(bytes: [u8; PUBLIC_BYTES]) -> Self {
        Self { kid: thumbprint(&bytes), bytes, key: DecodingKey::from_ed_der(&bytes) }
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub const fn bytes(&self) -> &[u8; PUBLIC_BYTES] {
        &self.bytes
    }

    /// Whether this key signed exactly these bytes (RFC 8032), outside a JWS.
    pub fn verify_bytes(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        let key = VerifyingKey::from_bytes(&self.bytes);
        key.is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }

    /// The X25519 form of the key (RFC 7748 §4.1), to encrypt to its holder; none for bytes that are no key.
    pub fn agreement(&self) -> Option<[u8; PUBLIC_BYTES]> {
        let key = VerifyingKey::from_bytes(&self.bytes).ok().filter(|key| !key.is_weak())?;
        Some(key.to_montgomery().to_bytes())
    }

    /// The JSON Web Key (RFC 8037 §2).
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.kid, "x": URL_SAFE_NO_PAD.encode(self.bytes),
        })
    }
}

/// RFC 7638 over the members that RFC 8037 §2 requires, in lexical order.
fn thumbprint(public: &[u8; PUBLIC_BYTES]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

/// A private key, ready to sign.
#[derive(Clone)]
pub struct Signer {
    public: PublicKey,
    key: EncodingKey,
    plain: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public.kid)
    }
}

impl Signer {
    pub fn from_seed(seed: &[u8; SEED_BYTES]) -> Result<Self, JwsError> {
        let plain = SigningKey::from_bytes(seed);
        let der = plain.to_pkcs8_der().map_err(|_| JwsError::BadKey)?;
        let public = PublicKey::from_bytes(plain.verifying_key().to_bytes());
        Ok(Self { public, key: EncodingKey::from_ed_der(der.as_bytes()), plain })
    }

    /// The private half of [`PublicKey::agreement`].
    pub(super) fn agreement(&self) -> [u8; SEED_BYTES] {
        self.plain.to_scalar_bytes()
    }

    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs exactly these bytes outside a JWS: what is signed must say itself what it is for.
    pub fn sign_bytes(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.plain.sign(message).to_bytes()
    }

    /// Signs exactly these bytes. `kind` becomes the `typ` of the header.
    pub fn sign(&self, kind: &str, payload: &[u8]) -> Result<String, JwsError> {
        let header = json!({"alg": "EdDSA", "typ": kind, "kid": self.public.kid});
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut text);
        let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &self.key, Algorithm::EdDSA)
            .map_err(|_| JwsError::BadKey)?;
        text.push('.');
        text.push_str(&signature);
        Ok(text)
    }
}

/// The key id that a compact JWS names; nothing is verified.
pub fn kid_of(text: &str) -> Option<String> {
    let (header, _) = text.split_once('.').filter(|(header, _)| header.len() <= HEADER_MAX_BYTES)?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    serde_json::from_slice::<Header>(&header).ok()?.kid
}

/// The payload of `text` if a known key signed it as `kind`.
pub fn verify<'k>(
    text: &str,
    kind: &str,
    find: impl FnOnce(&str) -> Option<&'k PublicKey>,
) -> Result<Vec<u8>, JwsError> {
    let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    if header.len() > HEADER_MAX_BYTES || payload.contains('.') {
        return Err(JwsError::Malformed);
    }
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| JwsError::Malformed)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| JwsError::Malformed)?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(kind) || header.crit.is_some() {
        return Err(JwsError::WrongKind);
    }
    let key = header.kid.as_deref().and_then(find).ok_or(JwsError::UnknownKey)?;
    match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key.key, Algorithm::EdDSA) {
        Ok(true) => URL_SAFE_NO_PAD.decode(payload).map_err(|_| JwsError::Malformed),
        _ => Err(JwsError::BadSignature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(byte: u8) -> Signer {
        Signer::from_seed(&[byte; 32]).unwrap()
    }

    /// RFC 8037 A.1-A.4: key, thumbprint and signature as published.
    #[test]
    fn keys_and_signatures_are_those_of_rfc_8037() {
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let signer = Signer::from_seed(&seed.try_into().unwrap()).unwrap();
        assert_eq!(signer.public().jwk()["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(signer.public().kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &signer.key, Algorithm::EdDSA).unwrap();
        assert_eq!(
            signature,
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else_does() {
        let (ours, other) = (signer(1), signer(2));
        let text = ours.sign("at+jwt", br#"{"a":1}"#).unwrap();
        let find = |kid: &str| (kid == ours.public().kid()).then_some(ours.public());
        assert_eq!(verify(&text, "at+jwt", find), Ok(br#"{"a":1}"#.to_vec()));
        assert_eq!(verify(&text, "certificate+jws", find), Err(JwsError::WrongKind));
        assert_eq!(verify(&text, "at+jwt", |_| None), Err(JwsError::UnknownKey));
        assert_eq!(verify(&text, "at+jwt", |_| Some(other.public())), Err(JwsError::BadSignature));
        for bad in ["", "a.b", "a.b.c", "....", &text[..text.len() - 4]] {
            assert!(verify(bad, "at+jwt", find).is_err(), "{bad}");
        }
        let parts: Vec<&str> = text.split('.').collect();
        let forged = URL_SAFE_NO_PAD.encode(r#"{"a":2}"#);
        assert!(verify(&format!("{}.{forged}.{}", parts[0], parts[2]), "at+jwt", find).is_err());
    }

    /// RFC 8725 §3.1: the caller does not choose the algorithm.
    #[test]
    fn another_algorithm_is_refused_unread() {
        let ours = signer(1);
        let kid = ours.public().kid();
        for alg in ["none", "HS256", "ES256", "RS256"] {
            let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid}).to_string();
            let text = format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(header));
            let refused = verify(&text, "at+jwt", |_| Some(ours.public()));
            assert!(matches!(refused, Err(JwsError::WrongKind | JwsError::Malformed)), "{alg}");
        }
    }
}

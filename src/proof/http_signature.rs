//! Messages between nodes: RFC 9421 signatures with ed25519 and RFC 9530 digests, in the one profile that TMF-1
//! rule 14 fixes. Pure: the caller brings the message, the time and the key.
//!
//! 1. A request's signature covers `@method`, `@target-uri`, `content-digest`, and `content-type` where there is one.
//! 2. A response's covers `@status`, `content-digest`, `content-type` where there is one, and of its request
//!    (`;req`) what rule 1 names. Its nonce is that of its request, so that no answer can be given twice.
//! 3. `created`, `expires`, `nonce`, `keyid` and `tag="tmf-1"` are there; a signature lives 300 s at most.
//! 4. The digest is compared with the body apart from the signature, which covers only the field (RFC 9421 §7.2.8).
//! 5. What is not known here is refused: other components, parameters, algorithms.
//! 6. Refusals cost no cryptography until the key is known to be good: [`Claim`] is read first, and its key asked for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::jws::{PublicKey, SIGNATURE_BYTES, Signer};
use super::structured::{self, Bare, Item, Member, Parameters};

pub const TAG: &str = "tmf-1";
/// The name that our signatures have within their fields.
const LABEL: &str = "tmf";
pub const LIFE_SECONDS_MAX: i64 = 300;
/// How far ahead of ours the clock of another node may run.
pub const AHEAD_SECONDS_MAX: i64 = 60;
const NONCE_CHARS: std::ops::RangeInclusive<usize> = 16..=64;
const KEYID_CHARS_MAX: usize = 128;
const SIGNATURES_MAX: usize = 4;

pub const CONTENT_DIGEST: &str = "content-digest";
pub const SIGNATURE_INPUT: &str = "signature-input";
pub const SIGNATURE: &str = "signature";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no signature of this profile.
    Missing,
    /// The fields cannot be read, or say what this profile does not know.
    Malformed,
    /// A part of the message that must be covered is not.
    NotCovered,
    /// `created` and `expires` are not a life of at most 300 s.
    BadLife,
    Expired,
    /// Made by a clock that runs too far ahead.
    NotYet,
    /// The body is not the one that was signed.
    WrongDigest,
    /// The key did not make it, or something that it covers was changed.
    BadSignature,
    /// An answer to another request.
    OtherRequest,
}

impl SignatureError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::NotCovered => "not_covered",
            Self::BadLife => "bad_life",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::WrongDigest => "wrong_digest",
            Self::BadSignature => "bad_signature",
            Self::OtherRequest => "other_request",
        }
    }
}

impl std::fmt::Display for SignatureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for SignatureError {}

/// What is signed of a request. The body is that which travels, after any content coding.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    /// The whole address, as the other side knows itself.
    pub target_uri: &'a str,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    pub status: u16,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// The three fields that a signed message carries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedHeaders {
    pub content_digest: String,
    pub signature_input: String,
    pub signature: String,
}

impl SignedHeaders {
    /// As they stand in a message; None when one is missing.
    pub fn read<'h>(get: impl Fn(&'static str) -> Option<&'h str>) -> Option<Self> {
        Some(Self {
            content_digest: get(CONTENT_DIGEST)?.to_owned(),
            signature_input: get(SIGNATURE_INPUT)?.to_owned(),
            signature: get(SIGNATURE)?.to_owned(),
        })
    }

    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            (CONTENT_DIGEST, self.content_digest.as_str()),
            (SIGNATURE_INPUT, self.signature_input.as_str()),
            (SIGNATURE, self.signature.as_str()),
        ]
    }
}

/// RFC 9530: what a body's digest field says.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// Whether the field has a SHA-256 of this body. Other digests beside it are not asked.
fn digest_fits(field: &str, body: &[u8]) -> bool {
    let members = structured::dictionary(field).unwrap_or_default();
    let ours = members.iter().find(|(key, _)| key == "sha-256").map(|(_, member)| member);
    matches!(ours, Some(Member::Item(Item { value: Bare::Bytes(bytes), .. })) if bytes[..] == Sha256::digest(body)[..])
}

/// Signs a request; the nonce is fresh: 16 to 64 characters that were never used before.
pub fn sign_request(signer: &Signer, request: &Request<'_>, created: i64, nonce: &str) -> SignedHeaders {
    let content_digest = content_digest(request.body);
    let mut names = vec![item("@method"), item("@target-uri")];
    names.extend(request.content_type.map(|_| item("content-type")));
    names.push(item(CONTENT_DIGEST));
    let about = About { request, request_digest: &content_digest, response: None };
    sign(signer, &about, names, created, nonce)
}

/// Signs the answer to a request that was verified as `claim`.
pub fn sign_response(
    signer: &Signer,
    response: &Response<'_>,
    request: &Request<'_>,
    request_headers: &SignedHeaders,
    claim: &Claim,
    created: i64,
) -> SignedHeaders {
    let digest = content_digest(response.body);
    let mut names = vec![item("@status")];
    names.extend(response.content_type.map(|_| item("content-type")));
    names.push(item(CONTENT_DIGEST));
    names.extend([of_request("@method"), of_request("@target-uri")]);
    names.extend(request.content_type.map(|_| of_request("content-type")));
    names.push(of_request(CONTENT_DIGEST));
    let about = About {
        request,
        request_digest: &request_headers.content_digest,
        response: Some((response, digest.as_str())),
    };
    sign(signer, &about, names, created, &claim.nonce)
}

fn sign(signer: &Signer, about: &About<'_>, names: Vec<Item>, created: i64, nonce: &str) -> SignedHeaders {
    let text = |value: &str| Bare::Text(value.to_owned());
    let parameters = vec![
        ("created".to_owned(), Bare::Integer(created)),
        ("expires".to_owned(), Bare::Integer(created.saturating_add(LIFE_SECONDS_MAX))),
        ("nonce".to_owned(), text(nonce)),
        ("keyid".to_owned(), text(signer.public().kid())),
        ("tag".to_owned(), text(TAG)),
    ];
    // Only names that `About` knows are given here.
    let base = about.base(&names, &parameters).unwrap_or_default();
    let signature = STANDARD.encode(signer.sign_bytes(base.as_bytes()));
    SignedHeaders {
        content_digest: about.own_digest().to_owned(),
        signature_input: format!("{LABEL}={}", structured::inner_list(&names, &parameters)),
        signature: format!("{LABEL}=:{signature}:"),
    }
}

fn item(name: &str) -> Item {
    Item { value: Bare::Text(name.to_owned()), parameters: Parameters::new() }
}

fn of_request(name: &str) -> Item {
    Item { parameters: vec![("req".to_owned(), Bare::Boolean(true))], ..item(name) }
}

/// The message that a signature is about.
struct About<'a> {
    request: &'a Request<'a>,
    request_digest: &'a str,
    /// With its digest, when the response is the message.
    response: Option<(&'a Response<'a>, &'a str)>,
}

impl About<'_> {
    fn own_digest(&self) -> &str {
        self.response.map_or(self.request_digest, |(_, digest)| digest)
    }

    /// The signature base (RFC 9421 §2.5); none when a component is unknown, absent, or named twice.
    fn base(&self, names: &[Item], parameters: &Parameters) -> Option<String> {
        let mut base = String::new();
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                return None;
            }
            let value = self.value(name)?;
            if !value.is_ascii() || value.bytes().any(|byte| byte.is_ascii_control()) {
                return None;
            }
            base.push_str(&format!("{}: {}\n", name.text(), value.trim()));
        }
        base.push_str(&format!("\"@signature-params\": {}", structured::inner_list(names, parameters)));
        Some(base)
    }

    fn value(&self, name: &Item) -> Option<String> {
        let Bare::Text(component) = &name.value else { return None };
        let of_request = match name.parameters.as_slice() {
            [] => false,
            [(key, Bare::Boolean(true))] if key == "req" => true,
            _ => return None,
        };
        match (self.response, of_request) {
            (None, false) | (Some(_), true) => match component.as_str() {
                "@method" => Some(self.request.method.to_owned()),
                "@target-uri" => Some(self.request.target_uri.to_owned()),
                "content-type" => self.request.content_type.map(str::to_owned),
                CONTENT_DIGEST => Some(self.request_digest.to_owned()),
                _ => None,
            },
            (Some((response, digest)), false) => match component.as_str() {
                "@status" => Some(response.status.to_string()),
                "content-type" => response.content_type.map(str::to_owned),
                CONTENT_DIGEST => Some(digest.to_owned()),
                _ => None,
            },
            (None, true) => None,
        }
    }

    /// Rules 1 and 2.
    fn must_cover(&self) -> Vec<Item> {
        let mut names = vec![item(CONTENT_DIGEST)];
        let request_type = self.request.content_type.is_some();
        match self.response {
            None => {
                names.extend([item("@method"), item("@target-uri")]);
                names.extend(request_type.then(|| item("content-type")));
            }
            Some((response, _)) => {
                names.push(item("@status"));
                names.extend(response.content_type.map(|_| item("content-type")));
                names.extend(["@method", "@target-uri", CONTENT_DIGEST].map(of_request));
                names.extend(request_type.then(|| of_request("content-type")));
            }
        }
        names
    }
}

/// What a signature says of itself; nothing is verified yet but its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub keyid: String,
    pub nonce: String,
    pub created: i64,
    pub expires: i64,
    names: Vec<Item>,
    parameters: Parameters,
    signature: [u8; SIGNATURE_BYTES],
}

impl Claim {
    /// The one signature of this profile among those of a message.
    pub fn read(headers: &SignedHeaders, now: i64) -> Result<Self, SignatureError> {
        let inputs = structured::dictionary(&headers.signature_input).ok_or(SignatureError::Malformed)?;
        let signatures = structured::dictionary(&headers.signature).ok_or(SignatureError::Malformed)?;
        if inputs.len() > SIGNATURES_MAX || signatures.len() > SIGNATURES_MAX {
            return Err(SignatureError::Malformed);
        }
        let is_ours = |parameters: &Parameters| {
            parameters.iter().any(|(key, value)| key == "tag" && *value == Bare::Text(TAG.to_owned()))
        };
        let mut ours = inputs.into_iter().filter_map(|(label, member)| match member {
            Member::List(names, parameters) if is_ours(&parameters) => Some((label, names, parameters)),
            _ => None,
        });
        let (label, names, parameters) = ours.next().ok_or(SignatureError::Missing)?;
        if ours.next().is_some() {
            return Err(SignatureError::Malformed);
        }
        let signature = signatures.into_iter().find(|(key, _)| *key == label).map(|(_, member)| member);
        let signature = match signature {
            Some(Member::Item(Item { value: Bare::Bytes(bytes), .. })) => bytes.try_into().ok(),
            _ => None,
        };
        let signature = signature.ok_or(SignatureError::Malformed)?;
        Self::of(names, parameters, signature)?.living(now)
    }

    fn of(
        names: Vec<Item>,
        parameters: Parameters,
        signature: [u8; SIGNATURE_BYTES],
    ) -> Result<Self, SignatureError> {
        let (mut created, mut expires, mut nonce, mut keyid) = (None, None, None, None);
        for (key, value) in &parameters {
            match (key.as_str(), value) {
                ("created", Bare::Integer(at)) => created = Some(*at),
                ("expires", Bare::Integer(at)) => expires = Some(*at),
                ("nonce", Bare::Text(text)) => nonce = Some(text.clone()),
                ("keyid", Bare::Text(text)) => keyid = Some(text.clone()),
                ("tag", Bare::Text(_)) => {}
                ("alg", Bare::Text(alg)) if alg == "ed25519" => {}
                _ => return Err(SignatureError::Malformed),
            }
        }
        let nonce = nonce.filter(|nonce| NONCE_CHARS.contains(&nonce.len()));
        let keyid = keyid.filter(|keyid| (1..=KEYID_CHARS_MAX).contains(&keyid.len()));
        match (created, expires, nonce, keyid) {
            (Some(created), Some(expires), Some(nonce), Some(keyid)) => {
                Ok(Self { keyid, nonce, created, expires, names, parameters, signature })
            }
            _ => Err(SignatureError::Malformed),
        }
    }

    fn living(self, now: i64) -> Result<Self, SignatureError> {
        let life = self.expires.saturating_sub(self.created);
        if !(1..=LIFE_SECONDS_MAX).contains(&life) {
            Err(SignatureError::BadLife)
        } else if now >= self.expires {
            Err(SignatureError::Expired)
        } else if self.created > now.saturating_add(AHEAD_SECONDS_MAX) {
            Err(SignatureError::NotYet)
        } else {
            Ok(self)
        }
    }

    /// Whether this key signed this request. Its nonce is not asked here: who keeps nonces does.
    pub fn verify_request(
        &self,
        request: &Request<'_>,
        headers: &SignedHeaders,
        key: &PublicKey,
    ) -> Result<(), SignatureError> {
        let about = About { request, request_digest: &headers.content_digest, response: None };
        self.verify(&about, request.body, key)
    }

    /// Whether this key signed this answer to the request that was sent with `request_headers`.
    pub fn verify_response(
        &self,
        response: &Response<'_>,
        headers: &SignedHeaders,
        request: &Request<'_>,
        request_headers: &SignedHeaders,
        key: &PublicKey,
    ) -> Result<(), SignatureError> {
        let about = About {
            request,
            request_digest: &request_headers.content_digest,
            response: Some((response, &headers.content_digest)),
        };
        self.verify(&about, response.body, key)?;
        // Rule 2: asked last, because only now the nonce is known to be the other side's.
        let asked = structured::dictionary(&request_headers.signature_input).unwrap_or_default();
        let same = asked.iter().any(|(_, member)| match member {
            Member::List(_, parameters) => parameters
                .iter()
                .any(|(key, value)| key == "nonce" && *value == Bare::Text(self.nonce.clone())),
            Member::Item(_) => false,
        });
        if same { Ok(()) } else { Err(SignatureError::OtherRequest) }
    }

    fn verify(&self, about: &About<'_>, body: &[u8], key: &PublicKey) -> Result<(), SignatureError> {
        if !about.must_cover().iter().all(|name| self.names.contains(name)) {
            return Err(SignatureError::NotCovered);
        }
        let base = about.base(&self.names, &self.parameters).ok_or(SignatureError::Malformed)?;
        if self.keyid != key.kid() || !key.verify_bytes(base.as_bytes(), &self.signature) {
            return Err(SignatureError::BadSignature);
        }
        if digest_fits(about.own_digest(), body) { Ok(()) } else { Err(SignatureError::WrongDigest) }
    }
}

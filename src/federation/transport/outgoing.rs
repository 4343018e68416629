//! What this node asks of others.

use super::Transport;
use crate::kernel::error::Refusal;
use crate::kernel::random::Random;
use crate::kernel::time::UtcTime;
use crate::proof::PublicKey;
use crate::proof::http_signature::{Claim, Request, Response, SignatureError, SignedHeaders, sign_request};
use crate::proof::model::Purpose;

const NONCE_BYTES: usize = 16;

/// A request that was signed, kept until its answer has been verified.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// The whole address, exactly as it is sent.
    pub target_uri: String,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    /// To be sent with it.
    pub headers: SignedHeaders,
}

impl Transport {
    /// Signs a request of this node; each attempt is signed anew.
    pub fn ask(
        &self,
        method: &str,
        target_uri: &str,
        content: Option<(&str, Vec<u8>)>,
        now: UtcTime,
        random: &dyn Random,
    ) -> Result<Asked, Refusal> {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let (content_type, body) = match content {
            Some((kind, body)) => (Some(kind.to_owned()), body),
            None => (None, Vec::new()),
        };
        let ring = self.keys.ring();
        let request = Request { method, target_uri, content_type: content_type.as_deref(), body: &body };
        let signer = ring.signer(Purpose::Node)?;
        let headers = sign_request(signer, &request, now.seconds(), &hex::encode(nonce));
        Ok(Asked {
            method: method.to_owned(),
            target_uri: target_uri.to_owned(),
            content_type,
            body,
            headers,
        })
    }
}

impl Asked {
    pub fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            target_uri: &self.target_uri,
            content_type: self.content_type.as_deref(),
            body: &self.body,
        }
    }

    /// Whether one of the asked node's pinned keys signed this answer to this very request.
    pub fn verify(
        &self,
        response: &Response<'_>,
        headers: &SignedHeaders,
        now: UtcTime,
        find: impl FnOnce(&str) -> Option<PublicKey>,
    ) -> Result<Claim, SignatureError> {
        let claim = Claim::read(headers, now.seconds())?;
        let key = find(&claim.keyid).ok_or(SignatureError::BadSignature)?;
        claim.verify_response(response, headers, &self.request(), &self.headers, &key)?;
        Ok(claim)
    }
}

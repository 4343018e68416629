//! Asks neighbours: every request signed, every answer verified, every time and body bounded. An answer without a
//! good signature is no answer, whatever it says: it may come from anybody between.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::codes::{PEER_ANSWER_INVALID, PEER_REFUSED};
use super::model::Peer;
use super::transport::Transport;
use crate::db::Settings;
use crate::http::outbound::{self, Outbound};
use crate::kernel::error::Refusal;
use crate::proof::PublicKey;
use crate::proof::http_signature::{Response, SignedHeaders};

/// Bytes of an answer; a page of the feed has about 4 MiB.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
const REQUEST_SECONDS_MAX: u64 = 30;

#[derive(Clone)]
pub struct Courier {
    outbound: Outbound,
    transport: Transport,
    settings: Arc<Settings>,
}

/// What a neighbour answered, verified.
#[derive(Clone, Debug)]
pub struct Heard {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Heard {
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body).map_err(|error| invalid(&error.to_string()))
    }

    /// The code of a problem document.
    pub fn problem(&self) -> String {
        let document: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        document["code"].as_str().unwrap_or("unknown").chars().take(80).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body of a success; a refusal that names the other side's otherwise.
    pub fn success(self) -> Result<Self, Refusal> {
        if (200..300).contains(&self.status) {
            Ok(self)
        } else {
            Err(Refusal::new(&PEER_REFUSED).with("code", self.problem()).because(self.status))
        }
    }
}

pub fn invalid(reason: &str) -> Refusal {
    Refusal::new(&PEER_ANSWER_INVALID).with("reason", reason)
}

impl Courier {
    pub const fn new(outbound: Outbound, transport: Transport, settings: Arc<Settings>) -> Self {
        Self { outbound, transport, settings }
    }

    pub async fn get(&self, peer: &Peer, path: &str, more_seconds: u64) -> Result<Heard, Refusal> {
        self.call(peer, Method::GET, path, None, more_seconds).await
    }

    pub async fn post(&self, peer: &Peer, path: &str, body: &Value) -> Result<Heard, Refusal> {
        let content = Some(("application/json", body.to_string().into_bytes()));
        self.call(peer, Method::POST, path, content, 0).await
    }

    /// `more_seconds`: how long the other side was asked to wait before it answers.
    pub async fn call(
        &self,
        peer: &Peer,
        method: Method,
        path: &str,
        content: Option<(&str, Vec<u8>)>,
        more_seconds: u64,
    ) -> Result<Heard, Refusal> {
        // As the library writes it: that is what travels, and what is signed.
        let url = self.outbound.check(&format!("{}{path}", peer.base_url))?;
        let now = self.settings.clock.now();
        let random = self.settings.random.as_ref();
        let asked = self.transport.ask(method.as_str(), url.as_str(), content, now, random)?;
        let mut request = self
            .outbound
            .request(method, url.as_str())?
            .timeout(Duration::from_secs(REQUEST_SECONDS_MAX + more_seconds))
            .body(asked.body.clone());
        if let Some(kind) = &asked.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        for (name, value) in asked.headers.pairs() {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| outbound::unreachable(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = outbound::read_bounded(response, ANSWER_BYTES_MAX).await?;
        let signed = SignedHeaders::read(|name| headers.get(name).and_then(|value| value.to_str().ok()));
        let signed = signed.ok_or_else(|| invalid(&format!("unsigned, status {status}")))?;
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let answer = Response { status, content_type, body: &body };
        let key = |kid: &str| peer.key(kid).and_then(|key| key.bytes()).map(PublicKey::from_bytes);
        let verified = asked.verify(&answer, &signed, self.settings.clock.now(), key);
        verified.map_err(|error| invalid(&format!("signature {error}, status {status}")))?;
        Ok(Heard { status, headers, body })
    }

    /// Asks where no signature is needed, because what comes back proves itself. Status and body.
    pub async fn plain(
        &self,
        peer: &Peer,
        method: Method,
        path: &str,
        content: Option<(&str, String)>,
    ) -> Result<(u16, Bytes), Refusal> {
        let mut request = self.outbound.request(method, &format!("{}{path}", peer.base_url))?;
        if let Some((kind, body)) = content {
            request = request.header(CONTENT_TYPE, kind).body(body);
        }
        let response = request.send().await.map_err(|error| outbound::unreachable(&error))?;
        let status = response.status().as_u16();
        Ok((status, outbound::read_bounded(response, ANSWER_BYTES_MAX).await?))
    }
}

//! A JSON body, kept as bytes until the permission has been checked.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::JSON_BODY_BYTES_MAX;
use crate::kernel::codes_common::{MALFORMED, NUL_REFUSED, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};
use crate::kernel::error::Refusal;

pub struct Input<T> {
    bytes: Bytes,
    is_json: bool,
    kind: PhantomData<fn() -> T>,
}

impl<T> Input<T> {
    /// A body that was read already, because its bytes are signed.
    pub fn of(bytes: Bytes, content_type: &str) -> Self {
        Self { bytes, is_json: is_json(content_type), kind: PhantomData }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T: DeserializeOwned> Input<T> {
    pub fn parse(&self) -> Result<T, Refusal> {
        if !self.is_json {
            return Err(Refusal::new(&UNSUPPORTED_MEDIA_TYPE).with("expected", "application/json"));
        }
        let value: T = serde_json::from_slice(&self.bytes)
            .map_err(|error| Refusal::new(&MALFORMED).with("reason", error))?;
        // Neither back end keeps U+0000 in text alike; it has no place in a form.
        if self.bytes.contains(&0) || contains_escaped_nul(&self.bytes) {
            return Err(Refusal::new(&NUL_REFUSED));
        }
        Ok(value)
    }
}

/// `\u0000` in a JSON string, unless its backslash is itself escaped.
fn contains_escaped_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let tail = rest.get(at + 1..).unwrap_or_default();
        if tail.starts_with(b"u0000") {
            return true;
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    false
}

impl<T> FromRequest for Input<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        let is_json = is_json(kind);
        let payload = payload.take();
        Box::pin(async move {
            Ok(Self { bytes: read_body(payload, JSON_BODY_BYTES_MAX).await?, is_json, kind: PhantomData })
        })
    }
}

fn is_json(content_type: &str) -> bool {
    let mime = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    mime == "application/json" || mime.ends_with("+json")
}

/// The whole body, if it is not longer.
pub async fn read_body(mut payload: Payload, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Refusal::new(&MALFORMED).with("reason", error))?;
        if body.len() + chunk.len() > bytes_max {
            return Err(Refusal::new(&PAYLOAD_TOO_LARGE).with("max_bytes", bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::contains_escaped_nul;

    #[test]
    fn an_escaped_nul_is_found_and_an_escaped_backslash_is_not_one() {
        assert!(contains_escaped_nul(br#"{"a":"x\u0000"}"#));
        assert!(contains_escaped_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!contains_escaped_nul(br#"{"a":"\\u0000"}"#));
        assert!(!contains_escaped_nul(br#"{"a":"\n"}"#));
    }
}

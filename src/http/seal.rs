//! Answers that are signed as a whole: a handler (or who authenticated its request) leaves a seal with the
//! request, and the outermost layer applies it to what goes out, problems too.

use std::rc::Rc;

use actix_web::body::{BoxBody, to_bytes_limited};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};

use crate::kernel::error::Refusal;

/// Bytes of an answer that is signed; it is held in memory for its digest.
pub const SEALED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Makes the header fields that sign an answer.
pub trait Sealing {
    fn seal(&self, status: u16, content_type: Option<&str>, body: &[u8]) -> Result<Fields, Refusal>;
}

pub type Fields = Vec<(&'static str, String)>;

#[derive(Clone)]
struct Seal(Rc<dyn Sealing>);

/// Leaves a seal for the answer to this request.
pub fn leave(request: &HttpRequest, sealing: impl Sealing + 'static) {
    request.extensions_mut().insert(Seal(Rc::new(sealing)));
}

/// Applies the seal, if one was left.
pub(super) async fn apply(response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Refusal> {
    let seal = response.request().extensions().get::<Seal>().cloned();
    let Some(Seal(sealing)) = seal else { return Ok(response) };
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let bytes = match to_bytes_limited(body, SEALED_BYTES_MAX).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Err(Refusal::internal(error)),
        Err(_) => return Err(Refusal::internal("an answer is too long to be signed")),
    };
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    for (name, value) in sealing.seal(response.status().as_u16(), kind, &bytes)? {
        let value = HeaderValue::from_str(&value).map_err(Refusal::internal)?;
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))))
}

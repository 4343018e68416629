//! Pages for people: one file each, whose style stands in it and is named to the browser by its hash.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub const HTML: &str = "text/html; charset=utf-8";

/// Allows a page its own style and, where it has any, forms to this site; nothing else.
#[must_use]
pub fn styled(mut answer: HttpResponse, style: &str, has_forms: bool) -> HttpResponse {
    let hash = STANDARD.encode(Sha256::digest(style));
    let forms = if has_forms { "'self'" } else { "'none'" };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action {forms}"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    answer
}

//! Who asks: the edge reads the credentials, the identity room knows whose they are.

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

/// What a request shows of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    None,
    /// `Authorization: Bearer …`: an access token, or an API key (which begins with `tm_`).
    Bearer(String),
}

pub type Authenticated = Pin<Box<dyn Future<Output = Result<Actor, Refusal>>>>;

/// Implemented by the identity room. Bad credentials are 401 even where none are needed, so that a client
/// learns that its token has expired.
pub trait Authenticator: Send + Sync {
    fn authenticate(&self, credentials: Credentials) -> Authenticated;
}

pub fn credentials(request: &HttpRequest) -> Credentials {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match value.and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Credentials::Bearer(token.trim().to_owned())
        }
        _ => Credentials::None,
    }
}

//! Addresses that no handler serves: 405 with Allow where another method would do, 404 elsewhere.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::OpenApi;

use crate::kernel::codes_common::{METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::kernel::error::Refusal;

/// The paths of the API with their methods, for telling 405 from 404.
#[derive(Clone, Default)]
pub struct KnownPaths(Arc<Vec<(Vec<String>, Vec<&'static str>)>>);

impl KnownPaths {
    pub fn of(api: &OpenApi) -> Self {
        let paths = api.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("PUT", item.put.is_some()),
                ("POST", item.post.is_some()),
                ("DELETE", item.delete.is_some()),
                ("PATCH", item.patch.is_some()),
            ];
            let known = methods.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
            (path.split('/').map(str::to_owned).collect(), known)
        });
        Self(Arc::new(paths.collect()))
    }

    fn methods(&self, path: &str) -> Option<&[&'static str]> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |known: &[String]| {
            known.len() == asked.len() && known.iter().zip(&asked).all(|(k, a)| k.starts_with('{') || k == a)
        };
        self.0.iter().find(|(known, _)| fits(known)).map(|(_, methods)| methods.as_slice())
    }
}

pub async fn fallback(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let known = request.app_data::<web::Data<KnownPaths>>();
    if known.and_then(|known| known.methods(request.path())).is_some() {
        return Err(Refusal::new(&METHOD_NOT_ALLOWED));
    }
    Err(Refusal::new(&NOT_FOUND))
}

/// RFC 9110 section 15.5.6: a 405 names the methods that would do.
pub fn add_allow(request: &HttpRequest, refusal: &Refusal, headers: &mut HeaderMap) {
    if !refusal.is(&METHOD_NOT_ALLOWED) {
        return;
    }
    let known = request.app_data::<web::Data<KnownPaths>>();
    let methods = known.and_then(|known| known.methods(request.path())).unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(&methods.join(", ")) {
        headers.insert(header::ALLOW, value);
    }
}

//! Addresses that no handler serves: 405 with Allow where another method would do, 404 elsewhere.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kernel::codes_common::{METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::kernel::error::Refusal;

/// The paths of the API with their methods, for telling 405 from 404; read from the API document when first
/// asked.
#[derive(Clone)]
pub struct KnownPaths {
    document: &'static str,
    paths: OnceLock<Vec<(Vec<String>, Vec<String>)>>,
}

#[derive(Deserialize)]
struct Document {
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

impl KnownPaths {
    pub const fn of(document: &'static str) -> Self {
        Self { document, paths: OnceLock::new() }
    }

    fn paths(&self) -> &[(Vec<String>, Vec<String>)] {
        self.paths.get_or_init(|| match serde_json::from_str::<Document>(self.document) {
            Ok(document) => {
                let paths = document.paths.into_iter().map(|(path, item)| {
                    let methods = item.into_keys().map(|method| method.to_ascii_uppercase());
                    (path.split('/').map(str::to_owned).collect(), methods.collect())
                });
                paths.collect()
            }
            Err(error) => {
                tracing::error!(%error, "the API document cannot be read; unknown methods answer 404");
                vec![]
            }
        })
    }

    fn methods(&self, path: &str) -> Option<&[String]> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |known: &[String]| {
            known.len() == asked.len() && known.iter().zip(&asked).all(|(k, a)| k.starts_with('{') || k == a)
        };
        self.paths().iter().find(|(known, _)| fits(known)).map(|(_, methods)| methods.as_slice())
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

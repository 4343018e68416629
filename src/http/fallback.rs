//! Addresses that no handler serves: 405 with Allow where another method would do, 404 elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kernel::codes_common::{METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::kernel::error::Refusal;

/// `/api/v1/achievements/{id}`: the third after the leading slash.
const ROOM_SEGMENT: usize = 3;

/// The paths of the API with their methods, read from the API document when first asked: for telling 405 from
/// 404, and for naming a request's route without asking the router a second time.
#[derive(Clone)]
pub struct KnownPaths {
    document: &'static str,
    /// By the first segment behind the prefix.
    rooms: OnceLock<HashMap<String, Vec<KnownPath>>>,
}

#[derive(Clone)]
struct KnownPath {
    pattern: Arc<str>,
    segments: Vec<String>,
    methods: Vec<String>,
}

#[derive(Deserialize)]
struct Document {
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

impl KnownPaths {
    pub const fn of(document: &'static str) -> Self {
        Self { document, rooms: OnceLock::new() }
    }

    fn read(&self) -> HashMap<String, Vec<KnownPath>> {
        let document: Document = serde_json::from_str(self.document).unwrap_or_else(|error| {
            tracing::error!(%error, "the API document cannot be read; unknown methods answer 404");
            Document { paths: BTreeMap::new() }
        });
        let mut rooms: HashMap<String, Vec<KnownPath>> = HashMap::new();
        // Ordered: a fixed segment stands before a `{parameter}` in its place.
        for (path, item) in document.paths {
            let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
            let methods = item.into_keys().map(|method| method.to_ascii_uppercase()).collect();
            let known = KnownPath { pattern: path.into(), methods, segments };
            rooms
                .entry(room_of(known.segments.iter().map(String::as_str)).to_owned())
                .or_default()
                .push(known);
        }
        rooms
    }

    fn find(&self, path: &str) -> Option<&KnownPath> {
        let room = self.rooms.get_or_init(|| self.read()).get(room_of(path.split('/')))?;
        let length = path.split('/').count();
        let fits = |known: &&KnownPath| {
            known.segments.len() == length
                && known.segments.iter().zip(path.split('/')).all(|(k, a)| k.starts_with('{') || k == a)
        };
        room.iter().find(fits)
    }

    fn methods(&self, path: &str) -> Option<&[String]> {
        self.find(path).map(|known| known.methods.as_slice())
    }

    /// The route's pattern: never the path itself, which may hold a token.
    pub fn route(&self, path: &str) -> Option<Arc<str>> {
        self.find(path).map(|known| Arc::clone(&known.pattern))
    }
}

/// Addresses outside the API may be shorter.
fn room_of<'a>(mut segments: impl Iterator<Item = &'a str>) -> &'a str {
    segments.nth(ROOM_SEGMENT).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::KnownPaths;

    #[test]
    fn a_route_is_named_by_its_pattern_and_a_fixed_segment_goes_first() {
        let known = KnownPaths::of(
            r#"{"paths": {"/api/v1/things/{id}": {"get": {}, "put": {}}, "/api/v1/things/own": {"get": {}}}}"#,
        );
        assert_eq!(known.route("/api/v1/things/own").as_deref(), Some("/api/v1/things/own"));
        assert_eq!(known.route("/api/v1/things/7").as_deref(), Some("/api/v1/things/{id}"));
        assert_eq!(known.methods("/api/v1/things/7").unwrap(), ["GET", "PUT"]);
        assert_eq!(known.route("/api/v1/things/7/secret-token"), None);
        assert_eq!(known.route("/x"), None);
        let known = KnownPaths::of(r#"{"paths": {"/.well-known/tmf": {"get": {}}}}"#);
        assert_eq!(known.route("/.well-known/tmf").as_deref(), Some("/.well-known/tmf"));
    }
}

//! Addresses that no handler serves: 405 with Allow where another method would do, 404 elsewhere.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::kernel::codes_common::{METHOD_NOT_ALLOWED, NOT_FOUND};
use crate::kernel::error::Refusal;

/// `/api/v1/achievements/{id}`: the third after the leading slash.
const ROOM_SEGMENT: usize = 3;

/// The addresses of the platform with their methods: for telling 405 from 404, and for naming a request's route
/// without asking the router a second time.
#[derive(Clone)]
pub struct KnownPaths {
    /// By the first segment behind the prefix.
    rooms: Arc<HashMap<String, Vec<KnownPath>>>,
}

struct KnownPath {
    pattern: Arc<str>,
    segments: Vec<String>,
    methods: Vec<&'static str>,
}

impl KnownPaths {
    /// Patterns with a method each.
    pub fn of(operations: impl IntoIterator<Item = (String, &'static str)>) -> Self {
        // Ordered: a fixed segment stands before a `{parameter}` in its place.
        let mut paths: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        for (path, method) in operations {
            paths.entry(path).or_default().push(method);
        }
        let mut rooms: HashMap<String, Vec<KnownPath>> = HashMap::new();
        for (path, mut methods) in paths {
            methods.sort_unstable();
            let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
            let room = room_of(path.split('/')).to_owned();
            rooms.entry(room).or_default().push(KnownPath { pattern: path.into(), segments, methods });
        }
        Self { rooms: Arc::new(rooms) }
    }

    fn find(&self, path: &str) -> Option<&KnownPath> {
        let room = self.rooms.get(room_of(path.split('/')))?;
        let length = path.split('/').count();
        let fits = |known: &&KnownPath| {
            known.segments.len() == length
                && known.segments.iter().zip(path.split('/')).all(|(k, a)| k.starts_with('{') || k == a)
        };
        room.iter().find(fits)
    }

    fn methods(&self, path: &str) -> Option<&[&'static str]> {
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
        let operations = [
            ("/api/v1/things/{id}", "PUT"),
            ("/api/v1/things/{id}", "GET"),
            ("/api/v1/things/own", "GET"),
            ("/.well-known/tmf", "GET"),
        ];
        let known = KnownPaths::of(operations.map(|(path, method)| (path.to_owned(), method)));
        assert_eq!(known.route("/api/v1/things/own").as_deref(), Some("/api/v1/things/own"));
        assert_eq!(known.route("/api/v1/things/7").as_deref(), Some("/api/v1/things/{id}"));
        assert_eq!(known.methods("/api/v1/things/7").unwrap(), ["GET", "PUT"]);
        assert_eq!(known.route("/api/v1/things/7/secret-token"), None);
        assert_eq!(known.route("/x"), None);
        assert_eq!(known.route("/.well-known/tmf").as_deref(), Some("/.well-known/tmf"));
    }
}

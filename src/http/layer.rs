//! Around every request: request id, rate limit, security headers, problems in the caller's language, the log.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};

use super::EdgeState;
use super::fallback::{self, KnownPaths};
use super::problem::{self, Locale};
use super::seal;
use crate::kernel::codes_common::{MALFORMED, NOT_FOUND, PAYLOAD_TOO_LARGE, RATE_LIMITED};
use crate::kernel::error::Refusal;
use crate::kv::Allowance;

const REQUEST_ID_CHARS_MAX: usize = 64;
const WINDOW_SECONDS: u32 = 60;

/// The documentation page brings its own scripts and styles; nothing from elsewhere.
const DOCS_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:";

/// Quoted in problems and in the log.
#[derive(Clone)]
pub struct RequestId(pub String);

/// On a request that nothing is written down about (`Edge::write_unseen`).
struct Unseen;

pub(super) fn keep_unseen(request: &HttpRequest) {
    request.extensions_mut().insert(Unseen);
}

fn is_unseen(http: &HttpRequest) -> bool {
    http.extensions().contains::<Unseen>()
}

pub async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let state = request.app_data::<web::Data<EdgeState>>().cloned();
    let id = request_id(request.headers(), state.as_ref().map(|state| state.get_ref()));
    let locale = Locale::of(request.headers());
    let docs = request.path().starts_with("/docs");
    let trace = request.headers().get("traceparent").and_then(|v| v.to_str().ok()).map(str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let allowance = match &state {
        Some(state) => allowance(&request, state).await,
        None => Allowance::unlimited(),
    };
    if !allowance.granted {
        let refusal = Refusal::new(&RATE_LIMITED).retry_after_seconds(allowance.reset_seconds);
        let mut response = rendered(request.request(), &refusal, locale, &id);
        decorate(response.headers_mut(), &id, &allowance, docs);
        return Ok(request.into_response(response));
    }
    // The request must not be held across this call: the router fills in its path.
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = match response.response().error().map(refusal_of) {
        Some(refusal) => {
            let (http, _) = response.into_parts();
            let problem = rendered(&http, &refusal, locale, &id);
            ServiceResponse::new(http, problem)
        }
        None => response,
    };
    response = match seal::apply(response).await {
        Ok(sealed) => sealed,
        // What cannot be signed is not sent.
        Err(refusal) => {
            tracing::error!(request_id = id, error = %refusal, "an answer could not be signed");
            return Err(refusal.into());
        }
    };
    decorate(response.headers_mut(), &id, &allowance, docs);
    log(response.request(), response.status().as_u16(), started, &id, trace.as_deref());
    Ok(response)
}

fn rendered(http: &HttpRequest, refusal: &Refusal, locale: Locale, id: &str) -> HttpResponse {
    if refusal.status() >= 500 {
        let path = if is_unseen(http) { "-" } else { http.path() };
        tracing::error!(request_id = id, path, error = %refusal, "request failed");
    }
    let mut response = problem::render(refusal, locale, http.path(), id);
    fallback::add_allow(http, refusal, response.headers_mut());
    response
}

/// Our own refusals as they are; actix's own errors (query, path, payload) as ours.
fn refusal_of(error: &Error) -> Refusal {
    if let Some(refusal) = error.as_error::<Refusal>() {
        return refusal.clone();
    }
    let status = error.as_response_error().status_code();
    match status.as_u16() {
        404 => Refusal::new(&NOT_FOUND),
        413 => Refusal::new(&PAYLOAD_TOO_LARGE).with("max_bytes", super::JSON_BODY_BYTES_MAX),
        400..=499 => Refusal::new(&MALFORMED).with("reason", error),
        _ => Refusal::internal(error),
    }
}

fn request_id(headers: &HeaderMap, state: Option<&EdgeState>) -> String {
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).unwrap_or("");
    let plain = given.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !given.is_empty() && given.len() <= REQUEST_ID_CHARS_MAX && plain {
        return given.to_owned();
    }
    let mut bytes = [0; 12];
    if let Some(state) = state {
        state.db.settings().random.fill(&mut bytes);
    }
    hex::encode(bytes)
}

/// The address that the request came from.
pub fn client_address(request: &HttpRequest, state: &EdgeState) -> String {
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    match forwarded.and_then(|list| list.rsplit(',').next()) {
        Some(last) if state.settings.trust_forwarded_for => last.trim().to_owned(),
        _ => request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default(),
    }
}

async fn allowance(request: &ServiceRequest, state: &EdgeState) -> Allowance {
    let limit = state.settings.requests_per_minute;
    let probe = matches!(request.path(), "/healthz" | "/readyz");
    if limit == 0 || probe {
        return Allowance::unlimited();
    }
    let address = client_address(request.request(), state);
    let now = state.db.settings().clock.now();
    state.kv.allow(&format!("requests:{address}"), limit, WINDOW_SECONDS, now).await
}

fn decorate(headers: &mut HeaderMap, id: &str, allowance: &Allowance, docs: bool) {
    const FIXED: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-request-id", id);
    if let Some(limit) = allowance.limit {
        // draft-ietf-httpapi-ratelimit-headers
        set("ratelimit-policy", &format!("\"address\";q={limit};w={WINDOW_SECONDS}"));
        set("ratelimit", &format!("\"address\";r={};t={}", allowance.remaining, allowance.reset_seconds));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = if docs { DOCS_POLICY } else { "default-src 'none'; frame-ancestors 'none'" };
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
}

fn log(http: &HttpRequest, status: u16, started: Instant, id: &str, trace: Option<&str>) {
    if is_unseen(http) {
        return;
    }
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    // The path of the route, not of the request: addresses may hold tokens. Probes and pages outside the API
    // document are one.
    let known = http.app_data::<web::Data<KnownPaths>>().and_then(|known| known.route(http.path()));
    let route = known.unwrap_or_else(|| "other".into());
    let method = http.method().as_str();
    metrics::counter!("http_requests_total", "method" => method.to_owned(), "route" => Arc::clone(&route), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => Arc::clone(&route))
        .record(started.elapsed().as_secs_f64());
    tracing::info!(method, %route, status, micros, request_id = id, traceparent = trace, "request");
}

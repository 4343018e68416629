//! The answer of a use-case, rendered inside the command so that it can be kept for a repeated request.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::{Deserialize, Serialize};

use crate::kernel::error::Refusal;
use crate::kernel::page::Page;

#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: ReplyHeaders,
    pub(super) body: String,
    /// In the place of the body where it is not text: a paper or a workbook. Only reads have one.
    pub(super) bytes: Option<Vec<u8>>,
    /// What is kept for a repeated request when the body holds a secret that is shown once.
    pub(super) kept_body: Option<String>,
    pub(super) replayed: bool,
    pub(super) seq: Option<i64>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ReplyHeaders {
    pub location: Option<String>,
    pub etag: Option<String>,
    pub content_type: Option<String>,
    pub disposition: Option<String>,
    pub next: Option<String>,
}

impl Reply {
    fn new(status: u16, body: String) -> Self {
        let headers = ReplyHeaders::default();
        Self { status, headers, body, bytes: None, kept_body: None, replayed: false, seq: None }
    }

    /// 200 with the view as JSON.
    pub fn ok<T: Serialize>(view: &T) -> Result<Self, Refusal> {
        Ok(Self::new(200, json(view)?))
    }

    /// 201 with its address.
    pub fn created<T: Serialize>(location: impl Into<String>, view: &T) -> Result<Self, Refusal> {
        let mut reply = Self::new(201, json(view)?);
        reply.headers.location = Some(location.into());
        Ok(reply)
    }

    pub fn no_content() -> Result<Self, Refusal> {
        Ok(Self::new(204, String::new()))
    }

    /// A page of a list; the edge adds the Link header.
    pub fn page<T: Serialize>(page: &Page<T>) -> Result<Self, Refusal> {
        let mut reply = Self::new(200, json(page)?);
        reply.headers.next.clone_from(&page.next);
        Ok(reply)
    }

    /// The cursor of the next page, for the Link header of a list with more to it than its items.
    #[must_use]
    pub fn next(mut self, next: Option<String>) -> Self {
        self.headers.next = next;
        self
    }

    /// A text that is not JSON: CSV, HTML, SVG.
    pub fn text(content_type: &str, body: String) -> Result<Self, Refusal> {
        let mut reply = Self::new(200, body);
        reply.headers.content_type = Some(content_type.to_owned());
        Ok(reply)
    }

    /// Bytes that are not text.
    pub fn bytes(content_type: &str, bytes: Vec<u8>) -> Result<Self, Refusal> {
        let mut reply = Self::text(content_type, String::new())?;
        reply.bytes = Some(bytes);
        Ok(reply)
    }

    /// A file of bytes to be kept under this name: PDF, XLSX, CSV.
    pub fn file(content_type: &str, file_name: &str, bytes: Vec<u8>) -> Result<Self, Refusal> {
        Ok(Self::bytes(content_type, bytes)?.download(file_name))
    }

    /// The ETag: the record's version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.headers.etag = Some(format!("\"{version}\""));
        self
    }

    /// Offers the body as a file of this name (RFC 6266).
    #[must_use]
    pub fn download(mut self, file_name: &str) -> Self {
        self.headers.disposition = Some(super::openapi::attachment(file_name));
        self
    }

    /// The body holds a secret: a repeated request gets this one instead.
    pub fn keeping<T: Serialize>(mut self, view: &T) -> Result<Self, Refusal> {
        self.kept_body = Some(json(view)?);
        Ok(self)
    }

    pub(super) fn into_response(self, path_and_query: &str) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponseBuilder::new(status);
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.insert_header((name, value));
            }
        };
        let headers = &self.headers;
        let json = "application/json; charset=utf-8";
        if self.status != 204 {
            set(header::CONTENT_TYPE, headers.content_type.as_deref().unwrap_or(json));
        }
        if let Some(location) = &headers.location {
            set(header::LOCATION, location);
        }
        if let Some(etag) = &headers.etag {
            set(header::ETAG, etag);
        }
        if let Some(disposition) = &headers.disposition {
            set(header::CONTENT_DISPOSITION, disposition);
        }
        if let Some(next) = &headers.next {
            set(header::LINK, &format!("<{}>; rel=\"next\"", next_link(path_and_query, next)));
        }
        if let Some(seq) = self.seq {
            set(HeaderName::from_static("tm-seq"), &seq.to_string());
        }
        if self.replayed {
            set(HeaderName::from_static("idempotency-replayed"), "true");
        }
        match self.bytes {
            Some(bytes) => response.body(bytes),
            None => response.body(self.body),
        }
    }
}

fn json<T: Serialize>(view: &T) -> Result<String, Refusal> {
    serde_json::to_string(view).map_err(Refusal::internal)
}

/// The same address with another cursor (RFC 8288).
fn next_link(path_and_query: &str, cursor: &str) -> String {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut pairs: Vec<&str> = kept.collect();
    let own = format!("cursor={cursor}");
    pairs.push(&own);
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn the_next_page_keeps_the_filters() {
        assert_eq!(next_link("/a?kind=x&cursor=1&limit=2", "9"), "/a?kind=x&limit=2&cursor=9");
        assert_eq!(next_link("/a", "9"), "/a?cursor=9");
    }
}

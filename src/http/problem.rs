//! Refusals as `application/problem+json` (RFC 9457), in the caller's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::kernel::error::{Code, Params, Refusal, fill};

/// The language of titles and labels; Chinese unless the caller prefers English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    Zh,
    En,
}

impl Locale {
    /// The first of our languages in Accept-Language by weight (RFC 9110 section 12.5.4).
    pub fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let mut best = (Self::Zh, 0.0_f32);
        for part in text.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            let locale = match tag.split('-').next() {
                Some("zh") => Self::Zh,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (locale, weight);
            }
        }
        best.0
    }

    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    pub const fn words(self, code: &Code) -> &'static str {
        match self {
            Self::Zh => code.zh,
            Self::En => code.en,
        }
    }
}

/// An RFC 9457 problem. Clients switch on `code`, never on the title.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of the list of codes, with the code as fragment.
    #[serde(rename = "type")]
    kind: String,
    /// What went wrong, in the language of Accept-Language (zh-CN unless en is preferred).
    title: String,
    status: u16,
    /// Stable code of the problem.
    code: &'static str,
    /// The path of the request.
    instance: String,
    /// Quote this to the operator.
    request_id: String,
    /// Every field that is not acceptable.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField>,
    /// Values named in the title.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = Object)]
    params: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// JSON pointer into the request (RFC 6901).
    pointer: String,
    code: &'static str,
    title: String,
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = Object)]
    params: serde_json::Map<String, serde_json::Value>,
}

fn params(list: &Params) -> serde_json::Map<String, serde_json::Value> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect()
}

pub fn render(refusal: &Refusal, locale: Locale, instance: &str, request_id: &str) -> HttpResponse {
    let code = refusal.definition();
    let field = |error: &crate::kernel::error::FieldError| ProblemField {
        pointer: error.pointer.clone(),
        code: error.code.id,
        title: fill(locale.words(error.code), &error.params),
        params: params(&error.params),
    };
    let body = ProblemBody {
        kind: format!("/api/v1/problems#{}", code.id),
        title: fill(locale.words(code), refusal.params()),
        status: code.status,
        code: code.id,
        instance: instance.to_owned(),
        request_id: request_id.to_owned(),
        errors: refusal.errors().iter().map(field).collect(),
        params: params(refusal.params()),
    };
    let status = StatusCode::from_u16(code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json; charset=utf-8"));
    response.insert_header((header::CONTENT_LANGUAGE, locale.tag()));
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(seconds) = refusal.retry_after() {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.body(serde_json::to_string(&body).unwrap_or_default())
}

/// The layer renders refusals properly; this is only what actix needs to carry them there.
impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_chinese_unless_english_is_preferred() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            Locale::of(&headers)
        };
        assert_eq!(of("en-US,en;q=0.9,zh;q=0.8"), Locale::En);
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8"), Locale::Zh);
        assert_eq!(of("fr, en;q=0.3"), Locale::En);
        assert_eq!(of("fr"), Locale::Zh);
        assert_eq!(Locale::of(&HeaderMap::new()), Locale::Zh);
    }
}

//! The first page: where people find what this address has for them.

use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use crate::http::page::{HTML, styled};
use crate::http::{Answer, Locale};
use crate::kernel::error::Refusal;

const STYLE: &str = include_str!("start.css");

#[derive(Template)]
#[template(path = "app/start.html")]
struct Page {
    style: &'static str,
    locale: Locale,
}

impl Page {
    const fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.locale {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }
}

#[get("/")]
pub(super) async fn page(request: HttpRequest) -> Answer {
    let filled = Page { style: STYLE, locale: Locale::of(request.headers()) };
    let text = filled.render().map_err(Refusal::internal)?;
    Ok(styled(HttpResponse::Ok().content_type(HTML).body(text), STYLE, false))
}

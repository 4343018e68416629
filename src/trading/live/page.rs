//! A plain page that shows a sale as it goes; everything it needs comes from this node.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

use crate::trading::model::SaleId;

/// Its own script and style, and its own node to ask; nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn asset(kind: &'static str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(text)
}

#[get("/sales/live.js")]
pub async fn script() -> HttpResponse {
    asset("text/javascript; charset=utf-8", include_str!("page.js"))
}

#[get("/sales/live.css")]
pub async fn style() -> HttpResponse {
    asset("text/css; charset=utf-8", include_str!("page.css"))
}

/// The page asks the API for its sale; an id that is none shows a sale that cannot be reached.
#[get("/sales/{id}")]
pub async fn live_page(_id: web::Path<SaleId>) -> HttpResponse {
    asset("text/html; charset=utf-8", include_str!("page.html"))
}

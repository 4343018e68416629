//! The program by which a browser seals a bid: one file, nothing from elsewhere.

use actix_web::http::header;
use actix_web::{HttpResponse, get};

const SCRIPT: &str = include_str!("../seal.js");

/// A module for browsers and other programs that have WebCrypto (docs/sealed-bids.md).
#[get("/seal.js")]
pub async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(SCRIPT)
}

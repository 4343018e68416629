//! Identity over HTTP.

mod api_keys;
mod members;
mod organisations;
mod sessions;
mod views;

use actix_web::{HttpResponse, get, web};

use super::Gate;
use crate::http::Routes;
use crate::proof::model::Purpose;

pub fn routes(routes: &mut Routes) {
    organisations::routes(routes);
    members::routes(routes);
    sessions::routes(routes);
    api_keys::routes(routes);
}

/// The public keys that access tokens and papers of this node are signed with (RFC 7517).
#[get("/.well-known/jwks.json")]
pub async fn jwks(gate: web::Data<Gate>) -> HttpResponse {
    let keys = gate.keys().ring().jwks(&[Purpose::Token, Purpose::Certificate]);
    HttpResponse::Ok().insert_header(("cache-control", "public, max-age=300")).json(keys)
}

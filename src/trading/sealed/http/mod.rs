//! Sealed tenders over HTTP.

mod bidder;
mod evaluation;
mod officer;
mod page;
mod tenderer;
mod view;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use utoipa_actix_web::service_config::ServiceConfig;

pub use page::script;

pub fn routes(config: &mut ServiceConfig) {
    config.service(tenderer::show).service(tenderer::put_setup).service(tenderer::make_key);
    config
        .service(officer::enrol)
        .service(officer::packet)
        .service(officer::rehearse)
        .service(officer::hand_in);
    config.service(bidder::deposit).service(bidder::own_receipt);
    config.service(evaluation::name_committee).service(evaluation::score);
    config.service(evaluation::opening).service(evaluation::proof);
}

fn to_base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).ok()
}

//! Sealed tenders over HTTP.

mod bidder;
mod evaluation;
mod officer;
mod page;
mod tenderer;
mod view;

use crate::http::Routes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use page::script;

pub fn routes(routes: &mut Routes) {
    routes.service(tenderer::show).service(tenderer::put_setup).service(tenderer::make_key);
    routes
        .service(officer::enrol)
        .service(officer::packet)
        .service(officer::rehearse)
        .service(officer::hand_in);
    routes.service(bidder::deposit).service(bidder::own_receipt);
    routes.service(evaluation::vacate_seat);
    routes.service(evaluation::name_committee).service(evaluation::score);
    routes.service(evaluation::opening).service(evaluation::proof);
}

fn to_base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).ok()
}

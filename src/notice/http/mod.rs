//! Addresses of notices.

mod inbox;
mod settings;
mod webhooks;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    inbox::routes(routes);
    settings::routes(routes);
    webhooks::routes(routes);
}

//! Addresses of notices.

mod inbox;
mod settings;
mod webhooks;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    inbox::routes(config);
    settings::routes(config);
    webhooks::routes(config);
}

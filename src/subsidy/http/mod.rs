//! Subsidies over HTTP.

mod batch;
mod scheme;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(scheme::schemes)
        .service(scheme::versions)
        .service(scheme::publish)
        .service(scheme::appropriate)
        .service(scheme::appropriations)
        .service(scheme::budgets)
        .service(batch::create)
        .service(batch::list)
        .service(batch::find)
        .service(batch::lines)
        .service(batch::explain)
        .service(batch::prepare_again)
        .service(batch::verify)
        .service(batch::approve)
        .service(batch::pay)
        .service(batch::void);
}

//! Brokerage over HTTP.

mod managers;
mod mandates;
mod statement;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config.service(mandates::propose).service(mandates::list).service(mandates::get);
    config.service(mandates::accept).service(mandates::decline);
    config.service(mandates::withdraw).service(mandates::end);
    config.service(mandates::claim).service(mandates::agree);
    config.service(mandates::link).service(mandates::commissions);
    config.service(statement::statement).service(statement::agency_figures);
    config.service(managers::list_managers).service(managers::enter);
    config.service(managers::change).service(managers::leave);
}

//! Addresses of statistics.

mod ask;
mod ocds;
mod reports;
mod sheets;
mod tables;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(tables::show)
        .service(tables::download)
        .service(tables::records)
        .service(tables::register)
        .service(reports::list)
        .service(ocds::releases)
        .service(ocds::record);
}

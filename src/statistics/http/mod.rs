//! Addresses of statistics.

mod ask;
mod ocds;
mod reports;
mod sheets;
mod tables;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes
        .service(tables::show)
        .service(tables::download)
        .service(tables::records)
        .service(tables::register)
        .service(reports::list)
        .service(ocds::releases)
        .service(ocds::record);
}

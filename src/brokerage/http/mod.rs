//! Brokerage over HTTP.

mod managers;
mod mandates;
mod statement;
mod view;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes.service(mandates::propose).service(mandates::list).service(mandates::get);
    routes.service(mandates::accept).service(mandates::decline);
    routes.service(mandates::withdraw).service(mandates::end);
    routes.service(mandates::claim).service(mandates::agree);
    routes.service(mandates::link).service(mandates::commissions);
    routes.service(statement::statement).service(statement::agency_figures);
    routes.service(managers::list_managers).service(managers::enter);
    routes.service(managers::change).service(managers::leave);
}

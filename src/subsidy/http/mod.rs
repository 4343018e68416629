//! Subsidies over HTTP.

mod batch;
mod budget;
mod claim;
mod explained;
mod publicity;
mod remit;
mod scheme;
mod treasury;
mod view;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes
        .service(scheme::schemes)
        .service(scheme::versions)
        .service(scheme::found)
        .service(scheme::publish)
        .service(budget::appropriate)
        .service(budget::appropriations)
        .service(budget::budgets)
        .service(budget::close_year)
        .service(budget::clawbacks)
        .service(budget::clawback)
        .service(budget::repay)
        .service(claim::submit)
        .service(claim::list)
        .service(claim::find)
        .service(claim::resubmit)
        .service(claim::withdraw)
        .service(claim::review)
        .service(claim::revoke)
        .service(claim::evidence_file)
        .service(claim::groups)
        .service(claim::set_group)
        .service(publicity::lists)
        .service(publicity::lines)
        .service(publicity::object_to)
        .service(publicity::objections)
        .service(publicity::answer)
        .service(remit::order)
        .service(remit::file)
        .service(remit::report)
        .service(remit::import)
        .service(remit::reported)
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

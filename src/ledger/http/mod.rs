//! Reading the books over HTTP. Booking has no operation of its own: the rooms above book.

mod books;
mod report;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config.service(books::accounts).service(books::postings);
    config.service(books::transactions).service(books::transaction);
    config.service(report::trial_balance).service(report::budget_execution).service(report::statement);
}

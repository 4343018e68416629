//! Reading the books over HTTP. Booking has no operation of its own: the rooms above book.

mod books;
mod report;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes.service(books::accounts).service(books::postings);
    routes.service(books::transactions).service(books::transaction);
    routes.service(report::trial_balance).service(report::budget_execution).service(report::statement);
}

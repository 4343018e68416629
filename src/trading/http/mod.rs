//! Trading over HTTP.

mod bidding;
mod bidding_view;
mod defaults;
mod drafts;
mod money;
mod outcome;
mod reading;
mod talk;
mod view;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    // Before `/sales/{id}`, which would take these words for an id.
    routes.service(reading::list).service(reading::own).service(reading::review);
    routes.service(reading::rules).service(bidding::enrolments);
    routes.service(money::deposits).service(money::confirm);
    routes.service(talk::set_rules).service(talk::answer_question);
    routes.service(talk::answer_objection).service(talk::withdraw_objection);
    routes.service(talk::objection_file);
    routes.service(reading::get);
    routes.service(drafts::create).service(drafts::edit).service(drafts::reserve);
    routes.service(drafts::publish).service(drafts::approve).service(drafts::refuse);
    routes.service(drafts::withdraw);
    routes.service(bidding::enrol).service(bidding::enrolment).service(bidding::bids);
    routes.service(bidding::participants);
    routes.service(bidding::bid).service(bidding::maximum).service(bidding::match_highest);
    routes.service(bidding::offer).service(money::accounts);
    routes.service(outcome::suspend).service(outcome::announce).service(outcome::fail_tender);
    routes.service(defaults::confirm).service(defaults::reject);
    routes.service(defaults::state).service(defaults::stated);
    routes.service(outcome::confirm_signing);
    routes.service(outcome::conclude).service(outcome::rerun).service(outcome::confirmation);
    routes
        .service(talk::ask)
        .service(talk::questions)
        .service(talk::raise_objection)
        .service(talk::objections);
    routes.service(talk::correct).service(talk::corrections);
}

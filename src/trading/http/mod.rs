//! Trading over HTTP.

mod bidding;
mod bidding_view;
mod drafts;
mod money;
mod outcome;
mod reading;
mod talk;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    // Before `/sales/{id}`, which would take these words for an id.
    config.service(reading::list).service(reading::own).service(reading::review);
    config.service(reading::rules).service(bidding::enrolments);
    config.service(money::deposits).service(money::confirm);
    config.service(talk::set_rules).service(talk::answer_question);
    config.service(talk::answer_objection).service(talk::withdraw_objection);
    config.service(reading::get);
    config.service(drafts::create).service(drafts::edit).service(drafts::reserve);
    config.service(drafts::publish).service(drafts::approve).service(drafts::refuse);
    config.service(drafts::withdraw);
    config.service(bidding::enrol).service(bidding::enrolment).service(bidding::bids);
    config.service(bidding::participants);
    config.service(bidding::bid).service(bidding::maximum).service(bidding::match_highest);
    config.service(bidding::offer).service(money::accounts);
    config.service(outcome::suspend).service(outcome::announce).service(outcome::default);
    config.service(outcome::conclude).service(outcome::rerun).service(outcome::confirmation);
    config
        .service(talk::ask)
        .service(talk::questions)
        .service(talk::raise_objection)
        .service(talk::objections);
    config.service(talk::correct).service(talk::corrections);
}

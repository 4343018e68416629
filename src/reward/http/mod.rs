//! Rewards over HTTP.

mod follow_up;
mod plans;
mod public;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    // Before the plans, whose `{id}` would take their words for one.
    config.service(public::rules).service(public::publish_rule);
    config.service(public::publicised).service(public::publicised_plan).service(public::report);
    config.service(plans::create).service(plans::list).service(plans::get).service(plans::edit);
    config.service(plans::publicise).service(plans::confirm).service(plans::withdraw);
    config.service(follow_up::raise_objection).service(follow_up::objections).service(follow_up::answer);
    config.service(follow_up::state_profit).service(follow_up::list_dues);
    config.service(follow_up::pay).service(follow_up::payouts);
}

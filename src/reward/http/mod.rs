//! Rewards over HTTP.

mod follow_up;
mod plans;
mod public;
mod view;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    // Before the plans, whose `{id}` would take their words for one.
    routes.service(public::rules).service(public::publish_rule);
    routes.service(public::publicised).service(public::publicised_plan).service(public::report);
    routes.service(plans::create).service(plans::list).service(plans::get).service(plans::edit);
    routes.service(plans::publicise).service(plans::confirm).service(plans::withdraw);
    routes.service(follow_up::raise_objection).service(follow_up::objections).service(follow_up::answer);
    routes.service(follow_up::state_profit).service(follow_up::list_dues);
    routes.service(follow_up::pay).service(follow_up::payouts);
}

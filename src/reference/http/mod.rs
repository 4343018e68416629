//! Reference data over HTTP.

mod calendar;
mod profiles;
mod tax;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config.service(words::code_lists).service(words::divisions);
    config.service(calendar::import_holidays).service(calendar::holidays).service(calendar::deadline);
    config.service(profiles::list_profiles).service(profiles::add_profile).service(profiles::confirm_profile);
    config.service(tax::list_tax_rules).service(tax::set_tax_rules);
    config.service(profiles::profile_history).service(profiles::get_profile).service(profiles::set_profile);
}

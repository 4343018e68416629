//! Reference data over HTTP.

mod calendar;
mod profiles;
mod tax;
mod words;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes.service(words::code_lists).service(words::divisions);
    routes.service(calendar::import_holidays).service(calendar::holidays).service(calendar::deadline);
    routes.service(profiles::list_profiles).service(profiles::add_profile).service(profiles::confirm_profile);
    routes.service(tax::list_tax_rules).service(tax::set_tax_rules);
    routes.service(profiles::profile_history).service(profiles::get_profile).service(profiles::set_profile);
}

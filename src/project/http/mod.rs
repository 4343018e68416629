//! Projects, targets and indicators over HTTP.

mod projects;
mod targets;

use crate::http::Routes;

pub fn routes(routes: &mut Routes) {
    routes.service(projects::declare_project).service(projects::list_projects);
    routes
        .service(projects::project_history)
        .service(projects::withdraw_project)
        .service(projects::get_project);
    routes.service(targets::indicator_summary).service(targets::conversion_table);
    routes.service(targets::list_targets).service(targets::target_history).service(targets::change_target);
    routes.service(targets::list_attainments).service(targets::record_attainment);
    routes.service(targets::withdraw_attainment);
}

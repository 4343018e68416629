//! Projects, targets and indicators over HTTP.

mod projects;
mod targets;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(config: &mut ServiceConfig) {
    config.service(projects::declare_project).service(projects::list_projects);
    config
        .service(projects::project_history)
        .service(projects::withdraw_project)
        .service(projects::get_project);
    config.service(targets::indicator_summary).service(targets::conversion_table);
    config.service(targets::list_targets).service(targets::target_history).service(targets::change_target);
    config.service(targets::list_attainments).service(targets::record_attainment);
    config.service(targets::withdraw_attainment);
}

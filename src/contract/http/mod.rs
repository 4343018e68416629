//! Addresses of registration.

mod applicant;
mod certificate;
mod check;
mod import;
mod lists;
mod office;
mod page;
mod paper;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use page::verify_page;

/// Addresses with a fixed word stand before those with an id.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(applicant::create)
        .service(lists::own)
        .service(lists::work_list)
        .service(lists::filed)
        .service(lists::second_reviews)
        .service(lists::supervised)
        .service(import::template)
        .service(import::problems)
        .service(import::create)
        .service(import::show)
        .service(lists::show)
        .service(applicant::edit)
        .service(lists::timeline)
        .service(lists::attachment)
        .service(applicant::submit)
        .service(applicant::resubmit)
        .service(applicant::withdraw)
        .service(applicant::cancel)
        .service(office::accept)
        .service(office::request_correction)
        .service(office::first_review)
        .service(office::second_review)
        .service(office::register)
        .service(office::refuse)
        .service(office::revoke)
        .service(certificate::show)
        .service(certificate::paper)
        .service(check::check)
        .service(paper::download)
        .service(paper::public)
        .service(certificate::verify);
}

//! Addresses of registration.

/// An act on one contract: the handler that answers with the contract as it stands after it. The handlers differ in
/// nothing but their words and the use-case that they call.
macro_rules! act {
    ($(#[$doc:meta])* $name:ident, $path:tt, $id:tt, $permission:ident = $code:tt, $body:ty, $run:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            tag = "contract", operation_id = $id,
            request_body = $body, responses((status = 200, body = ContractView)),
            extensions(("x-permission" = json!($code)))
        )]
        #[post($path)]
        pub async fn $name(
            edge: crate::http::Edge,
            id: actix_web::web::Path<crate::contract::model::ContractId>,
            input: crate::http::Input<$body>,
        ) -> crate::http::Answer {
            let expected = edge.expected_version()?;
            let permission = crate::kernel::permission::Permission::$permission;
            edge.write(concat!("contract.", stringify!($name)), permission, input, move |tx, actor, body| {
                let run: super::applicant::Run<$body> = $run;
                let record = run(tx, actor, *id, expected, body)?;
                super::applicant::rendered(tx, actor, record)
            })
            .await
        }
    };
}

mod after;
mod applicant;
mod certificate;
mod check;
mod import;
mod lists;
mod office;
mod page;
mod paper;
mod review;
mod tax;
mod verify;
mod view;

use crate::http::Routes;

pub use verify::{verify_desk, verify_file, verify_page};

/// Addresses with a fixed word stand before those with an id.
pub fn routes(routes: &mut Routes) {
    routes
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
        .service(review::office_reports)
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
        .service(office::review)
        .service(office::second_review)
        .service(office::register)
        .service(office::refuse)
        .service(office::revoke)
        .service(office::dispute)
        .service(office::claim)
        .service(office::hand_over)
        .service(review::checks)
        .service(tax::tax_card)
        .service(after::propose_amendment)
        .service(after::amendments)
        .service(after::withdraw_amendment)
        .service(after::consent_amendment)
        .service(after::approve_amendment)
        .service(after::refuse_amendment)
        .service(after::state_income)
        .service(after::incomes)
        .service(after::decide_income)
        .service(certificate::show)
        .service(certificate::paper)
        .service(check::check)
        .service(paper::download)
        .service(paper::public)
        .service(certificate::verify);
}

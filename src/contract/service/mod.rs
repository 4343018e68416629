//! Use-cases of registration, and what higher rooms may ask about registered contracts.

mod acts;
mod applicant;
mod authority;
mod certificate;
mod filing;
mod office;
mod projection;
mod reading;

pub use applicant::{Attach, Draft, cancel, create, edit, resubmit, submit, withdraw};
pub use authority::revoke;
pub use certificate::{Certified, NOTICE, Verdict, certificate, statement, verify};
pub use office::{accept, first_review, refuse, register, request_correction, second_review};
pub use reading::{
    Case, Clock, Worked, attachment, case, contract, filed, own, registered, registered_in, second_reviews,
    sold_in, supervised, timeline, work_list,
};

pub use super::store::Wanted;

//! Use-cases of registration, and what higher rooms may ask about registered contracts.

mod acts;
mod applicant;
mod authority;
mod certificate;
mod filing;
mod import;
mod office;
mod projection;
mod reading;

pub use applicant::{Attach, Draft, cancel, create, edit, resubmit, submit, withdraw};
pub use authority::revoke;
pub use certificate::{CERTIFICATE_KIND, Certified, NOTICE, Verdict, certificate, statement, verify};
pub use import::{
    Examined, SLICE_ENTRIES, begin_import, examine, finish_import, import, import_limits, import_slice,
    sweep_imports,
};
pub use office::{accept, first_review, refuse, register, request_correction, second_review};
pub use reading::{
    Case, Clock, Worked, attachment, case, contract, filed, own, registered, registered_in, second_reviews,
    sold_in, supervised, timeline, work_list,
};

pub use super::store::Wanted;

//! Use-cases of registration, and what higher rooms may ask about registered contracts.

mod acts;
mod amend;
mod applicant;
mod authority;
mod award;
mod certificate;
mod checks;
mod claim;
mod filing;
mod import;
mod income;
mod office;
mod projection;
mod reading;
mod reckon;
mod supervision;
mod tax;

pub use amend::{
    Amended, Proposal, amendments, approve_amendment, consent_amendment, propose_amendment, refuse_amendment,
    withdraw_amendment,
};
pub use applicant::{Attach, Draft, cancel, create, edit, resubmit, submit, withdraw};
pub use authority::revoke;
pub use award::{draft_of_award, end_drafts, ends_award, is_award};
pub use certificate::{CERTIFICATE_KIND, Certified, NOTICE, Verdict, certificate, statement, verify};
pub use checks::checks;
pub use claim::{claim, hand_over};
pub use import::{
    Examined, SLICE_ENTRIES, begin_import, examine, finish_import, import, import_limits, import_slice,
    sweep_imports,
};
pub use income::{decide_income, incomes, state_income};
pub use office::{accept, dispute, first_review, refuse, register, request_correction, second_review};
pub use reading::{
    Case, Clock, Worked, attachment, case, contract, filed, own, registered, second_reviews, sold_in,
    standing_in, supervised, timeline, work_list,
};

pub use reckon::{RECKONED_MAX, reckon, reckonable};
pub use supervision::{due_between, office_reports};
pub use tax::{TaxCard, tax_card};

pub use super::store::Wanted;

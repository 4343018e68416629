//! What the machine shows beside a file, and what supervision sees of an office.

use crate::kernel::actor::words;
use crate::kernel::error::Params;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::time::Day;

words! {
    /// What a machine check looks at.
    CheckKind {
        Form = "form",
        Validity = "validity",
        Amounts = "amounts",
        Evidence = "evidence",
        Territory = "territory",
        DuplicateText = "duplicate_text",
        DuplicateDeal = "duplicate_deal",
        SimilarDeal = "similar_deal",
        BarredParties = "barred_parties",
        Registry = "registry",
        Profile = "profile",
    }
}

words! {
    /// Failed: the law speaks against registration. Warned: somebody should look.
    CheckResult { Passed = "passed", Warned = "warned", Failed = "failed" }
}

/// What a check found, with the field it is about.
#[derive(Clone, Debug)]
pub struct Finding {
    pub check: CheckKind,
    pub result: CheckResult,
    /// JSON pointer into the form; empty for the case as a whole.
    pub pointer: String,
    pub code: &'static crate::kernel::error::Code,
    pub params: Params,
}

words! {
    /// Whose cases a work list shows.
    HandlerFilter { Mine = "mine", Nobody = "nobody" }
}

words! {
    /// What waits for the office on a contract that is registered.
    #[schema(as = ContractPending)]
    Pending { Income = "income", Amendment = "amendment" }
}

/// What a case keeps of its acceptance, where a list needs it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// The version of the profile that the case took with it.
    pub profile_version: Option<i64>,
    pub disputed: bool,
}

/// How a work list is narrowed.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkFilter {
    pub stage: Option<super::Stage>,
    pub handler: Option<Option<UserId>>,
    /// From this technical amount on, and accepted: what a second reviewer sees.
    pub large_from: Option<Fen>,
}

/// An office over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeReport {
    pub office: OrganisationId,
    pub office_name: String,
    pub submitted: i64,
    pub accepted: i64,
    pub registered: i64,
    pub refused: i64,
    pub withdrawn: i64,
    pub corrections: i64,
    pub registered_total: Fen,
    pub registered_technical: Fen,
    /// Days from the acceptance that counts to the decision, of what was decided in the period.
    pub median_days: Option<i64>,
    pub p90_days: Option<i64>,
    /// Decided in the period after the last day.
    pub decided_late: i64,
    /// Open now, and open now past the last day.
    pub open_now: i64,
    pub overdue_now: i64,
    /// Refusals of the period by their grounds; one refusal may name several.
    pub refusal_grounds: Vec<(String, i64)>,
}

/// A step as supervision counts it.
#[derive(Clone, Debug)]
pub struct CountedStep {
    pub office: OrganisationId,
    pub kind: super::StepKind,
    pub on: Day,
    pub accepted_on: Option<Day>,
    pub due_on: Option<Day>,
    pub grounds: Vec<String>,
    pub total: Fen,
    pub technical: Fen,
}

/// An open case with a last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueCase {
    pub id: super::ContractId,
    pub office: OrganisationId,
    pub title: String,
    pub due_on: Day,
}

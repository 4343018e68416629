//! Claims, their evidence, objections.

use super::{BatchId, BatchState, SheetId};
use crate::files::model::FileId;
use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

ids! {
    ClaimId of Claim;
    ObjectionId of Objection;
}

/// What a registered contract of the platform proves by itself: no paper is asked for it.
pub const REGISTRATION_EVIDENCE: &str = "技术合同登记证明";

words! {
    /// Where a claim stands. What becomes of an awarded one tells its batch.
    ClaimState {
        Submitted = "submitted",
        // 补正: to be completed by the applicant.
        Returned = "returned",
        Awarded = "awarded",
        Refused = "refused",
        Withdrawn = "withdrawn",
        // Its contract was cancelled or revoked before anything was booked.
        Lapsed = "lapsed",
        // The award was taken back; what was paid is claimed back.
        Revoked = "revoked",
    }
}

words! {
    /// What a reviewer says to a claim.
    Verdict { Award = "award", Return = "return", Refuse = "refuse" }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecord {
    pub id: ClaimId,
    pub version: i64,
    pub number: String,
    pub state: ClaimState,
    pub scheme: String,
    pub scheme_version: i32,
    pub subject: String,
    pub once_key: String,
    pub beneficiary: PartyRef,
    pub organisation: OrganisationId,
    pub division: String,
    /// URN of the contract whose conversion is claimed for.
    pub contract: Option<String>,
    pub title: String,
    /// The day of the conversion or event: its year is the claim's period.
    pub event_on: Day,
    pub requested: Fen,
    pub awarded: Option<Fen>,
    pub cap_group: String,
    pub bank: String,
    pub bank_account: String,
    /// The reviewer's.
    pub opinion: String,
    pub awarded_seq: i64,
    pub created_by: UserId,
    pub reviewed_by: Option<UserId>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// An item of the scheme's list.
    pub item: String,
    pub file: FileId,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
}

/// The batch that holds a claim, as its applicant may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InBatch {
    pub batch: BatchId,
    pub state: BatchState,
}

/// Which claims to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct ClaimFilter {
    pub scheme: Option<String>,
    pub state: Option<ClaimState>,
    pub organisation: Option<OrganisationId>,
    pub schemes: Option<Vec<String>>,
}

words! {
    ObjectionState { Open = "open", Dismissed = "dismissed", Upheld = "upheld" }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectionRecord {
    pub id: ObjectionId,
    pub batch: BatchId,
    /// The list that it is about.
    pub sheet: SheetId,
    pub state: ObjectionState,
    pub person: UserId,
    pub person_name: String,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub reason: String,
    pub at: UtcTime,
    pub answer: String,
    pub answered_by: String,
    pub answered_at: Option<UtcTime>,
}

/// A linked group and its members' credit codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedGroup {
    pub name: String,
    /// The authority that says who belongs to it: it counts for the schemes of that division and those inside it.
    pub division: String,
    pub credit_codes: Vec<String>,
}

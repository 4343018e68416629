//! The case: its state with the data that only that state has.

use super::{RefusalGround, RevocationGround, Stage};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::{Day, UtcTime};

/// Where a case stands. What belongs to one state only is inside that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Submitted(Submission),
    /// Accepted for the first time (`round` 0) or again after a correction: the office's clock runs.
    Accepted(File, Review),
    /// The clock stands still until the applicant has answered.
    CorrectionRequested(File, Vec<Correction>),
    Registered(File, Registration),
    Refused(File, Refused),
    /// With the submission that the office had already received, if there was one.
    Withdrawn(Option<Submission>),
    Cancelled(File, Registration, Cancellation),
    Revoked(File, Registration, Revocation),
}

/// A case that an office has taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub submission: Submission,
    pub acceptance: Acceptance,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub office: OrganisationId,
    pub at: UtcTime,
}

/// The office's clock. The day moves to the day the corrected file arrives; the profile stays with the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    pub profile: String,
    /// Later edits of the profile are for later cases; none on cases that were accepted before versions were kept.
    pub profile_version: Option<i64>,
    pub on: Day,
    pub due: Due,
    /// The office has marked the case as disputed: it has the longer limit.
    pub disputed: bool,
    /// 0 at first, one more with each resubmission.
    pub round: u32,
}

/// The last day of the office's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub on: Day,
    /// A year that it reaches into has no calendar yet: the day may still move.
    pub provisional: bool,
}

/// The opinions on the file as it lies now; a resubmission starts a new review.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    pub first: Option<Opinion>,
    pub second: Option<Opinion>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub reviewer: UserId,
    pub name: String,
    pub agrees: bool,
    pub text: String,
    pub at: UtcTime,
}

/// What is to be corrected: a field of the form by JSON pointer, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub pointer: String,
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub number: Number,
    pub on: Day,
    /// 1 at registration, one more with each amendment; earlier editions are kept.
    pub edition: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub grounds: Vec<RefusalGround>,
    pub text: String,
    pub on: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    pub reason: String,
    pub on: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub ground: RevocationGround,
    /// The decision by its number or title.
    pub decision: String,
    pub on: Day,
}

/// A registration number: digits, laid out by the profile of the case; 16 in those that ship.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// Only digits, as many as a layout may have.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (12..=22).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl State {
    pub fn stage(&self) -> Stage {
        match self {
            Self::Draft => Stage::Draft,
            Self::Submitted(_) => Stage::Submitted,
            Self::Accepted(file, _) if file.acceptance.round > 0 => Stage::Resubmitted,
            Self::Accepted(..) => Stage::Accepted,
            Self::CorrectionRequested(..) => Stage::CorrectionRequested,
            Self::Registered(_, registration) if registration.edition > 1 => Stage::Amended,
            Self::Registered(..) => Stage::Registered,
            Self::Refused(..) => Stage::Refused,
            Self::Withdrawn(_) => Stage::Withdrawn,
            Self::Cancelled(..) => Stage::Cancelled,
            Self::Revoked(..) => Stage::Revoked,
        }
    }

    /// The applicant may change the form: before submission, and when asked to.
    pub fn is_editable(&self) -> bool {
        matches!(self, Self::Draft | Self::CorrectionRequested(..))
    }

    pub fn file(&self) -> Option<&File> {
        match self {
            Self::Draft | Self::Submitted(_) | Self::Withdrawn(_) => None,
            Self::Accepted(file, _)
            | Self::CorrectionRequested(file, _)
            | Self::Registered(file, _)
            | Self::Refused(file, _)
            | Self::Cancelled(file, ..)
            | Self::Revoked(file, ..) => Some(file),
        }
    }

    pub fn submission(&self) -> Option<&Submission> {
        match self {
            Self::Submitted(submission) | Self::Withdrawn(Some(submission)) => Some(submission),
            _ => self.file().map(|file| &file.submission),
        }
    }

    pub fn registration(&self) -> Option<&Registration> {
        match self {
            Self::Registered(_, registration)
            | Self::Cancelled(_, registration, _)
            | Self::Revoked(_, registration, _) => Some(registration),
            _ => None,
        }
    }

    pub fn review(&self) -> Option<&Review> {
        match self {
            Self::Accepted(_, review) => Some(review),
            _ => None,
        }
    }
}

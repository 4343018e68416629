//! What a state carries and no query asks for: one document beside the columns.

use serde::{Deserialize, Serialize};

use crate::contract::model::{
    Acceptance, Cancellation, Correction, Due, File, Number, Opinion, RefusalGround, Refused, Registration,
    Review, Revocation, RevocationGround, Stage, State, Submission,
};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::{Day, UtcTime};

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Casework {
    submitted_at: Option<UtcTime>,
    /// Kept for good; the column of the same name is only there to order the open cases.
    due_on: Option<Day>,
    /// The version of the profile that stays with the case.
    profile_version: Option<i64>,
    provisional: bool,
    disputed: bool,
    round: u32,
    first: Option<OpinionDoc>,
    second: Option<OpinionDoc>,
    wanted: Vec<CorrectionDoc>,
    grounds: Vec<RefusalGround>,
    /// Words and day of the act that ended the case.
    end: Option<End>,
    revocation_ground: Option<RevocationGround>,
    edition: u32,
}

impl Casework {
    /// The last day of the limit that counts, also after the decision.
    pub const fn due_on(&self) -> Option<Day> {
        self.due_on
    }

    pub const fn profile_version(&self) -> Option<i64> {
        self.profile_version
    }

    pub const fn disputed(&self) -> bool {
        self.disputed
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct OpinionDoc {
    reviewer: UserId,
    name: String,
    agrees: bool,
    text: String,
    at: UtcTime,
}

#[derive(Serialize, Deserialize)]
struct CorrectionDoc {
    pointer: String,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct End {
    text: String,
    on: Day,
}

/// The columns that belong to the state.
pub struct StateColumns {
    pub stage: Stage,
    pub office: Option<OrganisationId>,
    pub profile: String,
    pub accepted_on: Option<Day>,
    /// What the work list is ordered by; see `order`.
    pub order_on: Option<Day>,
    pub number: Option<String>,
    pub registered_on: Option<Day>,
}

/// Running clocks by their last day, so what is overdue comes first; then what waits for acceptance, by the day on which
/// it came; last what the applicant is to correct, by its acceptance. The later bands lie that many years behind.
const UNACCEPTED_YEARS: i32 = 1_000;
const STANDING_STILL_YEARS: i32 = 2_000;

fn order(state: &State) -> Option<Day> {
    match state {
        State::Accepted(file, _) => Some(file.acceptance.due.on),
        State::Submitted(submission) => Some(submission.at.day().plus_years(UNACCEPTED_YEARS)),
        State::CorrectionRequested(file, _) => Some(file.acceptance.on.plus_years(STANDING_STILL_YEARS)),
        _ => None,
    }
}

/// A state as its columns and its document.
pub fn taken_apart(state: &State) -> (StateColumns, Casework) {
    let file = state.file();
    let registration = state.registration();
    let columns = StateColumns {
        stage: state.stage(),
        office: state.submission().map(|submission| submission.office),
        profile: file.map(|file| file.acceptance.profile.clone()).unwrap_or_default(),
        accepted_on: file.map(|file| file.acceptance.on),
        order_on: order(state),
        number: registration.map(|registration| registration.number.as_str().to_owned()),
        registered_on: registration.map(|registration| registration.on),
    };
    let mut doc = Casework {
        submitted_at: state.submission().map(|submission| submission.at),
        due_on: file.map(|file| file.acceptance.due.on),
        provisional: file.is_some_and(|file| file.acceptance.due.provisional),
        disputed: file.is_some_and(|file| file.acceptance.disputed),
        profile_version: file.and_then(|file| file.acceptance.profile_version),
        round: file.map_or(0, |file| file.acceptance.round),
        edition: registration.map_or(0, |registration| registration.edition),
        ..Casework::default()
    };
    match state {
        State::Accepted(_, review) => {
            doc.first = review.first.as_ref().map(opinion_doc);
            doc.second = review.second.as_ref().map(opinion_doc);
        }
        State::CorrectionRequested(_, wanted) => {
            doc.wanted = wanted.iter().map(correction_doc).collect();
        }
        State::Refused(_, refused) => {
            doc.grounds.clone_from(&refused.grounds);
            doc.end = Some(End { text: refused.text.clone(), on: refused.on });
        }
        State::Cancelled(_, _, cancellation) => {
            doc.end = Some(End { text: cancellation.reason.clone(), on: cancellation.on });
        }
        State::Revoked(_, _, revocation) => {
            doc.revocation_ground = Some(revocation.ground);
            doc.end = Some(End { text: revocation.decision.clone(), on: revocation.on });
        }
        State::Draft | State::Submitted(_) | State::Registered(..) | State::Withdrawn(_) => {}
    }
    (columns, doc)
}

/// The state that columns and document tell; a row that contradicts itself is our fault.
pub fn put_together(columns: StateColumns, doc: Casework) -> Result<State, Refusal> {
    let stage = columns.stage;
    assemble(columns, doc)
        .filter(|state| state.stage() == stage)
        .ok_or_else(|| Refusal::internal(format!("a contract row contradicts its state {stage}")))
}

fn assemble(columns: StateColumns, doc: Casework) -> Option<State> {
    let submission = columns.office.zip(doc.submitted_at).map(|(office, at)| Submission { office, at });
    let acceptance = columns.accepted_on.zip(doc.due_on).map(|(on, due)| Acceptance {
        profile: columns.profile.clone(),
        profile_version: doc.profile_version,
        on,
        due: Due { on: due, provisional: doc.provisional },
        disputed: doc.disputed,
        round: doc.round,
    });
    let file =
        submission.clone().zip(acceptance).map(|(submission, acceptance)| File { submission, acceptance });
    let number = columns.number.as_deref().and_then(Number::parse);
    let registration = number.zip(columns.registered_on).map(|(number, on)| Registration {
        number,
        on,
        edition: doc.edition,
    });
    Some(match columns.stage {
        Stage::Draft => State::Draft,
        Stage::Submitted => State::Submitted(submission?),
        Stage::Accepted | Stage::Resubmitted => {
            let review = Review { first: doc.first.map(opinion), second: doc.second.map(opinion) };
            State::Accepted(file?, review)
        }
        Stage::CorrectionRequested => {
            State::CorrectionRequested(file?, doc.wanted.into_iter().map(correction).collect())
        }
        Stage::Registered | Stage::Amended => State::Registered(file?, registration?),
        Stage::Refused => {
            let end = doc.end?;
            State::Refused(file?, Refused { grounds: doc.grounds, text: end.text, on: end.on })
        }
        Stage::Withdrawn => State::Withdrawn(submission),
        Stage::Cancelled => {
            let end = doc.end?;
            State::Cancelled(file?, registration?, Cancellation { reason: end.text, on: end.on })
        }
        Stage::Revoked => {
            let end = doc.end?;
            let ground = doc.revocation_ground?;
            State::Revoked(file?, registration?, Revocation { ground, decision: end.text, on: end.on })
        }
    })
}

pub(super) fn opinion_doc(opinion: &Opinion) -> OpinionDoc {
    OpinionDoc {
        reviewer: opinion.reviewer,
        name: opinion.name.clone(),
        agrees: opinion.agrees,
        text: opinion.text.clone(),
        at: opinion.at,
    }
}

pub(super) fn opinion(doc: OpinionDoc) -> Opinion {
    Opinion { reviewer: doc.reviewer, name: doc.name, agrees: doc.agrees, text: doc.text, at: doc.at }
}

fn correction_doc(correction: &Correction) -> CorrectionDoc {
    CorrectionDoc { pointer: correction.pointer.clone(), note: correction.note.clone() }
}

fn correction(doc: CorrectionDoc) -> Correction {
    Correction { pointer: doc.pointer, note: doc.note }
}

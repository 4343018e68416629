//! What readers get.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::contract::form::Form;
use crate::contract::model::{
    Attached, AttachmentKind, ContractId, Correction, Opinion, RefusalGround, RevocationGround, Stage, State,
    Step, StepKind, Summary,
};
use crate::contract::service::{Case, Clock, Worked};
use crate::files::model::FileId;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::LimitUnit;

#[derive(Serialize, ToSchema)]
pub struct ContractView {
    pub id: ContractId,
    pub urn: String,
    pub version: i64,
    #[schema(inline)]
    pub state: Stage,
    pub applicant: OrganisationId,
    pub seller: PartyRef,
    pub buyer: PartyRef,
    pub form: Form,
    pub total_fen: i64,
    /// Total minus deductions; computed here, never typed.
    pub technical_fen: i64,
    /// Large by the profile: needs a second reviewer.
    pub large: bool,
    pub attachments: Vec<AttachmentView>,
    pub engagement: Option<String>,
    pub office: Option<OfficeView>,
    pub submitted_at: Option<UtcTime>,
    /// Who handles the case, once claimed; shown to the office only.
    pub handler: Option<HandlerView>,
    pub clock: Option<ClockView>,
    /// Opinions on the file as it lies; shown to the office only.
    pub review: Option<ReviewView>,
    /// What the applicant is asked to correct.
    pub corrections: Vec<CorrectionView>,
    pub refusal: Option<RefusalView>,
    pub registration: Option<RegistrationView>,
    pub cancellation: Option<CancellationView>,
    pub revocation: Option<RevocationView>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractAttachment)]
pub struct AttachmentView {
    pub file: FileId,
    #[schema(inline)]
    pub kind: AttachmentKind,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractHandler)]
pub struct HandlerView {
    pub id: UserId,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractOffice)]
pub struct OfficeView {
    pub id: OrganisationId,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractClock)]
pub struct ClockView {
    /// Code of the regulation profile, fixed at acceptance.
    pub profile: String,
    /// False while no operator has confirmed the profile's values.
    pub profile_confirmed: bool,
    #[schema(inline)]
    pub unit: LimitUnit,
    pub accepted_on: Day,
    pub due_on: Day,
    /// A year that the limit reaches into has no calendar yet: the day may still move.
    pub provisional: bool,
    /// Marked as disputed: the longer limit applies.
    pub disputed: bool,
    /// In `unit`; negative when overdue; null while the clock stands still.
    pub days_left: Option<i64>,
    pub overdue: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractReview)]
pub struct ReviewView {
    pub first: Option<OpinionView>,
    pub second: Option<OpinionView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractOpinion)]
pub struct OpinionView {
    pub reviewer: UserId,
    pub name: String,
    pub agrees: bool,
    pub opinion: String,
    pub at: UtcTime,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractCorrection)]
pub struct CorrectionView {
    /// JSON pointer into the form, or `/attachments`.
    pub pointer: String,
    pub note: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractRefusal)]
pub struct RefusalView {
    #[schema(inline)]
    pub grounds: Vec<RefusalGround>,
    pub opinion: String,
    pub on: Day,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractRegistration)]
pub struct RegistrationView {
    pub number: String,
    pub registered_on: Day,
    pub edition: u32,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractCancellation)]
pub struct CancellationView {
    pub reason: String,
    pub on: Day,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractRevocation)]
pub struct RevocationView {
    #[schema(inline)]
    pub ground: RevocationGround,
    pub decision: String,
    pub on: Day,
}

impl From<&Case> for ContractView {
    fn from(case: &Case) -> Self {
        let record = &case.record;
        let state = &record.state;
        let office = state.submission().map(|submission| submission.office);
        Self {
            id: record.id,
            urn: case.urn.clone(),
            version: record.version,
            state: state.stage(),
            applicant: record.applicant,
            seller: record.seller.clone(),
            buyer: record.buyer.clone(),
            form: record.form.clone(),
            total_fen: record.form.total_fen,
            technical_fen: record.technical.0,
            large: case.large,
            attachments: case.attachments.iter().map(AttachmentView::from).collect(),
            engagement: record.engagement.clone(),
            office: office.zip(case.office_name.clone()).map(|(id, name)| OfficeView { id, name }),
            submitted_at: state.submission().map(|submission| submission.at),
            handler: record.handler.zip(case.handler_name.clone()).map(|(id, name)| HandlerView { id, name }),
            clock: case.clock.as_ref().map(ClockView::from),
            review: review(case),
            corrections: corrections(state),
            refusal: refusal(state),
            registration: state.registration().map(|registration| RegistrationView {
                number: registration.number.as_str().to_owned(),
                registered_on: registration.on,
                edition: registration.edition,
            }),
            cancellation: match state {
                State::Cancelled(_, _, it) => Some(CancellationView { reason: it.reason.clone(), on: it.on }),
                _ => None,
            },
            revocation: match state {
                State::Revoked(_, _, it) => {
                    Some(RevocationView { ground: it.ground, decision: it.decision.clone(), on: it.on })
                }
                _ => None,
            },
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

fn review(case: &Case) -> Option<ReviewView> {
    let review = case.record.state.review().filter(|_| case.for_office)?;
    let view = |it: &Opinion| OpinionView::from(it);
    Some(ReviewView { first: review.first.as_ref().map(view), second: review.second.as_ref().map(view) })
}

impl From<&Opinion> for OpinionView {
    fn from(it: &Opinion) -> Self {
        Self {
            reviewer: it.reviewer,
            name: it.name.clone(),
            agrees: it.agrees,
            opinion: it.text.clone(),
            at: it.at,
        }
    }
}

fn corrections(state: &State) -> Vec<CorrectionView> {
    let view = |it: &Correction| CorrectionView { pointer: it.pointer.clone(), note: it.note.clone() };
    match state {
        State::CorrectionRequested(_, wanted) => wanted.iter().map(view).collect(),
        _ => vec![],
    }
}

fn refusal(state: &State) -> Option<RefusalView> {
    match state {
        State::Refused(_, it) => {
            Some(RefusalView { grounds: it.grounds.clone(), opinion: it.text.clone(), on: it.on })
        }
        _ => None,
    }
}

impl From<&Attached> for AttachmentView {
    fn from(file: &Attached) -> Self {
        Self {
            file: file.file,
            kind: file.kind,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.clone(),
        }
    }
}

impl From<&Clock> for ClockView {
    fn from(clock: &Clock) -> Self {
        Self {
            profile: clock.profile.clone(),
            profile_confirmed: clock.profile_confirmed,
            unit: clock.unit,
            accepted_on: clock.accepted_on,
            due_on: clock.due_on,
            provisional: clock.provisional,
            disputed: clock.disputed,
            days_left: clock.days_left,
            overdue: clock.overdue,
        }
    }
}

/// A row of a list.
#[derive(Serialize, ToSchema)]
pub struct ContractHead {
    pub id: ContractId,
    pub version: i64,
    #[schema(inline)]
    pub state: Stage,
    pub title: String,
    pub class: String,
    pub sub_type: String,
    pub applicant: OrganisationId,
    pub office: Option<OrganisationId>,
    pub seller: PartyRef,
    pub buyer: PartyRef,
    pub total_fen: i64,
    pub technical_fen: i64,
    pub accepted_on: Option<Day>,
    pub due_on: Option<Day>,
    pub number: Option<String>,
    pub registered_on: Option<Day>,
    /// The values of the profile that applies are not confirmed by an operator.
    pub unverified: bool,
    pub updated_at: UtcTime,
}

impl From<Summary> for ContractHead {
    fn from(it: Summary) -> Self {
        Self {
            id: it.id,
            version: it.version,
            state: it.stage,
            title: it.title,
            class: it.class,
            sub_type: it.sub_type,
            applicant: it.applicant,
            office: it.office,
            seller: it.seller,
            buyer: it.buyer,
            total_fen: it.total.0,
            technical_fen: it.technical.0,
            accepted_on: it.accepted_on,
            due_on: it.due_on,
            number: it.number.map(|number| number.as_str().to_owned()),
            registered_on: it.registered_on,
            unverified: it.unverified,
            updated_at: it.updated_at,
        }
    }
}

/// An open case with its clock.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractWorkItem)]
pub struct WorkItem {
    #[serde(flatten)]
    pub contract: ContractHead,
    /// In `unit`; negative when overdue; null before acceptance.
    pub days_left: Option<i64>,
    #[schema(inline)]
    pub unit: Option<LimitUnit>,
    pub overdue: bool,
    /// The registrar who has claimed it.
    pub handler: Option<UserId>,
}

impl From<Worked> for WorkItem {
    fn from(it: Worked) -> Self {
        let handler = it.summary.handler;
        let (days_left, unit, overdue) = (it.days_left, it.unit, it.overdue);
        Self { contract: it.summary.into(), days_left, unit, overdue, handler }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractTimeline)]
pub struct Timeline {
    pub items: Vec<StepView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractStep)]
pub struct StepView {
    pub position: i32,
    pub at: UtcTime,
    #[schema(inline)]
    pub kind: StepKind,
    /// The contract's version after the step.
    pub version: i64,
    pub actor_name: String,
    pub organisation_name: String,
    pub opinion: String,
    pub detail: Value,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            position: step.position,
            at: step.at,
            kind: step.kind,
            version: step.version,
            actor_name: step.actor_name,
            organisation_name: step.organisation_name,
            opinion: step.opinion,
            detail: step.detail,
        }
    }
}

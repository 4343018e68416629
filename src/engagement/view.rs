//! What requests and answers about engagements look like.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::listing::Contact;

use super::model::{
    AboutKind, DeclineReason, Engagement, EngagementId, EnquirerContact, Meeting, MeetingId, MeetingMode,
    MeetingState, Message, MessageId, Outcome, PartyRole, Standing, State,
};
use super::service::{NewMeeting, Seen};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnquiryBody {
    /// URN of a published achievement or demand.
    #[schema(example = "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001")]
    pub about: String,
    pub text: String,
    pub contact: Contact,
    /// A transfer agency that accompanies the enquirer.
    pub broker: Option<OrganisationId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    pub decision: AnswerDecision,
    /// One of the eight reasons; with `declined` only.
    pub reason: Option<DeclineReason>,
    #[serde(default)]
    pub text: String,
}

#[derive(Clone, Copy, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AnswerDecision {
    Accepted,
    Declined,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EngagementWithdrawal {
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeBody {
    pub outcome: Outcome,
    /// Required without a contract.
    #[serde(default)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndertakingAcceptance {
    /// SHA-256 of the text that was shown.
    pub sha256: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    pub text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingBody {
    pub starts_at: UtcTime,
    pub mode: MeetingMode,
    /// A room, or the address of an online meeting.
    pub place: String,
    #[serde(default)]
    pub agenda: String,
}

impl MeetingBody {
    pub fn command(&self) -> NewMeeting {
        NewMeeting {
            starts_at: self.starts_at,
            mode: self.mode,
            place: self.place.clone(),
            agenda: self.agenda.clone(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingEnd {
    /// False: it was cancelled.
    pub held: bool,
    /// Minutes, or why it was cancelled.
    pub minutes: String,
}

#[derive(Serialize, ToSchema)]
pub struct EngagementView {
    pub id: EngagementId,
    pub urn: String,
    pub version: i64,
    pub state: State,
    /// The owner has let the time for an answer pass.
    pub overdue: bool,
    /// On which side the reader stands.
    pub role: PartyRole,
    pub about: AboutView,
    pub owner: PartyRef,
    pub enquirer: PartyRef,
    /// The platform on which the enquirer has its account, where it is not this one.
    pub enquirer_node: Option<String>,
    pub broker: Option<PartyRef>,
    pub enquiry: String,
    pub enquirer_contact: Contact,
    /// Once the owner has accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_contact: Option<Contact>,
    pub asked_at: UtcTime,
    pub answer_due_at: UtcTime,
    pub answered_at: Option<UtcTime>,
    pub answer: Option<String>,
    pub decline_reason: Option<DeclineReason>,
    pub undertaking: Option<UndertakingView>,
    pub outcome: Option<Outcome>,
    /// Why no contract was made, or why the enquiry was withdrawn.
    pub outcome_reason: Option<String>,
    pub ended_at: Option<UtcTime>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EngagementAbout)]
pub struct AboutView {
    pub kind: AboutKind,
    pub urn: String,
    pub title: String,
}

#[derive(Serialize, ToSchema)]
pub struct UndertakingView {
    pub sha256: String,
    pub by: UserId,
    pub at: UtcTime,
}

/// The text to accept before confidential parts open.
#[derive(Serialize, ToSchema)]
pub struct UndertakingText {
    pub text: String,
    pub sha256: String,
    /// Null until the enquirer has accepted.
    pub accepted: Option<UndertakingView>,
}

#[derive(Serialize, ToSchema)]
pub struct MessageView {
    pub id: MessageId,
    pub party: String,
    pub party_name: String,
    pub author: UserId,
    pub author_name: String,
    pub text: String,
    pub sent_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct MeetingView {
    pub id: MeetingId,
    pub version: i64,
    pub state: MeetingState,
    pub starts_at: UtcTime,
    pub mode: MeetingMode,
    pub place: String,
    pub agenda: String,
    pub minutes: String,
    pub arranged_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct MeetingList {
    pub items: Vec<MeetingView>,
}

impl UndertakingView {
    pub fn of(standing: &Standing) -> Option<Self> {
        let accepted = standing.undertaking()?;
        Some(Self { sha256: accepted.sha256.clone(), by: accepted.by, at: accepted.at })
    }
}

impl EngagementView {
    pub fn seen(seen: Seen, now: UtcTime) -> Self {
        Self { owner_contact: seen.owner_contact, ..Self::of(seen.engagement, seen.role, now) }
    }

    pub fn of(of: Engagement, role: PartyRole, now: UtcTime) -> Self {
        let overdue = of.is_overdue(now);
        let answer = of.standing.answer();
        let (outcome, outcome_reason, ended_at) = match &of.standing {
            Standing::Concluded { outcome, note, at, .. } => (Some(*outcome), Some(note.clone()), Some(*at)),
            Standing::Withdrawn { reason, at, .. } => (None, Some(reason.clone()), Some(*at)),
            _ => (None, None, None),
        };
        let decline_reason = match &of.standing {
            Standing::Declined { reason, .. } => Some(*reason),
            _ => None,
        };
        Self {
            id: of.id,
            version: of.version,
            state: of.standing.state(),
            overdue,
            role,
            answered_at: answer.map(|answer| answer.at),
            answer: answer.map(|answer| answer.text.clone()),
            decline_reason,
            undertaking: UndertakingView::of(&of.standing),
            enquirer_node: of.remote_node().map(str::to_owned),
            outcome,
            outcome_reason: outcome_reason.filter(|reason| !reason.is_empty()),
            ended_at,
            urn: of.urn,
            about: AboutView { kind: of.about.kind, urn: of.about.urn, title: of.about.title },
            owner: of.owner,
            enquirer: of.enquirer,
            broker: of.broker,
            enquiry: of.enquiry,
            enquirer_contact: contact_view(of.contact),
            owner_contact: None,
            asked_at: of.asked_at,
            answer_due_at: of.answer_due_at,
        }
    }
}

fn contact_view(contact: EnquirerContact) -> Contact {
    Contact { name: contact.name, phone: contact.phone, email: contact.email }
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            party: message.party,
            party_name: message.party_name,
            author: message.author,
            author_name: message.author_name,
            text: message.text,
            sent_at: message.sent_at,
        }
    }
}

impl From<Meeting> for MeetingView {
    fn from(meeting: Meeting) -> Self {
        Self {
            id: meeting.id,
            version: meeting.version,
            state: meeting.state,
            starts_at: meeting.starts_at,
            mode: meeting.mode,
            place: meeting.place,
            agenda: meeting.agenda,
            minutes: meeting.minutes,
            arranged_at: meeting.arranged_at,
        }
    }
}

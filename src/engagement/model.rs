//! Engagements as the rules know them. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{UserId, ids, parse_urn};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

ids! {
    EngagementId of EngagementKind;
    MessageId of MessageKind;
    MeetingId of MeetingKind;
}

words! {
    /// What an engagement is about.
    AboutKind { Achievement = "achievement", Demand = "demand" }
}

words! {
    #[schema(as = EngagementState)]
    State {
        Enquired = "enquired",
        Accepted = "accepted",
        Declined = "declined",
        Withdrawn = "withdrawn",
        Concluded = "concluded",
    }
}

words! {
    /// The eight reasons for declining (DOMAIN §6).
    DeclineReason {
        TooEarly = "too_early",
        BenefitUnclear = "benefit_unclear",
        RouteUnclear = "route_unclear",
        DescriptionUnclear = "description_unclear",
        RightsUnclear = "rights_unclear",
        Price = "price",
        FieldMismatch = "field_mismatch",
        NoNeed = "no_need",
    }
}

words! {
    Outcome { Contract = "contract", None = "none" }
}

words! {
    /// On which side an organisation stands.
    PartyRole { Owner = "owner", Enquirer = "enquirer", Broker = "broker" }
}

words! {
    MeetingMode { OnSite = "on_site", Online = "online" }
}

words! {
    MeetingState { Arranged = "arranged", Held = "held", Cancelled = "cancelled" }
}

/// The record that an engagement is about, by the title it had when the enquiry was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub kind: AboutKind,
    pub urn: String,
    pub title: String,
}

/// The text that was accepted (by its hash), by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undertaking {
    pub sha256: String,
    pub by: UserId,
    pub at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub by: UserId,
    pub at: UtcTime,
    /// Words to the enquirer; may be empty.
    pub text: String,
}

/// Where an engagement stands, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Enquired,
    Accepted {
        answer: Answer,
        undertaking: Option<Undertaking>,
    },
    Declined {
        answer: Answer,
        reason: DeclineReason,
    },
    Withdrawn {
        answer: Option<Answer>,
        undertaking: Option<Undertaking>,
        reason: String,
        at: UtcTime,
    },
    Concluded {
        answer: Answer,
        undertaking: Option<Undertaking>,
        outcome: Outcome,
        note: String,
        at: UtcTime,
    },
}

impl Standing {
    pub const fn state(&self) -> State {
        match self {
            Self::Enquired => State::Enquired,
            Self::Accepted { .. } => State::Accepted,
            Self::Declined { .. } => State::Declined,
            Self::Withdrawn { .. } => State::Withdrawn,
            Self::Concluded { .. } => State::Concluded,
        }
    }

    pub const fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Enquired => None,
            Self::Accepted { answer, .. }
            | Self::Declined { answer, .. }
            | Self::Concluded { answer, .. } => Some(answer),
            Self::Withdrawn { answer, .. } => answer.as_ref(),
        }
    }

    pub const fn undertaking(&self) -> Option<&Undertaking> {
        match self {
            Self::Enquired | Self::Declined { .. } => None,
            Self::Accepted { undertaking, .. }
            | Self::Withdrawn { undertaking, .. }
            | Self::Concluded { undertaking, .. } => undertaking.as_ref(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engagement {
    pub id: EngagementId,
    pub urn: String,
    pub version: i64,
    pub about: About,
    pub owner: PartyRef,
    pub enquirer: PartyRef,
    pub broker: Option<PartyRef>,
    pub standing: Standing,
    pub enquiry: String,
    pub contact: EnquirerContact,
    pub asked_by: UserId,
    pub asked_at: UtcTime,
    pub answer_due_at: UtcTime,
    pub updated_at: UtcTime,
}

/// Whom the owner may call back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnquirerContact {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
}

impl Engagement {
    /// On which side this organisation stands, if it is a party at all.
    pub fn role_of(&self, organisation: &str) -> Option<PartyRole> {
        if self.owner.urn == organisation {
            Some(PartyRole::Owner)
        } else if self.enquirer.urn == organisation {
            Some(PartyRole::Enquirer)
        } else if self.broker.as_ref().is_some_and(|broker| broker.urn == organisation) {
            Some(PartyRole::Broker)
        } else {
            None
        }
    }

    /// The node of the enquirer, where that is not this one.
    pub fn remote_node(&self) -> Option<&str> {
        let (own, _, _) = parse_urn(&self.urn)?;
        parse_urn(&self.enquirer.urn).map(|(node, _, _)| node).filter(|node| *node != own)
    }

    pub fn party(&self, role: PartyRole) -> Option<&PartyRef> {
        match role {
            PartyRole::Owner => Some(&self.owner),
            PartyRole::Enquirer => Some(&self.enquirer),
            PartyRole::Broker => self.broker.as_ref(),
        }
    }

    /// Whether the owner has let the time for an answer pass.
    pub fn is_overdue(&self, now: UtcTime) -> bool {
        matches!(self.standing, Standing::Enquired) && now > self.answer_due_at
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub engagement: EngagementId,
    pub party: String,
    pub party_name: String,
    pub author: UserId,
    pub author_name: String,
    pub text: String,
    pub sent_at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub id: MeetingId,
    pub engagement: EngagementId,
    pub version: i64,
    pub state: MeetingState,
    pub starts_at: UtcTime,
    pub mode: MeetingMode,
    pub place: String,
    pub agenda: String,
    pub minutes: String,
    pub arranged_by: UserId,
    pub arranged_at: UtcTime,
}

/// A party's list, narrowed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub role: Option<PartyRole>,
    pub state: Option<State>,
    pub about: Option<String>,
    /// Only what is overdue, or only what is not.
    pub overdue: Option<bool>,
}

/// How an organisation has answered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnsweringRecord {
    /// Enquiries answered, or whose time for an answer has passed.
    pub asked: u32,
    /// Answered in time.
    pub answered: u32,
    pub answers: u32,
    /// Hours to all answers together.
    pub hours: f64,
}

/// What drafting a contract takes from an engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForContract {
    pub engagement: EngagementId,
    pub engagement_urn: String,
    pub about: About,
    /// Who gives the technology: the owner of an achievement, the enquirer about a demand.
    pub seller: PartyRef,
    pub buyer: PartyRef,
    pub broker: Option<PartyRef>,
}

/// An enquiry that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEnquiry {
    pub id: EngagementId,
    /// URN of the organisation that was asked.
    pub owner: String,
    pub title: String,
    pub due_at: UtcTime,
}

//! Notices as the rules know them. Pure.

use std::collections::BTreeMap;

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::{Day, UtcTime};

ids! {
    NoticeId of NoticeKind;
    DeliveryId of DeliveryKind;
    EndpointId of EndpointKind;
}

words! {
    /// What a notice is about: people choose by topic how they are told.
    #[schema(as = NoticeTopic)]
    Topic {
        SavedSearch = "saved_search",
        Matching = "matching",
        Engagement = "engagement",
        Listing = "listing",
        Trading = "trading",
        Contract = "contract",
        Subsidy = "subsidy",
        Reward = "reward",
        Credit = "credit",
        Account = "account",
        Federation = "federation",
    }
}

words! {
    /// When a mail is written of a notice.
    #[schema(as = NoticeMailMode)]
    MailMode { AtOnce = "at_once", Daily = "daily", Off = "off" }
}

words! {
    /// Where a notice stands with the mail.
    MailMark { None = "none", Daily = "daily", Done = "done" }
}

words! {
    #[schema(as = NoticeLanguage)]
    Language { Zh = "zh-CN", En = "en" }
}

words! {
    Channel { Mail = "mail", Webhook = "webhook" }
}

words! {
    #[schema(as = DeliveryState)]
    DeliveryState { Waiting = "waiting", Sent = "sent", Dead = "dead" }
}

words! {
    #[schema(as = WebhookState)]
    EndpointState { Active = "active", Disabled = "disabled" }
}

/// How somebody is told of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    pub in_app: bool,
    pub mail: MailMode,
}

impl Choice {
    /// Until somebody chooses otherwise.
    pub const USUAL: Choice = Choice { in_app: true, mail: MailMode::Daily };
}

/// The choices of a person acting for an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub version: i64,
    pub choices: BTreeMap<Topic, Choice>,
}

impl Preferences {
    pub fn of(&self, topic: Topic) -> Choice {
        self.choices.get(&topic).copied().unwrap_or(Choice::USUAL)
    }
}

/// A person acting for an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient {
    pub user: UserId,
    pub organisation: OrganisationId,
}

/// What is told, whoever is told.
#[derive(Clone, Debug)]
pub struct News {
    /// Names what is told of, so that nobody is told twice.
    pub dedup: String,
    pub topic: Topic,
    /// A code of the table of kinds.
    pub event: &'static str,
    pub subject: String,
    /// Of a public record; otherwise empty.
    pub title: String,
    pub link: String,
    pub at: UtcTime,
    /// While a notice of the same event and subject is unread, no further one is made.
    pub collapses: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub to: Recipient,
    pub dedup: String,
    pub topic: Topic,
    pub event: String,
    pub subject: String,
    pub title: String,
    pub link: String,
    pub at: UtcTime,
    pub in_app: bool,
    pub read_at: Option<UtcTime>,
    pub mail: MailMark,
}

/// A person's address, and how far it is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress {
    pub user: UserId,
    pub version: i64,
    pub address: String,
    pub language: Language,
    pub confirmed: bool,
    /// Sealed.
    pub code: Option<Vec<u8>>,
    pub code_until: UtcTime,
    pub codes_sent: i32,
    pub codes_day: Day,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub channel: Channel,
    pub state: DeliveryState,
    pub version: i64,
    pub user: Option<UserId>,
    pub organisation: OrganisationId,
    pub endpoint: Option<EndpointId>,
    pub topic: Topic,
    pub event: String,
    pub subject: String,
    pub link: String,
    /// What a mail tells of.
    pub notices: Vec<NoticeId>,
    /// When what it tells of happened.
    pub at: UtcTime,
    pub attempts: i32,
    pub next_at: UtcTime,
    pub created_at: UtcTime,
    pub ended_at: Option<UtcTime>,
    /// A code and a status, never what the other side said.
    pub last_error: String,
}

/// An address of an organisation that wants to be told by HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub id: EndpointId,
    pub version: i64,
    pub organisation: OrganisationId,
    pub url: String,
    pub description: String,
    /// Empty: all of them.
    pub topics: Vec<Topic>,
    pub state: EndpointState,
    pub state_reason: String,
    /// Sealed.
    pub secret: Vec<u8>,
    pub former_secret: Option<Vec<u8>>,
    pub former_until: Option<UtcTime>,
    pub succeeded_at: Option<UtcTime>,
    pub created_at: UtcTime,
    pub changed_at: UtcTime,
}

impl Endpoint {
    pub fn wants(&self, topic: Topic) -> bool {
        self.state == EndpointState::Active && (self.topics.is_empty() || self.topics.contains(&topic))
    }
}

//! What goes over the wire: the command as carriers see it, its text as only the addressee sees it, and the
//! sealed record that brings the answer (docs/federation/commands.md).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub use super::decision::{Decision, Made, RemoteFieldError, RemoteRefusal};
use super::model::SALE_ENTITY;
use super::sale_wire::PartDocument;
use crate::engagement::model::Outcome;
use crate::kernel::actor::OrganisationKind;
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::leaf::canonical;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::listing::Contact;
use crate::trading::model::{ObjectionAbout, ObjectionRemedy};

/// The types that are signed: a signature on the one is worth nothing on the other.
pub const COMMAND_KIND: &str = "tmf-command+jws";
pub const RESULT_KIND: &str = "tmf-result+jws";
/// Letters are filled up to a multiple of so many bytes, so that their size does not tell what is in them: an envelope
/// of a sealed bid looks like any other act, its receipt like any other answer.
pub const COMMAND_BLOCK_BYTES: usize = 8 * 1024;
pub const RESULT_BLOCK_BYTES: usize = 2 * 1024;
const COMMAND_SCHEMA: &str = "command.v1";
const RESULT_SCHEMA: &str = "command_result.v1";
/// The entity of a result's URN.
pub const RESULT_ENTITY: &str = "command_result";

/// What everybody on the way reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FederationCommand)]
pub struct Command {
    schema: String,
    pub from: String,
    pub to: String,
    /// The key of the addressee to which it is encrypted.
    pub to_kid: String,
    /// With `from` the key of the act, for good.
    pub key: String,
    pub created: UtcTime,
    pub expires: UtcTime,
    /// Base64url of the HPKE ciphertext; empty while it is being written.
    pub sealed: String,
}

impl Command {
    pub fn draft(from: &str, to: &str, key: String, created: UtcTime, expires: UtcTime) -> Self {
        Self {
            schema: COMMAND_SCHEMA.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            to_kid: String::new(),
            key,
            created,
            expires,
            sealed: String::new(),
        }
    }

    pub fn is_of_this_schema(&self) -> bool {
        self.schema == COMMAND_SCHEMA
    }

    /// What is signed with the text and bound to the ciphertext.
    pub fn head(&self) -> Value {
        json!({
            "schema": self.schema,
            "from": self.from,
            "to": self.to,
            "to_kid": self.to_kid,
            "key": self.key,
            "created": self.created,
            "expires": self.expires,
        })
    }
}

/// A command in the hands of a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CarriedCommand)]
pub struct Carried {
    pub command: Command,
    /// The nodes that it has passed, the first one first.
    pub via: Vec<String>,
}

/// Of a JSON value in its canonical form.
pub fn digest<T: Serialize>(of: &T) -> Result<String, Refusal> {
    let value = serde_json::to_value(of).map_err(Refusal::internal)?;
    Ok(hex::encode(Sha256::digest(canonical(&value).map_err(Refusal::internal)?)))
}

/// What the addressee alone reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandText {
    pub person: Acting,
    /// An [`Act`]; read apart, so that an act that this node does not know is answered, not lost.
    pub act: Value,
}

/// Who acts, as the sending node vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acting {
    pub user: UserId,
    pub name: String,
    pub organisation: PartyRef,
    pub kind: OrganisationKind,
}

/// What a user asks of another node.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = RemoteActRequest)]
pub enum Act {
    /// Asks the owner of a published achievement or demand.
    Enquire {
        #[schema(example = "urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001")]
        about: String,
        text: String,
        contact: Contact,
    },
    /// Writes to the owner in an engagement that it has accepted.
    Message { thread: String, text: String },
    /// Takes the enquiry, or the objection, back.
    Withdraw { thread: String, reason: String },
    /// What came of the engagement.
    Conclude {
        thread: String,
        outcome: Outcome,
        /// Required without a contract.
        #[serde(default)]
        reason: String,
    },
    /// Takes part in a sale under an alias; where a deposit is asked for, it is instructed.
    Enrol {
        #[schema(example = "urn:tm:cn-450700:sale:01980000-0000-7000-8000-000000000001")]
        about: String,
    },
    /// Offers in a listing, or raises one's offer; the same again confirms it after a correction.
    Offer {
        about: String,
        price_fen: Fen,
        #[serde(default)]
        note: String,
    },
    /// Bids in a running sale.
    Bid { about: String, price_fen: Fen },
    /// Sets or raises one's secret maximum. This node keeps it in the sealed letter alone.
    Maximum { about: String, maximum_fen: Fen },
    /// A priority holder matches the highest price, once.
    Match { about: String },
    /// Deposits an envelope of a sealed tender.
    Envelope {
        about: String,
        /// 4096 bytes in base64url, sealed by the bidder's own client to the key of the tender.
        envelope: String,
    },
    /// Objects to a sale.
    Object {
        about: String,
        ground: ObjectionAbout,
        reason: String,
        evidence: String,
        remedy: ObjectionRemedy,
    },
}

impl Act {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Enquire { .. } => "enquire",
            Self::Message { .. } => "message",
            Self::Withdraw { .. } => "withdraw",
            Self::Conclude { .. } => "conclude",
            Self::Enrol { .. } => "enrol",
            Self::Offer { .. } => "offer",
            Self::Bid { .. } => "bid",
            Self::Maximum { .. } => "maximum",
            Self::Match { .. } => "match",
            Self::Envelope { .. } => "envelope",
            Self::Object { .. } => "object",
        }
    }

    /// The entity of the URN that it is about; none where it may be one of several.
    pub const fn entity(&self) -> Option<&'static str> {
        match self {
            Self::Enquire { .. } | Self::Message { .. } | Self::Withdraw { .. } | Self::Conclude { .. } => {
                None
            }
            _ => Some(SALE_ENTITY),
        }
    }

    /// Whether it goes on in a thread of the other node.
    pub const fn is_in_thread(&self) -> bool {
        matches!(self, Self::Message { .. } | Self::Withdraw { .. } | Self::Conclude { .. })
    }

    /// What its user needs beside being let act at other nodes.
    pub const fn permission(&self) -> Permission {
        match self {
            Self::Enrol { .. }
            | Self::Offer { .. }
            | Self::Bid { .. }
            | Self::Maximum { .. }
            | Self::Match { .. }
            | Self::Envelope { .. } => Permission::SaleBid,
            _ => Permission::EngagementWrite,
        }
    }

    /// That an act of this name was done is nobody's business before the box is opened.
    pub fn is_unseen(name: &str) -> bool {
        name == "envelope"
    }

    /// What its node keeps of it beside the sealed letter: not what is secret from its own staff too.
    pub fn kept(&self) -> Result<Value, serde_json::Error> {
        let mut whole = serde_json::to_value(self)?;
        if let Some(members) = whole.as_object_mut() {
            members.remove("maximum_fen");
            members.remove("envelope");
        }
        Ok(whole)
    }

    /// The record or the thread that it is about: its URN names the node that decides.
    pub fn target(&self) -> &str {
        match self {
            Self::Enquire { about, .. }
            | Self::Enrol { about }
            | Self::Offer { about, .. }
            | Self::Bid { about, .. }
            | Self::Maximum { about, .. }
            | Self::Match { about }
            | Self::Envelope { about, .. }
            | Self::Object { about, .. } => about,
            Self::Message { thread, .. } | Self::Withdraw { thread, .. } | Self::Conclude { thread, .. } => {
                thread
            }
        }
    }
}

/// A sealed record of the feed, as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedResult {
    schema: String,
    pub id: String,
    pub version: i64,
    pub from: String,
    pub to: String,
    pub to_kid: String,
    pub sealed: String,
}

impl SealedResult {
    pub fn draft(id: &str, version: i64, from: &str, to: &str) -> Self {
        Self {
            schema: RESULT_SCHEMA.to_owned(),
            id: id.to_owned(),
            version,
            from: from.to_owned(),
            to: to.to_owned(),
            to_kid: String::new(),
            sealed: String::new(),
        }
    }

    pub fn is_of_this_schema(&self) -> bool {
        self.schema == RESULT_SCHEMA
    }

    pub fn head(&self) -> Value {
        json!({
            "schema": self.schema,
            "id": self.id,
            "version": self.version,
            "from": self.from,
            "to": self.to,
            "to_kid": self.to_kid,
        })
    }
}

/// What a sealed record says. What a newer node says beyond this is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum News {
    /// Of one command.
    Command {
        key: String,
        received_at: UtcTime,
        /// None while it is received and not decided.
        decision: Option<Decision>,
    },
    /// A thread as it now stands.
    Thread {
        organisation: String,
        thread: Box<ThreadDocument>,
    },
    Message {
        organisation: String,
        thread: String,
        message: MessageDocument,
    },
}

/// An engagement, a part in a sale or an objection, as its remote party may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteThreadDocument)]
pub struct ThreadDocument {
    pub urn: String,
    pub version: i64,
    /// `engagement`, `sale_part` or `sale_objection`.
    pub kind: String,
    pub state: String,
    pub about: String,
    pub about_title: String,
    pub owner: PartyRef,
    pub text: String,
    pub asked_at: UtcTime,
    pub answer_due_at: Option<UtcTime>,
    pub answered_at: Option<UtcTime>,
    pub answer: Option<String>,
    pub decline_reason: Option<String>,
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub ended_at: Option<UtcTime>,
    /// Once the owner has agreed to talk.
    pub owner_contact: Option<Contact>,
    /// Of a thread of kind `sale_part`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Box<PartDocument>>,
}

impl ThreadDocument {
    /// Of which only is known what it is about; its kind and state are to be said.
    pub const fn about(
        urn: String,
        version: i64,
        about: String,
        about_title: String,
        owner: PartyRef,
        asked_at: UtcTime,
    ) -> Self {
        Self {
            urn,
            version,
            kind: String::new(),
            state: String::new(),
            about,
            about_title,
            owner,
            text: String::new(),
            asked_at,
            answer_due_at: None,
            answered_at: None,
            answer: None,
            decline_reason: None,
            outcome: None,
            outcome_reason: None,
            ended_at: None,
            owner_contact: None,
            part: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDocument {
    pub id: String,
    pub party: String,
    pub party_name: String,
    pub author_name: String,
    pub text: String,
    pub sent_at: UtcTime,
}

//! What goes over the wire: the command as carriers see it, its text as only the addressee sees it, and the
//! sealed record that brings the answer (docs/federation/commands.md).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub use super::act::Act;
pub use super::decision::{Decision, Made, RemoteFieldError, RemoteRefusal};
use super::sale_wire::PartDocument;
use crate::kernel::actor::OrganisationKind;
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::leaf::canonical;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::listing::Contact;

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

/// An engagement, a part in a sale, an objection or a question, as its remote party may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteThreadDocument)]
pub struct ThreadDocument {
    pub urn: String,
    pub version: i64,
    /// `engagement`, `sale_part`, `sale_objection` or `sale_question`.
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

    /// Without words and contacts: what it was about, whose and how it stood.
    #[must_use]
    pub fn blank(self) -> Self {
        Self {
            about_title: String::new(),
            text: String::new(),
            answer: None,
            outcome_reason: None,
            owner_contact: None,
            ..self
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

//! What a user asks of another node: the acts that cross nodes (docs/federation/commands.md).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::model::SALE_ENTITY;
use crate::engagement::model::Outcome;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::listing::Contact;
use crate::trading::model::{ObjectionAbout, ObjectionRemedy};

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
    /// Asks the seller of a sale; the answer is published with the question, without who asked.
    Ask { about: String, text: String },
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
            Self::Ask { .. } => "ask",
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
            | Self::Envelope { .. }
            | Self::Ask { .. } => Permission::SaleBid,
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
            | Self::Ask { about, .. }
            | Self::Object { about, .. } => about,
            Self::Message { thread, .. } | Self::Withdraw { thread, .. } | Self::Conclude { thread, .. } => {
                thread
            }
        }
    }
}

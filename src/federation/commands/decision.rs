//! What an owner decides on a command, as it goes over the wire (docs/federation/commands.md).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sale_wire::{BidDocument, ReceiptDocument};
use crate::kernel::time::UtcTime;

/// The owner's decision on a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteDecision)]
pub struct Decision {
    pub at: UtcTime,
    pub accepted: bool,
    /// What it made, such as the engagement's URN; empty when it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RemoteRefusal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RemoteMade)]
pub struct Made {
    /// The thread, or what stands for one.
    pub thread: String,
    /// The record that the act made, where it made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What came of a bid, at the moment of the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid: Option<BidDocument>,
    /// The signed receipt of an envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptDocument>,
}

impl Made {
    pub const fn thread(thread: String) -> Self {
        Self { thread, record: None, bid: None, receipt: None }
    }
}

/// A problem of the other node, in its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemoteRefusal {
    pub code: String,
    pub zh: String,
    pub en: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<RemoteFieldError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemoteFieldError {
    pub pointer: String,
    pub code: String,
    pub zh: String,
    pub en: String,
}

//! Signing keys as they are known in memory.

use crate::kernel::id::ids;
use crate::kernel::time::UtcTime;

ids! {
    SigningKeyId of SigningKeyRow;
}

/// What a key signs. A signature for one purpose is never accepted for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Access tokens.
    Token,
    /// Certificates, confirmations and other papers (平台校验签名).
    Certificate,
    /// Messages to other nodes.
    Node,
    /// Checkpoints of the tree over this node's feed.
    Checkpoint,
    /// Cosignatures below the checkpoints of neighbours: a key of its own (C2SP tlog-cosignature).
    Witness,
}

impl Purpose {
    pub const ALL: [Self; 5] = [Self::Token, Self::Certificate, Self::Node, Self::Checkpoint, Self::Witness];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Node => "node",
            Self::Checkpoint => "checkpoint",
            Self::Witness => "witness",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Retired { at: UtcTime },
    Revoked { at: UtcTime },
}

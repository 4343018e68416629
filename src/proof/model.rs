//! Signing keys as they are known in memory.

use crate::kernel::id::Id;
use crate::kernel::time::UtcTime;

pub enum SigningKeyRow {}
pub type SigningKeyId = Id<SigningKeyRow>;

/// What a key signs. A signature for one purpose is never accepted for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// Access tokens.
    Token,
    /// Certificates, confirmations and other papers (平台校验签名).
    Certificate,
    /// Messages and checkpoints of this node.
    Node,
}

impl Purpose {
    pub const ALL: [Self; 3] = [Self::Token, Self::Certificate, Self::Node];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Node => "node",
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

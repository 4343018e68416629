//! Signed messages between nodes (TMF-1 rule 14; the signatures themselves are `proof::http_signature`).
//!
//! Rules
//! 1. Order of every signed request: what the signature says of itself and its life · whose key it is (unknown,
//!    revoked and suspended are refused here, before any cryptography) · the body, bounded · the signature ·
//!    the digest · the nonce.
//! 2. The address that was signed is compared with this node's own (`TECHMART_BASE_URL`), never with what the
//!    request says of its host: a message for another node is worth nothing here.
//! 3. A nonce is remembered while its signature lives, by all instances (Redis) or in the process. Who cannot
//!    remember refuses (503): the other side asks again, signed anew.
//! 4. Two keys live while rotating: active and retired keys verify, the active one signs.
//! 5. Every answer to a verified request is signed, problems too: they move the other side's cursor.

pub mod codes;
mod outgoing;
mod peer;
mod well_known;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::http::Routes;

pub use outgoing::Asked;
pub use peer::SignedPeer;
pub use well_known::STATEMENT_KIND;

use crate::kernel::error::Refusal;
use crate::proof::{Keys, PublicKey};

pub fn routes(routes: &mut Routes) {
    routes.service(well_known::well_known);
}

/// How this node stands to the owner of a key.
#[derive(Clone, Debug)]
pub enum Standing {
    Unknown,
    Revoked,
    /// The neighbour is known, but at present nothing is exchanged with it.
    Suspended,
    Good {
        node: String,
        key: PublicKey,
    },
}

pub type Looking = Pin<Box<dyn Future<Output = Result<Standing, Refusal>>>>;

/// Knows the pinned keys of neighbours.
pub trait PeerKeys: Send + Sync {
    fn standing(&self, keyid: &str) -> Looking;
    /// A neighbour has signed a request that was good: it is there.
    fn heard(&self, _node: &str) {}
}

/// A node without neighbours.
#[derive(Clone, Copy, Debug)]
pub struct NoNeighbours;

impl PeerKeys for NoNeighbours {
    fn standing(&self, _: &str) -> Looking {
        Box::pin(std::future::ready(Ok(Standing::Unknown)))
    }
}

/// What signing and verifying need; cheap to clone.
#[derive(Clone)]
pub struct Transport {
    /// Where the outside reaches this node, without a slash at the end.
    base: Arc<str>,
    keys: Keys,
    peers: Arc<dyn PeerKeys>,
}

impl Transport {
    pub fn new(base_url: &str, keys: Keys, peers: Arc<dyn PeerKeys>) -> Self {
        // As every URL library writes it, because the other side signs what its library wrote.
        let written = reqwest::Url::parse(base_url).map_or_else(|_| base_url.to_owned(), String::from);
        Self { base: written.trim_end_matches('/').into(), keys, peers }
    }

    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The name of this node's host.
    pub fn own_host(&self) -> String {
        let url = reqwest::Url::parse(&self.base).ok();
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The address that another node signs when it asks for this path and query.
    pub fn own_uri(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.base)
    }
}

//! Whose key it is: what was pinned when a neighbour was entered.

use super::model::State;
use super::pullers::Wakes;
use super::store;
use super::transport::{Looking, PeerKeys, Standing};
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::proof::PublicKey;

/// The pinned keys of this node's neighbours, as the database has them at the time of each question.
#[derive(Clone)]
pub struct PinnedKeys {
    db: Db,
    wakes: Wakes,
}

impl PinnedKeys {
    pub const fn new(db: Db, wakes: Wakes) -> Self {
        Self { db, wakes }
    }
}

impl PeerKeys for PinnedKeys {
    fn standing(&self, keyid: &str) -> Looking {
        let (db, keyid) = (self.db.clone(), keyid.to_owned());
        Box::pin(async move {
            let peers = db.read(|snapshot| store::all(snapshot)).await?;
            let mut owned =
                peers.into_iter().filter(|peer| peer.state != State::Removed).filter_map(|peer| {
                    let key = peer.keys.iter().find(|key| key.kid == keyid)?.clone();
                    Some((peer, key))
                });
            let Some((peer, key)) = owned.next() else { return Ok(Standing::Unknown) };
            if key.revoked_at.is_some() {
                return Ok(Standing::Revoked);
            }
            if peer.state == State::Suspended {
                return Ok(Standing::Suspended);
            }
            let bytes = key.bytes().ok_or_else(|| Refusal::internal("a pinned key is not one"))?;
            Ok(Standing::Good { node: peer.node, key: PublicKey::from_bytes(bytes) })
        })
    }

    /// Who speaks to us can be spoken to: after failures it is asked at once.
    fn heard(&self, node: &str) {
        self.wakes.wake(node);
    }
}

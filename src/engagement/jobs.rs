//! Follows contracts: an engagement whose contract is registered is concluded.

use super::service;
use crate::changes::{Follower, Start};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Rule 5. It takes the engagement from the change's facts, and the engagement as it is.
pub struct Contracts;

impl Follower for Contracts {
    fn name(&self) -> &'static str {
        "engagement.contracts"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "contract.registered"
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        let actor = Actor::System("engagement.contracts");
        match change.facts["engagement"].as_str() {
            Some(engagement) => service::conclude_by_contract(tx, &actor, engagement, &change.subject),
            None => Ok(()),
        }
    }
}

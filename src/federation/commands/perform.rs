//! What a command does at the node that decides: the same services as for its own users.

use serde_json::Value;

use super::codes::{ACT_UNKNOWN, RECORD_NOT_KNOWN};
use super::wire::{Act, Made};
use crate::db::Tx;
use crate::engagement::model::{EngagementId, EnquirerContact};
use crate::engagement::service::{self as engagement, NewEnquiry};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};

/// An act of this version of the protocol; another one is answered as not known.
pub fn read(act: &Value) -> Result<Act, Refusal> {
    serde_json::from_value(act.clone()).map_err(|error| Refusal::new(&ACT_UNKNOWN).because(error))
}

/// Does it, or says why not. Nothing stays of what is refused: the caller gives the whole command back.
pub fn perform(tx: &mut Tx, actor: &Actor, answer_days: i64, act: &Act) -> Result<Made, Refusal> {
    match act {
        Act::Enquire { about, text, contact } => {
            let contact = EnquirerContact {
                name: contact.name.clone(),
                phone: contact.phone.clone(),
                email: contact.email.clone(),
            };
            let (about, text) = (about.clone(), text.clone());
            let new = NewEnquiry { about, text, contact, broker: None, answer_days };
            let made = engagement::enquire(tx, actor, &new)?;
            Ok(Made { record: None, thread: made.urn })
        }
        Act::Message { thread, text } => {
            let sent = engagement::send(tx, actor, engagement_of(tx.node(), thread)?, text)?;
            Ok(Made { thread: thread.clone(), record: Some(sent.id.to_string()) })
        }
        Act::Withdraw { thread, reason } => {
            engagement::withdraw(tx, actor, engagement_of(tx.node(), thread)?, None, reason)?;
            Ok(Made { thread: thread.clone(), record: None })
        }
        Act::Conclude { thread, outcome, reason } => {
            engagement::conclude(tx, actor, engagement_of(tx.node(), thread)?, None, *outcome, reason)?;
            Ok(Made { thread: thread.clone(), record: None })
        }
    }
}

fn engagement_of(node: &str, urn: &str) -> Result<EngagementId, Refusal> {
    match parse_urn(urn) {
        Some((at, "engagement", uuid)) if at == node => Ok(Id::from_uuid(uuid)),
        _ => Err(Refusal::new(&RECORD_NOT_KNOWN)),
    }
}

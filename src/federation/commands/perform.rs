//! What a command does at the node that decides: the same services as for its own users.

use serde_json::Value;

use super::codes::{ACT_UNKNOWN, RECORD_NOT_KNOWN};
use super::model::{OBJECTION_ENTITY, PartOf};
use super::sale_wire::{BidDocument, ReceiptDocument};
use super::service::{Desk, parts};
use super::wire::{Act, Made};
use crate::db::Tx;
use crate::engagement::model::{EngagementId, EnquirerContact};
use crate::engagement::service::{self as engagement, NewEnquiry};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::trading::model::SaleId;
use crate::trading::service::{self as trading, Ask, NewObjection};

/// An act of this version of the protocol; another one is answered as not known.
pub fn read(act: &Value) -> Result<Act, Refusal> {
    serde_json::from_value(act.clone()).map_err(|error| Refusal::new(&ACT_UNKNOWN).because(error))
}

/// The name of an act for whoever operates the node. Acts on sales are not told apart: one may be an envelope.
pub fn shown_name(act: &Value) -> String {
    match read(act) {
        Ok(act) => act.entity().unwrap_or(act.name()).to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}

/// Does it, or says why not. Nothing stays of what is refused: the caller gives the whole command back.
pub fn perform(tx: &mut Tx, actor: &Actor, desk: &Desk, act: &Act) -> Result<Made, Refusal> {
    match act {
        Act::Enquire { about, text, contact } => {
            let contact = EnquirerContact {
                name: contact.name.clone(),
                phone: contact.phone.clone(),
                email: contact.email.clone(),
            };
            let (about, text, answer_days) = (about.clone(), text.clone(), desk.answer_days);
            let new = NewEnquiry { about, text, contact, broker: None, answer_days };
            let made = engagement::enquire(tx, actor, &new)?;
            Ok(Made::thread(made.urn))
        }
        Act::Message { thread, text } => {
            let sent = engagement::send(tx, actor, engagement_of(tx.node(), thread)?, text)?;
            Ok(Made { record: Some(sent.id.to_string()), ..Made::thread(thread.clone()) })
        }
        Act::Withdraw { thread, reason } => {
            match parts::find(tx, OBJECTION_ENTITY, thread)?.map(|part| part.of) {
                Some(PartOf::Objection(id)) => trading::withdraw_objection(tx, actor, id, None).map(drop)?,
                _ => {
                    let id = engagement_of(tx.node(), thread)?;
                    engagement::withdraw(tx, actor, id, None, reason).map(drop)?;
                }
            }
            Ok(Made::thread(thread.clone()))
        }
        Act::Conclude { thread, outcome, reason } => {
            engagement::conclude(tx, actor, engagement_of(tx.node(), thread)?, None, *outcome, reason)?;
            Ok(Made::thread(thread.clone()))
        }
        _ => {
            let id = sale_of(tx.node(), act.target())?;
            on_sale(tx, actor, desk, id, act)
        }
    }
}

/// Acts on a sale, by the rules of the sale and this node's clock.
fn on_sale(tx: &mut Tx, actor: &Actor, desk: &Desk, id: SaleId, act: &Act) -> Result<Made, Refusal> {
    match act {
        Act::Enrol { .. } => {
            let number = trading::enrol(tx, actor, id)?.bidder.number;
            Ok(Made::thread(parts::thread(tx, actor, id, PartOf::Bidder(number))?))
        }
        Act::Offer { price_fen, note, .. } => {
            let number = trading::offer(tx, actor, id, *price_fen, note)?.bidder;
            Ok(Made::thread(parts::thread(tx, actor, id, PartOf::Bidder(number))?))
        }
        Act::Bid { price_fen, .. } => bid(tx, actor, desk, id, Ask::Bid(*price_fen)),
        Act::Maximum { maximum_fen, .. } => bid(tx, actor, desk, id, Ask::UpTo(*maximum_fen)),
        Act::Match { .. } => bid(tx, actor, desk, id, Ask::Match),
        Act::Envelope { about, envelope } => {
            let envelope = trading::envelope_of(envelope)?;
            let receipt = trading::deposit_envelope(tx, actor, &desk.secrets, &desk.keys, id, &envelope)?;
            // Who deposited has no part in the sale before the opening: nothing but the box knows of it.
            let receipt = Some(ReceiptDocument::of(receipt));
            Ok(Made { receipt, ..Made::thread(about.clone()) })
        }
        Act::Ask { text, .. } => {
            let asked = trading::ask(tx, actor, id, text)?.id;
            Ok(Made::thread(parts::thread(tx, actor, id, PartOf::Question(asked))?))
        }
        Act::Object { ground, reason, evidence, remedy, .. } => {
            let (reason, evidence) = (reason.clone(), evidence.clone());
            let files = Vec::new();
            let new = NewObjection { about: *ground, reason, evidence, files, remedy: *remedy };
            let made = trading::object(tx, actor, id, &new)?.id;
            Ok(Made::thread(parts::thread(tx, actor, id, PartOf::Objection(made))?))
        }
        _ => Err(Refusal::new(&ACT_UNKNOWN)),
    }
}

fn bid(tx: &mut Tx, actor: &Actor, desk: &Desk, id: SaleId, ask: Ask) -> Result<Made, Refusal> {
    let bidden = trading::bid(tx, actor, &desk.secrets, id, ask)?;
    let thread = parts::thread(tx, actor, id, PartOf::Bidder(bidden.number))?;
    Ok(Made { bid: Some(BidDocument::of(bidden)), ..Made::thread(thread) })
}

fn sale_of(node: &str, urn: &str) -> Result<SaleId, Refusal> {
    match parse_urn(urn) {
        Some((at, "sale", uuid)) if at == node => Ok(Id::from_uuid(uuid)),
        _ => Err(Refusal::new(&RECORD_NOT_KNOWN)),
    }
}

fn engagement_of(node: &str, urn: &str) -> Result<EngagementId, Refusal> {
    match parse_urn(urn) {
        Some((at, "engagement", uuid)) if at == node => Ok(Id::from_uuid(uuid)),
        _ => Err(Refusal::new(&RECORD_NOT_KNOWN)),
    }
}

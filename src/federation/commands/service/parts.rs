//! Parts of parties of other nodes in sales: noted when they act, told when something happens (rule 5).

use super::{Desk, tell};
use crate::db::Tx;
use crate::federation::commands::model::{Part, PartOf};
use crate::federation::commands::{documents, store};
use crate::kernel::actor::Actor;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::trading::model::SaleId;
use crate::trading::service as trading;

/// A bid adds one line or two, and the line of whoever led before stands among the two of the command before it.
const LINES_CONCERNED: i64 = 4;
const TENDER: &str = "sealed_tender.";
const ANSWERED: &str = "sale.question_answered";

/// The URN of the thread in which an actor of another node hears of its part.
pub(in crate::federation::commands) fn thread(
    tx: &mut Tx,
    actor: &Actor,
    sale: SaleId,
    of: PartOf,
) -> Result<String, Refusal> {
    let party = actor.party_urn(tx.node())?;
    let part = noted(tx, sale, of, &party)?;
    store::mark_part(tx, part.id, true)?;
    Ok(tx.urn(of.entity(), part.id))
}

fn noted(tx: &mut Tx, sale: SaleId, of: PartOf, party: &str) -> Result<Part, Refusal> {
    if let Some(known) = store::part_of(tx, sale, of)? {
        return Ok(known);
    }
    let node = parse_urn(party).map(|(node, ..)| node.to_owned());
    let node = node.ok_or_else(|| Refusal::internal("a party of another node without a URN"))?;
    let part = Part { id: tx.new_id(), sale, node, of };
    store::insert_part(tx, &part)?;
    Ok(part)
}

/// The part behind the URN of a thread.
pub(in crate::federation::commands) fn find(
    tx: &mut Tx,
    entity: &str,
    urn: &str,
) -> Result<Option<Part>, Refusal> {
    match parse_urn(urn) {
        Some((at, of, uuid)) if at == tx.node() && of == entity => store::part(tx, Id::from_uuid(uuid)),
        _ => Ok(None),
    }
}

/// Something happened in a sale: whoever it concerns is told soon.
pub fn sale_changed(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let urn = change.facts["sale"].as_str().unwrap_or_default();
    let Some((node, "sale", uuid)) = parse_urn(urn) else { return Ok(()) };
    let (node, sale) = (node.to_owned(), Id::from_uuid(uuid));
    if change.kind.starts_with(TENDER) {
        // From the opening on those who deposited take part.
        for bidder in trading::bidders_elsewhere(tx, &node, sale)? {
            noted(tx, sale, PartOf::Bidder(bidder.number), &bidder.party.urn)?;
        }
    }
    if change.kind == ANSWERED {
        // Its asker alone waits for it: everybody else reads it on the page of the sale.
        let question = parse_urn(&change.subject).map(|(_, _, uuid)| PartOf::Question(Id::from_uuid(uuid)));
        let part = question.map(|of| store::part_of(tx, sale, of)).transpose()?.flatten();
        return part.map_or(Ok(()), |part| store::mark_part(tx, part.id, true));
    }
    let seq = change.facts["seq"].as_i64().filter(|_| change.facts["extended"] == false);
    let Some(seq) = seq else { return store::mark_parts(tx, sale, None) };
    let lines = trading::bids_after(tx, sale, (seq - LINES_CONCERNED).max(0), LINES_CONCERNED)?;
    let concerned: Vec<i32> = lines.iter().map(|line| line.bidder).collect();
    store::mark_parts(tx, sale, Some(&concerned))
}

/// Tells of some of the parts to which something happened; how many were looked at. What cannot be told stays due.
pub fn tell_parts(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<usize, Refusal> {
    let now = tx.now();
    let due = store::due_parts(tx, now, limit)?;
    for part in &due {
        if told(tx, desk, part)? {
            store::mark_part(tx, part.id, false)?;
        } else {
            store::put_off_part(tx, part.id, now.plus_seconds(i64::from(tell::WAIT_SECONDS)))?;
        }
    }
    Ok(due.len())
}

fn told(tx: &mut Tx, desk: &Desk, part: &Part) -> Result<bool, Refusal> {
    let (node, urn) = (tx.node().to_owned(), tx.urn(part.of.entity(), part.id));
    match part.of {
        PartOf::Bidder(number) => {
            let Some(found) = trading::part(tx, &node, part.sale, number)? else { return Ok(true) };
            let document = |version| documents::part(&found, urn.clone(), version);
            tell::state(tx, desk, &part.node, part.id, &found.bidder.party.urn, &document)
        }
        PartOf::Objection(id) => {
            let Some((sale, found)) = trading::objection(tx, &node, id)? else { return Ok(true) };
            let document = |version| documents::objection(&sale, &found, urn.clone(), version);
            tell::state(tx, desk, &part.node, part.id, &found.party.urn, &document)
        }
        PartOf::Question(id) => {
            let Some((sale, found)) = trading::question(tx, &node, id)? else { return Ok(true) };
            let document = |version| documents::question(&sale, &found, urn.clone(), version);
            tell::state(tx, desk, &part.node, part.id, &found.asker, &document)
        }
    }
}

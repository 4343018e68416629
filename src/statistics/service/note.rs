//! What the follower does with an act of registration.

use crate::contract;
use crate::contract::model::{ContractId, RegisteredContract};
use crate::db::Tx;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::statistics::model::{Party, Record, Release};
use crate::statistics::{rules, store};

/// The record takes the contract as it now stands; the release takes the act as it was.
pub fn note(tx: &mut Tx, change: &Change, prefix: &str) -> Result<(), Refusal> {
    let id = change.facts["contract"].as_str().and_then(|id| id.parse::<ContractId>().ok());
    let id = id.ok_or_else(|| Refusal::internal(format!("change {} names no contract", change.seq)))?;
    if let Some(registered) = contract::service::registered(tx, id)? {
        store::put(tx, &record(registered))?;
    }
    // Erased since: nothing is left to publish.
    let Some(public) = &change.public else { return Ok(()) };
    // A contracting process keeps its id for good, whatever prefix the platform has later.
    let known = store::ocid_of(tx, id)?;
    let ocid = known.unwrap_or_else(|| rules::ocid(prefix, tx.node(), &id.to_string()));
    let document = rules::release(&ocid, change.seq, change.at, &change.kind, public);
    store::add_release(tx, &Release { seq: change.seq, contract: id, ocid, at: change.at, document })
}

fn record(it: RegisteredContract) -> Record {
    let party = |name, credit_code, kind, division| Party { name, credit_code, kind, division };
    Record {
        contract: it.id,
        number: it.number.as_str().to_owned(),
        stage: it.stage,
        edition: i32::try_from(it.edition).unwrap_or(i32::MAX),
        office: it.office,
        registered_on: it.registered_on,
        title: it.title,
        class: it.class,
        sub_type: it.sub_type,
        technical_field: it.technical_field,
        ip_kind: it.counted.ip_kind,
        plan_source: it.counted.plan_source,
        industry: it.counted.industry,
        objective: it.counted.objective,
        seller: party(it.seller.name, it.seller.credit_code, it.counted.seller_kind, it.seller_division),
        buyer: party(it.buyer.name, it.buyer.credit_code, it.counted.buyer_kind, it.buyer_division),
        total: it.total,
        technical: it.technical,
        estimated: it.estimated,
    }
}

//! What mandates earn: on what the change log tells of contracts, and on contracts claimed by their numbers.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::Seen;
use super::mandates::{for_act, save};
use crate::brokerage::codes::{
    MANDATE_CLAIM_UNKNOWN, MANDATE_CONTRACT_CLAIMED, MANDATE_CONTRACT_UNKNOWN, MANDATE_INTERMEDIARY,
    MANDATE_NOT_YOUR_TURN,
};
use crate::brokerage::model::{Claim, Commission, Introduction, Mandate, MandateId, Outcome, Side};
use crate::brokerage::{rules, store};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Change, NewChange};
use crate::kernel::codes_common::TOO_MANY;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::time::Day;

const FOLLOWER: Actor = Actor::System("brokerage.commissions");
/// Mandates between one broker and the two parties of a contract.
const MANDATES_BETWEEN_MAX: i64 = 500;
const INTERMEDIARY: &str = "intermediary";

/// Whether the contract counts after a change of this kind.
fn counts(kind: &str) -> Option<bool> {
    match kind {
        "contract.registered" | "contract.amended" => Some(true),
        "contract.cancelled" | "contract.revoked" => Some(false),
        _ => None,
    }
}

pub fn wants(kind: &str) -> bool {
    counts(kind).is_some() || kind == "engagement.enquired"
}

/// What a change of a registered contract says; other facts of it are not asked for.
#[derive(Deserialize)]
struct ContractFacts {
    number: String,
    #[serde(default)]
    sub_type: String,
    seller: String,
    seller_code: String,
    buyer: String,
    buyer_code: String,
    engagement: Option<String>,
    total_fen: Fen,
    technical_fen: Fen,
    registered_on: Day,
    estimated: bool,
}

#[derive(Deserialize)]
struct EngagementFacts {
    about: String,
    broker: Option<String>,
}

/// Takes note of a change, from its facts alone.
pub fn follow(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let read = |error| Refusal::internal(format!("facts of {}: {error}", change.kind));
    let Some(counts) = counts(&change.kind) else {
        let facts: EngagementFacts = serde_json::from_value(change.facts.clone()).map_err(read)?;
        let Some(broker) = facts.broker else { return Ok(()) };
        let engagement = change.subject.clone();
        return store::put_introduction(tx, &Introduction { engagement, about: facts.about, broker });
    };
    let facts: ContractFacts = serde_json::from_value(change.facts.clone()).map_err(read)?;
    let outcome = Outcome {
        contract: change.subject.clone(),
        number: facts.number,
        sub_type: facts.sub_type,
        seller: facts.seller,
        seller_code: facts.seller_code,
        buyer: facts.buyer,
        buyer_code: facts.buyer_code,
        engagement: facts.engagement,
        total: facts.total_fen,
        technical: facts.technical_fen,
        registered_on: facts.registered_on,
        counts: counts && !facts.estimated,
        seq: change.seq,
    };
    store::put_outcome(tx, &outcome)?;
    for mandate in earning(tx, &outcome)? {
        book(tx, &FOLLOWER, &mandate, &outcome, &change.kind)?;
    }
    Ok(())
}

/// The mandates that a contract earns something under: those that it earned under before, those whose client
/// agreed to a claim, and the closest of each broker and client by its engagement.
fn earning(tx: &mut Tx, outcome: &Outcome) -> Result<Vec<Mandate>, Refusal> {
    let mut ids: BTreeSet<MandateId> = store::mandates_on(tx, &outcome.contract)?.into_iter().collect();
    let agreed = store::claims_on(tx, &outcome.contract)?;
    ids.extend(agreed.iter().filter(|claim| claim.agreed).map(|claim| claim.mandate));
    let known: Vec<MandateId> = ids.iter().copied().collect();
    let mut mandates = store::by_ids(tx, &known)?;
    let introduction = match &outcome.engagement {
        Some(engagement) => store::introduction(tx, engagement)?,
        None => None,
    };
    let Some(introduction) = introduction else { return Ok(mandates) };
    let parties = [outcome.seller.as_str(), outcome.buyer.as_str()];
    let codes = [outcome.seller_code.as_str(), outcome.buyer_code.as_str()];
    let between = store::between(tx, &introduction.broker, &parties, &codes, MANDATES_BETWEEN_MAX)?;
    let mut fitting: Vec<(u8, Mandate)> = between
        .into_iter()
        .filter(|mandate| rules::may_count(mandate, outcome))
        .filter_map(|mandate| Some((rules::closeness(&mandate, &introduction)?, mandate)))
        .collect();
    // The closest first; of equally close ones the oldest.
    fitting.sort_by(|(a, one), (b, other)| b.cmp(a).then(one.id.cmp(&other.id)));
    for (_, mandate) in fitting {
        let same = |other: &Mandate| {
            other.broker.urn == mandate.broker.urn && other.client.urn == mandate.client.urn
        };
        if !mandates.iter().any(same) {
            mandates.push(mandate);
        }
    }
    Ok(mandates)
}

/// One line for the cause: what is owed now, less what is booked (rule 5).
fn book(
    tx: &mut Tx,
    actor: &Actor,
    mandate: &Mandate,
    outcome: &Outcome,
    cause: &str,
) -> Result<(), Refusal> {
    let beyond = || Refusal::internal("a commission beyond 64 bits");
    let (fee, client_part) = rules::owed(&mandate.terms, outcome).ok_or_else(beyond)?;
    let (lines, booked, booked_client) = store::booked(tx, mandate.id, &outcome.contract)?;
    if lines == 0 && fee.is_zero() {
        return Ok(());
    }
    let now = tx.now();
    let line = Commission {
        id: tx.new_id(),
        mandate: mandate.id,
        broker: mandate.broker.urn.clone(),
        client: mandate.client.urn.clone(),
        contract: outcome.contract.clone(),
        number: outcome.number.clone(),
        cause_seq: outcome.seq,
        cause_kind: cause.to_owned(),
        base: rules::base_of(&mandate.terms.fee, outcome.total, outcome.technical),
        amount: fee.checked_sub(booked).ok_or_else(beyond)?,
        client_part: client_part.checked_sub(booked_client).ok_or_else(beyond)?,
        day: now.day(),
        at: now,
    };
    store::insert_commission(tx, &line)?;
    let subject = tx.urn("mandate", mandate.id);
    let facts = json!({
        "mandate": mandate.id, "commission": line.id, "broker": line.broker, "client": line.client,
        "contract": line.contract, "number": line.number, "cause": cause, "amount_fen": line.amount,
    });
    tx.record(actor, NewChange::local("mandate.earned", subject, mandate.version, facts));
    Ok(())
}

/// The broker claims a registered contract of the client; it counts when the client agrees (rule 3).
pub fn claim(tx: &mut Tx, actor: &Actor, id: MandateId, number: &str) -> Result<Seen, Refusal> {
    let (mandate, side) = for_act(tx, actor, id, None)?;
    if side != Side::Broker {
        return Err(Refusal::new(&MANDATE_NOT_YOUR_TURN));
    }
    let found = store::outcome_by_number(tx, number)?;
    let outcome = found.filter(|outcome| outcome.counts && rules::may_count(&mandate, outcome));
    let outcome = outcome.ok_or_else(|| Refusal::new(&MANDATE_CONTRACT_UNKNOWN))?;
    let taken = store::claims_on(tx, &outcome.contract)?.iter().any(|claim| claim.mandate == id);
    if taken || earns_for_pair(tx, &mandate, &outcome)? {
        return Err(Refusal::new(&MANDATE_CONTRACT_CLAIMED));
    }
    let claims = store::claims(tx, id, super::mandates::CLAIMS_MAX)?;
    if i64::try_from(claims.len()).unwrap_or(i64::MAX) >= super::mandates::CLAIMS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", super::mandates::CLAIMS_MAX));
    }
    let claim = Claim {
        mandate: id,
        contract: outcome.contract.clone(),
        number: outcome.number,
        agreed: false,
        claimed_at: tx.now(),
        agreed_at: None,
    };
    store::insert_claim(tx, &claim)?;
    told(tx, actor, &mandate, &claim, "mandate.contract_claimed");
    let claims = store::claims(tx, id, super::mandates::CLAIMS_MAX)?;
    Ok(Seen { mandate, side, claims })
}

/// A broker earns on a contract from one client once.
fn earns_for_pair(tx: &mut Tx, mandate: &Mandate, outcome: &Outcome) -> Result<bool, Refusal> {
    let earning = store::mandates_on(tx, &outcome.contract)?;
    let others = store::by_ids(tx, &earning)?;
    Ok(others
        .iter()
        .any(|other| other.broker.urn == mandate.broker.urn && other.client.urn == mandate.client.urn))
}

/// The client agrees that the broker brought the contract about.
pub fn agree(tx: &mut Tx, actor: &Actor, id: MandateId, number: &str) -> Result<Seen, Refusal> {
    let (mandate, side) = for_act(tx, actor, id, None)?;
    if side != Side::Client {
        return Err(Refusal::new(&MANDATE_NOT_YOUR_TURN));
    }
    let unknown = || Refusal::new(&MANDATE_CLAIM_UNKNOWN);
    let outcome = store::outcome_by_number(tx, number)?.ok_or_else(unknown)?;
    if earns_for_pair(tx, &mandate, &outcome)? {
        return Err(Refusal::new(&MANDATE_CONTRACT_CLAIMED));
    }
    let now = tx.now();
    if !store::agree(tx, id, &outcome.contract, now)? {
        return Err(unknown());
    }
    let claims = store::claims(tx, id, super::mandates::CLAIMS_MAX)?;
    if let Some(claim) = claims.iter().find(|claim| claim.contract == outcome.contract) {
        told(tx, actor, &mandate, claim, "mandate.contract_agreed");
    }
    book(tx, actor, &mandate, &outcome, "mandate.contract_agreed")?;
    Ok(Seen { mandate, side, claims })
}

fn told(tx: &mut Tx, actor: &Actor, mandate: &Mandate, claim: &Claim, event: &'static str) {
    let subject = tx.urn("mandate", mandate.id);
    let facts = json!({
        "mandate": mandate.id, "broker": mandate.broker.urn, "client": mandate.client.urn,
        "contract": claim.contract, "number": claim.number,
    });
    tx.record(actor, NewChange::local(event, subject, mandate.version, facts));
}

/// Links the broker's own registered intermediary contract (rule 6).
pub fn link_intermediary(
    tx: &mut Tx,
    actor: &Actor,
    id: MandateId,
    expected: Option<i64>,
    number: &str,
) -> Result<Seen, Refusal> {
    let (before, side) = for_act(tx, actor, id, expected)?;
    if side != Side::Broker {
        return Err(Refusal::new(&MANDATE_NOT_YOUR_TURN));
    }
    let own = |outcome: &Outcome| {
        outcome.sub_type == INTERMEDIARY && outcome.counts && outcome.seller_code == before.broker.credit_code
    };
    if !store::outcome_by_number(tx, number)?.is_some_and(|outcome| own(&outcome)) {
        let mut errors = Errors::new();
        errors.add_with("/number", &MANDATE_INTERMEDIARY, &[("number", number.to_owned())]);
        errors.check()?;
    }
    let after = Mandate { intermediary: Some(number.to_owned()), ..before.clone() };
    let mandate = save(tx, actor, &before, after, "mandate.linked")?;
    let claims = store::claims(tx, id, super::mandates::CLAIMS_MAX)?;
    Ok(Seen { mandate, side, claims })
}

//! A draft from an award: what the sale knows is filled in, the rest is the applicant's.

use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::{Note, advance, leave_trace};
use super::applicant::{keep_revision, technical};
use super::filing;
use crate::contract::form::{Form, Side};
use crate::contract::model::{Record, State, StepKind};
use crate::contract::rules::case::Act;
use crate::contract::store;
use crate::db::Tx;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Change, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, UserId, parse_urn};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::vocabulary;
use crate::trading;

/// What an award tells, of a sale or of an open challenge.
#[derive(Deserialize)]
struct Award {
    sale: String,
    /// 1, or more after a default: each makes a draft of its own.
    rank: i32,
    winner: PartyRef,
    price_fen: Fen,
    /// Who ran the sale.
    seller: PartyRef,
    /// The solution of a demand was bought: the winner delivers and is paid.
    buys: bool,
    title: String,
    contract_sub_type: Option<String>,
    created_by: UserId,
}

impl Award {
    /// Who sells the technology, and who buys it.
    const fn sides(&self) -> (&PartyRef, &PartyRef) {
        if self.buys { (&self.winner, &self.seller) } else { (&self.seller, &self.winner) }
    }
}

pub fn is_award(kind: &str) -> bool {
    matches!(kind, "sale.awarded" | "challenge.selected")
}

/// What ends the award that a draft was made of.
pub fn ends_award(kind: &str) -> bool {
    matches!(
        kind,
        "sale.defaulted"
            | "sale.winner_excluded"
            | "sale.annulled"
            | "challenge.agreement_declined"
            | "challenge.cancelled"
    )
}

/// Takes back the drafts of an award that no longer stands, so that nobody files a contract with a defaulter by them.
/// What has been submitted is the office's.
pub fn end_drafts(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let actor = Actor::System("contract.awards");
    for id in store::drafted(tx, &change.subject)? {
        let Some(record) = store::find(tx, id)?.filter(|record| record.state == State::Draft) else {
            continue;
        };
        let detail = json!({"sale": change.subject});
        let note = Note { facts: json!({"because": ENDED}), ..Note::with(StepKind::Withdrawn, "", detail) };
        advance(tx, &actor, record, Act::Withdraw, note)?;
    }
    Ok(())
}

/// The contract of an award is registered: the sale learns that both sides have signed.
pub(super) fn tell_sale(tx: &mut Tx, record: &Record) -> Result<(), Refusal> {
    match store::sale_of(tx, record.id)? {
        Some((sale, rank)) => trading::service::contract_registered(tx, &sale, rank),
        None => Ok(()),
    }
}

/// Why a draft was taken back, among the facts of its change.
const ENDED: &str = "award_ended";

/// Makes the draft, once for each award. Parties that are both at other nodes register there.
pub fn draft_of_award(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let award: Award = serde_json::from_value(change.facts.clone()).map_err(Refusal::internal)?;
    if store::is_drafted(tx, &award.sale, award.rank)? {
        return Ok(());
    }
    let (from, to) = award.sides();
    // DOMAIN §2: the seller applies, at an office of its own territory; for a technology import the domestic buyer.
    let (applicant, import) = match (local(tx, from)?, local(tx, to)?) {
        (Some(seller), _) => (seller, false),
        (None, Some(buyer)) if is_abroad(from) => (buyer, true),
        (None, Some(_)) => return tell_elsewhere(tx, change, &award),
        (None, None) => return Ok(()),
    };
    let sub_type = award.contract_sub_type.clone().unwrap_or_default();
    let form = Form {
        title: award.title.clone(),
        class: vocabulary::contract_class_of(&sub_type, true).unwrap_or_default().to_owned(),
        sub_type,
        written: true,
        import,
        seller: side(tx, from)?,
        buyer: side(tx, to)?,
        total_fen: award.price_fen.0,
        ..Form::default()
    };
    let record = Record {
        id: tx.new_id(),
        version: 1,
        applicant,
        created_by: award.created_by,
        state: State::Draft,
        seller: filing::party(tx, form.seller.party())?,
        buyer: filing::party(tx, form.buyer.party())?,
        technical: technical(&form),
        engagement: None,
        form,
        handler: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let actor = Actor::System("contract.awards");
    store::insert(tx, &record)?;
    store::note_sale(tx, &award.sale, award.rank, record.id)?;
    keep_revision(tx, &actor, &record, &Value::Null)?;
    let note = Note::with(StepKind::Created, "", json!({"sale": award.sale}));
    leave_trace(tx, &actor, &record, note)
}

/// Neither an account on the network nor a domestic credit code.
const fn is_abroad(party: &PartyRef) -> bool {
    party.urn.is_empty() && party.credit_code.is_empty()
}

/// The seller registers where it belongs; its buyer here learns who and where that is.
fn tell_elsewhere(tx: &mut Tx, change: &Change, award: &Award) -> Result<(), Refusal> {
    let (from, to) = award.sides();
    let node = parse_urn(&from.urn).map(|(node, ..)| node.to_owned()).unwrap_or_default();
    let place = if node.is_empty() { String::new() } else { format!("，平台 {node}") };
    let facts = json!({
        "buyer": to.urn,
        "node": node,
        "title": format!("{}（卖方 {}{place}）", award.title, from.name),
        "once": format!("{}/{}", award.sale, award.rank),
    });
    let told = NewChange::local("contract.award_elsewhere", change.subject.clone(), change.version, facts);
    tx.record(&Actor::System("contract.awards"), told);
    Ok(())
}

/// The organisation of this node behind a party.
fn local(tx: &mut Tx, party: &PartyRef) -> Result<Option<OrganisationId>, Refusal> {
    let here = match parse_urn(&party.urn) {
        Some((node, "organisation", uuid)) if node == tx.node() => Some(Id::from_uuid(uuid)),
        _ => None,
    };
    if here.is_some() {
        return Ok(here);
    }
    let known = identity::service::organisation_by_code(tx, &party.credit_code)?;
    Ok(known.map(|organisation| organisation.id))
}

fn side(tx: &mut Tx, party: &PartyRef) -> Result<Side, Refusal> {
    let known = identity::service::organisation_by_code(tx, &party.credit_code)?;
    let division = known.map(|organisation| organisation.profile.division).unwrap_or_default();
    Ok(Side { name: party.name.clone(), credit_code: party.credit_code.clone(), division, ..Side::default() })
}

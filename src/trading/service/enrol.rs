//! Taking part: who may, under which alias, and the deposit that it takes (rules 2, 8, 10).

use serde_json::json;

use super::{TRADING, deposits, load_tx, ties};
use crate::credit::service as credit;
use crate::db::{Snapshot, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{FORBIDDEN, NOT_FOUND};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::proof::SecretBox;
use crate::trading::codes::{
    SALE_BIDDER_BARRED, SALE_BIDDER_EXCLUDED, SALE_BIDDERS_MAX, SALE_ENROLLED, SALE_NOT_ENROLLED,
    SALE_NOT_SELLER, SALE_OVER, SALE_SECRET,
};
use crate::trading::model::{Bid, Bidder, Deposit, Mode, Offer, Run, Sale, SaleId, Standing, State};
use crate::trading::rules::{self, lifecycle};
use crate::trading::store;

/// One sale takes so many bidders.
pub const BIDDERS_MAX: i32 = 2_000;
const OWN_BIDS_SHOWN: i64 = 100;
const ALIAS_TRIES: usize = 20;

/// A bidder's own view of its part in a sale.
#[derive(Clone, Debug)]
pub struct Enrolment {
    pub sale: Sale,
    /// Of a bidding: it knows how far it was extended.
    pub run: Option<Run>,
    pub bidder: Bidder,
    pub deposit: Option<Deposit>,
    pub bids: Vec<Bid>,
    pub leads: bool,
    /// Its secret maximum, shown to itself alone.
    pub maximum: Option<crate::kernel::money::Fen>,
    /// In a listing: what it has offered, and whether it must confirm that after a correction.
    pub offer: Option<Offer>,
}

/// Enrols the actor's organisation and instructs its deposit.
pub fn enrol(tx: &mut Tx, actor: &Actor, id: SaleId) -> Result<Enrolment, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let (party, by) = (identity::acting_party(tx, actor)?, actor.signatory()?.user);
    let sale = load_tx(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    // Who deposits an envelope is secret: there is no enrolment.
    rules::only(!matches!(sale.mode, Mode::Negotiated | Mode::SealedTender))?;
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    check_open(tx, &sale)?;
    ties::check_not_staff(tx, actor)?;
    may_take_part(tx, &sale, &party)?;
    if store::has_enrolled(tx, id, &party)? {
        return Err(Refusal::new(&SALE_ENROLLED));
    }
    let number = store::last_bidder(tx, id)?.saturating_add(1);
    if number > BIDDERS_MAX {
        return Err(Refusal::new(&SALE_BIDDERS_MAX).with("max", BIDDERS_MAX));
    }
    let priority = sale.terms.priority_of(&party.credit_code);
    let amount = sale.deposit();
    let bidder = Bidder {
        sale: id,
        number,
        alias: free_alias(tx, id)?,
        party,
        admitted: amount.is_none(),
        priority,
        matched: false,
        maximum: None,
        enrolled_by: by,
        enrolled_at: tx.now(),
    };
    store::insert_bidder(tx, &bidder)?;
    let deposit = amount.map(|amount| deposits::instruct(tx, &bidder, amount)).transpose()?;
    record(tx, &sale, &bidder);
    let run = store::run(tx, id)?;
    Ok(Enrolment { sale, run, bidder, deposit, bids: vec![], leads: false, maximum: None, offer: None })
}

/// Not the person: who takes part is secret until the end, in the log too (rule 8).
fn record(tx: &mut Tx, sale: &Sale, bidder: &Bidder) {
    let subject = tx.urn("sale_run", sale.id);
    let facts = json!({"sale": sale.urn, "alias": bidder.alias});
    tx.record(&TRADING, NewChange::local("sale.enrolled", subject, i64::from(bidder.number), facts));
}

/// After the opening of a sealed tender: whoever bid takes part from now on, and its deposit is instructed.
pub(crate) fn enrol_opened(
    tx: &mut Tx,
    sale: &Sale,
    number: i32,
    alias: String,
    party: PartyRef,
) -> Result<Bidder, Refusal> {
    let amount = sale.deposit();
    let priority = sale.terms.priority_of(&party.credit_code);
    let bidder = Bidder {
        sale: sale.id,
        number,
        alias,
        party,
        admitted: amount.is_none(),
        priority,
        matched: false,
        maximum: None,
        // Nobody enrolled it: the opening did, for the sale.
        enrolled_by: sale.created_by,
        enrolled_at: tx.now(),
    };
    store::insert_bidder(tx, &bidder)?;
    if let Some(amount) = amount {
        deposits::instruct(tx, &bidder, amount)?;
    }
    Ok(bidder)
}

/// Until the end by the run where there is one: it may have been extended.
fn check_open(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let ends_at = match store::run(tx, sale.id)? {
        Some(run) => Some(run.ends_at),
        None => sale.times.ends_at,
    };
    match ends_at {
        Some(at) if at <= tx.now() => Err(Refusal::new(&SALE_OVER).with("at", at)),
        _ => Ok(()),
    }
}

/// Rule 10: not the seller, its related parties, whoever fell out earlier, barred units. Operator staff have no permission,
/// and none under another membership (`ties::check_not_staff`).
pub(crate) fn may_take_part(tx: &mut Tx, sale: &Sale, party: &PartyRef) -> Result<(), Refusal> {
    let code = &party.credit_code;
    if sale.is_seller(&party.urn)
        || sale.seller.credit_code == *code
        || sale.terms.related_parties.contains(code)
    {
        return Err(Refusal::new(&SALE_NOT_SELLER));
    }
    if sale.excluded.contains(code) {
        return Err(Refusal::new(&SALE_BIDDER_EXCLUDED));
    }
    check_barred(tx, code)
}

pub(crate) fn check_barred(tx: &mut Tx, credit_code: &str) -> Result<(), Refusal> {
    let today = tx.now().day();
    if credit::is_barred(tx, credit_code, today)? {
        return Err(Refusal::new(&SALE_BIDDER_BARRED));
    }
    Ok(())
}

/// Five random digits: nothing about who came when.
fn free_alias(tx: &mut Tx, sale: SaleId) -> Result<String, Refusal> {
    for _ in 0..ALIAS_TRIES {
        let drawn = u32::from_be_bytes(tx.random()) % 90_000 + 10_000;
        let alias = format!("竞买人{drawn}");
        if !store::has_alias(tx, sale, &alias)? {
            return Ok(alias);
        }
    }
    Err(Refusal::internal("no free alias was drawn"))
}

/// The actor's own part in a sale. A paper of one reader: nobody else sees it.
pub fn enrolment(
    snapshot: &mut Snapshot,
    actor: &Actor,
    secrets: &SecretBox,
    id: SaleId,
) -> Result<Enrolment, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let own = actor.party_urn(snapshot.node())?;
    let bidder = store::bidder_of(snapshot, id, &own)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    of_bidder(snapshot, secrets, bidder)
}

/// The sales that the actor's organisation takes part in, the newest first.
pub fn enrolments(
    snapshot: &mut Snapshot,
    actor: &Actor,
    secrets: &SecretBox,
    page: &PageQuery,
) -> Result<Page<Enrolment>, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let own = actor.party_urn(snapshot.node())?;
    let found = store::enrolments(snapshot, &own, page)?;
    let mut items = Vec::with_capacity(found.items.len());
    for bidder in found.items {
        items.push(Enrolment { bids: vec![], ..of_bidder(snapshot, secrets, bidder)? });
    }
    Ok(Page { items, next: found.next })
}

fn of_bidder(snapshot: &mut Snapshot, secrets: &SecretBox, bidder: Bidder) -> Result<Enrolment, Refusal> {
    let node = snapshot.node().to_owned();
    let sale = super::load(snapshot, &node, bidder.sale)?;
    let deposit = store::deposit_of(snapshot, bidder.sale, bidder.number)?;
    let bids = store::bids_of(snapshot, bidder.sale, bidder.number, OWN_BIDS_SHOWN)?;
    let run = store::run(snapshot, bidder.sale)?;
    let leads = run.as_ref().is_some_and(|run| run.leader == Some(bidder.number));
    let maximum = super::bid::own_maximum(secrets, &bidder)?;
    let offer = store::offer(snapshot, bidder.sale, bidder.number)?;
    Ok(Enrolment { sale, run, bidder, deposit, bids, leads, maximum, offer })
}

/// Who took part, for the seller and the operator: after the end (rule 8). `named` is false of a sale that was taken back
/// before anything was decided: then there is an alias and no identity.
pub fn participants(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: SaleId,
) -> Result<(Vec<Bidder>, bool), Refusal> {
    let seen = super::sale(snapshot, actor, id)?;
    if !seen.own && !actor.may(Permission::SaleReview) {
        return Err(Refusal::new(&FORBIDDEN));
    }
    if seen.sale.state() == State::Published {
        return Err(Refusal::new(&SALE_SECRET));
    }
    let named =
        !matches!(seen.sale.standing, Standing::Withdrawn { .. } | Standing::Annulled { decided: false, .. });
    Ok((store::bidders(snapshot, id)?, named))
}

/// The bidder that the actor is: enrolled, and its deposit confirmed.
pub(crate) fn admitted(tx: &mut Tx, actor: &Actor, sale: SaleId) -> Result<Bidder, Refusal> {
    let own = actor.party_urn(tx.node())?;
    let bidder = store::bidder_of(tx, sale, &own)?.ok_or_else(|| Refusal::new(&SALE_NOT_ENROLLED))?;
    if !bidder.admitted {
        return Err(Refusal::new(&crate::trading::codes::SALE_DEPOSIT_MISSING));
    }
    ties::check_not_staff(tx, actor)?;
    check_barred(tx, &bidder.party.credit_code)?;
    Ok(bidder)
}

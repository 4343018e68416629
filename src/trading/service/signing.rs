//! The winner's word that the contract is signed (rule 24): the seller alone concludes nothing.

use serde_json::json;

use super::drafts::REASON_CHARS_MAX;
use super::{TRADING, for_review, keep, load_tx, ties};
use crate::audit;
use crate::db::{Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{FORBIDDEN, NOT_FOUND};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::trading::codes::SALE_SIGNING_WINNERS;
use crate::trading::model::{Outcome, Sale, SaleId, Signed, SignedBy, State};
use crate::trading::rules::lifecycle::{self, Act};

/// The winner confirms that it has signed. For one that has no account here somebody of the operator does, who has seen
/// the contract and says so in `note`. Saying it twice is saying it once.
pub fn confirm_signing(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    note: &str,
) -> Result<Sale, Refusal> {
    if actor.may(Permission::SaleReview) {
        return attest(tx, actor, id, expected, note);
    }
    let party = identity::acting_party(tx, actor)?;
    let sale = load_tx(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    check_version(sale.version, expected)?;
    let winner = winner(&sale)?;
    // A buyer that registered after it was named is known by its code.
    let same =
        if winner.urn.is_empty() { winner.credit_code == party.credit_code } else { winner.urn == party.urn };
    if !same {
        return Err(Refusal::new(&FORBIDDEN));
    }
    ties::check_not_of(tx, actor, &sale.seller)?;
    if sale.standing.signed().is_some() {
        return Ok(sale);
    }
    sign(tx, actor, &sale, SignedBy::Winner)
}

fn winner(sale: &Sale) -> Result<&PartyRef, Refusal> {
    let winner = sale.standing.outcome().filter(|_| sale.state() == State::Awarded).and_then(Outcome::winner);
    winner.map(|it| &it.party).ok_or_else(|| lifecycle::conflict(sale.state()))
}

fn attest(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    note: &str,
) -> Result<Sale, Refusal> {
    let sale = for_review(tx, actor, id, expected)?;
    if may_say_itself(tx, winner(&sale)?)? {
        return Err(Refusal::new(&SALE_SIGNING_WINNERS));
    }
    text::stated("/note", note, REASON_CHARS_MAX)?;
    if sale.standing.signed().is_some() {
        return Ok(sale);
    }
    audit::service::record(tx, actor, "sale.signing_attested", &sale.urn, &json!({"note": note.trim()}))?;
    sign(tx, actor, &sale, SignedBy::Operator)
}

/// Whether a winner is a verified organisation of this node.
fn may_say_itself(tx: &mut Tx, winner: &PartyRef) -> Result<bool, Refusal> {
    let known = match parse_urn(&winner.urn) {
        Some((node, "organisation", uuid)) if node == tx.node() => {
            Some(identity::organisation(tx, Id::from_uuid(uuid))?)
        }
        Some(_) => None,
        None => identity::organisation_by_code(tx, &winner.credit_code)?,
    };
    Ok(known.is_some_and(|it| it.is_verified()))
}

/// The contract of an award was registered: whoever registers it has seen both signatures. An award that does not stand
/// any more is left alone.
pub fn contract_registered(tx: &mut Tx, sale: &str, rank: i32) -> Result<(), Refusal> {
    let id = match parse_urn(sale) {
        Some((node, "sale", uuid)) if node == tx.node() => Id::from_uuid(uuid),
        _ => return Ok(()),
    };
    let sale = load_tx(tx, id)?;
    let stands = sale.standing.outcome().is_some_and(|it| i64::from(it.place) + 1 == i64::from(rank));
    if sale.state() != State::Awarded || !stands || sale.standing.signed().is_some() {
        return Ok(());
    }
    sign(tx, &TRADING, &sale, SignedBy::Registration).map(drop)
}

fn sign(tx: &mut Tx, actor: &Actor, before: &Sale, by: SignedBy) -> Result<Sale, Refusal> {
    let act = Act::Sign(Signed { at: tx.now(), by });
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    let after = Sale { standing, ..before.clone() };
    keep(tx, actor, before, after, "sale.signing_confirmed", json!({"by": by}))
}

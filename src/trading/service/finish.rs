//! What a sale has come to, whatever its mode: the result, the stand-still, the award, or nothing.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{OnLots, TRADING, keep, on_lots};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::leaf::canonical;
use crate::kernel::time::UtcTime;
use crate::trading::codes::SALE_STANDSTILL;
use crate::trading::model::{Confirmation, Mode, Outcome, Sale, Standing, State, Times, UnsoldReason};
use crate::trading::rules::lifecycle::{self, Act};
use crate::trading::store;

/// The result is known. It is published; the award follows at `award_from` if no objection is open. A mode ends a
/// sale by this and by `unsold`, and by nothing else.
pub fn finish(
    tx: &mut Tx,
    actor: &Actor,
    before: &Sale,
    outcome: Outcome,
    award_from: UtcTime,
) -> Result<Sale, Refusal> {
    let act = Act::End { outcome, award_from };
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    let times = Times { due_at: Some(award_from), ..before.times };
    let ended = Sale { standing, times, ..before.clone() };
    let ended = keep(tx, actor, before, ended, "sale.ended", json!({}))?;
    store::protocol_due(tx, ended.id)?;
    award_if_free(tx, actor, ended)
}

/// The winner falls out, by `act`: it may not take part any more, and the next rank follows, or the lots are free.
pub(super) fn pass_on(
    tx: &mut Tx,
    actor: &Actor,
    before: &Sale,
    act: Act,
    event: &'static str,
    more: serde_json::Value,
) -> Result<Sale, Refusal> {
    let out = before.standing.outcome().and_then(Outcome::winner);
    let out = out.ok_or_else(|| lifecycle::conflict(before.state()))?.party.credit_code.clone();
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    if matches!(standing, Standing::Unsold { .. }) {
        on_lots(tx, actor, before, OnLots::Release)?;
    }
    let mut excluded = before.excluded.clone();
    excluded.push(out);
    let times = Times { due_at: Some(standing.award_from().unwrap_or(tx.now())), ..before.times };
    let after = Sale { standing, times, excluded, ..before.clone() };
    let after = keep(tx, actor, before, after, event, more)?;
    store::protocol_due(tx, before.id)?;
    if after.state() == State::Ended { award_if_free(tx, &TRADING, after) } else { Ok(after) }
}

/// Awards unless something stands in the way.
fn award_if_free(tx: &mut Tx, actor: &Actor, ended: Sale) -> Result<Sale, Refusal> {
    let stands_still = ended.standing.award_from().is_some_and(|from| tx.now() < from);
    if stands_still || super::open_objections(tx, ended.id)? > 0 || lacks_deposit(tx, &ended)? {
        return Ok(ended);
    }
    award(tx, actor, &ended)
}

/// The deposit of a sealed tender is paid when the envelopes are open: nothing is awarded to who has not paid it.
pub(crate) fn lacks_deposit(tx: &mut Tx, sale: &Sale) -> Result<bool, Refusal> {
    let winner = sale.standing.outcome().and_then(Outcome::winner).map(|it| it.bidder);
    let (Mode::SealedTender, Some(_), Some(winner)) = (sale.mode, sale.deposit(), winner) else {
        return Ok(false);
    };
    let deposit = store::deposit_of(tx, sale.id, winner)?;
    Ok(!deposit.is_some_and(|it| it.state.is_held()))
}

/// The award: after the stand-still, with no objection open.
pub fn award(tx: &mut Tx, actor: &Actor, before: &Sale) -> Result<Sale, Refusal> {
    super::check_objections(tx, before.id)?;
    if let Standing::Ended { award_from, .. } = before.standing
        && tx.now() < award_from
    {
        return Err(Refusal::new(&SALE_STANDSTILL).with("until", award_from));
    }
    let standing = lifecycle::next(before.mode, &before.standing, Act::Award, tx.now())?;
    // Losers' deposits are released next.
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    confirm(tx, &after)?;
    let more = award_facts(&after);
    keep(tx, actor, before, after, "sale.awarded", more)
}

/// Rule 13: the confirmation is written by itself, in the command that awards.
fn confirm(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let Some(outcome) = sale.standing.outcome() else { return Ok(()) };
    let Some(winner) = outcome.winner() else { return Ok(()) };
    let bids = store::run(tx, sale.id)?.map(|run| run.seq);
    let body = json!({
        "schema": "sale-confirmation.v1",
        "title": "成交确认书",
        "sale": sale.urn,
        "sale_title": sale.title,
        "mode": sale.mode,
        "lots": sale.lots,
        "seller": sale.seller,
        "winner": winner.party,
        "alias": winner.alias,
        "rank": outcome.place + 1,
        "price_fen": winner.price_fen,
        "bids": bids,
        "ended_at": sale.times.ends_at,
        "decided_at": outcome.decided_at,
        "awarded_at": tx.now(),
        "contract_within_days": sale.rules.as_ref().map(|rules| rules.contract_days),
    });
    let body = String::from_utf8(canonical(&body).map_err(Refusal::internal)?).map_err(Refusal::internal)?;
    let confirmation = Confirmation {
        sale: sale.id,
        place: i32::try_from(outcome.place).map_err(Refusal::internal)?,
        sha256: hex::encode(Sha256::digest(body.as_bytes())),
        body,
        at: tx.now(),
    };
    store::insert_confirmation(tx, &confirmation)
}

/// What the contract room needs for a draft.
fn award_facts(sale: &Sale) -> serde_json::Value {
    let Some(outcome) = sale.standing.outcome() else { return json!({}) };
    let Some(winner) = outcome.winner() else { return json!({}) };
    json!({
        "winner": winner.party,
        "price_fen": winner.price_fen,
        "rank": outcome.place + 1,
        "seller": sale.seller,
        "buys": sale.buys(),
        "contract_sub_type": sale.terms.contract_sub_type,
        "created_by": sale.created_by,
    })
}

/// Nobody, or nobody good enough: the lots are free again.
pub fn unsold(tx: &mut Tx, actor: &Actor, before: &Sale, reason: UnsoldReason) -> Result<Sale, Refusal> {
    let standing = lifecycle::next(before.mode, &before.standing, Act::Unsold { reason }, tx.now())?;
    on_lots(tx, actor, before, OnLots::Release)?;
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    store::protocol_due(tx, after.id)?;
    keep(tx, actor, before, after, "sale.unsold", json!({"reason": reason}))
}

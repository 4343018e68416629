//! After the result: announcing a negotiated one, the signed contract.

use serde_json::json;

use super::drafts::REASON_CHARS_MAX;
use super::{OnLots, defaults, deposits, finish, keep, on_lots, own};
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::text;
use crate::trading::codes::{SALE_AMOUNT_NOTE, SALE_MODE_WRONG, SALE_NOT_SIGNED, SALE_PUBLICITY_RUNNING};
use crate::trading::model::{
    Confirmation, DepositState, Mode, ModeTerms, Outcome, Ranked, Sale, SaleId, State, Times,
};
use crate::trading::rules::{common, lifecycle, lifecycle::Act};
use crate::trading::store;

/// Announces what a negotiated sale came to, after its publicity and with no objection open (rule 17).
pub fn announce(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    price: Fen,
    note: &str,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    let ModeTerms::Negotiated(terms) = &before.terms.mode else {
        return Err(Refusal::new(&SALE_MODE_WRONG));
    };
    if before.state() != State::Published {
        return Err(lifecycle::conflict(before.state()));
    }
    let now = tx.now();
    if let Some(until) = before.times.ends_at.filter(|end| now < *end) {
        return Err(Refusal::new(&SALE_PUBLICITY_RUNNING).with("until", until));
    }
    super::check_objections(tx, id)?;
    let mut errors = Errors::new();
    common::check_amount(&mut errors, "/price_fen", price);
    text::optional(&mut errors, "/note", note, REASON_CHARS_MAX);
    if price != terms.price_fen && note.trim().is_empty() {
        errors.add("/note", &SALE_AMOUNT_NOTE);
    }
    errors.check()?;
    super::buyer::check_barred(tx, &before)?;
    let buyer = terms.buyer.clone();
    let winner = Ranked { bidder: 0, alias: String::new(), party: buyer, price_fen: price };
    let outcome = Outcome { ranking: vec![winner], place: 0, decided_at: now, note: note.trim().to_owned() };
    finish::finish(tx, actor, &before, outcome, now)
}

/// The contract is signed, as both sides say: the lots are traded, the winner's deposit counts to the price.
pub fn conclude(tx: &mut Tx, actor: &Actor, id: SaleId, expected: Option<i64>) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    super::check_objections(tx, id)?;
    if before.state() == State::Awarded && before.standing.signed().is_none() {
        return Err(Refusal::new(&SALE_NOT_SIGNED));
    }
    let standing = lifecycle::next(before.mode, &before.standing, Act::Conclude, tx.now())?;
    let winner = before.standing.outcome().and_then(Outcome::winner).map(|it| it.bidder);
    if let Some(winner) = winner
        && let Some(deposit) = store::deposit_of(tx, id, winner)?.filter(|it| it.state.is_held())
    {
        // DOMAIN §4: that of a tender goes back after the signing, any other counts to the price.
        let tender = before.mode == Mode::SealedTender;
        let state = if tender { DepositState::Released } else { DepositState::Applied };
        deposits::settle(tx, actor, &before, deposit, state, "contract")?;
    }
    defaults::drop_stated(tx, actor, &before)?;
    on_lots(tx, actor, &before, OnLots::Trade)?;
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    keep(tx, actor, &before, after, "sale.concluded", json!({}))
}

/// The last confirmation of a sale's result. Public.
pub fn confirmation(snapshot: &mut Snapshot, id: SaleId) -> Result<Confirmation, Refusal> {
    store::confirmation(snapshot, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

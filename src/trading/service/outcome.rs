//! After the result: announcing a negotiated one, defaults, the signed contract, the re-run.

use serde_json::json;

use super::drafts::REASON_CHARS_MAX;
use super::{OnLots, TRADING, deposits, finish, for_review, keep, on_lots, own, record};
use crate::audit;
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{
    SALE_AMOUNT_NOTE, SALE_MODE_WRONG, SALE_PUBLICITY_RUNNING, SALE_RERUN_LATE, SALE_RERUN_ONCE,
    SALE_RERUN_PRICE,
};
use crate::trading::model::{
    BiddingTerms, Confirmation, DepositState, Mode, ModeTerms, Outcome, Ranked, Sale, SaleId, Standing,
    State, Terms, Times,
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
    let buyer = terms.buyer.clone();
    let winner = Ranked { bidder: 0, alias: String::new(), party: buyer, price_fen: price };
    let outcome = Outcome { ranking: vec![winner], place: 0, decided_at: now, note: note.trim().to_owned() };
    finish::finish(tx, actor, &before, outcome, now)
}

/// The operator states that the winner has defaulted: its deposit is forfeited, and rank two follows where that was
/// announced (rule 14).
pub fn default(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Sale, Refusal> {
    let before = for_review(tx, actor, id, expected)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/reason", reason, REASON_CHARS_MAX);
    errors.check()?;
    super::check_objections(tx, id)?;
    let winner = before.standing.outcome().and_then(Outcome::winner).cloned();
    let winner = winner.ok_or_else(|| lifecycle::conflict(before.state()))?;
    let rank_two_follows = match &before.terms.mode {
        ModeTerms::Bidding(terms) => terms.rank_two_follows,
        // The candidates of a tender follow each other in their order.
        mode => matches!(mode, ModeTerms::Sealed(_)),
    };
    let act = Act::Default { rank_two_follows };
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    if let Some(deposit) = store::deposit_of(tx, id, winner.bidder)?.filter(|it| it.state.is_held()) {
        deposits::settle(tx, actor, &before, deposit, DepositState::Forfeited, reason.trim())?;
    }
    let mut excluded = before.excluded.clone();
    excluded.push(winner.party.credit_code.clone());
    audit::service::record(tx, actor, "sale.defaulted", &before.urn, &json!({"place": place(&before)}))?;
    if matches!(standing, Standing::Unsold { .. }) {
        on_lots(tx, actor, &before, OnLots::Release)?;
    }
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, excluded, ..before.clone() };
    let after = keep(tx, actor, &before, after, "sale.defaulted", json!({"defaulter": winner.party.urn}))?;
    if after.state() == State::Ended { finish::award_if_free(tx, &TRADING, after) } else { Ok(after) }
}

fn place(sale: &Sale) -> u32 {
    sale.standing.outcome().map_or(0, |outcome| outcome.place)
}

/// The contract is signed: the lots are traded, the winner's deposit counts to the price.
pub fn conclude(tx: &mut Tx, actor: &Actor, id: SaleId, expected: Option<i64>) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    super::check_objections(tx, id)?;
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
    on_lots(tx, actor, &before, OnLots::Trade)?;
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    keep(tx, actor, &before, after, "sale.concluded", json!({}))
}

/// Draws up the next run of a bidding that came to nothing: within 30 days, the start cut by at most 20 %, without
/// whoever defaulted (rule 15). A draft: the seller publishes it, with the shorter notice.
pub fn rerun(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    start: Fen,
    starts_at: UtcTime,
    ends_at: UtcTime,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    let ModeTerms::Bidding(terms) = &before.terms.mode else {
        return Err(Refusal::new(&SALE_MODE_WRONG));
    };
    let Standing::Unsold { at, .. } = &before.standing else {
        return Err(lifecycle::conflict(before.state()));
    };
    let rules = before.rules.as_ref().ok_or_else(|| Refusal::internal("a sale without rules"))?;
    if tx.now() > at.plus_days(i64::from(rules.rerun_within_days)) {
        return Err(Refusal::new(&SALE_RERUN_LATE).with("days", rules.rerun_within_days));
    }
    if store::rerun_of(tx, id)?.is_some() {
        return Err(Refusal::new(&SALE_RERUN_ONCE));
    }
    check_cut(terms, start, rules.rerun_cut_ppm_max)?;
    let bidding = BiddingTerms {
        start_fen: start,
        starts_at,
        ends_at,
        deposit_fen: deposit(terms, start),
        ..terms.clone()
    };
    let terms = Terms { mode: ModeTerms::Bidding(bidding), ..before.terms.clone() };
    let new_id = tx.new_id();
    let sale = Sale {
        id: new_id,
        urn: tx.urn("sale", new_id),
        version: 1,
        standing: Standing::Draft {},
        terms,
        reserve: None,
        rules: None,
        times: Times::default(),
        rerun_of: Some(id),
        run_number: before.run_number + 1,
        created_by: actor.person()?.user,
        created_at: tx.now(),
        updated_at: tx.now(),
        ..before
    };
    store::insert_sale(tx, &sale)?;
    let earlier = tx.urn("sale", id);
    record(tx, actor, &sale, "sale.drafted", json!({"rerun_of": earlier}));
    Ok(sale)
}

/// A re-run that is about to be published: still within its days, and not cut further by an edit.
pub(super) fn check_rerun(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let (Some(earlier), ModeTerms::Bidding(terms)) = (sale.rerun_of, &sale.terms.mode) else {
        return Ok(());
    };
    let earlier = super::load_tx(tx, earlier)?;
    let (ModeTerms::Bidding(old), Some(rules)) = (&earlier.terms.mode, &earlier.rules) else { return Ok(()) };
    if let Standing::Unsold { at, .. } = &earlier.standing
        && tx.now() > at.plus_days(i64::from(rules.rerun_within_days))
    {
        return Err(Refusal::new(&SALE_RERUN_LATE).with("days", rules.rerun_within_days));
    }
    check_cut(old, terms.start_fen, rules.rerun_cut_ppm_max)
}

/// DOMAIN §4, unsold: cut by at most 20 %, compared exactly.
fn check_cut(terms: &BiddingTerms, start: Fen, cut_max: Rate) -> Result<(), Refusal> {
    let kept = Rate(1_000_000_u32.saturating_sub(cut_max.ppm()));
    if kept.is_reached_by(start, terms.start_fen) && start <= terms.start_fen {
        return Ok(());
    }
    let min = kept.of(terms.start_fen).unwrap_or(terms.start_fen);
    Err(Refusal::new(&SALE_RERUN_PRICE).with("max", cut_max).with("min", min))
}

/// The same share of the new start price as before, within what it was.
fn deposit(terms: &BiddingTerms, start: Fen) -> Fen {
    let whole = i128::from(terms.start_fen.0.max(1));
    let part = i128::from(terms.deposit_fen.0) * i128::from(start.0);
    Fen(i64::try_from((part + whole - 1) / whole).unwrap_or(terms.deposit_fen.0))
}

/// The last confirmation of a sale's result. Public.
pub fn confirmation(snapshot: &mut Snapshot, id: SaleId) -> Result<Confirmation, Refusal> {
    store::confirmation(snapshot, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

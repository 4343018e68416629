//! The next run of what came to nothing (rule 15): within 30 days, the price cut by at most 20 %, without whoever
//! defaulted. Of a sealed tender too, which DOMAIN §4 runs again where fewer than three have bid.

use std::collections::BTreeSet;

use serde_json::json;

use super::{load_tx, own, record};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::REQUIRED;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{
    SALE_MODE_WRONG, SALE_RERUN_BOUND, SALE_RERUN_LATE, SALE_RERUN_LOTS, SALE_RERUN_ONCE, SALE_RERUN_PRICE,
};
use crate::trading::model::{
    BiddingTerms, ListingTerms, Mode, ModeTerms, Rules, Sale, SaleId, SealedTerms, Standing, Terms, Times,
};
use crate::trading::rules::lifecycle;
use crate::trading::{sealed, store};

/// How it is run again; absent: as before.
#[derive(Clone, Copy, Debug)]
pub struct Again {
    /// Start price of a bidding, asked price of a listing, least price of a tender.
    pub price: Option<Fen>,
    /// Of a bidding.
    pub starts_at: Option<UtcTime>,
    pub ends_at: UtcTime,
}

/// Draws up the next run: a draft, which the seller publishes with the notice of its mode.
pub fn rerun(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    again: Again,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    if before.mode == Mode::Negotiated {
        return Err(Refusal::new(&SALE_MODE_WRONG));
    }
    if !matches!(before.standing, Standing::Unsold { .. } | Standing::Annulled { .. }) {
        return Err(lifecycle::conflict(before.state()));
    }
    let rules = check_days(&before, tx.now())?;
    if store::rerun_of(tx, id)?.is_some() {
        return Err(Refusal::new(&SALE_RERUN_ONCE));
    }
    let price = again.price.or_else(|| before.price());
    check_price(&before, price, rules.rerun_cut_ppm_max)?;
    let terms = Terms { mode: next_terms(&before, again, price)?, ..before.terms.clone() };
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
    record(tx, actor, &sale, "sale.drafted", json!({"rerun_of": earlier}))?;
    if sale.mode == Mode::SealedTender {
        sealed::service::set_up_again(tx, actor, id, new_id)?;
    }
    Ok(sale)
}

fn next_terms(before: &Sale, again: Again, price: Option<Fen>) -> Result<ModeTerms, Refusal> {
    let ends_at = again.ends_at;
    // The same share of the new price as before, within its limits: of a bidding at least so much, else at most.
    let least = |deposit: Fen, old: Fen| price.map_or(deposit, |new| share(deposit, old, new, true));
    let most = |deposit: Fen, old: Fen| price.map_or(deposit, |new| share(deposit, old, new, false));
    Ok(match &before.terms.mode {
        ModeTerms::Negotiated(_) => return Err(Refusal::new(&SALE_MODE_WRONG)),
        ModeTerms::Listing(terms) => ModeTerms::Listing(ListingTerms {
            price_fen: price.unwrap_or(terms.price_fen),
            deposit_fen: terms.deposit_fen.map(|deposit| most(deposit, terms.price_fen)),
            ends_at,
            ..terms.clone()
        }),
        ModeTerms::Bidding(terms) => {
            let mut errors = Errors::new();
            if again.starts_at.is_none() {
                errors.add("/starts_at", &REQUIRED);
            }
            errors.check()?;
            ModeTerms::Bidding(BiddingTerms {
                start_fen: price.unwrap_or(terms.start_fen),
                deposit_fen: least(terms.deposit_fen, terms.start_fen),
                starts_at: again.starts_at.unwrap_or(terms.starts_at),
                ends_at,
                ..terms.clone()
            })
        }
        ModeTerms::Sealed(terms) => {
            let deposit = |deposit| terms.ceiling_fen.map_or(deposit, |old| most(deposit, old));
            ModeTerms::Sealed(SealedTerms {
                ceiling_fen: price,
                deposit_fen: terms.deposit_fen.map(deposit),
                ends_at,
                ..terms.clone()
            })
        }
    })
}

/// A re-run that is about to be published: still within its days, of the same lots for the same priority holders (its short
/// notice is for what was announced before), and not cut further by an edit.
pub(super) fn check_rerun(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let Some(earlier) = sale.rerun_of else { return Ok(()) };
    let earlier = load_tx(tx, earlier)?;
    if earlier.mode != sale.mode {
        return Err(Refusal::new(&SALE_MODE_WRONG));
    }
    if lots(sale) != lots(&earlier) || holders(sale) != holders(&earlier) {
        return Err(Refusal::new(&SALE_RERUN_LOTS));
    }
    let rules = check_days(&earlier, tx.now())?;
    check_price(&earlier, sale.price(), rules.rerun_cut_ppm_max)
}

fn lots(sale: &Sale) -> BTreeSet<&str> {
    sale.lots.iter().map(|lot| lot.about.as_str()).collect()
}

fn holders(sale: &Sale) -> BTreeSet<(&str, i32)> {
    sale.terms.priority_holders.iter().map(|it| (it.credit_code.as_str(), it.rank)).collect()
}

/// DOMAIN §4, unsold: within 30 days; of what was annulled too.
fn check_days(earlier: &Sale, now: UtcTime) -> Result<&Rules, Refusal> {
    let rules = earlier.rules.as_ref().ok_or_else(|| Refusal::internal("a sale without rules"))?;
    let days = rules.rerun_within_days;
    match &earlier.standing {
        Standing::Unsold { at, .. } | Standing::Annulled { at, .. }
            if now > at.plus_days(i64::from(days)) =>
        {
            Err(Refusal::new(&SALE_RERUN_LATE).with("days", days))
        }
        _ => Ok(rules),
    }
}

/// The ceiling of a solution that is bought is no start price: it stays. A bound is neither added nor dropped.
fn check_price(earlier: &Sale, price: Option<Fen>, cut_max: Rate) -> Result<(), Refusal> {
    match (earlier.price(), price) {
        (Some(old), Some(new)) if !earlier.buys() => check_cut(old, new, cut_max),
        (old, new) if old == new => Ok(()),
        _ => Err(Refusal::new(&SALE_RERUN_BOUND)),
    }
}

/// DOMAIN §4, unsold: cut by at most 20 %, compared exactly.
fn check_cut(old: Fen, new: Fen, cut_max: Rate) -> Result<(), Refusal> {
    let kept = Rate(1_000_000_u32.saturating_sub(cut_max.ppm()));
    if kept.is_reached_by(new, old) && new <= old {
        return Ok(());
    }
    let min = kept.of(old).unwrap_or(old);
    Err(Refusal::new(&SALE_RERUN_PRICE).with("max", cut_max).with("min", min))
}

/// The same share of the new price as before, rounded up or down to a fen.
fn share(deposit: Fen, old: Fen, new: Fen, up: bool) -> Fen {
    let whole = i128::from(old.0.max(1));
    let part = i128::from(deposit.0) * i128::from(new.0);
    let rounding = if up { whole - 1 } else { 0 };
    Fen(i64::try_from((part + rounding) / whole).unwrap_or(deposit.0))
}

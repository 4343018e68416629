//! Offers of a listing, and its end by the published rule (rule 18).

use serde_json::json;

use super::enrol::admitted;
use super::{TRADING, finish, keep, load_tx};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::trading::codes::{SALE_MODE_WRONG, SALE_NOT_OPEN, SALE_OFFER_LOWER, SALE_OVER};
use crate::trading::model::{
    ListingTerms, ModeTerms, Offer, Outcome, Ranked, Sale, SaleId, State, Times, UnsoldReason,
};
use crate::trading::rules::lifecycle;
use crate::trading::rules::listing::{self, Standing};
use crate::trading::store;

const NOTE_CHARS_MAX: usize = 2_000;

fn terms(sale: &Sale) -> Result<&ListingTerms, Refusal> {
    match &sale.terms.mode {
        ModeTerms::Listing(terms) => Ok(terms),
        _ => Err(Refusal::new(&SALE_MODE_WRONG)),
    }
}

fn check_open(tx: &Tx, sale: &Sale) -> Result<(), Refusal> {
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    match sale.times.ends_at {
        Some(end) if end <= tx.now() => Err(Refusal::new(&SALE_OVER).with("at", end)),
        _ if !sale.times.is_open(tx.now()) => Err(Refusal::new(&SALE_NOT_OPEN)),
        _ => Ok(()),
    }
}

/// Offers, or raises one's offer; saying the same again confirms it after a correction.
pub fn offer(tx: &mut Tx, actor: &Actor, id: SaleId, price: Fen, note: &str) -> Result<Offer, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let sale = load_tx(tx, id)?;
    check_open(tx, &sale)?;
    let terms = terms(&sale)?;
    let bidder = admitted(tx, actor, id)?;
    listing::check_offer(terms, price)?;
    let mut errors = Errors::new();
    text::optional(&mut errors, "/note", note, NOTE_CHARS_MAX);
    errors.check()?;
    let before = store::offer(tx, id, bidder.number)?;
    if before.as_ref().is_some_and(|before| price < before.price) {
        return Err(Refusal::new(&SALE_OFFER_LOWER));
    }
    let same = before.as_ref().filter(|before| before.price == price);
    let after = Offer {
        sale: id,
        bidder: bidder.number,
        version: before.as_ref().map_or(1, |before| before.version + 1),
        price,
        note: note.trim().to_owned(),
        confirmed: true,
        offered_at: same.map_or(tx.now(), |before| before.offered_at),
    };
    store::put_offer(tx, &after)?;
    // Neither amount nor bidder: offers are secret until the end.
    let subject = tx.urn("sale_run", id);
    let facts = json!({"sale": sale.urn});
    tx.record(&TRADING, NewChange::local("sale.offered", subject, after.version, facts));
    Ok(after)
}

/// The end of a listing: the best offer, an extension, or nobody.
pub(super) fn close(tx: &mut Tx, sale: &Sale) -> Result<Sale, Refusal> {
    let terms = terms(sale)?;
    let offers = store::offers(tx, sale.id)?;
    let mut standing = Vec::new();
    for offer in offers.into_iter().filter(|offer| offer.confirmed) {
        let bidder = store::bidder(tx, sale.id, offer.bidder)?;
        let bidder = bidder.ok_or_else(|| Refusal::internal("an offer by nobody"))?;
        let (price, offered_at) = (offer.price, offer.offered_at);
        standing
            .push((Standing { bidder: bidder.number, price, priority: bidder.priority, offered_at }, bidder));
    }
    if standing.is_empty() {
        return nobody(tx, sale, terms);
    }
    let order = listing::rank(standing.iter().map(|(standing, _)| standing.clone()).collect());
    let place = |number: i32| standing.iter().find(|(it, _)| it.bidder == number);
    let ranking = order.iter().filter_map(|it| place(it.bidder)).map(|(standing, bidder)| Ranked {
        bidder: bidder.number,
        alias: bidder.alias.clone(),
        party: bidder.party.clone(),
        price_fen: standing.price,
    });
    let outcome = Outcome { ranking: ranking.collect(), place: 0, decided_at: tx.now(), note: String::new() };
    let now = tx.now();
    finish::finish(tx, &TRADING, sale, outcome, now)
}

fn nobody(tx: &mut Tx, sale: &Sale, terms: &ListingTerms) -> Result<Sale, Refusal> {
    let ends_at = sale.times.ends_at.unwrap_or(terms.ends_at);
    // How often it was extended shows in how far its end has moved.
    let moved = ends_at.micros().saturating_sub(terms.ends_at.micros());
    let step = i64::from(terms.extend_days.max(1)).saturating_mul(86_400_000_000);
    let so_far = u32::try_from(moved / step).unwrap_or(u32::MAX);
    match listing::extended(terms, so_far, ends_at) {
        Some(until) => {
            let times = Times { ends_at: Some(until), due_at: Some(until), ..sale.times };
            let after = Sale { times, ..sale.clone() };
            keep(tx, &TRADING, sale, after, "sale.extended", json!({"ends_at": until}))
        }
        None => finish::unsold(tx, &TRADING, sale, UnsoldReason::NoBids),
    }
}

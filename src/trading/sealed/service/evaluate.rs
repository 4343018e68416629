//! After the opening: scores, the ranking, the candidates before the public.

use super::committee::is_partial;
use super::{Case, case, keep, keep_published};
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Outcome, Ranked, Rules, Sale, SaleId, State, UnsoldReason};
use crate::trading::rules::lifecycle;
use crate::trading::sealed::codes::{
    SEALED_COMMITTEE_MEMBER, SEALED_COMMITTEE_MISSING, SEALED_NOT_MEMBER, SEALED_NOT_OPENED, SEALED_SCORED,
    SEALED_SHEET,
};
use crate::trading::sealed::model::{BestPrice, OpenedBid, Sheet, SheetRow, Tender};
use crate::trading::sealed::score::{self, Contender, Placed};
use crate::trading::sealed::store;
use crate::trading::service::{self as trading, TRADING, check_objections};

const COMMENT_CHARS_MAX: usize = 500;

/// The points of one member for every bid that counts.
pub type Points = Vec<SheetRow>;

/// A member hands in its points: once, for every bid that counts. The last member's make the ranking.
pub fn score(tx: &mut Tx, actor: &Actor, id: SaleId, rows: &Points) -> Result<Tender, Refusal> {
    let user = actor.person()?.user;
    let found = case(tx, id)?;
    let at = found.tender.committee.iter().position(|it| it.user == user && !it.vacant);
    let member = at.ok_or_else(|| Refusal::new(&SEALED_NOT_MEMBER))?;
    if found.tender.opened_at.is_none() {
        return Err(Refusal::new(&SEALED_NOT_OPENED));
    }
    if found.sale.state() != State::Published {
        return Err(lifecycle::conflict(found.sale.state()));
    }
    check_objections(tx, id)?;
    let bids = store::bids(tx, id)?;
    if is_partial(tx, &found.sale, &bids, user)? {
        return Err(Refusal::new(&SEALED_COMMITTEE_MEMBER));
    }
    let member = i32::try_from(member).map_err(Refusal::internal)?;
    let before = store::sheets(tx, id)?;
    if before.iter().any(|sheet| sheet.member == member) {
        return Err(Refusal::new(&SEALED_SCORED));
    }
    check_rows(&found, &bids, rows)?;
    let sheet = Sheet { member, at: tx.now(), rows: rows.clone() };
    store::insert_sheet(tx, id, &sheet)?;
    let tender = keep(tx, actor, &found.tender, found.tender.clone(), "sealed_tender.scored")?;
    let found = Case { tender, ..found };
    if before.len() + 1 == found.tender.committee.len() { decide(tx, found) } else { Ok(found.tender) }
}

fn check_rows(found: &Case, bids: &[OpenedBid], rows: &Points) -> Result<(), Refusal> {
    let criteria = found.tender.setup.weights.as_ref().map_or(0, |weights| weights.criteria.len());
    let mut asked: Vec<i32> = bids.iter().filter(|bid| bid.fault.is_none()).map(|bid| bid.slot).collect();
    let mut given: Vec<i32> = rows.iter().map(|row| row.slot).collect();
    asked.sort_unstable();
    given.sort_unstable();
    let whole = |row: &SheetRow| {
        row.points.len() == criteria && row.points.iter().all(|points| *points <= score::POINTS_MAX)
    };
    if asked != given || !rows.iter().all(whole) {
        return Err(Refusal::new(&SEALED_SHEET).with("max", score::POINTS_MAX));
    }
    let mut errors = Errors::new();
    for (at, row) in rows.iter().enumerate() {
        text::optional(&mut errors, &format!("/rows/{at}/comment"), &row.comment, COMMENT_CHARS_MAX);
    }
    errors.check()
}

/// What follows from the opening at once: too few bidders, or a ranking by price alone.
pub(super) fn after_opening(tx: &mut Tx, found: Case) -> Result<Tender, Refusal> {
    let rules = rules_of(&found.sale)?;
    let bids = store::bids(tx, found.sale.id)?;
    let valid = bids.iter().filter(|bid| bid.fault.is_none()).count();
    // DOMAIN §4: at least three bidders, or it is run again.
    if valid < usize::try_from(rules.tender_bidders_min).unwrap_or(usize::MAX) {
        let reason = if bids.is_empty() { UnsoldReason::NoBids } else { UnsoldReason::TooFewBidders };
        let after = Tender { evaluated_at: Some(tx.now()), ..found.tender.clone() };
        let tender = keep_published(tx, &found, after, "sealed_tender.evaluated")?;
        trading::unsold(tx, &TRADING, &found.sale, reason)?;
        return Ok(tender);
    }
    for bid in bids.iter().filter(|bid| bid.fault.is_none()) {
        trading::enrol_opened(tx, &found.sale, number_of(bid), alias_of(bid), bid.bidder.clone())?;
    }
    if !found.tender.setup.needs_committee() {
        return decide(tx, found);
    }
    // Who bid was secret when the committee was named: with a bidder's own people in it, it is named anew.
    for member in &found.tender.committee {
        if is_partial(tx, &found.sale, &bids, member.user)? {
            let after = Tender { committee: vec![], ..found.tender.clone() };
            return keep(tx, &TRADING, &found.tender, after, "sealed_tender.committee_dismissed");
        }
    }
    Ok(found.tender)
}

fn rules_of(sale: &Sale) -> Result<Rules, Refusal> {
    sale.rules.clone().ok_or_else(|| Refusal::internal("a published sale without rules"))
}

/// The ranking of the bids that count.
pub(in crate::trading) fn ranking(
    conn: &mut Conn,
    sale: &Sale,
    tender: &Tender,
) -> Result<Vec<Placed>, Refusal> {
    let bids = store::bids(conn, sale.id)?;
    let slot = |slot: i32| usize::try_from(slot).unwrap_or(0);
    let contenders: Vec<Contender> = bids
        .iter()
        .filter(|bid| bid.fault.is_none())
        .map(|bid| Contender {
            slot: slot(bid.slot),
            price_fen: bid.price.0,
            priority: sale.terms.priority_of(&bid.bidder.credit_code),
            received_micros: bid.received_at.micros(),
        })
        .collect();
    let sheets: Vec<score::Sheet> = store::sheets(conn, sale.id)?
        .into_iter()
        .map(|sheet| sheet.rows.into_iter().map(|row| (slot(row.slot), row.points)).collect())
        .collect();
    let best = BestPrice::of(sale.buys()).into();
    score::rank(best, &tender.setup.weighing(), &contenders, &sheets)
        .map_err(|error| Refusal::internal(format!("ranking of {}: {error:?}", sale.urn)))
}

fn decide(tx: &mut Tx, found: Case) -> Result<Tender, Refusal> {
    if found.tender.setup.needs_committee() && found.tender.committee.is_empty() {
        return Err(Refusal::new(&SEALED_COMMITTEE_MISSING));
    }
    let placed = ranking(tx, &found.sale, &found.tender)?;
    let bids = store::bids(tx, found.sale.id)?;
    let ranked = |it: &Placed| {
        let bid = bids.iter().find(|bid| usize::try_from(bid.slot) == Ok(it.slot));
        bid.map(|bid| Ranked {
            bidder: number_of(bid),
            alias: alias_of(bid),
            party: bid.bidder.clone(),
            price_fen: bid.price,
        })
    };
    let ranking = placed.iter().filter_map(ranked).collect();
    let now = tx.now();
    let after = Tender { evaluated_at: Some(now), ..found.tender.clone() };
    let tender = keep_published(tx, &found, after, "sealed_tender.evaluated")?;
    let outcome = Outcome { ranking, place: 0, decided_at: now, note: String::new() };
    let award_from = standstill_until(&rules_of(&found.sale)?, now);
    trading::finish(tx, &TRADING, &found.sale, outcome, award_from)?;
    Ok(tender)
}

/// A bidder's number within the sale is its slot, counted from 1.
const fn number_of(bid: &OpenedBid) -> i32 {
    bid.slot + 1
}

fn alias_of(bid: &OpenedBid) -> String {
    format!("投标人{}", number_of(bid))
}

/// Candidates stand published for whole days (DOMAIN §4: at least three).
fn standstill_until(rules: &Rules, now: UtcTime) -> UtcTime {
    now.day().plus_days(i64::from(rules.standstill_days)).end()
}

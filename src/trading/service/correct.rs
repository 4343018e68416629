//! Correcting what was published (rule 21): the words, and times to later. Price, lots and parties stay: for another
//! price a sale is withdrawn and published anew.

use serde_json::json;

use super::{keep, own};
use crate::audit;
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{SALE_CORRECT_END, SALE_CORRECT_NOTHING, SALE_MODE_WRONG};
use crate::trading::model::{Correction, Mode, ModeTerms, Rules, Run, Sale, SaleId, State, Terms, Times};
use crate::trading::rules::{common, correction, lifecycle};
use crate::trading::sealed::service as sealed;
use crate::trading::store;

use super::drafts::REASON_CHARS_MAX;

/// What a seller may change after publication. None leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct SaleCorrection {
    pub description: Option<String>,
    pub conditions: Option<String>,
    pub payment: Option<String>,
    pub starts_at: Option<UtcTime>,
    pub ends_at: Option<UtcTime>,
    pub reason: String,
}

/// Corrects a published sale before its bidding begins, or before its offers end. Offers made on the old words wait
/// for their bidders' confirmation, and envelopes sealed on them do not count: for that there must be days left.
pub fn correct(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    change: &SaleCorrection,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    may_correct(&before, tx.now())?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/reason", &change.reason, REASON_CHARS_MAX);
    let (terms, words) = corrected(&before.terms, change);
    let (terms, times, moved) = moved(&before, terms, change)?;
    let fields: Vec<String> = words.iter().chain(&moved).map(|&name| name.to_owned()).collect();
    if fields.is_empty() {
        errors.add("", &SALE_CORRECT_NOTHING);
    }
    common::check_draft(&mut errors, before.mode, &before.title, &before.lots, &terms);
    let after = Sale { terms, times, ..before.clone() };
    check_times(&mut errors, &before, &times, tx.now());
    let confirm_again = voids(tx, &before, &after, !words.is_empty())?;
    if confirm_again {
        correction::check_left(&mut errors, &after, tx.now());
    }
    errors.check()?;
    if let Some(run) = store::run(tx, id)?
        && let (Some(starts_at), Some(ends_at)) = (times.starts_at, times.ends_at)
    {
        store::save_run(tx, &Run { starts_at, ends_at, beat_at: starts_at, ..run })?;
    }
    if confirm_again {
        store::unconfirm_offers(tx, id)?;
    }
    let position = i32::try_from(store::corrections(tx, id)?.len()).map_err(Refusal::internal)? + 1;
    let (reason, at) = (change.reason.trim().to_owned(), tx.now());
    store::insert_correction(tx, &Correction { sale: id, position, reason, fields: fields.clone(), at })?;
    let (old, new) = (value(&before.terms)?, value(&after.terms)?);
    audit::service::record_revision(tx, actor, &before.urn, before.version + 1, &change.reason, &old, &new)?;
    let more = json!({"fields": fields, "confirm_again": confirm_again});
    let after = keep(tx, actor, &before, after, "sale.corrected", more)?;
    if after.mode == Mode::SealedTender {
        sealed::corrected(tx, &after)?;
    }
    Ok(after)
}

/// Whether what was offered on the old terms must be said again: of a tender whenever the hash changes that its
/// envelopes name. What lies in the box is not asked.
fn voids(tx: &mut Tx, before: &Sale, after: &Sale, words: bool) -> Result<bool, Refusal> {
    if before.mode == Mode::SealedTender { sealed::voids(tx, before, after) } else { Ok(words) }
}

fn value(terms: &Terms) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(terms).map_err(Refusal::internal)
}

fn may_correct(sale: &Sale, now: UtcTime) -> Result<(), Refusal> {
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    let open = match &sale.terms.mode {
        ModeTerms::Negotiated(_) => return Err(Refusal::new(&SALE_MODE_WRONG)),
        ModeTerms::Bidding(_) => sale.times.starts_at.is_some_and(|start| now < start),
        ModeTerms::Listing(_) | ModeTerms::Sealed(_) => !sale.times.is_over(now),
    };
    if open { Ok(()) } else { Err(Refusal::new(&SALE_CORRECT_END)) }
}

/// The words, and which of them changed.
fn corrected(terms: &Terms, change: &SaleCorrection) -> (Terms, Vec<&'static str>) {
    let (mut terms, mut fields) = (terms.clone(), vec![]);
    for (name, old, new) in [
        ("description", &mut terms.description, &change.description),
        ("conditions", &mut terms.conditions, &change.conditions),
        ("payment", &mut terms.payment, &change.payment),
    ] {
        if let Some(new) = new.as_ref().filter(|new| *new != old) {
            old.clone_from(new);
            fields.push(name);
        }
    }
    (terms, fields)
}

type Moved = (Terms, Times, Vec<&'static str>);

/// Times move later only.
fn moved(sale: &Sale, mut terms: Terms, change: &SaleCorrection) -> Result<Moved, Refusal> {
    let (mut times, mut fields) = (sale.times, vec![]);
    let later = |old: Option<UtcTime>, new: UtcTime| old.is_some_and(|old| new >= old);
    if let Some(start) = change.starts_at.filter(|start| times.starts_at != Some(*start)) {
        let ModeTerms::Bidding(bidding) = &mut terms.mode else {
            return Err(Refusal::new(&SALE_CORRECT_END));
        };
        if !later(times.starts_at, start) {
            return Err(Refusal::new(&SALE_CORRECT_END));
        }
        bidding.starts_at = start;
        times.starts_at = Some(start);
        fields.push("starts_at");
    }
    if let Some(end) = change.ends_at.filter(|end| times.ends_at != Some(*end)) {
        if !later(times.ends_at, end) {
            return Err(Refusal::new(&SALE_CORRECT_END));
        }
        match &mut terms.mode {
            ModeTerms::Bidding(bidding) => bidding.ends_at = end,
            // The announced end moves as far as the end itself: what it was extended by stays counted.
            ModeTerms::Listing(listing) => {
                let by = end.micros() - times.ends_at.map_or(end.micros(), UtcTime::micros);
                listing.ends_at = listing.ends_at.plus_micros(by);
            }
            ModeTerms::Sealed(sealed) => sealed.ends_at = end,
            ModeTerms::Negotiated(_) => return Err(Refusal::new(&SALE_MODE_WRONG)),
        }
        times.ends_at = Some(end);
        times.due_at = times.due_at.map(|_| end);
        fields.push("ends_at");
    }
    Ok((terms, times, fields))
}

/// A bidding still lasts its day, and nothing is planned further ahead than a year.
fn check_times(errors: &mut Errors, sale: &Sale, times: &Times, now: UtcTime) {
    use crate::trading::codes::{SALE_DURATION, SALE_ENDS_LATE};
    use crate::trading::rules::listing::PLAN_DAYS_MAX;
    let Some((start, end)) = times.starts_at.zip(times.ends_at) else { return };
    let hours = sale.rules.as_ref().map_or(24, |rules: &Rules| rules.duration_hours_min);
    if sale.mode.is_bidding() && end < start.plus_seconds(i64::from(hours) * 3600) {
        errors.add_with("/ends_at", &SALE_DURATION, &[("hours", hours.to_string())]);
    }
    let to = now.plus_days(PLAN_DAYS_MAX);
    if end > to {
        errors.add_with("/ends_at", &SALE_ENDS_LATE, &[("to", to.to_string())]);
    }
}

/// What was corrected, the oldest first. Public.
pub fn corrections(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<Vec<Correction>, Refusal> {
    super::sale(snapshot, actor, id)?;
    store::corrections(snapshot, id)
}

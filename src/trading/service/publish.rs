//! Putting a sale before the public: at once, or (negotiated) after the operator's approval.

use serde_json::json;

use super::drafts::{REASON_CHARS_MAX, check_whole};
use super::profiles::rules_on;
use super::{OnLots, buyer, for_review, keep, on_lots, own};
use crate::audit;
use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;
use crate::reference::service as reference;
use crate::trading::model::{BiddingTerms, Mode, ModeTerms, Rules, Run, Sale, SaleId, Times};
use crate::trading::rules::lifecycle::{self, Act};
use crate::trading::sealed::service as sealed;
use crate::trading::store;

/// The seller publishes; a negotiated price waits for approval first (rule 17).
pub fn publish(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    id: SaleId,
    expected: Option<i64>,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    identity::require_verified(tx, actor)?;
    let now = tx.now();
    let standing = lifecycle::next(before.mode, &before.standing, Act::Publish, now)?;
    let rules = rules_on(tx, now.day())?;
    let after = Sale { standing, terms: buyer::registered(tx, &before.terms)?, ..before.clone() };
    check_whole(tx, secrets, &after, &rules)?;
    if before.mode == Mode::SealedTender {
        sealed::check_ready(tx, id)?;
    }
    if before.mode == Mode::Negotiated {
        return keep(tx, actor, &before, after, "sale.submitted", json!({}));
    }
    begin(tx, actor, &before, after, rules)
}

/// The operator approves a negotiated sale: its publicity begins.
pub fn approve(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    id: SaleId,
    expected: Option<i64>,
) -> Result<Sale, Refusal> {
    let before = for_review(tx, actor, id, expected)?;
    let now = tx.now();
    let standing = lifecycle::next(before.mode, &before.standing, Act::Approve, now)?;
    let rules = rules_on(tx, now.day())?;
    check_whole(tx, secrets, &before, &rules)?;
    audit::service::record(tx, actor, "sale.approved", &before.urn, &json!({}))?;
    let after = Sale { standing, ..before.clone() };
    begin(tx, actor, &before, after, rules)
}

/// A refusal needs a reason (rule 17).
pub fn refuse(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Sale, Refusal> {
    let before = for_review(tx, actor, id, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let act = Act::Refuse { reason: reason.trim().to_owned() };
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    audit::service::record(tx, actor, "sale.refused", &before.urn, &json!({}))?;
    let after = Sale { standing, ..before.clone() };
    keep(tx, actor, &before, after, "sale.refused", json!({}))
}

/// The sale is before the public from now on, under the rules of today.
fn begin(tx: &mut Tx, actor: &Actor, before: &Sale, after: Sale, rules: Rules) -> Result<Sale, Refusal> {
    let now = tx.now();
    let times = times(tx, &after, now)?;
    if let ModeTerms::Bidding(terms) = &after.terms.mode {
        store::insert_run(tx, &new_run(after.id, terms, &rules)?)?;
    }
    let after = Sale { rules: Some(rules), times, ..after };
    on_lots(tx, actor, &after, OnLots::Reserve)?;
    keep(tx, actor, before, after, "sale.published", json!({}))
}

fn times(tx: &mut Tx, sale: &Sale, now: UtcTime) -> Result<Times, Refusal> {
    let (starts_at, ends_at, due_at) = match &sale.terms.mode {
        ModeTerms::Negotiated(_) => {
            let limit = reference::profile_on(tx, now.day())?.values.price_publicity;
            (now, reference::deadline(tx, now.day(), limit)?.day.end(), None)
        }
        ModeTerms::Listing(terms) => (now, terms.ends_at, Some(terms.ends_at)),
        // The heartbeat looks after a bidding by its run.
        ModeTerms::Bidding(terms) => (terms.starts_at, terms.ends_at, None),
        ModeTerms::Sealed(terms) => (now, terms.ends_at, Some(terms.ends_at)),
    };
    Ok(Times { published_at: Some(now), starts_at: Some(starts_at), ends_at: Some(ends_at), due_at })
}

fn new_run(sale: SaleId, terms: &BiddingTerms, rules: &Rules) -> Result<Run, Refusal> {
    let seconds = |n: u32| i32::try_from(n).map_err(Refusal::internal);
    Ok(Run {
        sale,
        closed: false,
        starts_at: terms.starts_at,
        ends_at: terms.ends_at,
        start: terms.start_fen,
        increment: terms.increment_fen,
        extension_s: seconds(rules.extension_seconds)?,
        silence_s: seconds(rules.silence_seconds)?,
        last_part_s: seconds(rules.last_part_seconds)?,
        seq: 0,
        price: Fen::ZERO,
        leader: None,
        leader_priority: None,
        leader_maximum: None,
        extensions: 0,
        beat_at: terms.starts_at,
        told_seq: 0,
        told_at: None,
    })
}

//! The winner's default (rule 20): one person states it, another person of the operator decides it. Signing has its
//! days, which the clock watches.

use serde_json::json;

use super::drafts::REASON_CHARS_MAX;
use super::{TRADING, check_objections, deposits, finish, for_review, keep, own, tend};
use crate::audit;
use crate::db::{Snapshot, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::trading::codes::{SALE_DEFAULT_NOT_STATED, SALE_DEFAULT_SECOND_PERSON, SALE_DEFAULT_STATED};
use crate::trading::model::{
    DefaultGround, DefaultState, DefaultStatement, DepositState, Outcome, Sale, SaleId, Standing, Times,
    UnsoldReason,
};
use crate::trading::rules::breach;
use crate::trading::rules::lifecycle::{self, Act};
use crate::trading::store;

/// The seller, or somebody of the operator, states that the winner defaults. The winner is told, and may object: what
/// is open blocks the decision.
pub fn state_default(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    ground: DefaultGround,
    reason: &str,
) -> Result<DefaultStatement, Refusal> {
    let operator = actor.may(Permission::SaleReview);
    let sale = if operator { for_review(tx, actor, id, expected)? } else { own(tx, actor, id, expected)? };
    let reason = words("/reason", reason)?;
    let unpaid = finish::lacks_deposit(tx, &sale)?;
    breach::may_state(&sale, ground, unpaid, tx.now())?;
    if ground == DefaultGround::Overdue {
        // The days for signing stand still meanwhile.
        check_objections(tx, id)?;
    }
    let before = store::last_default(tx, id)?;
    if before.as_ref().is_some_and(|it| it.state == DefaultState::Stated) {
        return Err(Refusal::new(&SALE_DEFAULT_STATED));
    }
    let stated = DefaultStatement {
        sale: id,
        number: before.map_or(1, |it| it.number + 1),
        version: 1,
        state: DefaultState::Stated,
        place: place(&sale)?,
        ground,
        reason,
        stated_by: actor.person()?.user,
        stated_at: tx.now(),
        decision: String::new(),
        decided_by: None,
        decided_at: None,
    };
    store::insert_default(tx, &stated)?;
    note(tx, actor, &sale, &stated, "sale.default_stated");
    let facts = json!({"ground": ground, "place": stated.place});
    audit::service::record(tx, actor, "sale.default_stated", &sale.urn, &facts)?;
    Ok(stated)
}

fn words(pointer: &str, given: &str) -> Result<String, Refusal> {
    text::stated(pointer, given, REASON_CHARS_MAX)?;
    Ok(given.trim().to_owned())
}

fn place(sale: &Sale) -> Result<i32, Refusal> {
    let place = sale.standing.outcome().map_or(0, |outcome| outcome.place);
    i32::try_from(place).map_err(Refusal::internal)
}

/// Of a sale that has ended everybody may know who won it.
fn note(tx: &mut Tx, actor: &Actor, sale: &Sale, it: &DefaultStatement, event: &'static str) {
    let winner = sale.standing.outcome().and_then(Outcome::winner);
    let facts = json!({
        "sale": sale.urn,
        "title": sale.title,
        "seller": sale.seller.urn,
        "winner": winner.map(|it| it.party.urn.as_str()),
        "place": it.place,
        "ground": it.ground,
        "state": it.state,
    });
    let subject = tx.urn("sale_default", sale.id);
    let version = i64::from(it.number) * 2 + it.version - 2;
    tx.record(actor, NewChange::local(event, subject, version, facts));
}

/// What waits for a decision, with its sale; for a person of the operator that did not state it.
fn to_decide(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
) -> Result<(Sale, DefaultStatement), Refusal> {
    let sale = for_review(tx, actor, id, expected)?;
    let stated = store::last_default(tx, id)?.filter(|it| it.state == DefaultState::Stated);
    let stated = stated.ok_or_else(|| Refusal::new(&SALE_DEFAULT_NOT_STATED))?;
    if stated.stated_by == actor.person()?.user {
        return Err(Refusal::new(&SALE_DEFAULT_SECOND_PERSON));
    }
    Ok((sale, stated))
}

fn decide(
    tx: &mut Tx,
    actor: &Actor,
    stated: DefaultStatement,
    state: DefaultState,
    decision: String,
) -> Result<DefaultStatement, Refusal> {
    let after = DefaultStatement {
        version: stated.version + 1,
        state,
        decision,
        decided_by: Some(actor.person()?.user),
        decided_at: Some(tx.now()),
        ..stated
    };
    store::save_default(tx, &after)?;
    Ok(after)
}

/// The default stands: the deposit is forfeited, and rank two follows where that was announced (rule 14).
pub fn confirm_default(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    decision: &str,
) -> Result<Sale, Refusal> {
    let (before, stated) = to_decide(tx, actor, id, expected)?;
    let decision = words("/reason", decision)?;
    check_objections(tx, id)?;
    // The ground must still stand: a deposit may have come meanwhile.
    let unpaid = finish::lacks_deposit(tx, &before)?;
    breach::may_state(&before, stated.ground, unpaid, tx.now())?;
    let winner = before.standing.outcome().and_then(Outcome::winner).cloned();
    let winner = winner.ok_or_else(|| lifecycle::conflict(before.state()))?;
    if place(&before)? != stated.place {
        return Err(lifecycle::conflict(before.state()));
    }
    let stated = decide(tx, actor, stated, DefaultState::Confirmed, decision)?;
    if let Some(deposit) = store::deposit_of(tx, id, winner.bidder)?.filter(|it| it.state.is_held()) {
        deposits::settle(tx, actor, &before, deposit, DepositState::Forfeited, &stated.reason)?;
    }
    let facts = json!({"place": stated.place, "ground": stated.ground});
    audit::service::record(tx, actor, "sale.defaulted", &before.urn, &facts)?;
    let act = Act::Default { rank_two_follows: breach::follows(&before.terms.mode) };
    finish::pass_on(tx, actor, &before, act, "sale.defaulted", json!({"defaulter": winner.party.urn}))
}

/// It is no default: the sale stands as it stood.
pub fn reject_default(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    decision: &str,
) -> Result<DefaultStatement, Refusal> {
    let (sale, stated) = to_decide(tx, actor, id, expected)?;
    let decision = words("/reason", decision)?;
    let after = decide(tx, actor, stated, DefaultState::Rejected, decision)?;
    note(tx, actor, &sale, &after, "sale.default_rejected");
    audit::service::record(tx, actor, "sale.default_rejected", &sale.urn, &json!({"place": after.place}))?;
    Ok(after)
}

/// The contract is signed after all, or the sale is annulled: what was stated is dropped.
pub(super) fn drop_stated(tx: &mut Tx, actor: &Actor, sale: &Sale) -> Result<(), Refusal> {
    match store::last_default(tx, sale.id)?.filter(|it| it.state == DefaultState::Stated) {
        Some(stated) => decide(tx, actor, stated, DefaultState::Dropped, String::new()).map(drop),
        None => Ok(()),
    }
}

/// Nothing is to settle any more: the clock comes back on the last day for signing, and marks who is late.
pub(super) fn watch_signing(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let waiting = breach::sign_by(sale).zip(lifecycle::overdue(&sale.standing, tx.now()));
    let Some((until, standing)) = waiting else { return tend::set_due(tx, sale, None) };
    if tx.now() < until {
        return tend::set_due(tx, sale, Some(until));
    }
    // The time in which an objection is open is added once it is answered: until then nobody is late.
    if super::open_objections(tx, sale.id)? > 0 {
        return tend::set_due(tx, sale, None);
    }
    let times = Times { due_at: None, ..sale.times };
    let after = Sale { standing, times, ..sale.clone() };
    keep(tx, &TRADING, sale, after, "sale.signing_overdue", json!({"sign_by": until})).map(drop)
}

/// No objection is open any more: the time that they took is added to the days for signing.
pub(super) fn give_back(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let Standing::Awarded { at, .. } = &sale.standing else { return Ok(()) };
    let (at, now) = (*at, tx.now());
    let blocked_s = breach::blocked_seconds(at, now, &store::objection_times(tx, sale.id, at)?);
    let Some(standing) = breach::given_back(sale, blocked_s, now) else {
        return tend::set_due(tx, sale, Some(now));
    };
    let times = Times { due_at: Some(now), ..sale.times };
    let after = Sale { standing, times, ..sale.clone() };
    let sign_by = breach::sign_by(&after);
    keep(tx, &TRADING, sale, after, "sale.signing_moved", json!({"sign_by": sign_by})).map(drop)
}

/// The last statement, for the seller, the operator and the winner that it is about.
pub fn default_of(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<DefaultStatement, Refusal> {
    let seen = super::sale(snapshot, actor, id)?;
    let own = identity::party(snapshot, actor.person()?.organisation)?;
    let missing = || Refusal::new(&NOT_FOUND);
    let found = store::last_default(snapshot, id)?.ok_or_else(missing)?;
    let place = usize::try_from(found.place).map_err(Refusal::internal)?;
    let ranked = seen.sale.standing.outcome().and_then(|outcome| outcome.ranking.get(place));
    let concerned = match &seen.sale.standing {
        // What nobody follows is unsold and has no ranking any more; the defaulter was excluded last.
        Standing::Unsold { reason: UnsoldReason::Defaulted, .. } => {
            found.state == DefaultState::Confirmed && seen.sale.excluded.last() == Some(&own.credit_code)
        }
        _ => ranked.is_some_and(|it| it.party.urn == own.urn),
    };
    if seen.own || concerned || actor.may(Permission::SaleReview) { Ok(found) } else { Err(missing()) }
}

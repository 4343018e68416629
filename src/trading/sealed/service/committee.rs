//! Who judges a tender: the committee as the tenderer names it, and the way out where a member does not score.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Case, keep};
use crate::audit;
use crate::db::{Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::text;
use crate::trading::model::{Sale, SaleId, State};
use crate::trading::rules::lifecycle;
use crate::trading::sealed::codes::{
    SEALED_COMMITTEE_FIXED, SEALED_COMMITTEE_MEMBER, SEALED_COMMITTEE_SIZE, SEALED_NO_SCORING,
    SEALED_NOT_OPENED, SEALED_SEAT,
};
use crate::trading::sealed::model::{Member, OpenedBid, Tender};
use crate::trading::sealed::{score, store};
use crate::trading::service::{check_objections, for_review, own};

const REASON_CHARS_MAX: usize = 2_000;

/// The tenderer names the committee: at any time before the first scores are in. Later it fills seats that the operator
/// has vacated, and no others.
pub fn name_committee(tx: &mut Tx, actor: &Actor, id: SaleId, users: &[UserId]) -> Result<Tender, Refusal> {
    let sale = own(tx, actor, id, None)?;
    let found = super::case_of(tx, sale)?;
    if found.sale.state() != State::Published {
        return Err(lifecycle::conflict(found.sale.state()));
    }
    if !found.tender.setup.needs_committee() {
        return Err(Refusal::new(&SEALED_NO_SCORING));
    }
    check_objections(tx, id)?;
    let seats = found.tender.committee.as_slice();
    let refills = seats.iter().any(|seat| seat.vacant);
    // Who knows the bids chooses nobody else to judge them; one that was dismissed, or never named, is named still.
    let opened = found.tender.opened_at.is_some() && !seats.is_empty();
    if !refills && (opened || !store::sheets(tx, id)?.is_empty()) {
        return Err(Refusal::new(&SEALED_COMMITTEE_FIXED));
    }
    check_size(users)?;
    let stays = |(seat, user): (&Member, &UserId)| seat.vacant || seat.user == *user;
    if refills && (users.len() != seats.len() || !seats.iter().zip(users).all(stays)) {
        return Err(Refusal::new(&SEALED_COMMITTEE_FIXED));
    }
    let bids = store::bids(tx, id)?;
    let mut errors = Errors::new();
    let mut committee = Vec::with_capacity(users.len());
    for (at, user) in users.iter().enumerate() {
        let seat = seats.get(at).filter(|_| refills);
        match (seat, seated(tx, &found, &bids, seats, *user)?) {
            (Some(seat), _) if !seat.vacant => committee.push(seat.clone()),
            (_, None) => errors.add(format!("/members/{at}"), &SEALED_COMMITTEE_MEMBER),
            (before, Some(member)) => {
                let earlier = before.map(|seat| [seat.earlier.as_slice(), &[seat.user]].concat());
                committee.push(Member { earlier: earlier.unwrap_or_default(), ..member });
            }
        }
    }
    errors.check()?;
    let after = Tender { committee, ..found.tender.clone() };
    keep(tx, actor, &found.tender, after, "sealed_tender.committee_named")
}

/// DOMAIN §4: at least five, odd.
fn check_size(users: &[UserId]) -> Result<(), Refusal> {
    let distinct: BTreeSet<_> = users.iter().collect();
    let range = score::COMMITTEE_MIN..=score::COMMITTEE_MAX;
    if range.contains(&users.len()) && !users.len().is_multiple_of(2) && distinct.len() == users.len() {
        return Ok(());
    }
    let refusal = Refusal::new(&SEALED_COMMITTEE_SIZE).with("min", score::COMMITTEE_MIN);
    Err(refusal.with("max", score::COMMITTEE_MAX))
}

/// A new member, if it may be one: impartial, and not out of a seat that was vacated.
fn seated(
    tx: &mut Tx,
    found: &Case,
    bids: &[OpenedBid],
    seats: &[Member],
    user: UserId,
) -> Result<Option<Member>, Refusal> {
    let left = |seat: &Member| seat.earlier.contains(&user) || (seat.vacant && seat.user == user);
    let Ok(it) = identity::user(tx, user) else { return Ok(None) };
    if seats.iter().any(left) || is_partial(tx, &found.sale, bids, user)? {
        return Ok(None);
    }
    Ok(Some(Member { user, name: it.name, vacant: false, earlier: vec![] }))
}

/// Whether somebody belongs to the tenderer or to a bidder.
pub(super) fn is_partial(
    tx: &mut Tx,
    sale: &Sale,
    bids: &[OpenedBid],
    user: UserId,
) -> Result<bool, Refusal> {
    let of = identity::memberships_of(tx, user)?;
    let urns: Vec<String> =
        of.iter().map(|(_, organisation)| tx.urn("organisation", organisation.id)).collect();
    let party = |urn: &String| sale.is_seller(urn) || bids.iter().any(|bid| bid.bidder.urn == *urn);
    Ok(urns.iter().any(party))
}

/// A member of an opened tender does not hand in its points: is ill, has left, belongs to a bidder by now. Somebody of the
/// operator vacates its seat and says why; whoever has scored stays. The tenderer is told, and fills that seat alone.
pub fn vacate(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    user: UserId,
    reason: &str,
) -> Result<Tender, Refusal> {
    let sale = for_review(tx, actor, id, None)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let Case { sale, tender } = super::case_of(tx, sale)?;
    check_version(tender.version, expected)?;
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    if tender.opened_at.is_none() {
        return Err(Refusal::new(&SEALED_NOT_OPENED));
    }
    check_objections(tx, id)?;
    let seat = tender.committee.iter().position(|it| it.user == user && !it.vacant);
    let seat = seat.ok_or_else(|| Refusal::new(&SEALED_SEAT))?;
    let number = i32::try_from(seat).map_err(Refusal::internal)?;
    if store::sheets(tx, id)?.iter().any(|sheet| sheet.member == number) {
        return Err(Refusal::new(&SEALED_SEAT));
    }
    let mut committee = tender.committee.clone();
    if let Some(seat) = committee.get_mut(seat) {
        seat.vacant = true;
    }
    let facts = json!({"seat": number, "user": user, "reason": reason.trim()});
    audit::service::record(tx, actor, "sealed_tender.seat_vacated", &sale.urn, &facts)?;
    let after = Tender { version: tender.version + 1, committee, ..tender };
    store::save_tender(tx, &after)?;
    let recipients = recipients(tx, user)?;
    let facts = json!({
        "sale": sale.urn,
        "title": sale.title,
        "seller": sale.seller.urn,
        "seat": number,
        "recipients": recipients,
    });
    let subject = tx.urn("sealed_tender", id);
    tx.record(actor, NewChange::local("sealed_tender.seat_vacated", subject, after.version, facts));
    Ok(after)
}

/// The member is told in the first of its organisations, if it has one still.
fn recipients(tx: &mut Tx, user: UserId) -> Result<Value, Refusal> {
    let of = identity::memberships_of(tx, user)?;
    Ok(of.iter().take(1).map(|(_, it)| json!({"user": user, "organisation": it.id})).collect())
}

//! The opening: every envelope in one act, by the officers' shares or by the key that the server kept.

use std::collections::BTreeSet;

use super::deposit::depositor;
use super::{
    Case, case, close_if_over, damaged, is_opening_body, keep_published, load_box, officer_of, unhex_all,
};
use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;
use crate::proof::hpke::KeyPair;
use crate::proof::merkle::Hash;
use crate::proof::shares::{self, Share};
use crate::trading::codes::SALE_BIDDER_BARRED;
use crate::trading::model::{ModeTerms, Sale, SaleId, State};
use crate::trading::rules::lifecycle;
use crate::trading::sealed::ballot::{BallotBox, Slot};
use crate::trading::sealed::bid::{self, Bid, Expected, Fault};
use crate::trading::sealed::codes::{SEALED_OPENED, SEALED_SHARE_EARLY};
use crate::trading::sealed::envelope::{self, Opened};
use crate::trading::sealed::model::{BestPrice, Custody, Officer, OpenedBid, Tender};
use crate::trading::sealed::{service::evaluate, store};
use crate::trading::service::{check_objections, may_take_part};

pub(super) fn key_context(sale: SaleId) -> String {
    format!("sealed_key:{sale}")
}

/// An officer hands in its share of the opening key: after the deadline and not before. The last one that is
/// needed opens the box.
pub fn hand_in(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    id: SaleId,
    text: &str,
) -> Result<Tender, Refusal> {
    let found = case(tx, id)?;
    let officer = officer_of(tx, actor, id)?;
    let found = close_if_over(tx, secrets, found)?;
    if found.tender.closed_at.is_none() {
        return Err(Refusal::new(&SEALED_SHARE_EARLY));
    }
    if found.tender.opened_at.is_some() {
        return Err(Refusal::new(&SEALED_OPENED));
    }
    // DOMAIN §4: an objection stops the process.
    check_objections(tx, id)?;
    if found.sale.state() != State::Published {
        return Err(lifecycle::conflict(found.sale.state()));
    }
    let commitments = unhex_all(&found.key()?.commitments)?;
    let share = super::rehearse::own_share(text, officer.number)?;
    shares::check(&share, &commitments).map_err(super::rehearse::wrong_share)?;
    let opening_share = Some(share.as_bytes().to_vec());
    store::save_officer(tx, id, &Officer { opening_share, ..officer })?;
    let after = super::keep(tx, actor, &found.tender, found.tender.clone(), "sealed_tender.share_handed_in")?;
    let found = Case { tender: after, ..found };
    let Custody::Officers { needed, .. } = found.tender.setup.custody else {
        return Err(Refusal::internal("an officer of a tender that the server opens"));
    };
    let officers = store::officers(tx, id)?;
    let given = officers.iter().filter_map(|it| it.opening_share.as_deref()).map(Share::from_bytes);
    let given = given.collect::<Result<Vec<_>, _>>().map_err(Refusal::internal)?;
    if given.len() < usize::from(needed) {
        return Ok(found.tender);
    }
    let private = shares::combine(needed, &commitments, &given).map_err(Refusal::internal)?;
    open(tx, secrets, found, &private)
}

/// Opens with the key that the server kept for it. For the opening job alone.
pub fn open_kept(tx: &mut Tx, secrets: &SecretBox, found: Case) -> Result<(), Refusal> {
    let id = found.sale.id;
    let sealed = store::sealed_key(tx, id)?;
    let sealed = sealed.ok_or_else(|| Refusal::internal(format!("tender {id} has no key")))?;
    let private = secrets.open(&key_context(id), &sealed).map_err(Refusal::internal)?;
    let private: Hash = private.as_slice().try_into().map_err(Refusal::internal)?;
    open(tx, secrets, found, &private)?;
    Ok(())
}

fn open(tx: &mut Tx, secrets: &SecretBox, found: Case, private: &Hash) -> Result<Tender, Refusal> {
    let pair = KeyPair::from_private(private).map_err(Refusal::internal)?;
    if *pair.public() != found.public_key()? {
        return Err(Refusal::internal("the shares make another key than the published one"));
    }
    let id = found.sale.id;
    let ballot = load_box(tx, secrets, id)?;
    if found.tender.root != Some(ballot.root()) {
        return Err(Refusal::internal(format!("the box of tender {id} is not the one that was closed")));
    }
    let mut bids = Vec::new();
    for (at, slot) in ballot.slots().iter().enumerate() {
        let opened = envelope::open(private, &found.sale.urn, &slot.envelope);
        if slot.used {
            bids.push(judged(tx, &found, &ballot, at, opened.ok())?);
        } else if !matches!(opened, Ok(Opened::Blank)) {
            return Err(Refusal::internal(format!("slot {at} of tender {id} is unused and not blank")));
        }
    }
    one_each(&mut bids);
    let envelopes: Vec<u8> = ballot.slots().iter().flat_map(|slot| slot.envelope.iter().copied()).collect();
    store::insert_opening(tx, id, &envelopes)?;
    store::insert_bids(tx, id, &bids)?;
    store::delete_key(tx, id)?;
    store::delete_box(tx, id)?;
    let after = Tender { opened_at: Some(tx.now()), opening_key: Some(*private), ..found.tender.clone() };
    let tender = keep_published(tx, &found, after, "sealed_tender.opened")?;
    evaluate::after_opening(tx, Case { tender, ..found })
}

/// One enterprise has one bid, though it may have accounts at two nodes: the envelope that came first counts.
fn one_each(bids: &mut [OpenedBid]) {
    bids.sort_by_key(|bid| (bid.received_at, bid.slot));
    let mut seen = BTreeSet::new();
    for bid in bids.iter_mut().filter(|bid| bid.fault.is_none()) {
        if !seen.insert(bid.bidder.credit_code.clone()) {
            bid.fault = Some(Fault::NotEligible);
        }
    }
    bids.sort_by_key(|bid| bid.slot);
}

/// What an envelope held, and whether it counts.
fn judged(
    tx: &mut Tx,
    found: &Case,
    ballot: &BallotBox,
    at: usize,
    opened: Option<Opened>,
) -> Result<OpenedBid, Refusal> {
    let slot = &ballot.slots()[at];
    let nobody = PartyRef { urn: String::new(), name: String::new(), credit_code: String::new() };
    let (bidder, price, body, fault) = match opened {
        Some(Opened::Bid(body)) => match bid::parse(&body) {
            Some(bid) => {
                let (bidder, fault) = bidder_of(tx, found, ballot, at, &bid)?;
                let text = String::from_utf8(body).map_err(Refusal::internal)?;
                (bidder, bid.price_fen, text, fault)
            }
            None => (nobody, Fen::ZERO, String::new(), Some(Fault::Unreadable)),
        },
        Some(Opened::Withdrawn) => (nobody, Fen::ZERO, String::new(), Some(Fault::Withdrawn)),
        Some(Opened::Blank) | None => (nobody, Fen::ZERO, String::new(), Some(Fault::Unreadable)),
    };
    let Slot { at_micros, replaced, .. } = slot;
    Ok(OpenedBid {
        slot: i32::try_from(at).map_err(Refusal::internal)?,
        envelope_sha256: envelope::digest(&slot.envelope),
        received_at: UtcTime::from_micros(*at_micros),
        replaced: (*replaced != [0; 32]).then_some(*replaced),
        bidder,
        price,
        body,
        fault,
    })
}

/// Who bids, by the registered name and not the one in the envelope, and why the bid does not count.
fn bidder_of(
    tx: &mut Tx,
    found: &Case,
    ballot: &BallotBox,
    at: usize,
    bid: &Bid,
) -> Result<(PartyRef, Option<Fault>), Refusal> {
    let foreign = || Ok((bid.bidder.clone(), Some(Fault::NotTheDepositor)));
    // Whoever deposited it must be who bids: nobody bids in another's name.
    let node = tx.node().to_owned();
    if !ballot.is_from(at, &depositor(&node, &bid.bidder)).map_err(damaged)? {
        return foreign();
    }
    let Some((of, _, uuid)) = parse_urn(&bid.bidder.urn) else {
        return foreign();
    };
    let mut bidder = bid.bidder.clone();
    if of == node {
        let organisation = identity::organisation(tx, Id::from_uuid(uuid))?;
        if organisation.profile.credit_code != bid.bidder.credit_code {
            return foreign();
        }
        // Another node's name is bound by the box.
        bidder.name = organisation.profile.name;
        if organisation.kind == OrganisationKind::Operator {
            return Ok((bidder, Some(Fault::NotEligible)));
        }
    }
    if let Err(refusal) = may_take_part(tx, &found.sale, &bidder) {
        let barred = refusal.is(&SALE_BIDDER_BARRED);
        return Ok((bidder, Some(if barred { Fault::Barred } else { Fault::NotEligible })));
    }
    if is_opening_body(tx, found.sale.id, &bidder.credit_code)? {
        return Ok((bidder, Some(Fault::NotEligible)));
    }
    Ok((bidder, bid::fault(bid, &expected(&found.sale, &found.tender))))
}

/// What the bids of a tender are held against.
pub(in crate::trading) fn expected<'a>(sale: &'a Sale, tender: &'a Tender) -> Expected<'a> {
    let (bound, deposit) = match &sale.terms.mode {
        ModeTerms::Sealed(terms) => (terms.ceiling_fen, sale.deposit().is_some()),
        _ => (None, false),
    };
    let best = BestPrice::of(sale.buys()).into();
    Expected { sale: &sale.urn, terms_sha256: &tender.terms_sha256, best, bound, deposit }
}

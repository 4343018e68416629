//! Replaying a sealed tender: keys, tree, envelopes, points. Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::model::{Protocol, SealedRecord};
use super::replay::{Fault, Found, fault};
use crate::kernel::money::Fen;
use crate::proof::hpke::KeyPair;
use crate::proof::merkle::{self, Hash};
use crate::proof::shares::{self, Share};
use crate::trading::model::{ModeTerms, UnsoldReason};
use crate::trading::sealed::envelope::{self, Opened};
use crate::trading::sealed::model::{BestPrice, Custody};
use crate::trading::sealed::score::{self, Contender, Sheet};
use crate::trading::sealed::{self, Bid, Expected, OnTerms};

fn hash(text: &str) -> Result<Hash, Fault> {
    let bytes = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Fault(format!("not 32 bytes in hexadecimal: {text:.80}")))
}

pub(super) fn replay(protocol: &Protocol, record: &SealedRecord) -> Result<Found, Fault> {
    let envelopes = record.envelopes.iter().map(|it| URL_SAFE_NO_PAD.decode(it));
    let envelopes: Vec<Vec<u8>> = envelopes.collect::<Result<_, _>>().map_err(|it| Fault(it.to_string()))?;
    if u32::try_from(envelopes.len()) != Ok(record.setup.capacity) {
        return fault("the box has another number of slots than was announced");
    }
    let leaves: Vec<Hash> = envelopes.iter().map(|it| merkle::leaf(it)).collect();
    if merkle::root(&leaves) != hash(&record.root)? {
        return fault("the envelopes are not those whose root was published at the deadline");
    }
    let key = opening_key(record)?;
    if !are_terms(protocol, record)? {
        return fault("the terms are not those that were bid on");
    }
    let counted = counted(protocol, record, &envelopes, &key)?;
    if protocol.result.annulled.is_some() {
        // The points may be incomplete: they decided nothing.
        return Ok(Ok(vec![]));
    }
    rank(protocol, record, &counted)
}

/// The key, which the shares make and whose public half bids were sealed to.
fn opening_key(record: &SealedRecord) -> Result<Hash, Fault> {
    let key = hash(&record.opening_key)?;
    let pair = KeyPair::from_private(&key).map_err(|error| Fault(error.to_string()))?;
    if *pair.public() != hash(&record.public_key)? {
        return fault("the opening key is not the one that was announced");
    }
    if let Custody::Officers { needed, .. } = record.setup.custody {
        let commitments = record.commitments.iter().map(|it| hash(it)).collect::<Result<Vec<_>, _>>()?;
        let share = |it: &String| {
            let bytes = hex::decode(it).map_err(|error| Fault(error.to_string()))?;
            Share::from_bytes(&bytes).map_err(|error| Fault(error.to_string()))
        };
        let given = record.shares.iter().map(share).collect::<Result<Vec<_>, _>>()?;
        let combined =
            shares::combine(needed, &commitments, &given).map_err(|error| Fault(error.to_string()))?;
        if combined != key {
            return fault("the shares make another key");
        }
    }
    Ok(key)
}

/// Tenders of before the deadline was left out of it name the hash of the terms with it: both bind all that is bid on.
fn are_terms(protocol: &Protocol, record: &SealedRecord) -> Result<bool, Fault> {
    let on = OnTerms {
        sale: &protocol.sale,
        title: &protocol.title,
        seller: &protocol.seller,
        lots: &protocol.lots,
        terms: &protocol.terms,
        setup: &record.setup,
        public_key: Some(&record.public_key),
    };
    let known = [on.sha256(), on.sha256_with_deadline()];
    let known: Vec<String> =
        known.into_iter().collect::<Result<_, _>>().map_err(|error| Fault(error.to_string()))?;
    Ok(known.contains(&record.terms_sha256))
}

/// Opens every envelope again; those that count.
fn counted(
    protocol: &Protocol,
    record: &SealedRecord,
    envelopes: &[Vec<u8>],
    key: &Hash,
) -> Result<Vec<Contender>, Fault> {
    let expected = expected(protocol, record);
    let mut counted = Vec::new();
    for (slot, sealed) in envelopes.iter().enumerate() {
        let line = record.received.iter().find(|line| usize::try_from(line.slot) == Ok(slot));
        let opened = envelope::open(key, &protocol.sale, sealed);
        let Some(line) = line else {
            if !matches!(opened, Ok(Opened::Blank)) {
                return fault(format!("slot {slot} holds something that nobody is said to have deposited"));
            }
            continue;
        };
        let bid = match opened {
            Ok(Opened::Bid(body)) => sealed::parse(&body),
            _ => None,
        };
        match (bid, line.fault) {
            (Some(bid), None) => {
                check_counts(&bid, slot, &expected)?;
                counted.push(Contender {
                    slot,
                    price_fen: bid.price_fen.0,
                    priority: protocol.terms.priority_of(&bid.bidder.credit_code),
                    received_micros: line.at.micros(),
                });
            }
            (None, None) => return fault(format!("slot {slot} holds no bid, and is counted as one")),
            // Eligibility is a fact outside the document; what the bid itself shows must show.
            (Some(bid), Some(stated))
                if stated.is_shown_by_the_bid() && sealed::fault(&bid, &expected) != Some(stated) =>
            {
                return fault(format!("the bid in slot {slot} is not {stated}"));
            }
            _ => {}
        }
    }
    Ok(counted)
}

fn check_counts(bid: &Bid, slot: usize, expected: &Expected) -> Result<(), Fault> {
    match sealed::fault(bid, expected) {
        None => Ok(()),
        Some(found) => fault(format!("the bid in slot {slot} does not count: {found}")),
    }
}

fn buys(protocol: &Protocol) -> bool {
    protocol.lots.iter().any(crate::trading::model::Lot::is_demand)
}

fn expected<'a>(protocol: &'a Protocol, record: &'a SealedRecord) -> Expected<'a> {
    let (bound, deposit) = match &protocol.terms.mode {
        ModeTerms::Sealed(terms) => (terms.ceiling_fen, terms.deposit_fen.is_some_and(Fen::is_positive)),
        _ => (None, false),
    };
    let best = BestPrice::of(buys(protocol)).into();
    Expected { sale: &protocol.sale, terms_sha256: &record.terms_sha256, best, bound, deposit }
}

fn rank(protocol: &Protocol, record: &SealedRecord, counted: &[Contender]) -> Result<Found, Fault> {
    if record.received.is_empty() {
        return Ok(Err(UnsoldReason::NoBids));
    }
    let min = protocol.rules.as_ref().map_or(0, |rules| rules.tender_bidders_min);
    if counted.len() < usize::try_from(min).unwrap_or(usize::MAX) {
        return Ok(Err(UnsoldReason::TooFewBidders));
    }
    let slot = |slot: i32| usize::try_from(slot).unwrap_or(usize::MAX);
    let sheets = record
        .sheets
        .iter()
        .map(|sheet| sheet.rows.iter().map(|row| (slot(row.slot), row.points.clone())).collect::<Sheet>());
    let best = BestPrice::of(buys(protocol)).into();
    let placed = score::rank(best, &record.setup.weighing(), counted, &sheets.collect::<Vec<_>>())
        .map_err(|error| Fault(format!("points and weights: {error:?}")))?;
    let number = |slot: usize| i32::try_from(slot + 1).map_err(|_| Fault("too many slots".into()));
    let pairs =
        placed.iter().map(|it| Ok((number(it.slot)?, Fen(it.price_fen)))).collect::<Result<_, Fault>>()?;
    Ok(Ok(pairs))
}

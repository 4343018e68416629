//! Writing the document from what stands in the tables.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::codes::SALE_PROTOCOL_EARLY;
use super::model::{
    BidLine, OfferLine, PROTOCOL_TYPE, Protocol, ReceivedLine, Record, Result as Outcome, SealedRecord,
    SuspensionLine,
};
use crate::db::{Conn, Snapshot};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::leaf::canonical;
use crate::kernel::party::PartyRef;
use crate::trading::model::{Bid, ModeTerms, Ranked, Sale, SaleId, Standing, UnsoldReason};
use crate::trading::sealed::service as sealed;
use crate::trading::{service, store};

/// `typ` of the signature's header.
pub const PROTOCOL_KIND: &str = "sale-protocol+jws";
const BIDS_SLICE: i64 = 1_000;

/// The protocol of a sale as it stands now, if it has come to a result.
pub fn protocol(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<Protocol, Refusal> {
    let mut sale = service::sale(snapshot, actor, id)?.sale;
    let result = result(&sale)?;
    if !matches!(sale.terms.mode, ModeTerms::Sealed(_)) {
        // Who is related is between the seller and the platform; of a tender the hash of its terms covers it.
        sale.terms.related_parties.clear();
    }
    Ok(Protocol {
        kind: PROTOCOL_TYPE.to_owned(),
        record: record(snapshot, actor, &sale)?,
        sale: sale.urn,
        mode: sale.mode,
        title: sale.title,
        seller: sale.seller,
        lots: sale.lots,
        terms: sale.terms,
        rules: sale.rules,
        run_number: sale.run_number,
        published_at: sale.times.published_at,
        starts_at: sale.times.starts_at,
        ends_at: sale.times.ends_at,
        result,
    })
}

/// What is signed: the document by its hash.
pub fn statement(protocol: &Protocol) -> Result<Value, Refusal> {
    let document = serde_json::to_value(protocol).map_err(Refusal::internal)?;
    let bytes = canonical(&document).map_err(Refusal::internal)?;
    Ok(json!({"type": PROTOCOL_TYPE, "sale": protocol.sale, "sha256": hex::encode(Sha256::digest(bytes))}))
}

pub(super) fn result(sale: &Sale) -> Result<Outcome, Refusal> {
    let nothing = |unsold, annulled, at| {
        Ok(Outcome { ranking: vec![], place: 0, unsold, annulled, decided_at: Some(at) })
    };
    match &sale.standing {
        Standing::Unsold { at, reason } => return nothing(Some(*reason), None, *at),
        Standing::Annulled { at, reason, .. } => return nothing(None, Some(reason.clone()), *at),
        _ => {}
    }
    let outcome = sale.standing.outcome().ok_or_else(|| Refusal::new(&SALE_PROTOCOL_EARLY))?;
    // Rule 4: bids of an opened tender name everybody; elsewhere the winner alone is named.
    let open = matches!(sale.terms.mode, ModeTerms::Sealed(_));
    let nobody = || PartyRef { urn: String::new(), name: String::new(), credit_code: String::new() };
    let shown = |(place, it): (usize, &Ranked)| {
        let named = open || u32::try_from(place) == Ok(outcome.place);
        Ranked { party: if named { it.party.clone() } else { nobody() }, ..it.clone() }
    };
    let ranking = outcome.ranking.iter().enumerate().map(shown).collect();
    let decided_at = Some(outcome.decided_at);
    Ok(Outcome { ranking, place: outcome.place, unsold: None, annulled: None, decided_at })
}

fn record(snapshot: &mut Snapshot, actor: &Actor, sale: &Sale) -> Result<Record, Refusal> {
    Ok(match &sale.terms.mode {
        ModeTerms::Negotiated(_) => Record::Negotiated {},
        ModeTerms::Listing(_) => Record::Listing { offers: offers(snapshot, sale)? },
        ModeTerms::Bidding(_) => bidding(snapshot, sale)?,
        ModeTerms::Sealed(_) => {
            let tender = sealed::tender(snapshot, actor, sale.id)?.tender;
            match tender.opened_at {
                Some(_) => Record::Sealed(Box::new(envelopes(snapshot, actor, sale)?)),
                None => Record::Unopened { closed_at: tender.closed_at, root: tender.root.map(hex::encode) },
            }
        }
    })
}

fn offers(conn: &mut Conn, sale: &Sale) -> Result<Vec<OfferLine>, Refusal> {
    let mut lines = Vec::new();
    for offer in store::offers(conn, sale.id)? {
        let bidder = store::bidder(conn, sale.id, offer.bidder)?;
        let bidder = bidder.ok_or_else(|| Refusal::internal("an offer by nobody"))?;
        lines.push(OfferLine {
            bidder: offer.bidder,
            alias: bidder.alias,
            priority: bidder.priority,
            price_fen: offer.price,
            offered_at: offer.offered_at,
            confirmed: offer.confirmed,
        });
    }
    Ok(lines)
}

fn bidding(conn: &mut Conn, sale: &Sale) -> Result<Record, Refusal> {
    let mut bids: Vec<Bid> = Vec::new();
    loop {
        let after = bids.last().map_or(0, |bid| bid.seq);
        let more = store::bids_after(conn, sale.id, after, BIDS_SLICE)?;
        let last = i64::try_from(more.len()).is_ok_and(|rows| rows < BIDS_SLICE);
        bids.extend(more);
        if last {
            break;
        }
    }
    let line = |it: Bid| BidLine {
        seq: it.seq,
        bidder: it.bidder,
        price_fen: it.price,
        kind: it.kind,
        leads: it.leads,
        at: it.at,
    };
    let suspensions = store::suspensions(conn, sale.id)?.into_iter().map(|it| SuspensionLine {
        decided_at: it.decided_at,
        resumes_at: it.resumes_at,
        new_ends_at: it.new_ends_at,
        note: it.note,
    });
    let unmet = matches!(&sale.standing, Standing::Unsold { reason: UnsoldReason::ReserveNotMet, .. });
    let seconds = sale.rules.as_ref().map_or(0, |rules| rules.extension_seconds);
    Ok(Record::Bidding {
        extension_seconds: i32::try_from(seconds).map_err(Refusal::internal)?,
        reserve_met: !unmet,
        bids: bids.into_iter().map(line).collect(),
        suspensions: suspensions.collect(),
    })
}

fn envelopes(snapshot: &mut Snapshot, actor: &Actor, sale: &Sale) -> Result<SealedRecord, Refusal> {
    let opened = sealed::opening(snapshot, actor, sale.id)?;
    let tender = opened.tender;
    let key = tender.key.ok_or_else(|| Refusal::internal("an opened tender without a key"))?;
    let received = opened.bids.iter().map(|it| ReceivedLine {
        slot: it.slot,
        at: it.received_at,
        replaced: it.replaced.map(hex::encode),
        fault: it.fault,
    });
    Ok(SealedRecord {
        setup: tender.setup,
        public_key: key.public,
        commitments: key.commitments,
        shares: opened.officers.iter().filter_map(|it| it.opening_share.as_ref()).map(hex::encode).collect(),
        opening_key: tender.opening_key.map(hex::encode).unwrap_or_default(),
        terms_sha256: tender.terms_sha256,
        closed_at: tender.closed_at,
        root: tender.root.map(hex::encode).unwrap_or_default(),
        envelopes: opened.envelopes.iter().map(|it| URL_SAFE_NO_PAD.encode(it)).collect(),
        received: received.collect(),
        committee: tender.committee.into_iter().map(|it| it.name).collect(),
        sheets: opened.sheets,
    })
}

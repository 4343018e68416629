//! Replaying a protocol: the ranking follows from what is recorded, or the document is wrong. Pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use super::model::{BidLine, Protocol, Record, SuspensionLine};
use super::replay_sealed;
use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;
use crate::trading::model::{BidKind, BiddingTerms, ModeTerms, UnsoldReason};
use crate::trading::rules::listing::{self, Standing};

/// What does not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

pub(super) fn fault<T>(what: impl fmt::Display) -> Result<T, Fault> {
    Err(Fault(what.to_string()))
}

/// Bidder (its number) and price, the best first; or why there is none.
pub(super) type Found = Result<Vec<(i32, Fen)>, UnsoldReason>;

/// Decides the sale once more and compares.
pub fn replay(protocol: &Protocol) -> Result<(), Fault> {
    let found = match (&protocol.record, &protocol.terms.mode) {
        (Record::Negotiated {}, ModeTerms::Negotiated(terms)) => {
            let winner = protocol.result.ranking.first();
            return match winner {
                Some(it) if it.party == terms.buyer => Ok(()),
                Some(_) => fault("the winner is not the buyer that was publicised"),
                None if protocol.result.unsold.is_some() || protocol.result.annulled.is_some() => Ok(()),
                None => fault("there is neither a winner nor a reason"),
            };
        }
        (Record::Listing { offers }, ModeTerms::Listing(_)) => {
            let counted = offers.iter().filter(|it| it.confirmed).map(|it| Standing {
                bidder: it.bidder,
                price: it.price_fen,
                priority: it.priority,
                offered_at: it.offered_at,
            });
            let ranked = listing::rank(counted.collect());
            if ranked.is_empty() { Err(UnsoldReason::NoBids) } else { Ok(pairs(ranked)) }
        }
        (
            Record::Bidding { extension_seconds, reserve_met, bids, suspensions },
            ModeTerms::Bidding(terms),
        ) => {
            let run = BiddingRun { terms, extension: i64::from(*extension_seconds), suspensions };
            run.replay(bids, *reserve_met)?
        }
        (Record::Sealed(record), ModeTerms::Sealed(_)) => replay_sealed::replay(protocol, record)?,
        // There is nothing to open again: no bid is claimed to have won.
        (Record::Unopened { .. }, ModeTerms::Sealed(_)) => Err(UnsoldReason::NotOpened),
        _ => return fault("record and terms are of different modes"),
    };
    compare(protocol, found)
}

fn pairs(ranked: Vec<Standing>) -> Vec<(i32, Fen)> {
    ranked.into_iter().map(|it| (it.bidder, it.price)).collect()
}

fn compare(protocol: &Protocol, found: Found) -> Result<(), Fault> {
    let result = &protocol.result;
    if result.annulled.is_some() {
        let nothing = result.ranking.is_empty() && result.unsold.is_none();
        return if nothing { Ok(()) } else { fault("it was annulled, and has another result too") };
    }
    match (found, result.unsold) {
        (Err(found), Some(stated)) if found == stated => Ok(()),
        // A winner that falls out, by its default or an objection, leaves the bids as they were.
        (Ok(_), Some(UnsoldReason::Defaulted | UnsoldReason::NoAcceptableBid)) => Ok(()),
        (Err(found), stated) => fault(format!("it comes to nothing ({found}), not to {stated:?}")),
        (Ok(_), Some(stated)) => fault(format!("there is a winner, but the result says {stated}")),
        (Ok(found), None) => {
            let stated: Vec<(i32, Fen)> = result.ranking.iter().map(|it| (it.bidder, it.price_fen)).collect();
            let place = usize::try_from(result.place).unwrap_or(usize::MAX);
            if place >= stated.len() || stated.len() > found.len() {
                return fault("the ranking has no such place");
            }
            match stated.iter().zip(&found).position(|(stated, found)| stated != found) {
                None => Ok(()),
                Some(at) => fault(format!("place {} should be bidder {}", at + 1, found[at].0)),
            }
        }
    }
}

struct BiddingRun<'a> {
    terms: &'a BiddingTerms,
    extension: i64,
    suspensions: &'a [SuspensionLine],
}

impl BiddingRun<'_> {
    /// Price rises on the grid but for a priority holder's match, every bid is in time, the last to lead wins.
    fn replay(&self, bids: &[BidLine], reserve_met: bool) -> Result<Found, Fault> {
        let mut end = self.terms.ends_at;
        let mut leader: Option<&BidLine> = None;
        let mut waiting = self.suspensions.iter().peekable();
        let mut before: Option<&BidLine> = None;
        for bid in bids {
            if before.is_some_and(|it| it.seq >= bid.seq || it.at > bid.at) {
                return fault(format!("bid {} is out of order", bid.seq));
            }
            while let Some(stop) = waiting.next_if(|stop| stop.decided_at <= bid.at) {
                end = stop.new_ends_at;
            }
            self.check(bid, leader, end)?;
            if bid.leads {
                leader = Some(bid);
            }
            end = end.max(bid.at.plus_seconds(self.extension));
            before = Some(bid);
        }
        let Some(leader) = leader else { return Ok(Err(UnsoldReason::NoBids)) };
        if !reserve_met {
            return Ok(Err(UnsoldReason::ReserveNotMet));
        }
        Ok(Ok(ranking(bids, leader)))
    }

    fn check(&self, bid: &BidLine, leader: Option<&BidLine>, end: UtcTime) -> Result<(), Fault> {
        let (seq, terms) = (bid.seq, self.terms);
        if bid.at < terms.starts_at || bid.at >= end {
            return fault(format!("bid {seq} is not within its time"));
        }
        let above = bid.price_fen.0 - terms.start_fen.0;
        if above < 0 || terms.increment_fen.0 <= 0 {
            return fault(format!("bid {seq} is below the start price"));
        }
        // A leader's maximum may be used up between two steps of the grid by nobody: all prices are on it.
        if above % terms.increment_fen.0 != 0 {
            return fault(format!("bid {seq} is not on the grid"));
        }
        let Some(leader) = leader else { return Ok(()) };
        let rises = bid.price_fen > leader.price_fen;
        let matches = bid.kind == BidKind::Match && bid.price_fen == leader.price_fen;
        if bid.leads && !rises && !matches && leader.bidder != bid.bidder {
            return fault(format!("bid {seq} leads without being higher"));
        }
        Ok(())
    }
}

/// The leader first, then everybody by the best bid. Of equal ones whoever led at that price before whoever did not, the
/// last to lead first (DOMAIN §4, equal maxima: the earlier wins; a match wins); then the earlier.
fn ranking(bids: &[BidLine], leader: &BidLine) -> Vec<(i32, Fen)> {
    let mut best: BTreeMap<i32, Best> = BTreeMap::new();
    for bid in bids.iter().filter(|bid| bid.bidder != leader.bidder) {
        let own = best.entry(bid.bidder).or_insert(Best { price: bid.price_fen, led: 0, first: bid.seq });
        if bid.price_fen > own.price {
            *own = Best { price: bid.price_fen, led: 0, first: bid.seq };
        }
        if bid.leads && bid.price_fen == own.price {
            own.led = bid.seq;
        }
    }
    let mut best: Vec<(i32, Best)> = best.into_iter().collect();
    best.sort_by_key(|(_, it)| (Reverse(it.price), Reverse(it.led), it.first));
    let first = std::iter::once((leader.bidder, leader.price_fen));
    first.chain(best.into_iter().map(|(bidder, it)| (bidder, it.price))).collect()
}

/// What a bidder stands for: its best price, the last line in which it led at it (0 for none), and the first line at it.
struct Best {
    price: Fen,
    led: i64,
    first: i64,
}

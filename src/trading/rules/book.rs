//! Deciding a bid (DOMAIN §4): the grid, the increment, maxima, matches of priority holders, the extension.
//!
//! Only the leader's maximum can be above the price: everybody else was outbid beyond their own. So the running
//! state in one row is all that a decision needs.

use crate::kernel::error::Refusal;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::time::UtcTime;
use crate::trading::codes::{
    SALE_BID_GRID, SALE_BID_LARGE, SALE_BID_LOW, SALE_LEADING, SALE_MATCH_NOT_HOLDER, SALE_MATCH_NOTHING,
    SALE_MATCH_OUTRANKED, SALE_MATCH_USED, SALE_MAXIMUM_LOWER, SALE_NOT_OPEN, SALE_OVER, SALE_STANDS_STILL,
};
use crate::trading::model::{BidKind, Run};

use super::silence;

/// What a bidder asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Bid(Fen),
    /// A secret maximum.
    UpTo(Fen),
    /// The priority holder's match.
    Match,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    pub number: i32,
    pub priority: Option<i32>,
    pub matched: bool,
    /// Its own maximum so far.
    pub maximum: Option<Fen>,
}

/// A line of the book that a decision adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub bidder: i32,
    pub price: Fen,
    pub kind: BidKind,
    pub leads: bool,
}

/// What a decision does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// None (a maximum was raised), one or two; at most two lines.
    pub entries: Vec<Entry>,
    pub leader: i32,
    pub leader_priority: Option<i32>,
    pub price: Fen,
    /// The leader's maximum where it is above the price.
    pub leader_maximum: Option<Fen>,
    pub ends_at: UtcTime,
    pub extended: bool,
}

/// The least that the next bid must be.
pub fn next_bid(run: &Run) -> Fen {
    match run.leader {
        None => run.start,
        Some(_) => run.price.checked_add(run.increment).unwrap_or(Fen(i64::MAX)),
    }
}

/// Rounded down to the grid; below the start there is none.
pub fn on_grid(run: &Run, amount: Fen) -> Option<Fen> {
    let above = amount.0.checked_sub(run.start.0).filter(|above| *above >= 0)?;
    Some(Fen(amount.0 - above % run.increment.0))
}

/// Bids are taken from the start to the end, by the time of the command, while the platform was there.
pub fn may_ask(run: &Run, now: UtcTime) -> Result<(), Refusal> {
    if run.closed || now >= run.ends_at {
        return Err(Refusal::new(&SALE_OVER).with("at", run.ends_at));
    }
    if now < run.starts_at {
        return Err(Refusal::new(&SALE_NOT_OPEN));
    }
    if silence::since(run, now).is_some() {
        return Err(Refusal::new(&SALE_STANDS_STILL).retry_after_seconds(5));
    }
    Ok(())
}

/// Decides what is asked. `leader_maximum`: the leader's, opened.
pub fn decide(
    run: &Run,
    leader_maximum: Option<Fen>,
    who: &Who,
    ask: Ask,
    now: UtcTime,
) -> Result<Decided, Refusal> {
    may_ask(run, now)?;
    let book = Book { run, top: leader_maximum.unwrap_or(run.price).max(run.price), who };
    let (entries, leader_maximum) = match ask {
        Ask::Bid(amount) => book.bid(amount)?,
        Ask::UpTo(maximum) => book.up_to(maximum)?,
        Ask::Match => book.matched()?,
    };
    let last = entries.iter().rev().find(|entry| entry.leads);
    let (leader, price) = last.map_or((who.number, run.price), |entry| (entry.bidder, entry.price));
    let leader_priority = if leader == who.number { who.priority } else { run.leader_priority };
    let late = now.plus_seconds(i64::from(run.extension_s));
    let extended = !entries.is_empty() && late > run.ends_at;
    Ok(Decided {
        leader,
        leader_priority,
        price,
        leader_maximum: leader_maximum.filter(|maximum| *maximum > price),
        ends_at: if extended { late } else { run.ends_at },
        extended,
        entries,
    })
}

/// New lines and the maximum that stands behind the leader after them.
type Lines = (Vec<Entry>, Option<Fen>);

struct Book<'a> {
    run: &'a Run,
    /// The highest that the leader stands for: its price or its maximum on the grid.
    top: Fen,
    who: &'a Who,
}

impl Book<'_> {
    fn leads(&self) -> bool {
        self.run.leader == Some(self.who.number)
    }

    fn own(&self, price: Fen, kind: BidKind, leads: bool) -> Entry {
        Entry { bidder: self.who.number, price, kind, leads }
    }

    /// The leader's answer by its maximum.
    fn answer(&self, leader: i32, price: Fen) -> Entry {
        Entry { bidder: leader, price, kind: BidKind::Proxy, leads: true }
    }

    fn check_amount(&self, amount: Fen) -> Result<(), Refusal> {
        let least = next_bid(self.run);
        if amount < least {
            return Err(Refusal::new(&SALE_BID_LOW).with("min", least));
        }
        // A slip of the keyboard is not a bid; and sums stay far from the edge.
        if amount.0 > MAX_JSON_FEN {
            return Err(Refusal::new(&SALE_BID_LARGE).with("max", Fen(MAX_JSON_FEN)));
        }
        Ok(())
    }

    fn bid(&self, amount: Fen) -> Result<Lines, Refusal> {
        if self.leads() {
            return Err(Refusal::new(&SALE_LEADING));
        }
        self.check_amount(amount)?;
        let below = on_grid(self.run, amount).unwrap_or(self.run.start);
        if below != amount {
            let above = Fen(below.0.saturating_add(self.run.increment.0));
            return Err(Refusal::new(&SALE_BID_GRID).with("below", below).with("above", above));
        }
        Ok(self.against(amount, BidKind::Plain, amount))
    }

    fn up_to(&self, maximum: Fen) -> Result<Lines, Refusal> {
        if self.who.maximum.is_some_and(|old| maximum <= old) {
            return Err(Refusal::new(&SALE_MAXIMUM_LOWER));
        }
        if self.leads() {
            return self.raise_own(maximum);
        }
        self.check_amount(maximum)?;
        let grid = on_grid(self.run, maximum).unwrap_or(self.run.start);
        // One increment above the second-highest maximum, at most its own; alone, the start price.
        let price = match self.run.leader {
            None => self.run.start,
            Some(_) => Fen(self.top.0.saturating_add(self.run.increment.0)).min(grid),
        };
        Ok(self.against(price, BidKind::Proxy, grid))
    }

    /// The leader's maximum is raised (or set, above its own price); nothing is bid.
    fn raise_own(&self, maximum: Fen) -> Result<Lines, Refusal> {
        let grid = on_grid(self.run, maximum).unwrap_or(self.run.start);
        if grid < self.run.price {
            return Err(Refusal::new(&SALE_BID_LOW).with("min", self.run.price));
        }
        if maximum.0 > MAX_JSON_FEN {
            return Err(Refusal::new(&SALE_BID_LARGE).with("max", Fen(MAX_JSON_FEN)));
        }
        Ok((vec![], Some(grid.max(self.top))))
    }

    /// A challenger at `price`, willing to go to `limit`, against what the leader stands for.
    fn against(&self, price: Fen, kind: BidKind, limit: Fen) -> Lines {
        let Some(leader) = self.run.leader else {
            return (vec![self.own(price, kind, true)], Some(limit));
        };
        if limit > self.top {
            // Between two maxima the leader's is used up first, so that the price is one increment above it.
            let mut lines = Vec::with_capacity(2);
            if kind == BidKind::Proxy && self.top > self.run.price {
                lines.push(self.answer(leader, self.top));
            }
            lines.push(self.own(price, kind, true));
            return (lines, Some(limit));
        }
        // Equal maxima: the earlier wins at that price.
        let answer = Fen(limit.0.saturating_add(self.run.increment.0)).min(self.top);
        (vec![self.own(limit, kind, false), self.answer(leader, answer)], Some(self.top))
    }

    fn matched(&self) -> Result<Lines, Refusal> {
        let Some(rank) = self.who.priority else { return Err(Refusal::new(&SALE_MATCH_NOT_HOLDER)) };
        let Some(leader) = self.run.leader else { return Err(Refusal::new(&SALE_MATCH_NOTHING)) };
        if self.leads() {
            return Err(Refusal::new(&SALE_LEADING));
        }
        if self.who.matched {
            return Err(Refusal::new(&SALE_MATCH_USED));
        }
        // Rank, then time.
        if self.run.leader_priority.is_some_and(|leading| leading <= rank) {
            return Err(Refusal::new(&SALE_MATCH_OUTRANKED));
        }
        let own = self.own(self.run.price, BidKind::Match, true);
        if self.top > self.run.price {
            // Somebody goes higher: the leader's maximum does.
            let price = Fen(self.run.price.0.saturating_add(self.run.increment.0)).min(self.top);
            return Ok((vec![own, self.answer(leader, price)], Some(self.top)));
        }
        Ok((vec![own], None))
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;

//! Reading what listeners are shown: each state once for all of them (rule 1).

use super::model::{Frame, Mark, ShownBid};
use super::store;
use crate::db::Snapshot;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::trading::model::SaleId;
use crate::trading::rules::book;
use crate::trading::service;

/// Bids of one piece of a stream; who missed more gets them piece by piece.
pub const PIECE_BIDS: i64 = 200;

/// What is new in a sale: the bids after `after`, a piece at most, and the state.
pub struct News {
    pub bids: Vec<ShownBid>,
    pub frame: Frame,
}

/// The state of a sale that everybody may see.
pub fn frame(snapshot: &mut Snapshot, id: SaleId) -> Result<Frame, Refusal> {
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    let sale = service::load(snapshot, &node, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let run = service::run(snapshot, id)?;
    let leader = match run.as_ref().and_then(|run| run.leader) {
        Some(number) => store::alias(snapshot, id, number)?,
        None => None,
    };
    let next = run.as_ref().filter(|run| !run.closed).map(book::next_bid);
    Ok(Frame::of(&sale, run.as_ref(), leader, next, now))
}

/// The state, and the bids since a number. What the state counts and the piece does not hold is asked for again.
pub fn news(snapshot: &mut Snapshot, id: SaleId, after: i64) -> Result<News, Refusal> {
    let frame = frame(snapshot, id)?;
    let bids = if frame.seq > after { store::bids_after(snapshot, id, after, PIECE_BIDS)? } else { vec![] };
    Ok(News { bids, frame })
}

/// Of the watched sales those that show something else than their mark.
pub fn changed(snapshot: &mut Snapshot, watched: &[(SaleId, Option<Mark>)]) -> Result<Vec<News>, Refusal> {
    let ids: Vec<SaleId> = watched.iter().map(|(id, _)| *id).collect();
    let now = snapshot.now();
    let present = store::marks(snapshot, &ids, now)?;
    let mut fresh = Vec::new();
    for (id, mark) in watched {
        let Some(at) = present.iter().find(|(known, _)| known == id).map(|(_, at)| *at) else { continue };
        match mark {
            Some(known) if *known == at => {}
            Some(known) => fresh.push(news(snapshot, *id, known.seq)?),
            // The first time there is nothing to compare with: listeners have read their own beginning.
            None => fresh.push(News { bids: vec![], frame: frame(snapshot, *id)? }),
        }
    }
    Ok(fresh)
}

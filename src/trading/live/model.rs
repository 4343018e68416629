//! What listeners are shown. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;
use crate::trading::model::{BidKind, Phase, Run, Sale, SaleId, State};

/// The state of a sale at a moment: the event `state`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SaleLiveState)]
pub struct Frame {
    pub sale: SaleId,
    pub version: i64,
    pub state: State,
    pub phase: Option<Phase>,
    /// Number of the last bid; 0 before the first one, and always in a sale without ascending bids.
    pub seq: i64,
    pub price_fen: Option<Fen>,
    /// The least that the next bid must be, while bids are taken.
    pub next_fen: Option<Fen>,
    /// Alias of who leads.
    pub leader: Option<String>,
    pub starts_at: Option<UtcTime>,
    pub ends_at: Option<UtcTime>,
    pub extensions: i32,
    /// The platform's clock when this was read.
    pub now: UtcTime,
}

/// A bid as everybody may see it: the event `bid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SaleLiveBid)]
pub struct ShownBid {
    pub seq: i64,
    pub alias: String,
    pub price_fen: Fen,
    pub kind: BidKind,
    pub leads: bool,
    pub at: UtcTime,
}

/// What tells whether a sale shows anything new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub version: i64,
    pub seq: i64,
    pub ends_at: Option<UtcTime>,
    pub phase: Option<Phase>,
}

/// Where the clock finds a sale. A suspension moves the start of the run, not that of the sale.
pub fn phase_of(sale: &Sale, run: Option<&Run>, now: UtcTime) -> Option<Phase> {
    let Some(run) = run.filter(|_| sale.state() == State::Published) else { return sale.phase(now) };
    Some(if now < run.starts_at {
        let begun = sale.times.starts_at.is_some_and(|start| start <= now);
        if begun { Phase::Suspended } else { Phase::Notice }
    } else if run.closed || run.ends_at <= now {
        Phase::Closing
    } else {
        Phase::Open
    })
}

impl Frame {
    pub fn of(
        sale: &Sale,
        run: Option<&Run>,
        leader: Option<String>,
        next: Option<Fen>,
        now: UtcTime,
    ) -> Self {
        let phase = phase_of(sale, run, now);
        let open = matches!(phase, Some(Phase::Notice | Phase::Open | Phase::Suspended));
        Self {
            sale: sale.id,
            version: sale.version,
            state: sale.state(),
            phase,
            seq: run.map_or(0, |run| run.seq),
            price_fen: run.filter(|run| run.seq > 0).map(|run| run.price),
            next_fen: next.filter(|_| open),
            leader,
            starts_at: run.map(|run| run.starts_at).or(sale.times.starts_at),
            ends_at: run.map(|run| run.ends_at).or(sale.times.ends_at),
            extensions: run.map_or(0, |run| run.extensions),
            now,
        }
    }

    pub const fn mark(&self) -> Mark {
        Mark { version: self.version, seq: self.seq, ends_at: self.ends_at, phase: self.phase }
    }
}

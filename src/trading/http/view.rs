//! What this room shows of a sale.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::live::model::phase_of;
use crate::trading::model::{
    Lot, Mode, Phase, Rules, Run, Sale, SaleId, Standing, State, Suspension, SuspensionReason, Terms,
};
use crate::trading::rules::breach;
use crate::trading::service::Seen;

/// A sale in a list.
#[derive(Serialize, ToSchema)]
pub struct SaleLine {
    pub id: SaleId,
    urn: String,
    version: i64,
    mode: Mode,
    state: State,
    phase: Option<Phase>,
    title: String,
    seller: PartyRef,
    lots: Vec<Lot>,
    /// Start, asked or intended price.
    price_fen: Option<Fen>,
    deposit_fen: Option<Fen>,
    published_at: Option<UtcTime>,
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
    /// 1 for the first run.
    run_number: i32,
    rerun_of: Option<SaleId>,
    updated_at: UtcTime,
}

impl SaleLine {
    /// Extensions and suspensions move a running bidding, not its notice.
    pub fn of(it: &Sale, run: Option<&Run>, now: UtcTime) -> Self {
        let run = run.filter(|run| !run.closed);
        Self {
            id: it.id,
            urn: it.urn.clone(),
            version: it.version,
            mode: it.mode,
            state: it.state(),
            phase: phase_of(it, run, now),
            title: it.title.clone(),
            seller: it.seller.clone(),
            lots: it.lots.clone(),
            price_fen: it.price(),
            deposit_fen: it.deposit(),
            published_at: it.times.published_at,
            starts_at: run.map(|run| run.starts_at).or(it.times.starts_at),
            ends_at: run.map(|run| run.ends_at).or(it.times.ends_at),
            run_number: it.run_number,
            rerun_of: it.rerun_of,
            updated_at: it.updated_at,
        }
    }
}

/// A sale with its terms and, at the end, what it came to.
#[derive(Serialize, ToSchema)]
pub struct SaleView {
    #[serde(flatten)]
    line: SaleLine,
    terms: Terms,
    /// There is a secret reserve; below it the sale comes to nothing.
    has_reserve: bool,
    /// The rules that it runs under, from publication on.
    rules: Option<Rules>,
    result: Option<SaleResult>,
    /// Of an awarded sale: until when the winner signs the contract …
    sign_by: Option<UtcTime>,
    /// … and since when it is late, once the clock has noted it.
    overdue_at: Option<UtcTime>,
    /// Of an awarded sale: since when the winner's side says that the contract is signed.
    signed_at: Option<UtcTime>,
    /// Why it was refused, withdrawn, annulled or unsold.
    reason: Option<String>,
    suspensions: Vec<SuspensionView>,
    /// The reader is its seller.
    own: bool,
}

/// What a sale came to.
#[derive(Serialize, ToSchema)]
pub struct SaleResult {
    winner: PartyRef,
    alias: String,
    price_fen: Fen,
    /// 1, or more after a default.
    rank: u32,
    decided_at: UtcTime,
    note: String,
}

/// A time in which the sale stood still, and what was given back.
#[derive(Serialize, ToSchema)]
#[schema(as = SaleSuspension)]
pub struct SuspensionView {
    reason: SuspensionReason,
    note: String,
    since: UtcTime,
    decided_at: UtcTime,
    resumes_at: UtcTime,
    old_ends_at: UtcTime,
    new_ends_at: UtcTime,
}

impl From<Suspension> for SuspensionView {
    fn from(it: Suspension) -> Self {
        Self {
            reason: it.reason,
            note: it.note,
            since: it.since,
            decided_at: it.decided_at,
            resumes_at: it.resumes_at,
            old_ends_at: it.old_ends_at,
            new_ends_at: it.new_ends_at,
        }
    }
}

impl SaleView {
    pub fn of(seen: Seen, now: UtcTime) -> Self {
        let Seen { sale, run, suspensions, own } = seen;
        let line = SaleLine::of(&sale, run.as_ref(), now);
        let outcome = sale.standing.outcome();
        let result =
            outcome.and_then(|it| it.winner().map(|winner| (it, winner))).map(|(it, winner)| SaleResult {
                winner: winner.party.clone(),
                alias: winner.alias.clone(),
                price_fen: winner.price_fen,
                rank: it.place + 1,
                decided_at: it.decided_at,
                note: it.note.clone(),
            });
        let overdue_at = match &sale.standing {
            Standing::Awarded { overdue_at, .. } => *overdue_at,
            _ => None,
        };
        let mut terms = sale.terms.clone();
        if !own {
            // Who is related is between the seller and the platform.
            terms.related_parties.clear();
        }
        Self {
            line,
            terms,
            has_reserve: sale.reserve.is_some(),
            result,
            sign_by: breach::sign_by(&sale),
            overdue_at,
            signed_at: sale.standing.signed().map(|it| it.at),
            reason: sale.standing.reason().map(str::to_owned),
            rules: sale.rules,
            suspensions: suspensions.into_iter().map(SuspensionView::from).collect(),
            own,
        }
    }

    /// As its seller or the operator gets it back from an act.
    pub fn acted(sale: Sale, own: bool, now: UtcTime) -> Self {
        Self::of(Seen { sale, run: None, suspensions: vec![], own }, now)
    }
}

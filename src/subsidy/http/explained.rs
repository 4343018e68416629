//! How an explanation is shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::view::{BatchView, LineView, SchemeView};
use crate::kernel::money::Fen;
use crate::subsidy::model::{Working, WorkingStep};
use crate::subsidy::service::{Explanation, LineExplained, Part};

#[derive(Serialize, ToSchema)]
pub struct WorkingView {
    step: WorkingStep,
    /// Exact, in fen with six decimals.
    exact_fen: String,
}

impl From<Working> for WorkingView {
    fn from(working: Working) -> Self {
        let micro = working.exact_micro_fen;
        let exact_fen = format!("{}.{:06}", micro.div_euclid(1_000_000), micro.rem_euclid(1_000_000));
        Self { step: working.step, exact_fen }
    }
}

/// The part of a batch that one scheme version computed.
#[derive(Serialize, ToSchema)]
pub struct PartView {
    period: i32,
    scheme: SchemeView,
    contracts: usize,
    base_fen: Fen,
    working: Vec<WorkingView>,
    recomputed_fen: Fen,
    booked_fen: Fen,
}

impl From<Part> for PartView {
    fn from(part: Part) -> Self {
        Self {
            period: part.period,
            scheme: part.scheme.into(),
            contracts: part.contracts,
            base_fen: part.base,
            working: part.working.into_iter().map(Into::into).collect(),
            recomputed_fen: part.recomputed,
            booked_fen: part.booked,
        }
    }
}

/// A line beside what computing it again from its stored inputs gives.
#[derive(Serialize, ToSchema)]
pub struct LineExplainedView {
    #[serde(flatten)]
    pub line: LineView,
    recomputed_fen: Fen,
    /// For a correction: what was booked of its period before the cause.
    booked_before_fen: Option<Fen>,
    /// For a correction: what the scheme gives for its period after the cause.
    due_after_fen: Option<Fen>,
}

impl From<LineExplained> for LineExplainedView {
    fn from(explained: LineExplained) -> Self {
        let (booked_before_fen, due_after_fen) = explained.before_and_after.unzip();
        Self {
            line: explained.line.into(),
            recomputed_fen: explained.recomputed,
            booked_before_fen,
            due_after_fen,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ExplanationView {
    pub batch: BatchView,
    /// Whether everything that is booked follows from the stored inputs.
    pub agrees: bool,
    pub parts: Vec<PartView>,
    pub items: Vec<LineExplainedView>,
    /// The cursor of the next lines.
    pub next: Option<String>,
}

impl ExplanationView {
    /// The explanation with the lines after a position, at most `limit` of them.
    pub fn cut(explanation: Explanation, after: Option<i32>, limit: i64) -> Self {
        let agrees = explanation.agrees();
        let wanted =
            explanation.lines.into_iter().filter(|line| after.is_none_or(|at| line.line.position > at));
        let size = usize::try_from(limit).unwrap_or(0).saturating_add(1);
        let rows: Vec<LineExplainedView> = wanted.take(size).map(Into::into).collect();
        let page = crate::kernel::page::Page::cut(rows, limit, |row: &LineExplainedView| row.line.position);
        Self {
            batch: explanation.batch.into(),
            agrees,
            parts: explanation.parts.into_iter().map(Into::into).collect(),
            items: page.items,
            next: page.next,
        }
    }
}

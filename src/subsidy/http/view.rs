//! What the subsidy room shows.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::form::{CapForm, FormulaForm};
use crate::subsidy::model::{
    AppropriationId, AppropriationRecord, Base, BatchId, BatchRecord, BatchState, BeneficiaryKind, LineKind,
    LineRecord, Scheme, StepKind, StepRecord, Working, WorkingStep,
};
use crate::subsidy::service::{Budget, Explanation, LineExplained, Part};

#[derive(Serialize, ToSchema)]
pub struct SchemeView {
    code: String,
    version: i32,
    title_zh: String,
    title_en: String,
    /// The clause that the scheme stands on.
    source: String,
    valid_from: Day,
    valid_to: Option<Day>,
    beneficiary: BeneficiaryKind,
    base: Base,
    formula: FormulaForm,
    cap: Option<CapForm>,
    evidence: Vec<String>,
    note: String,
}

impl From<Scheme> for SchemeView {
    fn from(scheme: Scheme) -> Self {
        Self {
            formula: FormulaForm::from(&scheme.formula),
            cap: scheme.cap.map(CapForm::from),
            code: scheme.code,
            version: scheme.version,
            title_zh: scheme.title_zh,
            title_en: scheme.title_en,
            source: scheme.source,
            valid_from: scheme.valid_from,
            valid_to: scheme.valid_to,
            beneficiary: scheme.beneficiary,
            base: scheme.base,
            evidence: scheme.evidence,
            note: scheme.note,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct AppropriationView {
    id: AppropriationId,
    year: i32,
    scheme: String,
    amount_fen: Fen,
    document: String,
    note: String,
    at: UtcTime,
    /// The transaction that booked it.
    ledger_number: i64,
}

impl From<AppropriationRecord> for AppropriationView {
    fn from(record: AppropriationRecord) -> Self {
        Self {
            id: record.id,
            year: record.year,
            scheme: record.scheme,
            amount_fen: record.amount,
            document: record.document,
            note: record.note,
            at: record.at,
            ledger_number: record.ledger_number,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct BudgetView {
    scheme: String,
    appropriated_fen: Fen,
    available_fen: Fen,
    reserved_fen: Fen,
    committed_fen: Fen,
    approved_fen: Fen,
    paid_fen: Fen,
    clawback_receivable_fen: Fen,
}

impl From<Budget> for BudgetView {
    fn from(row: Budget) -> Self {
        Self {
            scheme: row.scheme,
            appropriated_fen: row.appropriated,
            available_fen: row.available,
            reserved_fen: row.reserved,
            committed_fen: row.committed,
            approved_fen: row.approved,
            paid_fen: row.paid,
            clawback_receivable_fen: row.clawback_receivable,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct BatchView {
    pub id: BatchId,
    pub version: i64,
    state: BatchState,
    /// One more with each new preparation after a return.
    round: i32,
    scheme: String,
    scheme_version: i32,
    /// The year in which the contracts were registered.
    period: i32,
    /// The year whose appropriation pays.
    budget_year: i32,
    beneficiary: PartyRef,
    contracts: i32,
    corrections: i32,
    base_fen: Fen,
    total_fen: Fen,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl From<BatchRecord> for BatchView {
    fn from(batch: BatchRecord) -> Self {
        Self {
            id: batch.id,
            version: batch.version,
            state: batch.state,
            round: batch.round,
            scheme: batch.scheme,
            scheme_version: batch.scheme_version,
            period: batch.period,
            budget_year: batch.budget_year,
            beneficiary: batch.beneficiary,
            contracts: batch.sheet.contracts,
            corrections: batch.sheet.corrections,
            base_fen: batch.sheet.base,
            total_fen: batch.sheet.total,
            created_at: batch.created_at,
            updated_at: batch.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct StepView {
    round: i32,
    step: StepKind,
    person: UserId,
    person_name: String,
    organisation: OrganisationId,
    at: UtcTime,
    opinion: String,
    /// The transaction that moved the money; none when none moved.
    ledger_number: Option<i64>,
}

impl From<StepRecord> for StepView {
    fn from(step: StepRecord) -> Self {
        Self {
            round: step.round,
            step: step.step,
            person: step.person,
            person_name: step.person_name,
            organisation: step.organisation,
            at: step.at,
            opinion: step.opinion,
            ledger_number: step.ledger_number,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct BatchDetail {
    #[serde(flatten)]
    pub batch: BatchView,
    pub steps: Vec<StepView>,
}

#[derive(Serialize, ToSchema)]
pub struct LineView {
    pub position: i32,
    kind: LineKind,
    period: i32,
    scheme_version: i32,
    /// URN of the contract.
    contract: String,
    contract_version: i64,
    /// Registration number.
    number: String,
    registered_on: Day,
    total_fen: Fen,
    technical_fen: Fen,
    base_fen: Fen,
    amount_fen: Fen,
    /// For a correction: what happened to the contract.
    cause_kind: Option<String>,
    cause_seq: Option<i64>,
}

impl From<LineRecord> for LineView {
    fn from(line: LineRecord) -> Self {
        let (cause_seq, cause_kind) = line.cause.map(|cause| (cause.seq, cause.kind)).unzip();
        Self {
            position: line.position,
            kind: line.kind,
            period: line.period,
            scheme_version: line.scheme_version,
            contract: line.contract,
            contract_version: line.contract_version,
            number: line.number,
            registered_on: line.registered_on,
            total_fen: line.total,
            technical_fen: line.technical,
            base_fen: line.base,
            amount_fen: line.amount,
            cause_kind,
            cause_seq,
        }
    }
}

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

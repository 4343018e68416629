//! What the subsidy room shows.

use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::form::{CapForm, FormulaForm, ProcedureForm, ShareForm};
use crate::subsidy::model::{
    AppropriationId, AppropriationRecord, Base, BatchId, BatchRecord, BatchState, BeneficiaryKind, LineKind,
    LineRecord, LineShare, PayeeRecord, PaymentKind, PaymentRecord, Scheme, StepKind, StepRecord,
};
use crate::subsidy::service::{Budget, Found};

#[derive(Serialize, ToSchema)]
pub struct SchemeView {
    code: String,
    version: i32,
    /// The division of the authority that owns it.
    division: String,
    title_zh: String,
    title_en: String,
    /// The clause that the scheme stands on.
    source: String,
    valid_from: Day,
    valid_to: Option<Day>,
    beneficiary: BeneficiaryKind,
    base: Base,
    formula: FormulaForm,
    caps: Vec<CapForm>,
    shares: Vec<ShareForm>,
    evidence: Vec<String>,
    procedure: ProcedureForm,
    note: String,
}

impl From<Scheme> for SchemeView {
    fn from(scheme: Scheme) -> Self {
        Self {
            formula: FormulaForm::from(&scheme.formula),
            caps: scheme.caps.into_iter().map(CapForm::from).collect(),
            shares: scheme.shares.into_iter().map(ShareForm::from).collect(),
            procedure: ProcedureForm::from(&scheme.procedure),
            division: scheme.division,
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
    /// Paid once and owed back.
    clawback_receivable_fen: Fen,
    /// Gone back to the treasury: unused at the end of the year, or paid back after it.
    returned_fen: Fen,
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
            returned_fen: row.returned,
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
    /// Of the yearly batch of an office; a batch of claims has several payees.
    beneficiary: Option<PartyRef>,
    contracts: i32,
    corrections: i32,
    base_fen: Fen,
    total_fen: Fen,
    /// While the list is before the public: since when, and until when objections are taken.
    publicised_on: Option<Day>,
    publicity_until: Option<Day>,
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
            publicised_on: batch.publicised_on,
            publicity_until: batch.publicity_until,
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
    pub payees: Vec<PayeeView>,
    pub steps: Vec<StepView>,
}

impl From<Found> for BatchDetail {
    fn from(found: Found) -> Self {
        let Found { batch, payees, payments, steps } = found;
        let payees = payees.into_iter().map(|payee| PayeeView::new(payee, &payments)).collect();
        Self { batch: batch.into(), payees, steps: steps.into_iter().map(Into::into).collect() }
    }
}

/// Whom a batch pays.
#[derive(Serialize, ToSchema)]
pub struct PayeeView {
    position: i32,
    beneficiary: PartyRef,
    /// What the periods with a positive balance give.
    due_fen: Fen,
    /// What the periods with a negative balance take back: a clawback once the batch is paid.
    back_fen: Fen,
    payments: Vec<PaymentView>,
}

impl PayeeView {
    fn new(payee: PayeeRecord, payments: &[PaymentRecord]) -> Self {
        let own = payments.iter().filter(|payment| payment.payee == payee.position);
        Self {
            position: payee.position,
            payments: own.map(PaymentView::from).collect(),
            beneficiary: payee.party,
            due_fen: payee.due,
            back_fen: payee.back,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct PaymentView {
    kind: PaymentKind,
    amount_fen: Fen,
    paid_on: Day,
    reference: String,
    ledger_number: i64,
}

impl From<&PaymentRecord> for PaymentView {
    fn from(payment: &PaymentRecord) -> Self {
        Self {
            kind: payment.kind,
            amount_fen: payment.amount,
            paid_on: payment.paid_on,
            reference: payment.reference.clone(),
            ledger_number: payment.ledger_number,
        }
    }
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
    /// URN of whom the amount is for.
    beneficiary: String,
    total_fen: Fen,
    technical_fen: Fen,
    base_fen: Fen,
    amount_fen: Fen,
    /// Who bears the amount, where its beneficiary does not bear it alone: in a linked group a correction may take
    /// back more than the beneficiary has.
    shares: Vec<LineShareView>,
    /// For a correction: what happened to the contract.
    cause_kind: Option<String>,
    cause_seq: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub struct LineShareView {
    /// URN.
    beneficiary: String,
    amount_fen: Fen,
}

impl From<LineShare> for LineShareView {
    fn from(share: LineShare) -> Self {
        Self { beneficiary: share.beneficiary, amount_fen: share.amount }
    }
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
            beneficiary: line.beneficiary,
            total_fen: line.total,
            technical_fen: line.technical,
            base_fen: line.base,
            amount_fen: line.amount,
            shares: line.shares.into_iter().map(LineShareView::from).collect(),
            cause_kind,
            cause_seq,
        }
    }
}

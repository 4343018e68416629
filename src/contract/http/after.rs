//! Amendments and statements of income.

use actix_web::web::Path;
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::applicant::{ReasonBody, rendered};
use super::office::{OpinionBody, ReviewBody};
use super::view::{ContractView, OpinionView};
use crate::contract::form::Form;
use crate::contract::model::{
    AmendmentState, ContractId, Difference, Income, IncomeState, IncomeStatement, Opinion,
};
use crate::contract::service::{self, Amended, Proposal};
use crate::files::model::FileId;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractAmendmentProposal)]
pub struct ProposalBody {
    /// The whole form as it is to be.
    pub form: Form,
    pub reason: String,
    /// Files of one's own: the agreement on the change, and what proves it.
    #[serde(default)]
    pub files: Vec<FileId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractIncomeStatement)]
pub struct IncomeBody {
    pub from_on: Day,
    pub to_on: Day,
    /// What was received under the contract in the period.
    pub received_fen: i64,
    /// What of it is technical income.
    pub technical_fen: i64,
    #[serde(default)]
    pub note: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractAmendments)]
struct AmendmentsView {
    items: Vec<AmendmentView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractAmendment)]
struct AmendmentView {
    position: i32,
    #[schema(inline)]
    state: AmendmentState,
    reason: String,
    proposed_at: UtcTime,
    /// The edition that it became.
    edition: Option<u32>,
    /// What it changes, field by field.
    changes: Vec<DifferenceView>,
    /// The second reviewer's opinion on a large contract.
    consent: Option<OpinionView>,
    decision: Option<OpinionView>,
    form: Form,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractDifference)]
struct DifferenceView {
    /// JSON pointer into the form.
    pointer: String,
    before: Value,
    after: Value,
}

impl From<Difference> for DifferenceView {
    fn from(it: Difference) -> Self {
        Self { pointer: it.pointer, before: it.before, after: it.after }
    }
}

impl From<Amended> for AmendmentView {
    fn from(it: Amended) -> Self {
        let amendment = it.amendment;
        let view = |opinion: &Opinion| OpinionView::from(opinion);
        Self {
            position: amendment.position,
            state: amendment.state,
            reason: amendment.reason,
            proposed_at: amendment.proposed_at,
            edition: amendment.edition,
            changes: it.differences.into_iter().map(DifferenceView::from).collect(),
            consent: amendment.consent.as_ref().map(view),
            decision: amendment.decision.as_ref().map(view),
            form: amendment.form,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractIncomes)]
struct IncomesView {
    items: Vec<IncomeView>,
    verified_received_fen: Fen,
    verified_technical_fen: Fen,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractIncome)]
struct IncomeView {
    position: i32,
    #[schema(inline)]
    state: IncomeState,
    from_on: Day,
    to_on: Day,
    received_fen: Fen,
    technical_fen: Fen,
    note: String,
    stated_at: UtcTime,
    opinion: String,
    decided_at: Option<UtcTime>,
}

impl From<Income> for IncomeView {
    fn from(it: Income) -> Self {
        let statement = it.statement;
        Self {
            position: it.position,
            state: it.state,
            from_on: statement.from_on,
            to_on: statement.to_on,
            received_fen: statement.received,
            technical_fen: statement.technical,
            note: statement.note,
            stated_at: it.stated_at,
            opinion: it.opinion,
            decided_at: it.decided.map(|it| it.1),
        }
    }
}

act! {
    /// 变更登记: asks for an amendment of what is registered; the office decides.
    propose_amendment, "/contracts/{id}/amendments", "contract_amendment_propose",
    ContractWrite = "contract.write", ProposalBody,
    |tx, actor, id, expected, body| {
        let (form, reason, files) = (body.form.clone(), body.reason.clone(), body.files.clone());
        service::propose_amendment(tx, actor, id, expected, &Proposal { form, reason, files })
    }
}

act! {
    /// Takes the open amendment back.
    withdraw_amendment, "/contracts/{id}/amendments/withdraw", "contract_amendment_withdraw",
    ContractWrite = "contract.write", ReasonBody,
    |tx, actor, id, expected, body| service::withdraw_amendment(tx, actor, id, expected, &body.reason)
}

act! {
    /// 复核: the second opinion on the open amendment of a large contract.
    consent_amendment, "/contracts/{id}/amendments/second-review", "contract_amendment_second_review",
    ContractReview = "contract.review", ReviewBody,
    |tx, actor, id, expected, body| {
        service::consent_amendment(tx, actor, id, expected, body.agrees, &body.opinion)
    }
}

act! {
    /// 准予变更: the amended form becomes the next edition.
    approve_amendment, "/contracts/{id}/amendments/approve", "contract_amendment_approve",
    ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::approve_amendment(tx, actor, id, expected, &body.opinion)
}

act! {
    /// 不予变更: what is registered stands.
    refuse_amendment, "/contracts/{id}/amendments/refuse", "contract_amendment_refuse",
    ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::refuse_amendment(tx, actor, id, expected, &body.opinion)
}

/// Every amendment with what it changes, oldest first.
#[utoipa::path(
    tag = "contract", operation_id = "contract_amendments",
    responses((status = 200, body = AmendmentsView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/amendments")]
pub async fn amendments(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let found = service::amendments(snapshot, actor, *id)?;
        Reply::ok(&AmendmentsView { items: found.into_iter().map(AmendmentView::from).collect() })
    })
    .await
}

act! {
    /// 技术性收入申报: states what was received under the contract.
    state_income, "/contracts/{id}/incomes", "contract_income_state",
    ContractWrite = "contract.write", IncomeBody,
    |tx, actor, id, expected, body| {
        let statement = IncomeStatement {
            from_on: body.from_on,
            to_on: body.to_on,
            received: Fen(body.received_fen),
            technical: Fen(body.technical_fen),
            note: body.note.trim().to_owned(),
        };
        service::state_income(tx, actor, id, expected, &statement)
    }
}

/// 技术性收入核定: verifies a statement against the contract, or returns it.
#[utoipa::path(
    tag = "contract", operation_id = "contract_income_decide",
    request_body = ReviewBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/incomes/{position}/decide")]
pub async fn decide_income(edge: Edge, path: Path<(ContractId, i32)>, input: Input<ReviewBody>) -> Answer {
    let expected = edge.expected_version()?;
    let (id, position) = path.into_inner();
    edge.write("contract.decide_income", Permission::ContractRegister, input, move |tx, actor, body| {
        let decision = (body.agrees, body.opinion.as_str());
        let record = service::decide_income(tx, actor, id, expected, position, decision)?;
        rendered(tx, actor, record)
    })
    .await
}

/// Every statement of income, and what is verified in all.
#[utoipa::path(
    tag = "contract", operation_id = "contract_incomes",
    responses((status = 200, body = IncomesView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/incomes")]
pub async fn incomes(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let (items, total) = service::incomes(snapshot, actor, *id)?;
        Reply::ok(&IncomesView {
            items: items.into_iter().map(IncomeView::from).collect(),
            verified_received_fen: total.received,
            verified_technical_fen: total.technical,
        })
    })
    .await
}

//! The applicant's addresses.

use actix_web::web::Path;
use actix_web::{post, put};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ContractView;
use crate::contract::form::Form;
use crate::contract::model::{AttachmentKind, ContractId, Record};
use crate::contract::service::{self, Attach, Draft};
use crate::db::Tx;
use crate::engagement::model::EngagementId;
use crate::files::model::FileId;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::permission::Permission;

/// A new draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    #[serde(default)]
    pub form: Form,
    #[serde(default)]
    pub attachments: Vec<AttachmentBody>,
    /// The engagement that the contract comes from: fills in what the form leaves empty.
    pub engagement: Option<EngagementId>,
}

/// The form and its files anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractBody {
    pub form: Form,
    #[serde(default)]
    pub attachments: Vec<AttachmentBody>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContractAttachment)]
pub struct AttachmentBody {
    pub file: FileId,
    #[schema(inline)]
    pub kind: AttachmentKind,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractSubmission)]
pub struct SubmitBody {
    /// A registration office of the applicant's territory.
    pub office: OrganisationId,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractReason)]
pub struct ReasonBody {
    #[serde(default)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractAnswer)]
pub struct AnswerBody {
    /// What was corrected, in the applicant's words.
    #[serde(default)]
    pub opinion: String,
}

fn draft(form: &Form, attachments: &[AttachmentBody], engagement: Option<EngagementId>) -> Draft {
    let attachments = attachments.iter().map(|it| Attach { file: it.file, kind: it.kind }).collect();
    Draft { form: form.clone(), attachments, engagement }
}

/// The contract after an act.
pub(super) fn rendered(tx: &mut Tx, actor: &Actor, record: Record) -> Result<Reply, Refusal> {
    let (urn, today, version) = (tx.urn("contract", record.id), tx.now().day(), record.version);
    let case = service::case(tx, actor, record, urn, today)?;
    Ok(Reply::ok(&ContractView::from(&case))?.version(version))
}

/// Draws a contract up.
#[utoipa::path(
    tag = "contract", operation_id = "contract_create",
    request_body = NewContract, responses((status = 201, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts")]
pub async fn create(edge: Edge, input: Input<NewContract>) -> Answer {
    edge.write("contract.create", Permission::ContractWrite, input, |tx, actor, body| {
        let draft = draft(&body.form, &body.attachments, body.engagement);
        let record = service::create(tx, actor, &draft)?;
        let (urn, today, version) = (tx.urn("contract", record.id), tx.now().day(), record.version);
        let location = format!("/api/v1/contracts/{}", record.id);
        let case = service::case(tx, actor, record, urn, today)?;
        Ok(Reply::created(location, &ContractView::from(&case))?.version(version))
    })
    .await
}

/// Replaces the form and the files of a draft, or of an application that is to be corrected.
#[utoipa::path(
    tag = "contract", operation_id = "contract_edit",
    request_body = ContractBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[put("/contracts/{id}")]
pub async fn edit(edge: Edge, id: Path<ContractId>, input: Input<ContractBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.edit", Permission::ContractWrite, input, move |tx, actor, body| {
        let draft = draft(&body.form, &body.attachments, None);
        let record = service::edit(tx, actor, *id, expected, &draft)?;
        rendered(tx, actor, record)
    })
    .await
}

/// Applies for registration at an office of the applicant's territory.
#[utoipa::path(
    tag = "contract", operation_id = "contract_submit",
    request_body = SubmitBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts/{id}/submit")]
pub async fn submit(edge: Edge, id: Path<ContractId>, input: Input<SubmitBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.submit", Permission::ContractWrite, input, move |tx, actor, body| {
        let record = service::submit(tx, actor, *id, expected, body.office)?;
        rendered(tx, actor, record)
    })
    .await
}

/// Hands in the corrected file; the acceptance date moves to today.
#[utoipa::path(
    tag = "contract", operation_id = "contract_resubmit",
    request_body = AnswerBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts/{id}/resubmit")]
pub async fn resubmit(edge: Edge, id: Path<ContractId>, input: Input<AnswerBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.resubmit", Permission::ContractWrite, input, move |tx, actor, body| {
        let record = service::resubmit(tx, actor, *id, expected, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// Takes the application back; possible until it is registered.
#[utoipa::path(
    tag = "contract", operation_id = "contract_withdraw",
    request_body = ReasonBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts/{id}/withdraw")]
pub async fn withdraw(edge: Edge, id: Path<ContractId>, input: Input<ReasonBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.withdraw", Permission::ContractWrite, input, move |tx, actor, body| {
        let record = service::withdraw(tx, actor, *id, expected, &body.reason)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 注销: cancels the registration because the contract was rescinded.
#[utoipa::path(
    tag = "contract", operation_id = "contract_cancel",
    request_body = ReasonBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts/{id}/cancel")]
pub async fn cancel(edge: Edge, id: Path<ContractId>, input: Input<ReasonBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.cancel", Permission::ContractWrite, input, move |tx, actor, body| {
        let record = service::cancel(tx, actor, *id, expected, &body.reason)?;
        rendered(tx, actor, record)
    })
    .await
}

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
    /// An earlier contract of one's own: fills in what is still empty, but not its days.
    pub copy_of: Option<ContractId>,
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

fn attach(attachments: &[AttachmentBody]) -> Vec<Attach> {
    attachments.iter().map(|it| Attach { file: it.file, kind: it.kind }).collect()
}

/// The use-case behind an act.
pub(super) type Run<B> = fn(&mut Tx, &Actor, ContractId, Option<i64>, &B) -> Result<Record, Refusal>;

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
        let draft = Draft {
            form: body.form.clone(),
            attachments: attach(&body.attachments),
            engagement: body.engagement,
            copy_of: body.copy_of,
        };
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
        let attachments = attach(&body.attachments);
        let draft = Draft { form: body.form.clone(), attachments, engagement: None, copy_of: None };
        let record = service::edit(tx, actor, *id, expected, &draft)?;
        rendered(tx, actor, record)
    })
    .await
}

act! {
    /// Applies for registration at an office of the applicant's territory.
    submit, "/contracts/{id}/submit", "contract_submit", ContractWrite = "contract.write", SubmitBody,
    |tx, actor, id, expected, body| service::submit(tx, actor, id, expected, body.office)
}

act! {
    /// Hands in the corrected file; the acceptance date moves to today.
    resubmit, "/contracts/{id}/resubmit", "contract_resubmit", ContractWrite = "contract.write", AnswerBody,
    |tx, actor, id, expected, body| service::resubmit(tx, actor, id, expected, &body.opinion)
}

act! {
    /// Takes the application back; possible until it is registered.
    withdraw, "/contracts/{id}/withdraw", "contract_withdraw", ContractWrite = "contract.write", ReasonBody,
    |tx, actor, id, expected, body| service::withdraw(tx, actor, id, expected, &body.reason)
}

act! {
    /// 注销: cancels the registration because the contract was rescinded.
    cancel, "/contracts/{id}/cancel", "contract_cancel", ContractWrite = "contract.write", ReasonBody,
    |tx, actor, id, expected, body| service::cancel(tx, actor, id, expected, &body.reason)
}

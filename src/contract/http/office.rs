//! The office's and the authority's addresses.

use actix_web::post;
use actix_web::web::Path;
use serde::Deserialize;
use utoipa::ToSchema;

use super::applicant::rendered;
use super::view::ContractView;
use crate::contract::model::{ContractId, Correction, RefusalGround, RevocationGround};
use crate::contract::service;
use crate::http::{Answer, Edge, Input};
use crate::kernel::permission::Permission;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractOfficeOpinion)]
pub struct OpinionBody {
    #[serde(default)]
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractReviewOpinion)]
pub struct ReviewBody {
    pub agrees: bool,
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractCorrections)]
pub struct CorrectionsBody {
    pub corrections: Vec<CorrectionBody>,
    #[serde(default)]
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractWantedCorrection)]
pub struct CorrectionBody {
    /// JSON pointer into the form, or `/attachments`.
    pub pointer: String,
    pub note: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractRefusalGrounds)]
pub struct RefuseBody {
    #[schema(inline)]
    pub grounds: Vec<RefusalGround>,
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractRevocationDecision)]
pub struct RevokeBody {
    #[schema(inline)]
    pub ground: RevocationGround,
    /// The decision by its number or title.
    pub decision: String,
}

/// 受理: takes the case up; the profile of the day applies and the clock starts.
#[utoipa::path(
    tag = "contract", operation_id = "contract_accept",
    request_body = OpinionBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/accept")]
pub async fn accept(edge: Edge, id: Path<ContractId>, input: Input<OpinionBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.accept", Permission::ContractRegister, input, move |tx, actor, body| {
        let record = service::accept(tx, actor, *id, expected, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 补正: asks the applicant for corrections, field by field.
#[utoipa::path(
    tag = "contract", operation_id = "contract_request_correction",
    request_body = CorrectionsBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/request-correction")]
pub async fn request_correction(edge: Edge, id: Path<ContractId>, input: Input<CorrectionsBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.request_correction", Permission::ContractRegister, input, move |tx, actor, body| {
        let wanted = body.corrections.iter();
        let wanted: Vec<_> =
            wanted.map(|it| Correction { pointer: it.pointer.clone(), note: it.note.clone() }).collect();
        let record = service::request_correction(tx, actor, *id, expected, &wanted, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 初审: the first opinion on the file.
#[utoipa::path(
    tag = "contract", operation_id = "contract_review",
    request_body = ReviewBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/review")]
pub async fn first_review(edge: Edge, id: Path<ContractId>, input: Input<ReviewBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.review", Permission::ContractRegister, input, move |tx, actor, body| {
        let record = service::first_review(tx, actor, *id, expected, body.agrees, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 复核: the second opinion on a large contract, by somebody else.
#[utoipa::path(
    tag = "contract", operation_id = "contract_second_review",
    request_body = ReviewBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.review")))
)]
#[post("/contracts/{id}/second-review")]
pub async fn second_review(edge: Edge, id: Path<ContractId>, input: Input<ReviewBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.second_review", Permission::ContractReview, input, move |tx, actor, body| {
        let record = service::second_review(tx, actor, *id, expected, body.agrees, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 准予登记: registers and gives the number.
#[utoipa::path(
    tag = "contract", operation_id = "contract_register",
    request_body = OpinionBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/register")]
pub async fn register(edge: Edge, id: Path<ContractId>, input: Input<OpinionBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.register", Permission::ContractRegister, input, move |tx, actor, body| {
        let record = service::register(tx, actor, *id, expected, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 不予登记: refuses on listed grounds.
#[utoipa::path(
    tag = "contract", operation_id = "contract_refuse",
    request_body = RefuseBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[post("/contracts/{id}/refuse")]
pub async fn refuse(edge: Edge, id: Path<ContractId>, input: Input<RefuseBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.refuse", Permission::ContractRegister, input, move |tx, actor, body| {
        let record = service::refuse(tx, actor, *id, expected, &body.grounds, &body.opinion)?;
        rendered(tx, actor, record)
    })
    .await
}

/// 撤销: the authority over the office revokes the registration.
#[utoipa::path(
    tag = "contract", operation_id = "contract_revoke",
    request_body = RevokeBody, responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[post("/contracts/{id}/revoke")]
pub async fn revoke(edge: Edge, id: Path<ContractId>, input: Input<RevokeBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("contract.revoke", Permission::ContractSupervise, input, move |tx, actor, body| {
        let record = service::revoke(tx, actor, *id, expected, body.ground, &body.decision)?;
        rendered(tx, actor, record)
    })
    .await
}

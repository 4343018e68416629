//! The office's and the authority's addresses.

use actix_web::post;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::ContractView;
use crate::contract::model::{Correction, RefusalGround, RevocationGround};
use crate::contract::service;
use crate::kernel::id::UserId;

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

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractHandOver)]
pub struct HandOverBody {
    /// Another registrar of the office.
    pub to: UserId,
    #[serde(default)]
    pub opinion: String,
}

act! {
    /// 受理: takes the case up; the profile of the day applies and the clock starts.
    accept, "/contracts/{id}/accept", "contract_accept", ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::accept(tx, actor, id, expected, &body.opinion)
}

act! {
    /// 争议案件: marks an open case as disputed, with the reason; the longer limit runs from its acceptance.
    dispute, "/contracts/{id}/dispute", "contract_dispute", ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::dispute(tx, actor, id, expected, &body.opinion)
}

act! {
    /// 认领: claims an open case; from then on its handler decides it.
    claim, "/contracts/{id}/claim", "contract_claim", ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::claim(tx, actor, id, expected, &body.opinion)
}

act! {
    /// 移交: hands a claimed case over to a colleague.
    hand_over, "/contracts/{id}/hand-over", "contract_hand_over", ContractRegister = "contract.register", HandOverBody,
    |tx, actor, id, expected, body| service::hand_over(tx, actor, id, expected, body.to, &body.opinion)
}

act! {
    /// 补正: asks the applicant for corrections, field by field.
    request_correction, "/contracts/{id}/request-correction", "contract_request_correction",
    ContractRegister = "contract.register", CorrectionsBody,
    |tx, actor, id, expected, body| {
        let wanted = body.corrections.iter();
        let wanted: Vec<_> =
            wanted.map(|it| Correction { pointer: it.pointer.clone(), note: it.note.clone() }).collect();
        service::request_correction(tx, actor, id, expected, &wanted, &body.opinion)
    }
}

act! {
    /// 初审: the first opinion on the file.
    review, "/contracts/{id}/review", "contract_review", ContractRegister = "contract.register", ReviewBody,
    |tx, actor, id, expected, body| service::first_review(tx, actor, id, expected, body.agrees, &body.opinion)
}

act! {
    /// 复核: the second opinion on a large contract, by somebody else.
    second_review, "/contracts/{id}/second-review", "contract_second_review",
    ContractReview = "contract.review", ReviewBody,
    |tx, actor, id, expected, body| service::second_review(tx, actor, id, expected, body.agrees, &body.opinion)
}

act! {
    /// 准予登记: registers and gives the number.
    register, "/contracts/{id}/register", "contract_register", ContractRegister = "contract.register", OpinionBody,
    |tx, actor, id, expected, body| service::register(tx, actor, id, expected, &body.opinion)
}

act! {
    /// 不予登记: refuses on listed grounds.
    refuse, "/contracts/{id}/refuse", "contract_refuse", ContractRegister = "contract.register", RefuseBody,
    |tx, actor, id, expected, body| service::refuse(tx, actor, id, expected, &body.grounds, &body.opinion)
}

act! {
    /// 撤销: the authority over the office revokes the registration.
    revoke, "/contracts/{id}/revoke", "contract_revoke", ContractSupervise = "contract.supervise", RevokeBody,
    |tx, actor, id, expected, body| service::revoke(tx, actor, id, expected, body.ground, &body.decision)
}

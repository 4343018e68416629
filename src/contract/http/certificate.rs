//! The certificate as signed JSON and as a page to print, and its public verification.

use actix_web::get;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::page;
use crate::contract::model::ContractId;
use crate::contract::service::{self, Certified, Verdict};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::proof::Keys;
use crate::proof::model::Purpose;

#[derive(Serialize, ToSchema)]
pub struct CertificateView {
    #[schema(inline)]
    pub verdict: Verdict,
    /// Since when the registration no longer stands, where an act ended it.
    pub ended_on: Option<Day>,
    pub number: String,
    /// Printed on the certificate; needed to verify it.
    pub code: String,
    /// Where anybody verifies it.
    pub verify_url: String,
    /// What is signed: the registration as it stood at this edition.
    #[schema(value_type = Object)]
    pub certificate: Value,
    /// 平台校验签名: compact JWS (EdDSA) over the canonical form (RFC 8785) of `certificate`. Not an electronic seal.
    pub jws: String,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// As printed on the certificate.
    #[serde(default)]
    pub code: String,
}

/// What it takes to make a certificate out of a registration.
#[derive(Clone)]
pub(super) struct Issuer {
    base_url: String,
    keys: Keys,
}

impl Issuer {
    pub fn of(edge: &Edge, keys: &Keys) -> Self {
        let base_url = edge.state().settings.base_url.trim_end_matches('/').to_owned();
        Self { base_url, keys: keys.clone() }
    }

    pub fn issue(&self, certified: &Certified, node: &str) -> Result<CertificateView, Refusal> {
        let (number, code) = (certified.edition.number.as_str(), certified.edition.code.as_str());
        let verify_url = format!("{}/verify/{number}?code={code}", self.base_url);
        let certificate = service::statement(certified, node, &verify_url);
        let canonical = serde_json_canonicalizer::to_vec(&certificate).map_err(Refusal::internal)?;
        Ok(CertificateView {
            verdict: certified.verdict,
            ended_on: certified.ended_on,
            number: number.to_owned(),
            code: code.to_owned(),
            verify_url,
            jws: self.keys.sign(Purpose::Certificate, service::CERTIFICATE_KIND, &canonical)?,
            certificate,
        })
    }
}

/// The certificate of a registered contract.
#[utoipa::path(
    tag = "contract", operation_id = "contract_certificate",
    responses((status = 200, body = CertificateView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/certificate")]
pub async fn show(edge: Edge, id: Path<ContractId>, keys: Data<Keys>) -> Answer {
    let issuer = Issuer::of(&edge, &keys);
    edge.read(Permission::Session, move |snapshot, actor| {
        let certified = service::certificate(snapshot, actor, *id)?;
        Reply::ok(&issuer.issue(&certified, snapshot.node())?)
    })
    .await
}

/// The same as a page to print.
#[utoipa::path(
    tag = "contract", operation_id = "contract_certificate_paper",
    responses((status = 200, content_type = "text/html")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/certificate/paper")]
pub async fn paper(edge: Edge, id: Path<ContractId>, keys: Data<Keys>) -> Answer {
    let issuer = Issuer::of(&edge, &keys);
    let answer = edge
        .read(Permission::Session, move |snapshot, actor| {
            let certified = service::certificate(snapshot, actor, *id)?;
            let view = issuer.issue(&certified, snapshot.node())?;
            page::paper(&certified, &view)
        })
        .await?;
    Ok(page::styled(answer))
}

/// Whether a number and a code belong to a certificate, what it says, and what became of it.
#[utoipa::path(
    tag = "contract", operation_id = "certificate_verify", params(CodeQuery),
    responses((status = 200, body = CertificateView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/certificates/{number}")]
pub async fn verify(edge: Edge, number: Path<String>, query: Query<CodeQuery>, keys: Data<Keys>) -> Answer {
    let issuer = Issuer::of(&edge, &keys);
    edge.read(Permission::Public, move |snapshot, _| {
        let certified = service::verify(snapshot, &number, &query.code)?;
        Reply::ok(&issuer.issue(&certified, snapshot.node())?)
    })
    .await
}

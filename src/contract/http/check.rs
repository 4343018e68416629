//! Verification by the file itself: whoever has a certificate's JSON learns whether it is genuine and what became
//! of the registration.

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::certificate::{CertificateView, Issuer};
use crate::contract::codes::{CERTIFICATE_DIFFERS, CERTIFICATE_NOT_FOUND, CERTIFICATE_SIGNATURE_INVALID};
use crate::contract::service::{self, CERTIFICATE_KIND, Certified};
use crate::db::Snapshot;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::proof::Keys;
use crate::proof::model::Purpose;

/// A certificate as it was downloaded. What is believed of it is what is signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificateFile)]
pub(super) struct CertificateFile {
    jws: String,
    /// Compared with what is signed.
    #[schema(value_type = Option<Object>)]
    certificate: Option<Value>,
    #[serde(rename = "verdict")]
    _verdict: Option<String>,
    #[serde(rename = "ended_on")]
    _ended_on: Option<String>,
    #[serde(rename = "number")]
    _number: Option<String>,
    #[serde(rename = "code")]
    _code: Option<String>,
    #[serde(rename = "verify_url")]
    _verify_url: Option<String>,
}

/// Whether a certificate's file is genuine, and what became of the registration.
#[utoipa::path(
    tag = "contract", operation_id = "certificate_check", request_body = CertificateFile,
    responses((status = 200, body = CertificateView)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/certificates/check")]
pub async fn check(edge: Edge, input: Input<CertificateFile>, keys: Data<Keys>) -> Answer {
    edge.permit(Permission::Public)?;
    let signed = signed(&input.parse()?, &keys)?;
    let issuer = Issuer::of(&edge, &keys);
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::ok(&issuer.issue(&registered(snapshot, &signed)?, snapshot.node())?)
    })
    .await
}

/// The registration that a signed certificate speaks of.
pub(super) fn registered(snapshot: &mut Snapshot, signed: &Value) -> Result<Certified, Refusal> {
    let text = |name: &str| signed[name].as_str().unwrap_or_default();
    // The code stands in the signed address of the verification.
    let code = text("verify").rsplit_once("code=").map_or("", |(_, code)| code);
    let certified = service::verify(snapshot, text("number"), code)?;
    if i64::from(certified.edition.edition) != signed["edition"].as_i64().unwrap_or_default() {
        return Err(Refusal::new(&CERTIFICATE_NOT_FOUND));
    }
    Ok(certified)
}

/// What one of our keys signed, if the file shows nothing else.
pub(super) fn signed(file: &CertificateFile, keys: &Keys) -> Result<Value, Refusal> {
    let invalid = |why: &dyn std::fmt::Display| Refusal::new(&CERTIFICATE_SIGNATURE_INVALID).because(why);
    let bytes = keys.verify(Purpose::Certificate, CERTIFICATE_KIND, file.jws.trim());
    let signed: Value =
        serde_json::from_slice(&bytes.map_err(|error| invalid(&error))?).map_err(|error| invalid(&error))?;
    match &file.certificate {
        Some(shown) if *shown != signed => Err(Refusal::new(&CERTIFICATE_DIFFERS)),
        _ => Ok(signed),
    }
}

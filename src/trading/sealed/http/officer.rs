//! Opening officers: their keys, their packets, the rehearsal, their shares.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{from_base64, to_base64};
use crate::http::{Answer, Edge, Input, Reply};
use crate::identity::Gate;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::proof::merkle::Hash;
use crate::trading::model::SaleId;
use crate::trading::sealed::codes::SEALED_PUBLIC_KEY;
use crate::trading::sealed::service;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedOfficerKey)]
pub struct OfficerKey {
    /// X25519, 32 bytes in base64url. Absent: the platform makes a pair and shows its private half this once.
    #[serde(default)]
    public_key: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedEnrolled)]
pub struct EnrolledView {
    number: u8,
    public_key: String,
    /// Hexadecimal; shown this once, and only where the officer brought no key.
    private_key: Option<String>,
}

/// A person of one of the named bodies becomes its opening officer.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = OfficerKey,
    responses((status = 200, body = EnrolledView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/sealed/officers")]
pub async fn enrol(edge: Edge, id: web::Path<SaleId>, input: Input<OfficerKey>) -> Answer {
    edge.write("sealed.enrol", Permission::Session, input, move |tx, actor, body| {
        let enrolled = service::enrol(tx, actor, *id, body.public_key.as_deref().map(read_key).transpose()?)?;
        let public = enrolled.officer.public_key.unwrap_or_default();
        let view = |private_key| EnrolledView {
            number: enrolled.officer.number,
            public_key: to_base64(&public),
            private_key,
        };
        Reply::ok(&view(enrolled.private_key.map(hex::encode)))?.keeping(&view(None))
    })
    .await
}

fn read_key(text: &str) -> Result<Hash, Refusal> {
    from_base64(text).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| Refusal::new(&SEALED_PUBLIC_KEY))
}

#[derive(Serialize, ToSchema)]
#[schema(as = SealedPacket)]
pub struct PacketView {
    sale: String,
    number: u8,
    /// Both shares, sealed to the officer's key (docs/sealed-bids.md), in base64url.
    packet: String,
    commitments: Vec<String>,
    rehearsal_commitments: Vec<String>,
}

/// What an officer opens with its private key: its share of the opening key and its share for the rehearsal.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = PacketView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sales/{id}/sealed/packet")]
pub async fn packet(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let it = service::packet(snapshot, actor, *id)?;
        Reply::ok(&PacketView {
            sale: it.sale,
            number: it.officer.number,
            packet: to_base64(&it.sealed),
            commitments: it.commitments,
            rehearsal_commitments: it.rehearsal_commitments,
        })
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedShareText)]
pub struct ShareText {
    /// `tms1-…-…`
    share: String,
}

/// Before the deadline: an officer shows with its rehearsal share that it can open its packet.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = ShareText,
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/sealed/rehearsal")]
pub async fn rehearse(edge: Edge, id: web::Path<SaleId>, input: Input<ShareText>) -> Answer {
    edge.write("sealed.rehearse", Permission::Session, input, move |tx, actor, body| {
        let tender = service::rehearse(tx, actor, *id, &body.share)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

/// After the deadline: an officer hands in its share of the opening key. The last one that is needed opens all
/// envelopes in one act.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = ShareText,
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/sales/{id}/sealed/shares")]
pub async fn hand_in(
    edge: Edge,
    gate: web::Data<Gate>,
    id: web::Path<SaleId>,
    input: Input<ShareText>,
) -> Answer {
    let secrets = gate.secrets().clone();
    edge.write("sealed.hand_in", Permission::Session, input, move |tx, actor, body| {
        let tender = service::hand_in(tx, actor, &secrets, *id, &body.share)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

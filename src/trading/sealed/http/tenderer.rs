//! Setting a tender up, and reading it.

use actix_web::{get, post, put, web};

use super::view::TenderView;
use crate::http::{Answer, Edge, Input, Reply};
use crate::identity::Gate;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;
use crate::trading::sealed::model::Setup;
use crate::trading::sealed::service::{self, SeenTender};

fn reply(seen: &SeenTender) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&TenderView::from(seen))?.version(seen.tender.version))
}

/// How a tender is run, its key and its officers, where it stands. The same answer whatever lies in the box.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = TenderView)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/sealed")]
pub async fn show(edge: Edge, id: web::Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, actor| reply(&service::tender(snapshot, actor, *id)?)).await
}

/// Sets the tender of a draft up. A new setup needs a new key.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    request_body = Setup,
    responses((status = 204)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[put("/sales/{id}/sealed")]
pub async fn put_setup(edge: Edge, id: web::Path<SaleId>, input: Input<Setup>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("sealed.set_up", Permission::SaleWrite, input, move |tx, actor, setup| {
        let tender = service::put_setup(tx, actor, *id, expected, setup)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

/// The key ceremony, once every officer has enrolled: makes the opening key, splits it, forgets it.
#[utoipa::path(
    tag = "sealed",
    params(("id" = SaleId, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("sale.write")))
)]
#[post("/sales/{id}/sealed/key")]
pub async fn make_key(edge: Edge, gate: web::Data<Gate>, id: web::Path<SaleId>) -> Answer {
    let secrets = gate.secrets().clone();
    edge.act("sealed.make_key", Permission::SaleWrite, move |tx, actor| {
        let tender = service::make_key(tx, actor, &secrets, *id)?;
        Ok(Reply::no_content()?.version(tender.version))
    })
    .await
}

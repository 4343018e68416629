//! The one address of the protocol, by GET and POST, and the schema of our own format.

use actix_web::web::{Bytes, Data, Query};
use actix_web::{get, post};

use super::args::Args;
use super::service::{self, Outlet};
use crate::federation::transport::Transport;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::codes_common::{MALFORMED, PAYLOAD_TOO_LARGE};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

const XML: &str = "text/xml; charset=utf-8";
const SCHEMA: &str = include_str!("tm.xsd");
/// Arguments of the protocol are a few hundred bytes.
const ARGUMENTS_BYTES_MAX: usize = 8 * 1024;

pub fn routes(routes: &mut Routes) {
    routes.service(tm_schema).service(harvest).service(harvest_by_form);
}

async fn respond(edge: Edge, transport: &Transport, query: String) -> Answer {
    if query.len() > ARGUMENTS_BYTES_MAX {
        return Err(Refusal::new(&PAYLOAD_TOO_LARGE).with("max_bytes", ARGUMENTS_BYTES_MAX));
    }
    let pairs = Query::<Vec<(String, String)>>::from_query(&query)
        .map_err(|error| Refusal::new(&MALFORMED).with("reason", error))?
        .into_inner();
    let (args, base_url, host) = (Args::new(pairs), transport.own_uri(""), transport.own_host());
    edge.read_slow(Permission::Public, move |snapshot, _| {
        let place = Outlet { base_url: &base_url, host: &host };
        Reply::text(XML, service::answer(snapshot, &place, &args)?)
    })
    .await
}

/// OAI-PMH 2.0: achievements and demands for harvesters. Errors of the protocol are answers with status 200.
#[utoipa::path(
    tag = "oai", operation_id = "oai_get",
    params(("verb" = String, Query, description = "Identify, ListMetadataFormats, ListSets, ListIdentifiers, ListRecords, GetRecord; further arguments as the protocol says")),
    responses((status = 200, content_type = "text/xml", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/oai")]
pub async fn harvest(edge: Edge, transport: Data<Transport>) -> Answer {
    let query = edge.request().query_string().to_owned();
    respond(edge, &transport, query).await
}

/// The same by POST, with the arguments as a form.
#[utoipa::path(
    tag = "oai", operation_id = "oai_post",
    request_body(content_type = "application/x-www-form-urlencoded", content = String),
    responses((status = 200, content_type = "text/xml", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/oai")]
pub async fn harvest_by_form(edge: Edge, transport: Data<Transport>, body: Bytes) -> Answer {
    let query = String::from_utf8_lossy(&body).into_owned();
    respond(edge, &transport, query).await
}

/// The schema of the format `tm`.
#[utoipa::path(
    tag = "oai", operation_id = "oai_schema",
    responses((status = 200, content_type = "text/xml", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/oai/tm.xsd")]
pub async fn tm_schema(edge: Edge) -> Answer {
    edge.answer(Permission::Public, async { Reply::text(XML, SCHEMA.to_owned()) }).await
}

//! Addresses of live sales.

use std::time::Duration;

use actix_web::web::{Data, Path, Query};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::codes::{LAST_EVENT_INVALID, STREAM_SECONDS, STREAM_TICKET};
use super::hub::Hub;
use super::model::Frame;
use super::{service, stream};
use crate::http::layer::client_address;
use crate::http::{Answer, Edge, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::trading::model::SaleId;

/// Seconds within which a ticket opens its stream.
const TICKET_SECONDS: u64 = 30;
const TICKET_CHARS: usize = 32;
const STREAM_SECONDS_MAX: u64 = 24 * 3600;

pub fn routes(routes: &mut Routes) {
    routes.service(state).service(ticket).service(live);
}

/// Price, least next bid, end and phase of a sale as they are now.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_state",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = Frame)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/state")]
async fn state(edge: Edge, id: Path<SaleId>) -> Answer {
    edge.read(Permission::Public, move |snapshot, _| Reply::ok(&service::frame(snapshot, *id)?)).await
}

#[derive(Serialize, ToSchema)]
pub struct StreamTicket {
    /// Opens one stream, once.
    ticket: String,
    expires_in_seconds: u64,
    /// Where the stream is.
    location: String,
}

/// A ticket for the live stream of a sale: browsers cannot send a token with an EventSource.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_stream_ticket",
    params(("id" = SaleId, Path)),
    responses((status = 200, body = StreamTicket)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/sales/{id}/stream-ticket")]
async fn ticket(edge: Edge, id: Path<SaleId>) -> Answer {
    let (shared, id) = (edge.state().clone(), *id);
    edge.answer(Permission::Public, async move {
        shared.db.read(move |snapshot| service::frame(snapshot, id)).await?;
        let mut bytes = [0; TICKET_CHARS / 2];
        shared.db.settings().random.fill(&mut bytes);
        let made = hex::encode(bytes);
        shared.kv.keep(&format!("stream:{made}"), id.as_str(), TICKET_SECONDS).await;
        let location = format!("/api/v1/sales/{id}/live?ticket={made}");
        Reply::ok(&StreamTicket { ticket: made, expires_in_seconds: TICKET_SECONDS, location })
    })
    .await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LiveQuery {
    ticket: String,
    /// Like the header Last-Event-ID, for a client that opens a new EventSource.
    after: Option<i64>,
    /// The stream ends by itself after so many seconds.
    seconds: Option<u64>,
}

/// The sale as it goes: `connected`, every missed `bid`, the `state`, then what is new; `clock` every 15 seconds, `bye`
/// with its reason at the end. An event's id is the number of the last bid: send it as Last-Event-ID to miss nothing.
#[utoipa::path(
    tag = "trading",
    operation_id = "trading_live",
    params(("id" = SaleId, Path), LiveQuery),
    responses((status = 200, content_type = "text/event-stream", body = Frame)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/sales/{id}/live")]
async fn live(edge: Edge, id: Path<SaleId>, query: Query<LiveQuery>, hub: Data<Hub>) -> Answer {
    edge.permit(Permission::Public)?;
    let after = after(&edge, query.after)?;
    let ends = query.seconds.map(ends).transpose()?;
    spend(&edge, &query.ticket, *id).await?;
    let address = client_address(edge.request(), edge.state());
    let listener = hub.join(*id, &address)?;
    let db = edge.db().clone();
    Ok(stream::response(stream::Following { db, sale: *id, listener, after, ends }))
}

fn ends(seconds: u64) -> Result<Instant, Refusal> {
    if !(1..=STREAM_SECONDS_MAX).contains(&seconds) {
        return Err(Refusal::new(&STREAM_SECONDS).with("max", STREAM_SECONDS_MAX));
    }
    Ok(Instant::now() + Duration::from_secs(seconds))
}

/// The last event that the client saw; its header goes before the address.
fn after(edge: &Edge, asked: Option<i64>) -> Result<Option<i64>, Refusal> {
    let header = edge.request().headers().get("last-event-id").map(|value| {
        let text = value.to_str().unwrap_or("").trim();
        text.parse::<i64>().map_err(|_| Refusal::new(&LAST_EVENT_INVALID))
    });
    let after = header.transpose()?.or(asked);
    match after {
        Some(seq) if seq < 0 => Err(Refusal::new(&LAST_EVENT_INVALID)),
        after => Ok(after),
    }
}

/// Rule 4: a ticket opens the stream of its sale once.
async fn spend(edge: &Edge, shown: &str, id: SaleId) -> Result<(), Refusal> {
    let shaped = shown.len() == TICKET_CHARS && shown.bytes().all(|byte| byte.is_ascii_hexdigit());
    let sale = if shaped { edge.state().kv.take(&format!("stream:{shown}")).await } else { None };
    match sale {
        Some(sale) if sale == id.as_str() => Ok(()),
        _ => Err(Refusal::new(&STREAM_TICKET)),
    }
}

//! Webhooks of an organisation, kept by its administrators.

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::notice::Desk;
use crate::notice::model::{Delivery, DeliveryId, DeliveryState, Endpoint, EndpointId, EndpointState, Topic};
use crate::notice::service::{self, Made, NewEndpoint};

pub fn routes(routes: &mut Routes) {
    routes.service(list).service(register).service(deliveries).service(resend);
    routes.service(change).service(remove).service(rotate).service(ping);
}

#[derive(Serialize, utoipa::ToSchema)]
struct WebhookView {
    id: EndpointId,
    version: i64,
    url: String,
    description: String,
    /// Empty: all of them.
    topics: Vec<Topic>,
    state: EndpointState,
    /// Why the platform disabled it; empty otherwise.
    state_reason: String,
    succeeded_at: Option<UtcTime>,
    created_at: UtcTime,
    changed_at: UtcTime,
}

#[derive(Serialize, utoipa::ToSchema)]
struct WebhookMadeView {
    #[serde(flatten)]
    webhook: WebhookView,
    /// Shown this once: what messages are signed with. Null when the request is repeated.
    secret: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct WebhookList {
    items: Vec<WebhookView>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookBody {
    /// https, on the public internet.
    #[schema(examples("https://erp.example.cn/hooks/techmart"))]
    url: String,
    /// At most 200 characters.
    #[serde(default)]
    description: String,
    /// Empty: all of them.
    #[serde(default)]
    topics: Vec<Topic>,
    #[serde(default = "yes")]
    active: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Serialize, utoipa::ToSchema)]
struct WebhookMessageView {
    /// The `webhook-id` of the message, the same at every attempt.
    id: DeliveryId,
    webhook: Option<EndpointId>,
    state: DeliveryState,
    topic: Topic,
    event: String,
    subject: String,
    at: UtcTime,
    attempts: i32,
    /// When it is tried next, while it waits.
    next_at: Option<UtcTime>,
    ended_at: Option<UtcTime>,
    last_error: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct MessagesQuery {
    webhook: Option<EndpointId>,
    /// `dead` lists what could not be delivered.
    state: Option<DeliveryState>,
    /// Entries of a page, 1 to 100; 20 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl From<Endpoint> for WebhookView {
    fn from(it: Endpoint) -> Self {
        WebhookView {
            id: it.id,
            version: it.version,
            url: it.url,
            description: it.description,
            topics: it.topics,
            state: it.state,
            state_reason: it.state_reason,
            succeeded_at: it.succeeded_at,
            created_at: it.created_at,
            changed_at: it.changed_at,
        }
    }
}

impl From<Delivery> for WebhookMessageView {
    fn from(it: Delivery) -> Self {
        WebhookMessageView {
            id: it.id,
            webhook: it.endpoint,
            next_at: (it.state == DeliveryState::Waiting).then_some(it.next_at),
            state: it.state,
            topic: it.topic,
            event: it.event,
            subject: it.subject,
            at: it.at,
            attempts: it.attempts,
            ended_at: it.ended_at,
            last_error: it.last_error,
        }
    }
}

impl WebhookBody {
    fn new_endpoint(&self) -> NewEndpoint {
        NewEndpoint {
            url: self.url.clone(),
            description: self.description.clone(),
            topics: self.topics.clone(),
            active: self.active,
        }
    }
}

/// A repeated request gets no secret: it was shown.
fn made(reply: impl Fn(&WebhookMadeView) -> Result<Reply, Refusal>, it: Made) -> Result<Reply, Refusal> {
    let version = it.endpoint.version;
    let shown = WebhookMadeView { webhook: it.endpoint.clone().into(), secret: Some(it.secret) };
    let kept = WebhookMadeView { webhook: it.endpoint.into(), secret: None };
    Ok(reply(&shown)?.keeping(&kept)?.version(version))
}

#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_list",
    responses((status = 200, body = WebhookList)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[get("/webhooks")]
async fn list(edge: Edge) -> Answer {
    edge.read(Permission::OrganisationManage, |snapshot, actor| {
        let items = service::endpoints(snapshot, actor)?.into_iter().map(WebhookView::from).collect();
        Reply::ok(&WebhookList { items })
    })
    .await
}

/// Registers an address; the answer shows, this once, the secret that messages are signed with.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_register",
    request_body = WebhookBody,
    responses((status = 201, body = WebhookMadeView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/webhooks")]
async fn register(edge: Edge, input: Input<WebhookBody>, desk: Data<Desk>) -> Answer {
    edge.write("webhook.register", Permission::OrganisationManage, input, move |tx, actor, body| {
        let it = service::register_endpoint(tx, actor, &desk.secrets, &desk.outbound, &body.new_endpoint())?;
        made(|view| Reply::created("/api/v1/webhooks", view), it)
    })
    .await
}

/// Changes everything but the secret. What is enabled again is told of what happens from now on.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_change",
    params(("id" = EndpointId, Path)),
    request_body = WebhookBody,
    responses((status = 200, body = WebhookView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[put("/webhooks/{id}")]
async fn change(edge: Edge, id: Path<EndpointId>, input: Input<WebhookBody>, desk: Data<Desk>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.write("webhook.change", Permission::OrganisationManage, input, move |tx, actor, body| {
        let it = service::change_endpoint(tx, actor, &desk.outbound, id, expected, &body.new_endpoint())?;
        let version = it.version;
        Ok(Reply::ok(&WebhookView::from(it))?.version(version))
    })
    .await
}

#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_remove",
    params(("id" = EndpointId, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[delete("/webhooks/{id}")]
async fn remove(edge: Edge, id: Path<EndpointId>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.act("webhook.remove", Permission::OrganisationManage, move |tx, actor| {
        service::remove_endpoint(tx, actor, id, expected)?;
        Reply::no_content()
    })
    .await
}

/// Makes another secret, shown this once; for a day messages carry the signatures of both.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_rotate_secret",
    params(("id" = EndpointId, Path)),
    responses((status = 200, body = WebhookMadeView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/webhooks/{id}/secret")]
async fn rotate(edge: Edge, id: Path<EndpointId>, desk: Data<Desk>) -> Answer {
    let (id, expected) = (id.into_inner(), edge.expected_version()?);
    edge.act("webhook.rotate_secret", Permission::OrganisationManage, move |tx, actor| {
        made(Reply::ok, service::rotate_secret(tx, actor, &desk.secrets, id, expected)?)
    })
    .await
}

/// Sends a test message.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_ping",
    params(("id" = EndpointId, Path)),
    responses((status = 200, body = WebhookMessageView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/webhooks/{id}/ping")]
async fn ping(edge: Edge, id: Path<EndpointId>) -> Answer {
    let id = id.into_inner();
    edge.act("webhook.ping", Permission::OrganisationManage, move |tx, actor| {
        Reply::ok(&WebhookMessageView::from(service::ping(tx, actor, id)?))
    })
    .await
}

/// What was sent to the organisation's addresses and what became of it, the newest first; kept for 30 days.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_messages",
    params(MessagesQuery),
    responses((status = 200, body = Page<WebhookMessageView>)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[get("/webhooks/messages")]
async fn deliveries(edge: Edge, query: web::Query<MessagesQuery>) -> Answer {
    let query = query.into_inner();
    edge.read(Permission::OrganisationManage, move |snapshot, actor| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        let found = service::deliveries(snapshot, actor, query.webhook, query.state, &page)?;
        Reply::page(&found.map(WebhookMessageView::from))
    })
    .await
}

/// Sends a dead message again, under the same id.
#[utoipa::path(
    tag = "notice",
    operation_id = "webhook_resend",
    params(("id" = DeliveryId, Path)),
    responses((status = 200, body = WebhookMessageView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/webhooks/messages/{id}/resend")]
async fn resend(edge: Edge, id: Path<DeliveryId>) -> Answer {
    let id = id.into_inner();
    edge.act("webhook.resend", Permission::OrganisationManage, move |tx, actor| {
        Reply::ok(&WebhookMessageView::from(service::resend(tx, actor, id)?))
    })
    .await
}

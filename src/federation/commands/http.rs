//! Addresses of acts across nodes, for users and operators of this node.

use actix_web::web::{Data, Path, Query};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::model::{
    ActFilter, InboxState, Incoming, OutboxState, Outgoing, RemoteAct, RemoteActId, RemoteMessage,
    RemoteMessageId, RemoteState, RemoteThread, ThreadId,
};
use super::service::{self, Desk};
use super::wire::{Act, Decision, ThreadDocument};
use crate::engagement::AnswerDays;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::identity::Gate;
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

pub fn routes(routes: &mut Routes) {
    routes.service(ask).service(list).service(show);
    routes.service(list_threads).service(show_thread).service(messages);
    routes.service(outgoing).service(incoming).service(retry);
}

/// An act on a record of another node, and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct RemoteActView {
    pub id: RemoteActId,
    pub version: i64,
    pub act: String,
    /// The node that decides.
    pub node: String,
    pub about: String,
    pub about_title: String,
    /// URN of the engagement at that node, once it is known.
    pub thread: Option<String>,
    /// `queued` here, `sent` on its way, `received` by the owner's node, `decided`; or `undeliverable`. `lost`: the owner's
    /// node was restored from a backup and does not know it any more; what it had told before is still shown.
    pub state: RemoteState,
    pub asked_by: UserId,
    pub asked_at: UtcTime,
    pub sent_at: Option<UtcTime>,
    /// By the clock of the owner's node.
    pub received_at: Option<UtcTime>,
    /// By the clock of the owner's node.
    pub decided_at: Option<UtcTime>,
    pub accepted: Option<bool>,
    pub decision: Option<Decision>,
    /// Why it could not be delivered.
    pub undeliverable: Option<String>,
    /// What was asked.
    #[schema(value_type = Object)]
    pub request: Value,
}

impl RemoteActView {
    fn of(of: RemoteAct) -> Self {
        let answer: Value = serde_json::from_str(&of.answer).unwrap_or_default();
        Self {
            id: of.id,
            version: of.version,
            act: of.act,
            node: of.node,
            about: of.about,
            about_title: of.about_title,
            thread: Some(of.thread).filter(|thread| !thread.is_empty()),
            state: of.state,
            asked_by: of.asked_by,
            asked_at: of.asked_at,
            sent_at: of.sent_at,
            received_at: of.received_at,
            decided_at: of.decided_at,
            accepted: of.accepted,
            undeliverable: answer["undeliverable"].as_str().map(str::to_owned),
            decision: serde_json::from_value(answer).ok(),
            request: serde_json::from_str(&of.request).unwrap_or_default(),
        }
    }
}

/// A thread at another node, as its owner last told it.
#[derive(Serialize, ToSchema)]
pub struct RemoteThreadView {
    pub id: ThreadId,
    pub node: String,
    /// When this node last heard of it.
    pub heard_at: UtcTime,
    /// Since when its words and contacts are gone: its time was over, or the record was erased that it is about.
    pub erased_at: Option<UtcTime>,
    /// Since when its node, restored from a backup, does not have it any more: this is how it was told last.
    pub lost_at: Option<UtcTime>,
    pub thread: ThreadDocument,
}

impl RemoteThreadView {
    fn of(of: RemoteThread) -> Result<Self, Refusal> {
        let thread = serde_json::from_str(&of.document).map_err(Refusal::internal)?;
        let RemoteThread { id, node, updated_at: heard_at, erased_at, lost_at, .. } = of;
        Ok(Self { id, node, heard_at, erased_at, lost_at, thread })
    }
}

#[derive(Serialize, ToSchema)]
pub struct RemoteMessageView {
    pub id: RemoteMessageId,
    pub party: String,
    pub party_name: String,
    pub author_name: String,
    pub text: String,
    pub sent_at: UtcTime,
}

impl From<RemoteMessage> for RemoteMessageView {
    fn from(of: RemoteMessage) -> Self {
        Self {
            id: of.id,
            party: of.party,
            party_name: of.party_name,
            author_name: of.author_name,
            text: of.text,
            sent_at: of.sent_at,
        }
    }
}

/// A command that could not be handed over.
#[derive(Serialize, ToSchema)]
pub struct OutgoingView {
    pub origin: String,
    pub key: String,
    pub to: String,
    pub state: OutboxState,
    pub attempts: i32,
    pub last_error: String,
    pub queued_at: UtcTime,
    pub expires_at: UtcTime,
}

impl From<Outgoing> for OutgoingView {
    fn from(of: Outgoing) -> Self {
        Self {
            origin: of.origin,
            key: of.key,
            to: of.to_node,
            state: of.state,
            attempts: of.attempts,
            last_error: of.last_error,
            queued_at: of.queued_at,
            expires_at: of.expires_at,
        }
    }
}

/// A command that could not be decided.
#[derive(Serialize, ToSchema)]
pub struct IncomingView {
    pub origin: String,
    pub key: String,
    pub act: String,
    pub state: InboxState,
    pub attempts: i32,
    pub last_error: String,
    pub received_at: UtcTime,
}

impl From<Incoming> for IncomingView {
    fn from(of: Incoming) -> Self {
        Self {
            origin: of.origin,
            key: of.key,
            act: of.act,
            state: of.state,
            attempts: of.attempts,
            last_error: of.last_error,
            received_at: of.received_at,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ActsQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    state: Option<RemoteState>,
    /// URN of the record.
    about: Option<String>,
    /// URN of the thread.
    thread: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PlainQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl PlainQuery {
    fn page(self) -> Result<PageQuery, Refusal> {
        PageQuery::new(self.limit, self.cursor)
    }
}

/// Acts on a record or thread of another node. It is queued here and decided there.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_act_ask",
    request_body = Act,
    responses((status = 201, body = RemoteActView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/remote-acts")]
async fn ask(edge: Edge, input: Input<Act>, gate: Data<Gate>, days: Data<AnswerDays>) -> Answer {
    let desk = Desk::of(&gate, **days);
    edge.write("remote_act.ask", Permission::EngagementWrite, input, move |tx, actor, act| {
        let made = service::ask(tx, actor, &desk, act)?;
        let (location, version) = (format!("/api/v1/remote-acts/{}", made.id), made.version);
        Ok(Reply::created(location, &RemoteActView::of(made))?.version(version))
    })
    .await
}

/// What one's own organisation asked of other nodes, the newest first.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_act_list",
    params(ActsQuery),
    responses((status = 200, body = Page<RemoteActView>)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[get("/remote-acts")]
async fn list(edge: Edge, query: Query<ActsQuery>) -> Answer {
    let ActsQuery { limit, cursor, state, about, thread } = query.into_inner();
    let (page, filter) = (PageQuery::new(limit, cursor)?, ActFilter { state, about, thread });
    edge.read(Permission::EngagementWrite, move |snapshot, actor| {
        let found = service::acts(snapshot, actor, &filter, &page)?;
        Reply::page(&found.map(RemoteActView::of))
    })
    .await
}

/// One act and how far it has come.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_act_show",
    params(("id" = RemoteActId, Path)),
    responses((status = 200, body = RemoteActView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[get("/remote-acts/{id}")]
async fn show(edge: Edge, id: Path<RemoteActId>) -> Answer {
    edge.read(Permission::EngagementWrite, move |snapshot, actor| {
        let found = service::act(snapshot, actor, *id)?;
        let version = found.version;
        Ok(Reply::ok(&RemoteActView::of(found))?.version(version))
    })
    .await
}

/// Engagements at other nodes to which one's own organisation is a party.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_thread_list",
    params(PlainQuery),
    responses((status = 200, body = Page<RemoteThreadView>)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[get("/remote-threads")]
async fn list_threads(edge: Edge, query: Query<PlainQuery>) -> Answer {
    let page = query.into_inner().page()?;
    edge.read(Permission::EngagementWrite, move |snapshot, actor| {
        let Page { items, next } = service::threads(snapshot, actor, &page)?;
        let items = items.into_iter().map(RemoteThreadView::of).collect::<Result<Vec<_>, _>>()?;
        Reply::page(&Page { items, next })
    })
    .await
}

/// One of them, as its owner last told it.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_thread_show",
    params(("id" = ThreadId, Path)),
    responses((status = 200, body = RemoteThreadView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[get("/remote-threads/{id}")]
async fn show_thread(edge: Edge, id: Path<ThreadId>) -> Answer {
    edge.read(Permission::EngagementWrite, move |snapshot, actor| {
        let found = service::thread(snapshot, actor, *id)?;
        let version = found.version;
        Ok(Reply::ok(&RemoteThreadView::of(found)?)?.version(version))
    })
    .await
}

/// Its messages, of both sides, in the order in which its node took them.
#[utoipa::path(
    tag = "federation",
    operation_id = "remote_thread_messages",
    params(("id" = ThreadId, Path), PlainQuery),
    responses((status = 200, body = Page<RemoteMessageView>)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[get("/remote-threads/{id}/messages")]
async fn messages(edge: Edge, id: Path<ThreadId>, query: Query<PlainQuery>) -> Answer {
    let page = query.into_inner().page()?;
    edge.read(Permission::EngagementWrite, move |snapshot, actor| {
        Reply::page(&service::messages(snapshot, actor, *id, &page)?.map(RemoteMessageView::from))
    })
    .await
}

/// Commands that could not be handed over to the next node.
#[utoipa::path(
    tag = "federation",
    operation_id = "federation_commands_undelivered",
    params(PlainQuery),
    responses((status = 200, body = Page<OutgoingView>)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/commands/undelivered")]
async fn outgoing(edge: Edge, query: Query<PlainQuery>) -> Answer {
    let page = query.into_inner().page()?;
    edge.read(Permission::FederationManage, move |snapshot, _| {
        Reply::page(&service::dead(snapshot, &page)?.map(OutgoingView::from))
    })
    .await
}

/// Commands of other nodes that this one could not decide.
#[utoipa::path(
    tag = "federation",
    operation_id = "federation_commands_undecided",
    params(PlainQuery),
    responses((status = 200, body = Page<IncomingView>)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[get("/federation/commands/undecided")]
async fn incoming(edge: Edge, query: Query<PlainQuery>) -> Answer {
    let page = query.into_inner().page()?;
    edge.read(Permission::FederationManage, move |snapshot, _| {
        Reply::page(&service::stuck(snapshot, &page)?.map(IncomingView::from))
    })
    .await
}

/// Tries a command once more that was given up.
#[utoipa::path(
    tag = "federation",
    operation_id = "federation_command_retry",
    params(("origin" = String, Path), ("key" = String, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("federation.manage")))
)]
#[post("/federation/commands/{origin}/{key}/retry")]
async fn retry(edge: Edge, path: Path<(String, String)>) -> Answer {
    let (origin, key) = path.into_inner();
    edge.act("federation.retry_command", Permission::FederationManage, move |tx, _| {
        service::retry(tx, &origin, &key)?;
        Reply::no_content()
    })
    .await
}

//! What people are told in the application.

use actix_web::web::Path;
use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};

use crate::http::{Answer, Edge, Input, Locale, Reply, Routes};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::notice::events;
use crate::notice::model::{Notice, NoticeId, Topic};
use crate::notice::service;

pub fn routes(routes: &mut Routes) {
    routes.service(list).service(unread).service(mark_all).service(mark_read);
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct NoticesQuery {
    /// Only what was not read yet.
    #[serde(default)]
    unread: bool,
    topic: Option<Topic>,
    /// Entries of a page, 1 to 100; 20 when absent.
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct NoticeView {
    id: NoticeId,
    topic: Topic,
    /// What happened; stable, see docs/notices.md.
    event: String,
    /// In the language of Accept-Language (zh-CN unless en is preferred).
    text: String,
    /// URN of the record.
    subject: String,
    /// Where it is looked at.
    link: String,
    at: UtcTime,
    read_at: Option<UtcTime>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct UnreadView {
    count: i64,
    /// False beyond 500: there are at least so many.
    exact: bool,
    by_topic: Vec<UnreadOfTopic>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct UnreadOfTopic {
    topic: Topic,
    count: i64,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadAllBody {
    /// The newest notice that the reader saw; without it all there are.
    #[serde(default)]
    up_to: Option<NoticeId>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct ReadAllView {
    /// Notices that were unread until now; at 500 ask again, there may be more.
    marked: usize,
}

fn view(it: Notice, locale: Locale) -> NoticeView {
    NoticeView {
        id: it.id,
        topic: it.topic,
        text: events::text(&it.event, &it.title, locale == Locale::En),
        event: it.event,
        subject: it.subject,
        link: it.link,
        at: it.at,
        read_at: it.read_at,
    }
}

fn locale(edge: &Edge) -> Locale {
    Locale::of(edge.request().headers())
}

/// What the caller was told, the newest first; in the organisation that it acts for.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_list",
    params(NoticesQuery),
    responses((status = 200, body = Page<NoticeView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/notices")]
async fn list(edge: Edge, query: web::Query<NoticesQuery>) -> Answer {
    let (query, locale) = (query.into_inner(), locale(&edge));
    edge.read(Permission::Session, move |snapshot, actor| {
        let page = PageQuery::new(query.limit, query.cursor)?;
        let found = service::list(snapshot, actor, query.unread, query.topic, &page)?;
        Reply::page(&found.map(|it| view(it, locale)))
    })
    .await
}

/// How many notices are unread. With If-None-Match it costs no body while nothing is new.
#[utoipa::path(
    tag = "notice",
    operation_id = "notice_unread",
    responses((status = 200, body = UnreadView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/notices/unread")]
async fn unread(edge: Edge) -> Answer {
    edge.read(Permission::Session, |snapshot, actor| {
        let found = service::unread(snapshot, actor)?;
        let by_topic =
            found.by_topic.iter().map(|(topic, count)| UnreadOfTopic { topic: *topic, count: *count });
        let view = UnreadView { count: found.count, exact: found.exact, by_topic: by_topic.collect() };
        Ok(Reply::ok(&view)?.version(found.stamp))
    })
    .await
}

#[utoipa::path(
    tag = "notice",
    operation_id = "notice_mark_read",
    params(("id" = NoticeId, Path)),
    responses((status = 200, body = NoticeView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/notices/{id}/read")]
async fn mark_read(edge: Edge, id: Path<NoticeId>) -> Answer {
    let (id, locale) = (id.into_inner(), locale(&edge));
    edge.act("notice.mark_read", Permission::Session, move |tx, actor| {
        Reply::ok(&view(service::mark_read(tx, actor, id)?, locale))
    })
    .await
}

#[utoipa::path(
    tag = "notice",
    operation_id = "notice_mark_all_read",
    request_body = ReadAllBody,
    responses((status = 200, body = ReadAllView)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/notices/read-all")]
async fn mark_all(edge: Edge, input: Input<ReadAllBody>) -> Answer {
    edge.write("notice.mark_all", Permission::Session, input, |tx, actor, body| {
        Reply::ok(&ReadAllView { marked: service::mark_all(tx, actor, body.up_to)? })
    })
    .await
}

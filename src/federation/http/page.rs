//! The network's status as a page for people: what everybody may know of it, and no more (no addresses, keys or
//! errors; those are for who looks after the node, `GET /api/v1/federation/peers`).

use actix_web::get;
use askama::Template;

use crate::db::Snapshot;
use crate::federation::service::status::{Followed, Status, status};
use crate::federation::tlog::service as log;
use crate::federation::tlog::settle;
use crate::http::page::{HTML, styled};
use crate::http::{Answer, Edge, Locale, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::page::PageQuery;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::kernel::vocabulary::list;

const STYLE: &str = include_str!("status.css");
/// Settled cases on the page.
const PAST_MAX: i64 = 20;

pub fn routes(routes: &mut Routes) {
    routes.service(show);
}

/// A neighbour, in words.
struct Row {
    name: String,
    node: String,
    role: &'static str,
    state: &'static str,
    /// `good`, `late`, `bad` or `off`: the class of the row.
    health: &'static str,
    stage: &'static str,
    head: i64,
    cursor: i64,
    lag_events: i64,
    lag_seconds: i64,
    heard_at: String,
    failing: bool,
    set_aside: i64,
    seen_size: i64,
    seen_at: String,
    cosigned_size: i64,
}

/// A node that has shown two histories.
struct Named {
    node: String,
    origin: String,
    fault: &'static str,
    at: String,
}

/// A case of two histories that was settled.
struct Past {
    node: String,
    origin: String,
    fault: &'static str,
    at: String,
    ground: &'static str,
    settled_at: String,
}

#[derive(Template)]
#[template(path = "federation/http/status.html")]
struct Page {
    style: &'static str,
    locale: Locale,
    node: String,
    epoch: i64,
    head: i64,
    at: String,
    size: i64,
    cosigned: i64,
    cosigners: usize,
    named: Vec<Named>,
    past: Vec<Past>,
    rows: Vec<Row>,
}

impl Page {
    const fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.locale {
            Locale::Zh => zh,
            Locale::En => en,
        }
    }
}

/// How this node stands among its neighbours, as a page: heads, cursors, lag, logs, and who has shown two histories.
#[utoipa::path(
    tag = "federation", operation_id = "federation_status_page",
    responses((status = 200, content_type = "text/html", body = String)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/federation/status")]
async fn show(edge: Edge) -> Answer {
    let locale = Locale::of(edge.request().headers());
    let answer = edge.read(Permission::Public, move |snapshot, _| {
        let page = page(snapshot, locale)?;
        Reply::text(HTML, page.render().map_err(Refusal::internal)?)
    });
    Ok(styled(answer.await?, STYLE, false))
}

fn page(snapshot: &mut Snapshot, locale: Locale) -> Result<Page, Refusal> {
    let Status { node, epoch, head, now, peers } = status(snapshot)?;
    let (size, cosigned, cosigners) = log::standing(snapshot)?;
    let faulty = log::neighbours(snapshot)?
        .into_iter()
        .filter_map(|it| Some((it.fault?, it.fault_at, it.node, it.origin)));
    let named = faulty.map(|(fault, at, node, origin)| Named {
        fault: word("log_fault", &fault, locale),
        at: at.map(UtcTime::local).unwrap_or_default(),
        node,
        origin,
    });
    let named = named.collect();
    let past = past(snapshot, locale)?;
    let rows = peers.into_iter().map(|it| row(it, now, locale)).collect();
    Ok(Page {
        style: STYLE,
        locale,
        node,
        epoch,
        head,
        at: now.local(),
        size,
        cosigned,
        cosigners,
        named,
        past,
        rows,
    })
}

/// The newest settled cases: they stay readable, and nobody is named by them.
fn past(snapshot: &mut Snapshot, locale: Locale) -> Result<Vec<Past>, Refusal> {
    let cases = settle::settlements(snapshot, None, &PageQuery::new(Some(PAST_MAX), None)?)?;
    let shown = cases.items.into_iter().map(|it| Past {
        fault: word("log_fault", &it.fault, locale),
        at: it.fault_at.local(),
        ground: word("log_settled_by", it.ground.as_str(), locale),
        settled_at: it.settled_at.local(),
        node: it.node,
        origin: it.origin,
    });
    Ok(shown.collect())
}

fn row(it: Followed, now: UtcTime, locale: Locale) -> Row {
    let (sync, log) = (it.sync.as_ref(), it.log.as_ref());
    let failing = sync.is_some_and(|sync| sync.failures > 0) || log.is_some_and(|log| log.failures > 0);
    let lag_events = sync.map_or(0, |sync| sync.lag_events());
    let health = match it.peer.state.as_str() {
        _ if log.is_some_and(|log| log.fault.is_some()) => "bad",
        "confirmed" if failing || it.set_aside > 0 => "late",
        "confirmed" => "good",
        _ => "off",
    };
    Row {
        role: word("peer_role", it.peer.role.as_str(), locale),
        state: word("peer_state", it.peer.state.as_str(), locale),
        health,
        stage: sync.map_or("", |sync| word("sync_stage", sync.stage.as_str(), locale)),
        head: sync.map_or(0, |sync| sync.head),
        cursor: sync.map_or(0, |sync| sync.cursor.seq),
        lag_events,
        lag_seconds: sync.map_or(0, |sync| sync.lag_seconds(now)),
        heard_at: sync.and_then(|sync| sync.last_ok_at).map(UtcTime::local).unwrap_or_default(),
        failing,
        set_aside: it.set_aside,
        seen_size: log.map_or(0, |log| log.size),
        seen_at: log.filter(|log| log.size > 0).map(|log| log.seen_at.local()).unwrap_or_default(),
        cosigned_size: log.map_or(0, |log| log.cosigned_size),
        name: it.peer.name,
        node: it.peer.node,
    }
}

fn word(name: &str, code: &str, locale: Locale) -> &'static str {
    let item = list(name).get(code);
    item.map_or("", |item| if locale == Locale::Zh { item.zh } else { item.en })
}

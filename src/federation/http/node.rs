//! What neighbours ask: feed, snapshot, digest, handshake, hints. All of it signed, both ways.

use std::time::{Duration, Instant};

use actix_web::web::{Data, Query};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::db::Db;
use crate::federation::codes::FEED_LIMIT_INVALID;
use crate::federation::model::{Cursor, Role};
use crate::federation::pullers::Pullers;
use crate::federation::service::{digest, feed, peers, snapshot};
use crate::federation::transport::SignedPeer;
use crate::federation::wire::{BATCH, NDJSON};
use crate::http::{Answer, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

const EVENTS_MAX: i64 = 500;
const LINES_MAX: i64 = 500;
const WAIT_MS_MAX: i64 = 30_000;
/// What other instances write is seen at the latest after this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub fn routes(routes: &mut Routes) {
    routes.service(read_feed).service(read_snapshot).service(read_digest).service(confirm).service(hint);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// The last number that was taken.
    #[serde(default)]
    after: i64,
    /// The epoch in which it was taken; needed with a number.
    epoch: Option<i64>,
    /// The view (`TM-View`) under which it was taken; needed with a number.
    view: Option<String>,
    /// Events of a page, 1 to 500; 100 when absent.
    limit: Option<i64>,
    /// How long to wait when there is nothing, 0 to 30000; 0 when absent.
    wait_ms: Option<i64>,
}

fn within(name: &'static str, value: i64, min: i64, max: i64) -> Result<i64, Refusal> {
    if (min..=max).contains(&value) {
        return Ok(value);
    }
    Err(Refusal::new(&FEED_LIMIT_INVALID).with("name", name).with("min", min).with("max", max))
}

/// The changes after a number, in order and without holes; what the neighbour may not see as stubs (TMF-1 rules 3
/// to 6). A CloudEvents batch.
#[utoipa::path(
    tag = "federation", operation_id = "federation_feed", params(FeedQuery),
    responses((status = 200, content_type = "application/cloudevents-batch+json", body = Vec<Object>)),
    extensions(("x-permission" = json!("peer")))
)]
#[get("/federation/v1/feed")]
async fn read_feed(peer: SignedPeer, query: Query<FeedQuery>, pullers: Data<Pullers>) -> Answer {
    peer.edge.permit(Permission::Peer)?;
    let asked = feed::Asked {
        after: within("after", query.after, 0, i64::MAX)?,
        epoch: query.epoch,
        view: query.view.clone(),
        limit: within("limit", query.limit.unwrap_or(100), 1, EVENTS_MAX)?,
    };
    let wait_ms = within("wait_ms", query.wait_ms.unwrap_or(0), 0, WAIT_MS_MAX)?;
    let wait = Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0));
    let page = long_poll(peer.edge.db(), &peer.node, asked.clone(), wait).await?;
    pullers.asked(&peer.node, asked.after);
    Ok(answer(&page.head, BATCH, page.body))
}

/// Answers as soon as there is something; otherwise when the time is over, with an empty page.
async fn long_poll(db: &Db, node: &str, asked: feed::Asked, wait: Duration) -> Result<feed::Page, Refusal> {
    let mut commits = db.commits();
    let until = Instant::now() + wait;
    loop {
        commits.mark_unchanged();
        let (node, asked) = (node.to_owned(), asked.clone());
        let page = db.read(move |snapshot| {
            let (own, peer) = (snapshot.node().to_owned(), peers::confirmed(snapshot, &node)?);
            feed::page(snapshot, &own, &peer, &asked)
        });
        let page = page.await?;
        let left = until.saturating_duration_since(Instant::now());
        if page.count > 0 || left.is_zero() {
            return Ok(page);
        }
        // Either outcome means: look again.
        drop(tokio::time::timeout(left.min(LOOK_EVERY), commits.changed()).await);
    }
}

fn answer(head: &Cursor, content_type: &str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("tm-head", head.seq.to_string()))
        .insert_header(("tm-epoch", head.epoch.to_string()))
        .insert_header(("tm-view", head.view.as_str()))
        .insert_header(("cache-control", "private, no-store"))
        .body(body)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SnapshotQuery {
    /// The last subject that was taken.
    #[serde(default)]
    after_subject: String,
    /// Up to this subject: for repairs.
    through: Option<String>,
    /// Subjects that begin so.
    #[serde(default)]
    prefix: String,
    /// One type alone, such as `achievement`.
    r#type: Option<String>,
    /// Subjects of a part, 1 to 500; 500 when absent.
    limit: Option<i64>,
}

/// Everything that the neighbour may see, as it is now: an opening line with `as_of_seq`, `epoch` and `view`, a
/// line for each live subject and each tombstone in their order, and a closing line with `next` (TMF-1 rule 7).
#[utoipa::path(
    tag = "federation", operation_id = "federation_snapshot", params(SnapshotQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String)),
    extensions(("x-permission" = json!("peer")))
)]
#[get("/federation/v1/snapshot")]
async fn read_snapshot(peer: SignedPeer, query: Query<SnapshotQuery>) -> Answer {
    peer.edge.permit(Permission::Peer)?;
    let query = query.into_inner();
    let limit = within("limit", query.limit.unwrap_or(LINES_MAX), 1, LINES_MAX)?;
    let asked = snapshot::Asked {
        after: query.after_subject,
        through: query.through,
        prefix: query.prefix,
        entity: query.r#type,
        limit: usize::try_from(limit).unwrap_or(1),
    };
    let node = peer.node.clone();
    let part = peer.edge.db().read_slow(move |found| {
        let (own, peer) = (found.node().to_owned(), peers::confirmed(found, &node)?);
        snapshot::part(found, &own, &peer, &asked)
    });
    let (as_of, body) = part.await?;
    Ok(answer(&as_of, NDJSON, body))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DigestQuery {
    /// Where the part before ended.
    #[serde(default)]
    after: String,
    /// Subjects that begin so.
    #[serde(default)]
    prefix: String,
    /// One type alone, such as `achievement`.
    r#type: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct DigestView {
    as_of_seq: i64,
    epoch: i64,
    view: String,
    buckets: Vec<BucketView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct BucketView {
    after: String,
    /// Empty: to the end.
    through: String,
    count: i64,
    /// SHA-256 over a line `subject|version|method|datahash` for each subject.
    hash: String,
}

/// Count and hash of what the neighbour may see, in buckets of its subjects (TMF-1 rule 12).
#[utoipa::path(
    tag = "federation", operation_id = "federation_digest", params(DigestQuery),
    responses((status = 200, body = DigestView)), extensions(("x-permission" = json!("peer")))
)]
#[get("/federation/v1/digest")]
async fn read_digest(peer: SignedPeer, query: Query<DigestQuery>) -> Answer {
    let query = query.into_inner();
    let (after, prefix, entity) = (query.after, query.prefix, query.r#type);
    let asked = snapshot::Asked { after, prefix, entity, through: None, limit: digest::PART_SUBJECTS_MAX };
    let node = peer.node;
    let read = peer.edge.read_slow(Permission::Peer, move |found, _| {
        let (own, peer) = (found.node().to_owned(), peers::confirmed(found, &node)?);
        Reply::ok(&DigestView::from(digest::digest(found, &own, &peer, &asked)?))
    });
    read.await
}

impl From<digest::Digest> for DigestView {
    fn from(it: digest::Digest) -> Self {
        let bucket = |it: digest::Bucket| BucketView {
            after: it.after,
            through: it.through,
            count: it.count,
            hash: it.hash,
        };
        Self {
            as_of_seq: it.as_of_seq,
            epoch: it.epoch,
            view: it.view,
            buckets: it.buckets.into_iter().map(bucket).collect(),
            next: it.next,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PeerConfirmation)]
struct Confirmation {
    /// Who says so; the signature proves it.
    node: String,
    /// What this node is to the one that asks.
    #[schema(inline)]
    you_are: Role,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PeerConfirmed)]
struct Confirmed {
    node: String,
    #[schema(inline)]
    you_are: Role,
}

/// Both sides have entered each other and agree who is whose parent: the neighbour is confirmed.
#[utoipa::path(
    tag = "federation", operation_id = "federation_confirm",
    request_body = Confirmation, responses((status = 200, body = Confirmed)),
    extensions(("x-permission" = json!("peer")))
)]
#[post("/federation/v1/confirm")]
async fn confirm(peer: SignedPeer, pullers: Data<Pullers>) -> Answer {
    let (input, node) = (peer.input::<Confirmation>(), peer.node.clone());
    let answer = peer
        .edge
        .write("federation.confirm", Permission::Peer, input, move |tx, _, said| {
            signed_for(&node, &said.node)?;
            let peer = peers::confirm(tx, &node, said.you_are)?;
            Reply::ok(&Confirmed { node: tx.node().to_owned(), you_are: peer.role })
        })
        .await?;
    pullers.wake(&peer.node);
    Ok(answer)
}

#[derive(Deserialize, ToSchema)]
#[schema(as = FeedHint)]
struct Hint {
    node: String,
    /// The last number of its feed.
    head: i64,
}

/// The neighbour has something new: wakes who follows it. Losing a hint costs latency, never data (TMF-1 rule 10).
#[utoipa::path(
    tag = "federation", operation_id = "federation_hint",
    request_body = Hint, responses((status = 204)), extensions(("x-permission" = json!("peer")))
)]
#[post("/federation/v1/hints")]
async fn hint(peer: SignedPeer, pullers: Data<Pullers>) -> Answer {
    let (input, node) = (peer.input::<Hint>(), peer.node.clone());
    let answer = peer
        .edge
        .write("federation.hint", Permission::Peer, input, move |tx, _, said| {
            signed_for(&node, &said.node)?;
            peers::hinted(tx, &node, said.head)?;
            Reply::no_content()
        })
        .await?;
    pullers.wake(&peer.node);
    Ok(answer)
}

/// Nobody speaks for another.
fn signed_for(signer: &str, said: &str) -> Result<(), Refusal> {
    if signer == said { Ok(()) } else { Err(Refusal::new(&crate::kernel::codes_common::FORBIDDEN)) }
}

//! What is asked of a neighbour, and how its answers are read: feed, snapshot, digest, handshake, hint.

use serde_json::{Value, json};

use super::codes::{CURSOR_IN_FUTURE, FEED_GAP, PEER_LOST_NUMBERS};
use super::courier::{Courier, Heard, invalid};
use super::model::{Cursor, FeedPage, Peer, Received};
use super::service::digest::Digest;
use super::service::take::Lines;
use super::wire;
use crate::kernel::error::Refusal;

pub const PAGE_EVENTS_MAX: usize = 500;
pub const PART_LINES_MAX: usize = 500;

/// What a neighbour said to a request for its feed.
#[derive(Debug)]
pub enum Told {
    Page(FeedPage),
    /// The cursor is void: epoch or view changed, or it is too old. A snapshot is needed.
    Lost(String),
}

/// The next page after the cursor; waits at the other side until there is something.
pub async fn feed(
    courier: &Courier,
    own: &str,
    peer: &Peer,
    cursor: &Cursor,
    wait_ms: u64,
) -> Result<Told, Refusal> {
    let path = format!(
        "/federation/v1/feed?after={}&epoch={}&view={}&limit={PAGE_EVENTS_MAX}&wait_ms={wait_ms}",
        cursor.seq, cursor.epoch, cursor.view
    );
    let heard = courier.get(peer, &path, wait_ms.div_ceil(1000)).await?;
    if matches!(heard.status, 409 | 410) {
        return Ok(Told::Lost(heard.problem()));
    }
    if heard.status == 400 && heard.problem() == CURSOR_IN_FUTURE.id {
        return Err(Refusal::new(&PEER_LOST_NUMBERS).with("seq", cursor.seq));
    }
    let heard = heard.success()?;
    let (own, sender, cursor) = (own.to_owned(), peer.node.clone(), cursor.clone());
    // Half a thousand events are parsed and hashed: not on the thread that waits for everybody.
    let read = tokio::task::spawn_blocking(move || read_page(&own, &sender, &cursor, &heard));
    Ok(Told::Page(read.await.map_err(Refusal::internal)??))
}

/// Checks the numbers: the first is the cursor's next, each further one follows (TMF-1 rule 4).
fn read_page(own: &str, sender: &str, cursor: &Cursor, heard: &Heard) -> Result<FeedPage, Refusal> {
    let number = |name: &str| heard.header(name).and_then(|text| text.parse::<i64>().ok());
    let head = number("tm-head").ok_or_else(|| invalid("TM-Head is missing"))?;
    let epoch = number("tm-epoch").ok_or_else(|| invalid("TM-Epoch is missing"))?;
    let view = heard.header("tm-view").ok_or_else(|| invalid("TM-View is missing"))?.to_owned();
    if epoch != cursor.epoch || view != cursor.view {
        return Err(invalid("epoch or view are not those that were asked for"));
    }
    let values: Vec<Value> = heard.json()?;
    if values.len() > PAGE_EVENTS_MAX {
        return Err(invalid("more events than asked for"));
    }
    let mut events: Vec<Received> = Vec::with_capacity(values.len());
    let mut expected = cursor.seq + 1;
    for value in &values {
        let read = wire::read_feed_event(sender, own, value);
        let (found, _, event) = read.ok_or_else(|| invalid("an event has no number"))?;
        if found != expected {
            return Err(Refusal::new(&FEED_GAP).with("expected", expected).with("found", found));
        }
        expected += 1;
        events.push(event);
    }
    if head < expected - 1 || (events.is_empty() && head > cursor.seq) {
        // Never an empty page where there is something: that would hide a loss.
        return Err(Refusal::new(&FEED_GAP).with("expected", expected).with("found", head));
    }
    Ok(FeedPage { epoch, view, head, events })
}

/// A part of the snapshot: where the feed goes on, its lines, and the subject behind which the next part begins.
pub async fn snapshot(
    courier: &Courier,
    own: &str,
    peer: &Peer,
    after: &str,
    through: Option<&str>,
) -> Result<Part, Refusal> {
    let mut path = format!("/federation/v1/snapshot?after_subject={}&limit={PART_LINES_MAX}", coded(after));
    if let Some(through) = through {
        path.push_str(&format!("&through={}", coded(through)));
    }
    let heard = courier.get(peer, &path, 30).await?.success()?;
    let (own, sender, after) = (own.to_owned(), peer.node.clone(), after.to_owned());
    let read = tokio::task::spawn_blocking(move || read_part(&own, &sender, after, &heard));
    read.await.map_err(Refusal::internal)?
}

type Part = (Cursor, Lines, Option<String>);

fn read_part(own: &str, sender: &str, after: String, heard: &Heard) -> Result<Part, Refusal> {
    let text = std::str::from_utf8(&heard.body).map_err(|_| invalid("the snapshot is not UTF-8"))?;
    let mut values = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        values.push(serde_json::from_str::<Value>(line).map_err(|error| invalid(&error.to_string()))?);
        if values.len() > PART_LINES_MAX + 2 {
            return Err(invalid("more lines than asked for"));
        }
    }
    let closing = values.pop().ok_or_else(|| invalid("an empty snapshot"))?;
    if values.is_empty() {
        return Err(invalid("a snapshot without an opening line"));
    }
    let lines = values.split_off(1);
    let as_of = read_opening(sender, &values.pop().unwrap_or_default())?;
    if closing["count"].as_u64() != u64::try_from(lines.len()).ok() {
        return Err(invalid("the snapshot is not whole"));
    }
    let next = closing["next"].as_str().map(str::to_owned);
    if next.as_ref().is_some_and(|next| !wire::is_plain(next) || *next <= after) {
        return Err(invalid("the snapshot does not go on"));
    }
    let mut last = after;
    let line = |value: Value| {
        // One that has no good name stands where the one before it stands: it can be resumed there.
        if let Some(subject) = value["subject"].as_str().filter(|subject| wire::is_plain(subject)) {
            subject.clone_into(&mut last);
        }
        (last.clone(), wire::read_snapshot_line(sender, own, &value))
    };
    Ok((as_of, lines.into_iter().map(line).collect(), next))
}

fn read_opening(sender: &str, opening: &Value) -> Result<Cursor, Refusal> {
    let number = |name: &str| opening[name].as_i64().filter(|number| *number >= 0);
    let (epoch, seq) = number("epoch").zip(number("as_of_seq")).ok_or_else(|| invalid("no as_of_seq"))?;
    let view = opening["view"].as_str().filter(|view| wire::is_plain(view));
    let view = view.ok_or_else(|| invalid("no view"))?.to_owned();
    if opening["node"] != *sender || !(1..=wire::EPOCH_MAX).contains(&epoch) {
        return Err(invalid("the snapshot is another node's, or of no epoch"));
    }
    Ok(Cursor { epoch, seq, view })
}

pub async fn digest(courier: &Courier, peer: &Peer, after: &str) -> Result<Digest, Refusal> {
    let path = format!("/federation/v1/digest?after={}", coded(after));
    let digest: Digest = courier.get(peer, &path, 30).await?.success()?.json()?;
    let named = digest.buckets.iter().flat_map(|bucket| [&bucket.after, &bucket.through]);
    if named.chain(&digest.next).all(|subject| wire::is_plain(subject)) {
        Ok(digest)
    } else {
        Err(invalid("the digest names what is no subject"))
    }
}

/// Says what the neighbour is to this node; answered by what this node is to it.
pub async fn confirm(courier: &Courier, own: &str, peer: &Peer) -> Result<(), Refusal> {
    let said = json!({ "node": own, "you_are": peer.role });
    let heard = courier.post(peer, "/federation/v1/confirm", &said).await?.success()?;
    let answer: Value = heard.json()?;
    if answer["you_are"] == json!(peer.role.other()) { Ok(()) } else { Err(invalid("another role")) }
}

pub async fn hint(courier: &Courier, own: &str, peer: &Peer, head: i64) -> Result<(), Refusal> {
    let said = json!({ "node": own, "head": head });
    courier.post(peer, "/federation/v1/hints", &said).await?.success()?;
    Ok(())
}

/// URNs have nothing that has to be coded but what a stranger made up.
fn coded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
